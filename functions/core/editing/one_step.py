"""Small changes in one step: public at once by whoever may, else handed in for review."""

from __future__ import annotations

from collections.abc import Sequence

from functions.core.editing.drafting import save, set_status
from functions.core.editing.permissions import Action, may, require
from functions.core.editing.publishing import bring_back, publish, publish_together
from functions.core.editing.services import EditingServices
from functions.core.errors import ConflictError, MergeConflictError, NotFoundError
from functions.core.models.content import (
    ChangeKind,
    Draft,
    DraftStatus,
    Edit,
    Editor,
    PagePath,
    Version,
)


def change_in_one_step(
    edit: Edit,
    editor: Editor,
    services: EditingServices,
    kind: ChangeKind = ChangeKind.QUICK_FIX,
    beside: Sequence[Edit] = (),
) -> Version | Draft:
    """Publish a change at once by an approver, else hand it in as a draft.

    It is joined with a draft that is handed in already; a page that is but such a draft goes
    out whole. `beside` is published with the change, and left alone where it becomes a draft.
    Raises MergeConflictError where the page's draft is not handed in, and as `save`, `publish_now`
    and `finish_in_one_step` do. A draft that somebody began or took back in this very moment
    holds the change, and is returned as it is: not handed in.
    """
    page = edit.page
    require(editor, Action.WRITE, page)
    if _goes_out_alone(page, editor, services):
        return publish_together([edit, *beside], editor, services, kind)
    before = services.store.draft(page.path)
    if _is_unfinished(before):
        raise MergeConflictError((page.path,))
    draft = save(edit, editor, services).draft
    is_only_this = before is None and says_only(edit, draft, services)
    if _is_unfinished(draft) and not is_only_this:
        return draft
    return finish_in_one_step(page, draft, editor, services)


def stays_in_draft(
    page: PagePath, editor: Editor, services: EditingServices, *, is_seen: bool = True
) -> bool:
    """Tell whether a change in one step would carry a draft along that nobody is ready for.

    It is not handed in, or the editor would publish it and what it says was not seen. Whose
    it is does not matter: everybody saves into the one draft of a page, so it may hold the work
    of several.
    """
    draft = services.store.draft(page.path)
    if draft is None or _goes_out_alone(page, editor, services):
        return False
    return _is_unfinished(draft) or (may(editor, Action.PUBLISH, page) and not is_seen)


def says_only(edit: Edit, draft: Draft, services: EditingServices) -> bool:
    """Tell whether a draft holds a change and nothing of anybody else's."""
    text = services.store.read(draft.version, edit.page.path)
    return text == (None if edit.text is None else edit.text.encode())


def finish_in_one_step(
    page: PagePath, draft: Draft, editor: Editor, services: EditingServices
) -> Version | Draft:
    """Publish a draft as it was seen, or hand it in unless that is done.

    Raises ConflictError where it is gone or has changed since, and as `publish` does.
    """
    try:
        if may(editor, Action.PUBLISH, page):
            return publish(page, editor, services, draft.version)
        if not _is_unfinished(draft):
            return draft
        return set_status(page, DraftStatus.IN_REVIEW, editor, services, seen=draft.version)
    except NotFoundError as gone:
        raise ConflictError(page.path) from gone


def bring_back_in_one_step(
    page: PagePath,
    version: str,
    editor: Editor,
    services: EditingServices,
    seen: str | None = None,
) -> Version | Draft:
    """Let a page be what it was in an older publication, at once or as a draft in review.

    Raises MergeConflictError where a draft would be written over, and as `bring_back` does.
    """
    require(editor, Action.WRITE, page)
    if not may(editor, Action.BRING_BACK, page) and services.store.draft(page.path) is not None:
        raise MergeConflictError((page.path,))
    done = bring_back(page, version, editor, services, seen)
    if isinstance(done, Version):
        return done
    return finish_in_one_step(page, done.draft, editor, services)


def _goes_out_alone(page: PagePath, editor: Editor, services: EditingServices) -> bool:
    """Tell whether a change goes upon what is public, past any draft.

    A page that is only a draft is not published beside it: nobody is to find two where there
    was one.
    """
    store = services.store
    if not may(editor, Action.PUBLISH, page):
        return False
    return store.draft(page.path) is None or bool(store.blob_id(store.published(), page.path))


def _is_unfinished(draft: Draft | None) -> bool:
    return draft is not None and draft.status is DraftStatus.DRAFT
