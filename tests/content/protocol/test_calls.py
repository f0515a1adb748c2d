"""Decap's calls, answered as its own client expects, over a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.editing.drafting import save
from functions.core.models.content import ContentProblem, DraftStatus, Edit
from tests.content.protocol.kit import (
    NOTICE_TEXT,
    OTHERS_COLLECTION,
    OWN,
    OWN_COLLECTION,
    OWN_FOLDER,
    SHARED,
    call_entry,
    draft_text,
    persist,
)
from tests.content.world import (
    APPROVER,
    PROVINCE_APPROVER,
    STRANGER,
    UNIT,
    Desk,
    EditingWorld,
)

NEW = f"{OWN_FOLDER}/cat-nuoc.md"
NEW_TEXT = '---\ntitle: Cắt nước\nposted_on: "2026-11-20"\n---\nTừ 8 giờ.\n'


def test_a_folder_lists_its_pages_and_neither_lists_nor_pictures(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)

    listed = desk.call("entriesByFolder", folder="site/thu-tuc", extension="md", depth=1)

    entries = {entry["file"]["path"]: entry for entry in listed.json}
    assert entries.keys() == {SHARED, "site/thu-tuc/tach-ho.md"}
    assert entries[SHARED]["data"].startswith('---\nid: "xnc-ho-chieu"\n')
    assert entries[SHARED]["file"]["id"] == world.store.blob_id(world.store.published(), SHARED)


def test_an_empty_folder_lists_nothing(desk: Desk) -> None:
    listed = desk.call("entriesByFolder", folder=f"site/don-vi/{UNIT}/tin-tuc", extension="md")

    assert (listed.status_code, listed.json) == (200, [])


def test_a_folder_is_listed_in_the_order_of_a_vietnamese_dictionary(
    world: EditingWorld, desk: Desk
) -> None:
    titles = {"a": "Xe mất", "b": "Đường sửa", "c": "Dọn vệ sinh", "d": "Ăn xin", "e": "An ninh"}
    pages = {
        f"{OWN_FOLDER}/{slug}.md": NEW_TEXT.replace("Cắt nước", title).encode()
        for slug, title in titles.items()
    }
    version = world.store.make_version(
        [world.store.published()], pages, world.store.versions()[0].note, world.clock.now()
    )
    world.store.move_published(world.store.published(), version)

    listed = desk.call("entriesByFolder", folder=OWN_FOLDER, extension="md", depth=1)

    slugs = [path[-4] for entry in listed.json if (path := entry["file"]["path"]) in pages]
    assert [titles[slug] for slug in slugs] == [
        "An ninh",
        "Ăn xin",
        "Dọn vệ sinh",
        "Đường sửa",
        "Xe mất",
    ]


def test_a_page_that_cannot_be_read_hides_no_other_page_of_its_folder(
    world: EditingWorld, desk: Desk
) -> None:
    broken = "---\ntitle: [\n---\nx\n"
    version = world.store.make_version(
        [world.store.published()],
        {NEW: broken.encode()},
        world.store.versions()[0].note,
        world.clock.now(),
    )
    world.store.move_published(world.store.published(), version)

    listed = desk.call("entriesByFolder", folder=OWN_FOLDER, extension="md", depth=1)

    assert {entry["file"]["path"]: entry["data"] for entry in listed.json}[NEW] == broken
    assert len(listed.json) == 2
    opened = desk.call("getEntry", path=NEW)
    assert opened.status_code == 422
    assert opened.json["problems"][0]["code"] == "yaml"


def test_single_files_are_listed_and_a_missing_one_has_no_data(desk: Desk) -> None:
    own = f"site/don-vi/{UNIT}/index.md"

    listed = desk.call("entriesByFiles", files=[{"path": own, "label": "Trang"}, {"path": NEW}])

    assert [entry["file"]["path"] for entry in listed.json] == [own, NEW]
    assert listed.json[0]["data"].startswith("---\n")
    assert listed.json[1] == {"data": None, "file": {"path": NEW, "id": None}}


def test_an_opened_page_tells_what_the_next_save_is_based_on(
    world: EditingWorld, desk: Desk
) -> None:
    opened = desk.call("getEntry", path=OWN)

    assert opened.json["base"] == {OWN: world.store.blob_id(world.store.published(), OWN)}
    assert opened.json["data"].endswith("---\nDòng một.\n\nDòng hai.\n\nDòng ba.\n")
    assert desk.call("getEntry", path=NEW).status_code == 404


def test_a_page_saved_as_it_was_opened_does_not_change(world: EditingWorld, desk: Desk) -> None:
    opened = desk.call("getEntry", path=OWN).json

    saved = persist(desk, OWN, opened["data"], base=opened["base"])

    assert saved.status_code == 200
    assert draft_text(world, OWN) == NOTICE_TEXT
    assert saved.json["base"] == opened["base"]
    assert saved.json["merged"] is False


def test_one_changed_line_is_one_changed_line(world: EditingWorld, desk: Desk) -> None:
    opened = desk.call("getEntry", path=OWN).json

    persist(desk, OWN, opened["data"].replace("Dòng hai", "Dòng 2"), base=opened["base"])

    assert draft_text(world, OWN) == NOTICE_TEXT.replace("Dòng hai", "Dòng 2")
    assert world.published_text(OWN) == NOTICE_TEXT


def test_a_draft_goes_from_its_first_save_to_the_public_page(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    assert call_entry(desk, "unpublishedEntry", "cat-nuoc")[0] == 404
    saved = persist(desk, NEW, NEW_TEXT, new=True)
    assert saved.status_code == 200

    assert desk.call("unpublishedEntries").json == [f"{OWN_COLLECTION}/cat-nuoc"]
    status, entry = call_entry(desk, "unpublishedEntry", "cat-nuoc")
    assert (status, entry["status"], entry["slug"]) == (200, "draft", "cat-nuoc")
    assert entry["collection"] == OWN_COLLECTION
    assert [(diff["path"], diff["newFile"]) for diff in entry["diffs"]] == [(NEW, True)]
    by_id = desk.call("unpublishedEntry", id=f"{OWN_COLLECTION}/cat-nuoc").json
    assert by_id == entry
    status, file = call_entry(desk, "unpublishedEntryDataFile", "cat-nuoc", path=NEW, id="x")
    assert "Cắt nước" in file["data"]
    assert file["base"] == {NEW: saved.json["base"][NEW]}

    for word in ("pending_review", "draft", "pending_review"):
        answer = call_entry(desk, "updateUnpublishedEntryStatus", "cat-nuoc", newStatus=word)
        assert answer[0] == 200
        assert call_entry(desk, "unpublishedEntry", "cat-nuoc")[1]["status"] == word
    assert call_entry(desk, "publishUnpublishedEntry", "cat-nuoc")[1]["code"] == "needs-approver"
    ready = {"newStatus": "pending_publish"}
    assert call_entry(desk, "updateUnpublishedEntryStatus", "cat-nuoc", **ready)[0] == 403
    assert call_entry(approver, "updateUnpublishedEntryStatus", "cat-nuoc", **ready)[0] == 200
    assert call_entry(approver, "publishUnpublishedEntry", "cat-nuoc")[0] == 200

    assert "Từ 8 giờ." in world.published_text(NEW)
    assert call_entry(desk, "unpublishedEntry", "cat-nuoc")[0] == 404
    assert desk.call("getEntry", path=NEW).status_code == 200
    assert world.store.drafts() == []


def test_an_approver_publishes_only_what_was_seen(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    first = persist(desk, NEW, NEW_TEXT, new=True).json
    persist(desk, NEW, NEW_TEXT.replace("8 giờ", "9 giờ"), base=first["base"])

    stale = call_entry(approver, "publishUnpublishedEntry", "cat-nuoc", seen=first["version"])

    assert stale[0] == 409
    assert stale[1]["code"] == "conflict"
    assert world.published_text(NEW) == ""


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("publishUnpublishedEntry", {}),
        ("updateUnpublishedEntryStatus", {"newStatus": "pending_publish"}),
        ("deleteUnpublishedEntry", {}),
    ],
)
def test_nobody_decides_about_a_draft_that_they_have_not_seen(
    world: EditingWorld, desk: Desk, approver: Desk, action: str, more: dict[str, str]
) -> None:
    persist(desk, NEW, NEW_TEXT, new=True)

    unseen = approver.call(action, collection=OWN_COLLECTION, slug="cat-nuoc", **more)

    assert unseen.status_code == 422
    assert unseen.json["error"] == "Hãy mở bản nháp, đọc lại rồi bấm lần nữa."
    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.DRAFT


def test_a_draft_thrown_away_is_gone_and_the_page_stays(world: EditingWorld, desk: Desk) -> None:
    persist(desk, OWN, NEW_TEXT)

    assert call_entry(desk, "deleteUnpublishedEntry")[0] == 200

    assert call_entry(desk, "unpublishedEntry")[0] == 404
    assert call_entry(desk, "deleteUnpublishedEntry")[0] == 404
    assert world.published_text(OWN) == NOTICE_TEXT


def test_a_second_editor_in_other_lines_is_joined_and_told(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    opened = desk.call("getEntry", path=OWN).json
    persist(desk, OWN, opened["data"].replace("Dòng một", "Dòng 1"), base=opened["base"])

    saved = persist(approver, OWN, opened["data"].replace("ba", "3"), base=opened["base"])

    assert (saved.status_code, saved.json["merged"]) == (200, True)
    both = NOTICE_TEXT.replace("Dòng một", "Dòng 1").replace("Dòng ba", "Dòng 3")
    assert draft_text(world, OWN) == both
    draft = world.store.draft(OWN)
    assert draft is not None
    assert saved.json["base"] == {OWN: world.store.blob_id(draft.version, OWN)}


def test_a_second_editor_of_the_same_line_is_told_and_nothing_is_lost(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    opened = desk.call("getEntry", path=OWN).json
    persist(desk, OWN, opened["data"].replace("Dòng hai", "Dòng 2"), base=opened["base"])

    refused = persist(approver, OWN, opened["data"].replace("hai", "II"), base=opened["base"])

    assert refused.status_code == 409
    assert "Người khác vừa sửa" in refused.json["error"]
    assert draft_text(world, OWN) == NOTICE_TEXT.replace("Dòng hai", "Dòng 2")


def test_a_page_published_while_a_draft_is_open_conflicts_at_publishing(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    opened = desk.call("getEntry", path=OWN).json
    persist(desk, OWN, opened["data"].replace("Dòng hai", "Dòng 2"), base=opened["base"])
    version = world.store.make_version(
        [world.store.published()],
        {OWN: NOTICE_TEXT.replace("Dòng hai", "Dòng II").encode()},
        world.store.versions()[0].note,
        world.clock.now(),
    )
    world.store.move_published(world.store.published(), version)

    status, refused = call_entry(approver, "publishUnpublishedEntry")

    assert (status, refused["code"], refused["draft"]) == (409, "overtaken", OWN)
    assert "Hãy mở bản nháp" in refused["error"]
    assert "Dòng 2" in draft_text(world, OWN)


def test_a_new_page_on_a_taken_address_is_refused_with_what_to_do(desk: Desk) -> None:
    persist(desk, NEW, NEW_TEXT, new=True)

    for path in (OWN, NEW):
        refused = persist(desk, path, NEW_TEXT, new=True)
        assert refused.status_code == 422
        assert [problem["code"] for problem in refused.json["problems"]] == ["address-taken"]


def test_mistakes_are_told_one_by_one_and_nothing_is_saved(world: EditingWorld, desk: Desk) -> None:
    world.checker.listed += [  # type: ignore[attr-defined]
        ContentProblem(NEW, 2, "title", "any"),
        ContentProblem(NEW, 7, "body", "wrong-form", {"wrong": "Đắc Lắc", "right": "Đắk Lắk"}),
    ]

    refused = persist(desk, NEW, NEW_TEXT, new=True)

    assert refused.status_code == 422
    assert [(problem["line"], problem["key"]) for problem in refused.json["problems"]] == [
        (2, "title"),
        (7, "body"),
    ]
    assert refused.json["error"].startswith("Chưa lưu được.")
    assert "Đắk Lắk" in refused.json["error"]
    assert world.store.drafts() == []


def test_a_failed_build_is_told_and_the_draft_stays(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    persist(desk, NEW, NEW_TEXT, new=True)
    world.site.fails_with = "the generator said no"  # type: ignore[attr-defined]

    status, refused = call_entry(approver, "publishUnpublishedEntry", "cat-nuoc")

    assert (status, refused["code"]) == (422, "not-built")
    assert world.store.draft(NEW) is not None
    assert world.published_text(NEW) == ""


def test_drafts_of_other_units_are_not_listed(world: EditingWorld, desk: Desk) -> None:
    stranger = world.sign_in(STRANGER)
    persist(desk, NEW, NEW_TEXT, new=True)

    assert stranger.call("unpublishedEntries").json == []
    province = world.sign_in(PROVINCE_APPROVER)
    assert province.call("unpublishedEntries").json == [f"{OWN_COLLECTION}/cat-nuoc"]


def test_an_approval_is_lost_when_the_editor_saves_again(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    first = persist(desk, NEW, NEW_TEXT, new=True).json
    call_entry(approver, "updateUnpublishedEntryStatus", "cat-nuoc", newStatus="pending_publish")

    persist(desk, NEW, NEW_TEXT.replace("8", "9"), base=first["base"])

    draft = world.store.draft(NEW)
    assert draft is not None
    assert draft.status is DraftStatus.IN_REVIEW


def test_a_draft_is_opened_by_its_own_path_only(desk: Desk) -> None:
    persist(desk, NEW, NEW_TEXT, new=True)

    assert call_entry(desk, "unpublishedEntryDataFile", "cat-nuoc", path=OWN)[0] == 403
    assert call_entry(desk, "unpublishedEntryDataFile", "cat-dien", path=OWN)[0] == 404


def test_a_draft_that_takes_the_page_away_has_no_text_to_open(
    world: EditingWorld, desk: Desk
) -> None:
    save(Edit(world.page(OWN), None), world.editor(APPROVER), world.editing)

    status, entry = call_entry(desk, "unpublishedEntry")

    assert (status, entry["diffs"]) == (200, [])
    assert call_entry(desk, "unpublishedEntryDataFile", path=OWN)[0] == 404


def test_a_page_is_not_saved_where_a_picture_stands(world: EditingWorld, desk: Desk) -> None:
    picture = OWN.replace("cat-dien.md", "cot-dien.jpg")

    assert persist(desk, picture, NEW_TEXT).status_code == 403

    assert world.store.drafts() == []


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("getNotes", {"notes": []}),
        ("getPRMetadata", {"metadata": None}),
        ("getDeployPreview", None),
    ],
)
def test_what_we_do_not_have_is_answered_as_empty(desk: Desk, action: str, answer: object) -> None:
    assert call_entry(desk, action) == (200, answer)


@pytest.mark.parametrize("action", ["addNote", "updateNote", "deleteNote", "toggleNoteResolution"])
def test_a_note_is_refused_for_it_would_not_be_kept(desk: Desk, action: str) -> None:
    assert call_entry(desk, action)[0] == 422


def test_the_server_says_what_it_is(desk: Desk) -> None:
    assert desk.call("info").json["publish_modes"] == ["editorial_workflow"]


def test_the_store_out_of_reach_is_said_in_json(
    world: EditingWorld, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(world.store._git, "repository", tmp_path / "gone")

    answer = desk.call("unpublishedEntries")
    monkeypatch.undo()

    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]


def test_the_collection_of_another_unit_is_refused(world: EditingWorld, desk: Desk) -> None:
    answer = desk.call("unpublishedEntry", collection=OTHERS_COLLECTION, slug="cat-dien")

    assert answer.status_code == 403
