"""Drafts: saved without loss, handed in, approved, sent back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from functions.core.editing.permissions import Action, may, require
from functions.core.editing.services import EditingServices
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
)
from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    ContentProblem,
    Draft,
    DraftStatus,
    Edit,
    Editor,
    PageKind,
    PagePath,
    Saved,
)

_FIXED = (PageKind.TOP, PageKind.UNIT)

_TRIES = 20
"""So many others may save the same page in the middle of this save."""


def save(edit: Edit, editor: Editor, services: EditingServices) -> Saved:
    """Save a page as a draft, joined with what others saved since the editor opened it.

    A picture that came with the draft and that the page does not name any more goes with it.
    Raises NotAllowedError, InvalidContentError (nothing is stored), and MergeConflictError
    where somebody else changed the same lines: then neither change is lost.
    """
    require_removable(edit)
    pictures = remade_pictures(edit, editor, services)
    store, path = services.store, edit.page.path
    for _ in range(_TRIES):
        draft = store.draft(path)
        head = draft.version if draft else store.published()
        writer = draft.by if draft else None
        text, merged = joined(edit, head, writer, editor, services)
        unnamed = dict.fromkeys(_unnamed_pictures(draft, text or b"", services))
        files: dict[str, bytes | None] = {path: text, **unnamed, **pictures}
        note = ChangeNote(ChangeKind.SAVED, editor, path, _status_after(draft, edit.page, editor))
        version = store.make_version([head], files, note, services.clock.now())
        require_sound(version, files, services)
        try:
            store.move_draft(path, draft.version if draft else None, version)
        except ConflictError:
            continue
        return Saved(store.draft_at(path, version), store.blob_id(version, path), merged)
    raise ConflictError(path)


def set_status(
    page: PagePath,
    status: DraftStatus,
    editor: Editor,
    services: EditingServices,
    text: str = "",
    seen: str | None = None,
) -> Draft:
    """Hand a draft in, approve it, or send it back with a word; `seen` is the version looked at.

    Raises NotAllowedError, NotFoundError, and ConflictError where it has changed since.
    """
    require(editor, Action.APPROVE if status is DraftStatus.READY else Action.SUBMIT, page)
    draft = draft_of(page, services, seen)
    note = ChangeNote(ChangeKind.STATUS, editor, page.path, status, text)
    version = services.store.make_version([draft.version], {}, note, services.clock.now())
    services.store.move_draft(page.path, draft.version, version)
    return services.store.draft_at(page.path, version)


def draft_of(page: PagePath, services: EditingServices, seen: str | None = None) -> Draft:
    """Return a page's draft; `seen` is the version that was looked at.

    Raises NotFoundError, and ConflictError where it has changed since.
    """
    draft = services.store.draft(page.path)
    if draft is None:
        raise NotFoundError("draft")
    if seen is not None and draft.version != seen:
        raise ConflictError(page.path)
    return draft


def require_removable(edit: Edit) -> None:
    """Raises NotAllowedError where a page is to go that the site cannot be without."""
    if edit.text is None and edit.page.kind in _FIXED:
        raise NotAllowedError("fixed")


def remade_pictures(
    edit: Edit, editor: Editor, services: EditingServices
) -> Mapping[str, bytes | None]:
    """Return the edit's pictures painted anew, by path; check who may write all of it."""
    require(editor, Action.WRITE, edit.page)
    remade: dict[str, bytes | None] = {}
    for page, original in edit.pictures.items():
        require(editor, Action.WRITE, page)
        picture = services.pictures.remake(page.slug, original)
        if picture is None:
            problem = ContentProblem(page.path, 1, "", "picture-unreadable", {"name": page.slug})
            raise InvalidContentError([problem])
        remade[page.path] = picture
    return remade


def joined(
    edit: Edit, head: str, writer: Editor | None, editor: Editor, services: EditingServices
) -> tuple[bytes | None, bool]:
    """Return the page as it is to be saved upon `head`, and whether it was joined with another's.

    `writer` saved what stands there, if it is a draft.
    """
    store, path = services.store, edit.page.path
    text = None if edit.text is None else edit.text.encode("utf-8")
    now = store.blob_id(head, path)
    if edit.base is None:
        if writer is not None and writer.mark != editor.mark:
            raise MergeConflictError((path,))
        return text, False
    if edit.base == now:
        return text, False
    if edit.base == "":
        raise InvalidContentError([ContentProblem(path, 1, "", "address-taken")])
    base, theirs = store.blob(edit.base), store.read(head, path)
    if text is None or base is None or theirs is None:
        raise MergeConflictError((path,))
    both = store.merge_texts(base, text, theirs)
    if both is None:
        raise MergeConflictError((path,))
    return both, True


def require_sound(
    version: str, files: Mapping[str, bytes | None], services: EditingServices
) -> None:
    """Raises InvalidContentError with every problem of these files."""
    problems = services.checker.problems(version, files.keys(), services.store)
    if problems:
        raise InvalidContentError(problems)


def _unnamed_pictures(draft: Draft | None, text: bytes, services: EditingServices) -> Iterator[str]:
    """Yield a draft's new pictures that are not in the text: nobody would see what they show
    before they are public.
    """
    store = services.store
    for path in draft.files if draft else ():
        name = path.rpartition("/")[2].encode("utf-8", "surrogateescape")
        is_page = path.endswith(".md") or name in text
        if not is_page and not store.blob_id(store.published(), path):
            yield path


def _status_after(draft: Draft | None, page: PagePath, editor: Editor) -> DraftStatus:
    """Whoever may not approve takes an approval away by changing what was approved."""
    if draft is None:
        return DraftStatus.DRAFT
    if draft.status is DraftStatus.READY and not may(editor, Action.APPROVE, page):
        return DraftStatus.IN_REVIEW
    return draft.status
