"""Drafts, as Decap's editorial workflow knows them: one for each page, by collection and slug."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from functions.content.decap.collections import entry_name
from functions.content.decap.protocol_calls import Call, RefusedError
from functions.content.decap.protocol_pictures import pictures_of, with_sent_names
from functions.content.texts.entries import require_short, shown_to_decap, taken_from_decap
from functions.core.editing.discarding import discard
from functions.core.editing.drafting import draft_of, save, set_status
from functions.core.editing.permissions import Action, may
from functions.core.editing.publishing import publish
from functions.core.errors import (
    InvalidContentError,
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
)
from functions.core.models.content import (
    ContentProblem,
    DraftStatus,
    Edit,
    PageKind,
    PagePath,
)

_WORDS = {
    "draft": DraftStatus.DRAFT,
    "pending_review": DraftStatus.IN_REVIEW,
    "pending_publish": DraftStatus.READY,
}
_WORD_OF = {status: word for word, status in _WORDS.items()}


def unpublished_entries(call: Call) -> Any:
    """List the drafts that the editor may see.

    A removal of what is not public has no text anywhere: asked to open it, Decap would show
    no draft at all. It can be thrown away on the page of drafts.
    """
    store = call.services.store
    public = store.paths(store.published())
    return [
        "/".join(entry_name(page))
        for draft in store.drafts()
        if (page := _readable(draft.page, call)) is not None
        and (page.path in public or store.blob_id(draft.version, page.path))
    ]


def unpublished_entry(call: Call) -> Any:
    """Tell of a draft; 404 means that the page has none."""
    if call.params.has("id"):
        collection, _, slug = call.params.text("id").rpartition("/")
    else:
        collection, slug = call.params.text("collection"), call.params.text("slug")
    page = call.entry_called(collection, slug)
    draft, store = draft_of(page, call.services), call.services.store
    published = store.published()
    held = {path: store.blob_id(draft.version, path) for path in draft.files}
    return {
        "collection": collection,
        "slug": slug,  # as it was asked for, which is what Decap looks it up by
        "status": _WORD_OF[draft.status],
        "diffs": [
            {"id": blob, "path": path, "newFile": not store.blob_id(published, path)}
            for path, blob in held.items()
            if blob
        ],
        "updatedAt": draft.changed_at.isoformat(),
        "version": draft.version,
        "note": draft.note,
    }


def unpublished_data_file(call: Call) -> Any:
    """Open the page of a draft."""
    page = call.entry()
    if call.page(call.params.text("path")) != page:
        raise NotAllowedError("path")
    draft = draft_of(page, call.services)
    content = call.services.store.read(draft.version, page.path)
    if content is None:
        raise NotFoundError("entry")
    blob = call.services.store.blob_id(draft.version, page.path)
    text = content.decode("utf-8", "replace")
    return {"data": shown_to_decap(page.path, text), "base": {page.path: blob}}


def persist_entry(call: Call) -> Any:
    """Save a page, and the pictures in it, as a draft; `base` tells what the editor began from."""
    files, options = call.params.parts("dataFiles"), call.params.part("options")
    if len(files) != 1:
        raise RefusedError(422, "one-page")
    path, raw = files[0].text("path"), files[0].text("raw")
    if files[0].has("newPath") and files[0].text("newPath") != path:
        raise RefusedError(422, "no-renaming")
    page = _page_to_save(path, raw, call)
    base = call.params.names_and_texts("base").get(path)
    if base is None and options.flag("newEntry"):
        base = ""
    pictures = pictures_of(call.params.parts("assets"), page, raw, call)
    text = taken_from_decap(page, _text_before(page, base, call), pictures.text)
    try:
        edit = Edit(page, text, base, pictures.contents)
        saved = save(edit, call.editor, call.services)
    except InvalidContentError as invalid:
        raise with_sent_names(invalid, pictures) from invalid
    return {
        "message": page.path,
        "base": {page.path: saved.blob, path: saved.blob},
        "merged": saved.merged,
        "renamed": pictures.renamed,
        "version": saved.draft.version,
    }


def update_status(call: Call) -> Any:
    """Hand a draft in, take it back, or approve it."""
    page = call.entry(Action.SUBMIT)
    status = _WORDS.get(call.params.text("newStatus"))
    if status is None:
        raise RefusedError(422, "unreadable")
    if status is DraftStatus.READY and not may(call.editor, Action.APPROVE, page):
        raise RefusedError(403, "needs-approver")
    draft = set_status(page, status, call.editor, call.services, seen=_seen(call))
    return {"message": page.path, "version": draft.version}


def publish_draft(call: Call) -> Any:
    page = call.entry()
    if not may(call.editor, Action.PUBLISH, page):
        raise RefusedError(403, "needs-approver")
    try:
        publish(page, call.editor, call.services, _seen(call))
    except MergeConflictError as conflict:
        raise RefusedError(409, "overtaken", draft=page.path) from conflict
    return {"message": page.path}


def delete_draft(call: Call) -> Any:
    page = call.entry(Action.WRITE)
    discard(page, call.editor, call.services, _seen(call))
    return {"message": page.path}


def _seen(call: Call) -> str:
    """Return the version of the draft that was looked at: nobody decides about what they have
    not seen."""
    if not call.params.has("seen"):
        raise RefusedError(422, "unseen")
    return call.params.text("seen")


def _page_to_save(path: str, raw: str, call: Call) -> PagePath:
    folder, _, name = path.rpartition("/")
    if name == ".md":
        call.kind_in(folder)
        raise InvalidContentError([ContentProblem(path, 1, "title", "no-address")])
    page = call.page(path, Action.WRITE)
    if page.kind is PageKind.PICTURE:
        raise NotAllowedError("path")
    require_short(page, raw)
    return page


def _text_before(page: PagePath, base: str | None, call: Call) -> str | None:
    """Return what the editor began from, as far as that is known."""
    store = call.services.store
    content = store.blob(base) if base else None
    if content is None and base is None:
        draft = store.draft(page.path)
        content = store.read(draft.version if draft else store.published(), page.path)
    return None if content is None else content.decode("utf-8", "replace")


def _readable(path: str, call: Call) -> PagePath | None:
    try:
        return call.page(path)
    except NotAllowedError:
        return None


ACTIONS: Mapping[str, Callable[[Call], Any]] = {
    "unpublishedEntries": unpublished_entries,
    "unpublishedEntry": unpublished_entry,
    "unpublishedEntryDataFile": unpublished_data_file,
    "persistEntry": persist_entry,
    "updateUnpublishedEntryStatus": update_status,
    "publishUnpublishedEntry": publish_draft,
    "deleteUnpublishedEntry": delete_draft,
}
