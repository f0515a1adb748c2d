"""Published pages, as Decap lists, opens and removes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.content.decap.protocol_calls import Call, RefusedError
from functions.content.texts.entries import shown_to_decap
from functions.core.editing.permissions import Action, may
from functions.core.editing.publishing import publish_now
from functions.core.errors import InvalidContentError, NotAllowedError, NotFoundError
from functions.core.models.content import Edit, PageKind
from functions.core.vietnamese import collation_key

_TITLE = re.compile(r"^title: *(.+)$", re.MULTILINE)


def entries_by_folder(call: Call) -> Any:
    """List the pages of one kind in one folder, by title: Decap keeps our order.

    Its own order by title would put Đ behind Z.
    """
    folder = call.params.text("folder")
    kind = call.kind_in(folder)
    store = call.services.store
    found = store.paths(store.published(), folder)
    pages = {path: blob for path, blob in found.items() if _is_of(path, kind, call)}
    return sorted(_entries(pages, call), key=lambda entry: collation_key(_title(entry["data"])))


def entries_by_files(call: Call) -> Any:
    """List single pages; one that is not there has no data."""
    pages = [call.page(file.text("path")) for file in call.params.parts("files")]
    store = call.services.store
    version = store.published()
    return _entries({page.path: store.blob_id(version, page.path) for page in pages}, call)


def get_entry(call: Call) -> Any:
    """Open a published page. Raises NotFoundError, InvalidContentError."""
    page, store = call.page(call.params.text("path")), call.services.store
    blob_id = store.blob_id(store.published(), page.path)
    if not blob_id or page.kind is PageKind.PICTURE:
        raise NotFoundError("entry")
    text = (store.blob(blob_id) or b"").decode("utf-8", "replace")
    return {
        "data": shown_to_decap(page.path, text),
        "file": {"path": page.path, "id": blob_id},
        "base": {page.path: blob_id},
    }


def delete_file(call: Call) -> Any:
    """Take one published page or picture away, by whoever may publish."""
    return _remove(call.params.text("path"), call)


def delete_files(call: Call) -> Any:
    """Take one away; Decap knows no list of more than one for pages without translations."""
    paths = call.params.texts("paths")
    if len(paths) != 1:
        raise RefusedError(422, "one-page")
    return _remove(paths[0], call)


def _remove(path: str, call: Call) -> Any:
    """Take away what the editor saw, by `base`, or what stood there when the call came."""
    page = call.page(path, Action.WRITE)
    if not may(call.editor, Action.PUBLISH, page):
        raise RefusedError(403, "removal-needs-approver")
    store = call.services.store
    now = store.blob_id(store.published(), page.path)
    if not now:
        raise NotFoundError("entry")
    seen = call.params.names_and_texts("base").get(path, now)
    publish_now(Edit(page, None), call.editor, call.services, seen=seen)
    return {"message": page.path}


def _entries(blobs: Mapping[str, str], call: Call) -> Sequence[Mapping[str, Any]]:
    contents = call.services.store.blobs(blobs.values())
    return [
        {
            "data": _shown(path, contents[blob]) if blob else None,
            "file": {"path": path, "id": blob or None},
        }
        for path, blob in blobs.items()
    ]


def _shown(path: str, content: bytes) -> str:
    """Return a page of a list; one that cannot be read must not hide the others."""
    text = content.decode("utf-8", "replace")
    try:
        return shown_to_decap(path, text)
    except InvalidContentError:
        return text


def _title(shown: str) -> str:
    """Return what a page is sorted by."""
    found = _TITLE.search(shown)
    return found[1].strip('"') if found else ""


def _is_of(path: str, kind: PageKind, call: Call) -> bool:
    """Tell whether a file is a page of that kind: no list, no sample, no picture."""
    try:
        return call.services.page(path).kind is kind
    except NotAllowedError:
        return False


ACTIONS: Mapping[str, Callable[[Call], Any]] = {
    "entriesByFolder": entries_by_folder,
    "entriesByFiles": entries_by_files,
    "getEntry": get_entry,
    "deleteFile": delete_file,
    "deleteFiles": delete_files,
}
