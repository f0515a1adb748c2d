"""Published pages that Decap takes away: only as they were seen, and with their pictures."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish_now
from functions.core.models.content import Edit
from tests.content.protocol.kit import (
    JPEG,
    NOTICE_TEXT,
    OWN,
    OWN_COLLECTION,
    OWN_FOLDER,
    asset,
    persist,
    seen_version,
)
from tests.content.world import APPROVER, UNIT, Desk, EditingWorld

OUTCOMES = f"site/don-vi/{UNIT}/ket-qua"
POST, SECOND_POST = f"{OUTCOMES}/tim-duoc-xe.md", f"{OUTCOMES}/tra-lai-xe.md"
NEWER = NOTICE_TEXT.replace("Dòng hai", "Dòng 2")


def publish_newer(world: EditingWorld) -> None:
    publish_now(Edit(world.page(OWN), NEWER), world.editor(APPROVER), world.editing)


def post_with_picture(desk: Desk, path: str = POST) -> None:
    """Write an outcome post with a picture, and publish it."""
    raw = '---\ntitle: Tìm được xe\nposted_on: "2026-11-20"\n---\n![xe](image.jpg)\n'
    assert persist(desk, path, raw, assets=[asset(f"{OUTCOMES}/image.jpg")], new=True).json["base"]
    place = {
        "collection": OWN_COLLECTION.replace("thong-bao", "ket-qua"),
        "slug": path.rpartition("/")[2].removesuffix(".md"),
    }
    done = desk.call("publishUnpublishedEntry", **place, seen=seen_version(desk, **place))
    assert done.status_code == 200


def public(world: EditingWorld, folder: str = OUTCOMES) -> dict[str, bytes]:
    """Return what anybody can open in a folder."""
    store = world.store
    version = store.published()
    return {path: store.read(version, path) or b"" for path in store.paths(version, folder)}


@pytest.mark.parametrize("call", [("deleteFiles", {"paths": [OWN]}), ("deleteFile", {"path": OWN})])
def test_a_page_that_changed_since_it_was_opened_is_not_taken_away(
    world: EditingWorld, approver: Desk, call: tuple[str, dict[str, object]]
) -> None:
    opened = approver.call("getEntry", path=OWN).json
    publish_newer(world)
    action, params = call

    refused = approver.call(action, **params, base=opened["base"])

    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert "Trang vừa thay đổi" in refused.json["error"]
    assert world.published_text(OWN) == NEWER
    again = approver.call("getEntry", path=OWN).json
    assert approver.call(action, **params, base=again["base"]).status_code == 200
    assert world.published_text(OWN) == ""


def test_a_page_published_while_its_removal_waits_for_the_turn_stays(
    world: EditingWorld, approver: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, waiting = world.site.turn, [publish_newer]

    def turn_after_another() -> AbstractContextManager[None]:
        while waiting:
            waiting.pop()(world)
        return turn()

    monkeypatch.setattr(world.site, "turn", turn_after_another)

    refused = approver.call("deleteFiles", paths=[OWN])

    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert world.published_text(OWN) == NEWER


def test_an_outcome_post_that_is_taken_away_leaves_no_picture_of_anybody(
    world: EditingWorld, approver: Desk
) -> None:
    post_with_picture(approver)
    assert JPEG in public(world).values()

    assert approver.call("deleteFiles", paths=[POST]).status_code == 200

    assert public(world) == {}
    assert approver.call("getMedia", mediaFolder=OUTCOMES).json == []


def test_a_picture_that_another_post_shows_stays(world: EditingWorld, approver: Desk) -> None:
    post_with_picture(approver)
    (picture,) = [path for path in public(world) if not path.endswith(".md")]
    text = world.published_text(POST)
    publish_now(Edit(world.page(SECOND_POST), text), world.editor(APPROVER), world.editing)

    assert approver.call("deleteFiles", paths=[POST]).status_code == 200

    assert public(world).keys() == {SECOND_POST, picture}


def test_pictures_beside_a_page_that_it_does_not_show_stay(
    world: EditingWorld, approver: Desk
) -> None:
    assert approver.call("deleteFiles", paths=[OWN]).status_code == 200

    assert public(world, OWN_FOLDER).keys() == {f"{OWN_FOLDER}/cot-dien.jpg"}


def test_a_removal_that_cannot_be_built_leaves_page_and_picture(
    world: EditingWorld, approver: Desk
) -> None:
    post_with_picture(approver)
    before = public(world)
    world.site.fails_with = "the generator said no"  # type: ignore[attr-defined]

    refused = approver.call("deleteFiles", paths=[POST])

    assert (refused.status_code, refused.json["code"]) == (422, "not-built")
    assert public(world) == before


def listed(desk: Desk) -> list[str]:
    """Return the drafts that Decap lists, each of which it can open then."""
    names: list[str] = desk.call("unpublishedEntries").json
    for name in names:
        collection, slug = name.split("/")
        draft = desk.call("unpublishedEntry", collection=collection, slug=slug).json
        # What has no file in the draft, Decap asks for as it is public.
        paths = [one["path"] for one in draft["diffs"]]
        opened = [
            desk.call("unpublishedEntryDataFile", collection=collection, slug=slug, path=path)
            for path in paths
        ] or [desk.call("getEntry", path=f"{OWN_FOLDER}/{slug}.md")]
        assert {answer.status_code for answer in opened} == {200}
    return names


def test_a_page_taken_away_past_a_draft_that_asked_for_it_leaves_no_draft(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    save(Edit(world.page(OWN), None), world.editor(), world.editing)
    assert listed(desk) == [f"{OWN_COLLECTION}/cat-dien"]

    assert approver.call("deleteFiles", paths=[OWN]).status_code == 200

    assert listed(desk) == []
    assert world.store.drafts() == []


def test_a_removal_of_what_is_not_public_hides_no_other_draft(
    world: EditingWorld, desk: Desk
) -> None:
    mistaken = f"{OWN_FOLDER}/viet-nham.md"
    base = persist(desk, mistaken, NOTICE_TEXT, new=True).json["base"][mistaken]
    save(Edit(world.page(mistaken), None, base), world.editor(), world.editing)
    persist(desk, OWN, NEWER)

    assert listed(desk) == [f"{OWN_COLLECTION}/cat-dien"]
    assert len(world.store.drafts()) == 2
