"""Every action of the protocol, every role and every place, over one world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.editing.drafting import save
from functions.core.models.content import Edit
from tests.content.protocol.kit import (
    JPEG,
    OF_WHAT_WAS_SEEN,
    OTHERS,
    OTHERS_COLLECTION,
    OWN,
    OWN_COLLECTION,
    SHARED,
    asset,
    put_back,
    references,
    seen_version,
)
from tests.content.world import (
    APPROVER,
    EDITOR,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    STRANGER,
    Desk,
    EditingWorld,
)

Params = Mapping[str, Any]

ROLES = {
    "editor": EDITOR,
    "approver": APPROVER,
    "stranger": STRANGER,
    "province-editor": PROVINCE_EDITOR,
    "province-approver": PROVINCE_APPROVER,
}
APPROVING = {"approver", "stranger", "province-approver"}
"""A stranger is an approver, of another unit."""
PLACES = {
    "own": (OWN, OWN_COLLECTION, "cat-dien"),
    "other": (OTHERS, OTHERS_COLLECTION, "cat-dien"),
    "shared": (SHARED, "thu-tuc", "ho-chieu"),
}
MAY = {
    "editor": {"own"},
    "approver": {"own"},
    "stranger": {"other"},
    "province-editor": set(PLACES),
    "province-approver": set(PLACES),
}
TEXT = "---\ntitle: Trang mới\n---\nChữ.\n"


def _by_path(path: str, collection: str, slug: str) -> Params:
    return {"path": path}


def by_entry(path: str, collection: str, slug: str) -> Params:
    return {"collection": collection, "slug": slug, "path": path}


def _picture(path: str, collection: str, slug: str) -> Params:
    return {"path": f"{path.rpartition('/')[0]}/anh-mau.jpg"}


def _draft_picture(path: str, collection: str, slug: str) -> Params:
    return {"collection": collection, "slug": slug} | _picture(path, collection, slug)


def _new_page(path: str, collection: str, slug: str) -> Params:
    new = f"{path.rpartition('/')[0]}/trang-moi.md"
    return {
        "dataFiles": [{"path": new, "slug": "trang-moi", "raw": TEXT}],
        "assets": [],
        "options": {"collectionName": collection, "newEntry": True},
    }


def _with_picture(path: str, collection: str, slug: str) -> Params:
    sent = asset(f"{path.rpartition('/')[0]}/image.jpg")
    return _new_page(path, collection, slug) | {"assets": [sent]}


CALLS: Mapping[str, Callable[[str, str, str], Params]] = {
    "entriesByFolder": lambda path, *_: {"folder": path.rpartition("/")[0], "extension": "md"},
    "entriesByFiles": lambda path, *_: {"files": [{"path": path}]},
    "getEntry": _by_path,
    "unpublishedEntry": by_entry,
    "unpublishedEntryDataFile": by_entry,
    "unpublishedEntryMediaFile": _draft_picture,
    "deleteUnpublishedEntry": by_entry,
    "persistEntry": _with_picture,
    "updateUnpublishedEntryStatus": lambda *place: (
        {**by_entry(*place), "newStatus": "pending_review"}
    ),
    "publishUnpublishedEntry": by_entry,
    "getMedia": lambda path, *_: {"mediaFolder": path.rpartition("/")[0]},
    "getMediaFile": _picture,
    "persistMedia": lambda path, *_: {"asset": asset(f"{path.rpartition('/')[0]}/image.jpg")},
    "deleteFile": _picture,
    "deleteFiles": lambda *place: {"paths": [_picture(*place)["path"]]},
}
CHANGING = {
    "deleteUnpublishedEntry",
    "persistEntry",
    "updateUnpublishedEntryStatus",
    "publishUnpublishedEntry",
    "persistMedia",
    "deleteFile",
    "deleteFiles",
}
FOR_APPROVERS = {
    "publishUnpublishedEntry": 403,
    "deleteFile": 403,
    "deleteFiles": 403,
    "persistMedia": 422,
}
"""What an editor hears where an approver may."""
WITHOUT_A_PLACE = {
    "info",
    "unpublishedEntries",
    "getDeployPreview",
    "getNotes",
    "addNote",
    "updateNote",
    "deleteNote",
    "toggleNoteResolution",
    "getPRMetadata",
}


class Matrix:
    """A world with a draft and a picture in each place, and a signed-in desk for each role."""

    def __init__(self, world: EditingWorld) -> None:
        self.world = world
        for path, _, _ in PLACES.values():
            self._publish_picture(f"{path.rpartition('/')[0]}/anh-mau.jpg")
            beside = f"{path.rpartition('/')[0]}/anh-nhap.jpg"
            edit = Edit(
                world.page(path),
                world.published_text(path) + "\n![](anh-nhap.jpg) ![](anh-mau.jpg)\n",
                pictures={world.page(beside): JPEG},
            )
            save(edit, world.editor(PROVINCE_EDITOR), world.editing)
        self.desks = {role: world.sign_in(officer) for role, officer in ROLES.items()}
        self.start = references(world)

    def _publish_picture(self, path: str) -> None:
        store = self.world.store
        note = store.versions()[0].note
        before = store.published()
        now = self.world.clock.now()
        store.move_published(before, store.make_version([before], {path: JPEG}, note, now))

    def status(self, desk: Desk, action: str, params: Params) -> int:
        """Make a call; put back what it did if it was not refused."""
        if action in OF_WHAT_WAS_SEEN:
            seen = seen_version(desk, params["collection"], params["slug"])
            params = {**params, "seen": seen}
        answer = desk.call(action, branch="main", **params)
        assert answer.is_json, (action, params)
        if answer.status_code >= 400:
            assert isinstance(answer.json["error"], str), (action, params)
            assert answer.json["error"], (action, params)
        elif action in CHANGING:
            put_back(self.world, self.start)
        return int(answer.status_code)
