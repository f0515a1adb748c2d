"""Drafts that were thrown away: the last one of each page can be taken back for a time."""

from __future__ import annotations

from functions.core.editing.drafting import draft_of
from functions.core.editing.permissions import Action, require
from functions.core.editing.services import EditingServices
from functions.core.errors import ConflictError, NotFoundError
from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    Draft,
    DraftStatus,
    Editor,
    PagePath,
)


def discard(
    page: PagePath, editor: Editor, services: EditingServices, seen: str | None = None
) -> None:
    """Throw a draft away; `seen` is the version looked at.

    Raises NotAllowedError, NotFoundError, and ConflictError where it has changed since.
    """
    require(editor, Action.WRITE, page)
    draft = draft_of(page, services, seen)
    # A step of its own says when, and takes a hand-in or an approval away.
    note = ChangeNote(ChangeKind.STATUS, editor, page.path, DraftStatus.DRAFT)
    kept = services.store.make_version([draft.version], {}, note, services.clock.now())
    services.store.discard_draft(page.path, draft.version, kept)


def take_back(page: PagePath, editor: Editor, services: EditingServices, seen: str) -> Draft:
    """Let the draft that was thrown away be the page's draft again; it has to be handed in anew.

    `seen` is the version offered; where it is the draft already, that is enough. Raises
    NotAllowedError, NotFoundError where there is none any more, and ConflictError where it is
    another by now, or the page has a new draft.
    """
    require(editor, Action.WRITE, page)
    store = services.store
    draft = store.draft(page.path)
    if draft is not None and draft.version == seen:
        return draft
    found = store.discarded(page.path)
    if found is None:
        raise NotFoundError("draft")
    if draft is not None or found.version != seen:
        raise ConflictError(page.path)
    store.restore_draft(page.path, seen)
    return found
