"""Small changes by one tap: public at once by whoever may, else handed in for review."""

from __future__ import annotations

from functions.core.editing.drafting import save, set_status
from functions.core.editing.permissions import Action, may, require
from functions.core.editing.publishing import bring_back, publish_now
from functions.core.editing.services import EditingServices
from functions.core.errors import MergeConflictError
from functions.core.models.content import (
    ChangeKind,
    Draft,
    DraftStatus,
    Edit,
    Editor,
    PagePath,
    Saved,
    Version,
)


def change_in_one_step(
    edit: Edit,
    editor: Editor,
    services: EditingServices,
    kind: ChangeKind = ChangeKind.QUICK_FIX,
) -> Version | Draft:
    """Publish a change at once by an approver, else hand it in as a draft.

    It is joined with a draft that is handed in already. Raises MergeConflictError where the page
    has a draft that is not, for nobody's unfinished work is to be handed in; and as `save` and
    `publish_now` do.
    """
    require(editor, Action.WRITE, edit.page)
    if may(editor, Action.PUBLISH, edit.page):
        return publish_now(edit, editor, services, kind)
    draft = services.store.draft(edit.page.path)
    if draft is not None and draft.status is DraftStatus.DRAFT:
        raise MergeConflictError((edit.page.path,))
    return _handed_in(edit.page, save(edit, editor, services), editor, services)


def bring_back_in_one_step(
    page: PagePath, version: str, editor: Editor, services: EditingServices
) -> Version | Draft:
    """Let a page be what it was in an older publication, at once or as a draft in review.

    Raises MergeConflictError where a draft would be written over, and as `bring_back` does.
    """
    require(editor, Action.WRITE, page)
    if not may(editor, Action.BRING_BACK, page) and services.store.draft(page.path) is not None:
        raise MergeConflictError((page.path,))
    done = bring_back(page, version, editor, services)
    return done if isinstance(done, Version) else _handed_in(page, done, editor, services)


def _handed_in(page: PagePath, saved: Saved, editor: Editor, services: EditingServices) -> Draft:
    if saved.draft.status is DraftStatus.IN_REVIEW:
        return saved.draft
    seen = saved.draft.version
    return set_status(page, DraftStatus.IN_REVIEW, editor, services, seen=seen)
