"""A page as a small form sees it: what an editor's form is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.content.texts.rewriting import PageText, read_page
from functions.core.editing.permissions import Action, may
from functions.core.editing.services import EditingServices
from functions.core.errors import InvalidContentError
from functions.core.models.content import Draft, Editor, PagePath


@dataclass(frozen=True)
class Standing:
    """One content of a page, in its parts."""

    blob: str
    text: str
    page: PageText
    draft: Draft | None = None
    """The draft it was read from; None where it is public."""

    @property
    def meta(self) -> Mapping[str, Any]:
        return self.page.meta


NOTHING = Standing("", "", PageText({}, ""))
"""Stands for a page that is gone."""


def standing(page: PagePath, editor: Editor, editing: EditingServices) -> Standing | None:
    """Return what an editor's form is drawn from; None where there is no such page.

    Who publishes at once changes what is public, and a draft only of a page that is not public
    yet. Anybody else goes on with the draft, if there is one.
    """
    store = editing.store
    draft = store.draft(page.path)
    published = store.published()
    publishes = may(editor, Action.PUBLISH, page) and store.blob_id(published, page.path)
    if draft is None or publishes:
        return _at(published, page, editing, None)
    return _at(draft.version, page, editing, draft)


def published(page: PagePath, editing: EditingServices) -> Standing | None:
    """Return a page as it is public."""
    return _at(editing.store.published(), page, editing, None)


def known_base(page: PagePath, blob: str, editing: EditingServices) -> Standing | None:
    """Return the content that a form was drawn from; None where nothing can be made of it.

    It is only compared with what was typed, and never shown.
    """
    return _read(page, blob, editing, None) if blob else None


def _at(
    version: str, page: PagePath, editing: EditingServices, draft: Draft | None
) -> Standing | None:
    return _read(page, editing.store.blob_id(version, page.path), editing, draft)


def _read(
    page: PagePath, blob: str, editing: EditingServices, draft: Draft | None
) -> Standing | None:
    content = editing.store.blob(blob)
    if content is None:
        return None
    text = content.decode("utf-8", "replace")
    try:
        return Standing(blob, text, read_page(page.path, text), draft)
    except InvalidContentError:
        return None
