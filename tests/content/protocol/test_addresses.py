"""Addresses of pages: made from titles by Decap, folded by us; and pages taken away."""

from __future__ import annotations

from functions.core.models.content import ContentProblem
from tests.content.protocol.kit import (
    NOTICE_TEXT,
    OWN,
    OWN_FOLDER,
    call_entry,
    persist,
)
from tests.content.world import (
    PROVINCE_APPROVER,
    UNIT,
    Desk,
    EditingWorld,
)

NEW = f"{OWN_FOLDER}/cat-nuoc.md"
NEW_TEXT = '---\ntitle: Cắt nước\nposted_on: "2026-11-20"\n---\nTừ 8 giờ.\n'


def test_decaps_address_of_a_long_title_is_cut_and_found_again(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    slug = "thong-bao-" + "-".join(["cat-dien-to-dan-pho"] * 6)
    path = f"{OWN_FOLDER}/{slug}.md"
    assert call_entry(desk, "unpublishedEntry", slug)[0] == 404
    assert desk.call("getEntry", path=path).status_code == 404

    saved = persist(desk, path, NEW_TEXT, new=True)

    assert saved.status_code == 200
    own = saved.json["message"]
    assert own.startswith(f"{OWN_FOLDER}/thong-bao-cat-dien-")
    assert len(own.rpartition("/")[2].removesuffix(".md")) <= 80
    assert not own.endswith("-.md")
    status, entry = call_entry(desk, "unpublishedEntry", slug)
    assert (status, entry["slug"]) == (200, slug)
    assert [diff["path"] for diff in entry["diffs"]] == [own]
    again = persist(desk, own, NEW_TEXT.replace("8", "9"), base=saved.json["base"])
    assert again.status_code == 200
    assert call_entry(approver, "publishUnpublishedEntry", slug)[0] == 200
    assert desk.call("getEntry", path=path).json["file"]["path"] == own
    assert "9 giờ" in world.published_text(own)


def test_long_addresses_that_decap_numbers_stay_apart(world: EditingWorld, desk: Desk) -> None:
    slug = "thong-bao-" + "-".join(["cat-dien-to-dan-pho"] * 6)
    paths = [f"{OWN_FOLDER}/{slug}{number}.md" for number in ("", "-1", "-2", "-12")]

    saved = [persist(desk, path, NEW_TEXT, new=True).json["message"] for path in paths]

    assert len(set(saved)) == 4
    assert {draft.page for draft in world.store.drafts()} == set(saved)


def test_signs_that_decap_leaves_in_an_address_are_folded(world: EditingWorld, desk: Desk) -> None:
    saved = persist(desk, f"{OWN_FOLDER}/cat_nuoc~2.md", NEW_TEXT, new=True)

    assert saved.json["message"] == f"{OWN_FOLDER}/cat-nuoc-2.md"
    assert call_entry(desk, "unpublishedEntry", "cat_nuoc~2")[0] == 200


def test_a_title_without_a_letter_is_told_to_have_one(world: EditingWorld, desk: Desk) -> None:
    assert call_entry(desk, "unpublishedEntry", "")[0] == 404

    refused = persist(desk, f"{OWN_FOLDER}/.md", NEW_TEXT, new=True)

    assert refused.status_code == 422
    assert [problem["code"] for problem in refused.json["problems"]] == ["no-address"]
    assert world.store.drafts() == []


def test_a_page_is_not_renamed_by_a_save(world: EditingWorld, desk: Desk) -> None:
    answer = desk.call(
        "persistEntry",
        dataFiles=[{"path": OWN, "slug": "cat-dien", "raw": NEW_TEXT, "newPath": NEW}],
        assets=[],
        options={},
    )

    assert (answer.status_code, answer.json["code"]) == (422, "no-renaming")
    assert world.store.drafts() == []


def test_one_save_is_of_one_page(world: EditingWorld, desk: Desk) -> None:
    files = [{"path": path, "slug": "x", "raw": NEW_TEXT} for path in (OWN, NEW)]

    for sent in ([], files):
        answer = desk.call("persistEntry", dataFiles=sent, assets=[], options={})
        assert (answer.status_code, answer.json["code"]) == (422, "one-page")

    assert world.store.drafts() == []


def test_an_approver_takes_a_published_page_away(
    world: EditingWorld, desk: Desk, approver: Desk
) -> None:
    assert desk.call("deleteFiles", paths=[OWN]).json["code"] == "removal-needs-approver"

    assert approver.call("deleteFiles", paths=[OWN], options={}).status_code == 200

    assert world.published_text(OWN) == ""
    assert approver.call("deleteFile", path=OWN).status_code == 404
    both = [OWN, f"{OWN_FOLDER}/cot-dien.jpg"]
    assert approver.call("deleteFiles", paths=both).json["code"] == "one-page"


def test_a_page_that_others_link_to_is_not_taken_away(world: EditingWorld, approver: Desk) -> None:
    world.checker.listed.append(ContentProblem(OWN, 1, "", "any"))  # type: ignore[attr-defined]

    refused = approver.call("deleteFiles", paths=[OWN])

    assert refused.status_code == 422
    assert world.published_text(OWN) == NOTICE_TEXT


def test_a_units_own_page_is_never_taken_away(world: EditingWorld) -> None:
    province = world.sign_in(PROVINCE_APPROVER)

    for path in (f"site/don-vi/{UNIT}/index.md", "site/duong-day-nong.md"):
        assert province.call("deleteFiles", paths=[path]).status_code == 403
