"""Decap's picture library: what one folder shows to everybody already."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.content.decap.protocol_calls import Call, RefusedError
from functions.content.decap.protocol_pictures import picture_name, read_asset
from functions.core.editing.drafting import draft_of
from functions.core.editing.permissions import Action, may
from functions.core.editing.publishing import publish_now
from functions.core.errors import NotAllowedError, NotFoundError
from functions.core.models.content import Edit, PageKind, PagePath

MAX_LISTED = 4 * 1024 * 1024
"""So many bytes of a folder are listed, newest first: Decap loads the list with every page.
Any other picture that a page shows is asked for by itself."""

_PUBLICATIONS = 200
_AT_ONCE = 20


def get_media(call: Call) -> Any:
    """List the pictures of a folder."""
    folder = call.picture_folder(call.params.text("mediaFolder"))
    store = call.services.store
    version = store.published()
    found = {
        path: blob
        for path, blob in store.paths(version, folder).items()
        if path.rpartition("/")[0] == folder and not path.endswith(".md")
    }
    listed: list[Mapping[str, Any]] = []
    room = MAX_LISTED
    paths = _newest_first(folder, found, call)
    for begin in range(0, len(paths), _AT_ONCE):
        some = paths[begin : begin + _AT_ONCE]
        contents = store.blobs([found[path] for path in some])
        for path in some:
            room -= len(contents[found[path]])
            if room < 0:
                return listed
            listed.append(_file(path, found[path], contents[found[path]]))
    return listed


def get_media_file(call: Call) -> Any:
    """Open a published picture."""
    return _opened(_picture_called(call), call.services.store.published(), call)


def unpublished_media_file(call: Call) -> Any:
    """Open a picture of a draft."""
    page, picture = call.entry(), _picture_called(call)
    draft = draft_of(page, call.services)
    if picture.path not in draft.files:
        raise NotFoundError("picture")
    return _opened(picture, draft.version, call)


def persist_media(call: Call) -> Any:
    """Publish a picture that belongs to no page yet, by whoever may publish."""
    path, content = read_asset(call.params.part("asset"))
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    own = f"{call.picture_folder(folder)}/{picture_name(stem, name, content)}"
    page = call.page(own, Action.WRITE)
    if not may(call.editor, Action.PUBLISH, page):
        raise RefusedError(422, "picture-needs-page")
    edit = Edit(page, None, pictures={page: content})
    publish_now(edit, call.editor, call.services)
    return _opened(page, call.services.store.published(), call)


def _picture_called(call: Call) -> PagePath:
    picture = call.page(call.params.text("path"))
    if picture.kind is not PageKind.PICTURE:
        raise NotAllowedError("path")
    return picture


def _opened(picture: PagePath, version: str, call: Call) -> Mapping[str, Any]:
    store = call.services.store
    content = store.read(version, picture.path)
    if content is None:
        raise NotFoundError("picture")
    return _file(picture.path, store.blob_id(version, picture.path), content)


def _newest_first(folder: str, found: Mapping[str, str], call: Call) -> Sequence[str]:
    changed = (
        path
        for version in call.services.store.versions(folder, _PUBLICATIONS)
        for path in version.files
        if path in found
    )
    return list(dict.fromkeys([*changed, *sorted(found)]))


def _file(path: str, blob: str, content: bytes) -> Mapping[str, Any]:
    return {
        "id": blob,
        "content": base64.b64encode(content).decode("ascii"),
        "encoding": "base64",
        "path": path,
        "name": path.rpartition("/")[2],
    }


ACTIONS: Mapping[str, Callable[[Call], Any]] = {
    "getMedia": get_media,
    "getMediaFile": get_media_file,
    "unpublishedEntryMediaFile": unpublished_media_file,
    "persistMedia": persist_media,
}
