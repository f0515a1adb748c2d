"""What a single tap saves, and why it did not."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from functions.content.desk.drafts import DRAFTS
from functions.content.desk.drawing import Refusal, go, refusal_of
from functions.content.desk.reading import PageReader
from functions.content.guard import current_editor
from functions.core.editing.one_step import change_in_one_step
from functions.core.editing.services import EditingServices
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    PublishFailedError,
)
from functions.core.models.content import DraftStatus, Edit, PagePath, Version
from publish.documents import Document


def save_tap(
    make: Callable[[], Edit],
    page: PagePath,
    title: str,
    says_it: Callable[[Document], bool],
    reader: PageReader,
    editing: EditingServices,
) -> Response | Refusal | None:
    """Save the edit of a tap: None where it is public, else where to go on, or why not.

    `make` may raise InvalidContentError. `says_it` tells whether a draft holds already what
    the tap asks for.
    """
    try:
        done = change_in_one_step(make(), current_editor(), editing)
    except (ConflictError, MergeConflictError):
        draft = editing.store.draft(page.path)
        if draft is None:
            return Refusal("changed", 409, title=title)
        drafted = reader.at(draft.version, page.path)
        is_handed_in = draft.status is not DraftStatus.DRAFT
        if is_handed_in and drafted is not None and says_it(drafted):
            return _handed_in(page)
        return Refusal("has-draft", 409, title=title, draft=f"{DRAFTS}{page.path}")
    except (InvalidContentError, PublishFailedError) as error:
        return refusal_of(error, title)
    if isinstance(done, Version):
        return None
    if done.status is DraftStatus.DRAFT:  # somebody took it back in this very moment
        return go(f"{DRAFTS}{page.path}")
    return _handed_in(page)


def _handed_in(page: PagePath) -> Response:
    return go(f"{DRAFTS}{page.path}", "gui-duyet")
