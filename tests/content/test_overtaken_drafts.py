"""The page of a draft that others' publications overtook: there is a way on, and it is exact."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.core.editing.drafting import save
from functions.core.models import Officer
from functions.core.models.content import DraftStatus, Edit
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    PICTURE_BYTES,
    PROCEDURE,
    UNIT_PAGE,
    drafted,
    published,
    published_whole,
    small_world,
    text_of,
)
from tests.content.test_drafts_pages import LIST, seen
from tests.content.world import (
    APPROVER,
    EDITOR,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    STRANGER,
    Desk,
    EditingWorld,
)

DRAFT, GONE = f"{LIST}{UNIT_PAGE}", f"{LIST}{NOTICE}"
PICTURE = NOTICE.replace("cat-dien.md", "so-do.png")
KEEP = 'value="giu-ban-nhap"'
PUBLISH = 'value="dang"'
HEADS = {UNIT_PAGE: ("hours:", "hours: Cả ngày"), PROCEDURE: ("Tạm trú", "Tạm trú mới")}


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def overtake(world: EditingWorld) -> None:
    """Draft the hours of a unit, and let others publish other hours and an address."""
    published(world, UNIT_PAGE, "hours:", "hours: Sáng 7 giờ")
    drafted(world, UNIT_PAGE, "hours: Sáng 7 giờ", "hours: Cả ngày")
    published(world, UNIT_PAGE, "hours: Sáng 7 giờ", "hours: Chiều 1 giờ")
    published(world, UNIT_PAGE, "address:", "address: 12 Lê Duẩn")


def remove_under_a_draft(world: EditingWorld) -> None:
    """Draft a change of a notice with a new picture, and let others take the notice away."""
    published_whole(world, NOTICE, NOTICE_TEXT)
    drafted(
        world,
        NOTICE,
        "cả ngày.",
        "cả ngày.\n\n![sơ đồ](so-do.png)",
        pictures={world.page(PICTURE): PICTURE_BYTES},
    )
    published_whole(world, NOTICE, None)


def keep(desk: Desk, address: str, version: str = "") -> str:
    """Press the button; return what the page says then."""
    answer = desk.post(address, viec="giu-ban-nhap", seen=version or seen(desk, address))
    assert answer.status_code == 303
    return text_of(desk.get(answer.location))


def press_publish(desk: Desk, address: str) -> int:
    return int(desk.post(address, viec="dang", seen=seen(desk, address)).status_code)


def test_the_button_stands_where_publishing_would_fail_and_only_there(
    world: EditingWorld,
) -> None:
    drafted(world)
    desk = world.sign_in(APPROVER)

    before = desk.get(DRAFT).text
    published(world, UNIT_PAGE, "hours:", "hours: Chiều 1 giờ")
    after = desk.get(DRAFT).text

    assert (KEEP in before, PUBLISH in before) == (False, True)
    assert (KEEP in after, PUBLISH in after) == (True, False)
    assert "thay cho phần người khác đã đăng" in after


def test_a_draft_that_was_kept_is_compared_exactly_and_then_published(
    world: EditingWorld,
) -> None:
    overtake(world)
    desk = world.sign_in(APPROVER)
    refused = desk.post(DRAFT, viec="dang", seen=seen(desk))

    said = keep(desk, DRAFT)

    assert refused.status_code == 409
    assert KEEP in refused.text
    assert "Đã giữ nội dung bản nháp" in said
    assert "Giờ làm việc Cũ: Chiều 1 giờ Mới: Cả ngày" in said
    assert said.count("Cũ:") + said.count("Mới:") == 2
    assert "hours: Chiều 1 giờ\n" in world.published_text(UNIT_PAGE)
    before = world.published_text(UNIT_PAGE)
    assert press_publish(desk, DRAFT) == 303
    assert world.published_text(UNIT_PAGE) == before.replace("Chiều 1 giờ", "Cả ngày")
    assert world.store.drafts() == []


def test_whoever_wrote_a_draft_keeps_it_and_hands_it_in_again(world: EditingWorld) -> None:
    overtake(world)
    desk = world.sign_in(EDITOR)

    keep(desk, DRAFT)
    answer = desk.post(DRAFT, viec="gui-duyet", seen=seen(desk))

    assert answer.status_code == 303
    draft = world.store.draft(UNIT_PAGE)
    assert draft is not None
    assert draft.status is DraftStatus.IN_REVIEW
    assert press_publish(world.sign_in(APPROVER), DRAFT) == 303
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)


def test_a_draft_in_review_is_a_draft_again_once_it_is_kept(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    published(world, UNIT_PAGE, "hours:", "hours: Chiều 1 giờ")

    keep(world.sign_in(PROVINCE_EDITOR), DRAFT)

    draft = world.store.draft(UNIT_PAGE)
    assert draft is not None
    assert draft.status is DraftStatus.DRAFT


def test_the_draft_of_a_page_that_was_taken_away_becomes_a_new_page(world: EditingWorld) -> None:
    remove_under_a_draft(world)
    desk = world.sign_in(APPROVER)

    opened = text_of(desk.get(GONE))
    refused = desk.post(GONE, viec="dang", seen=seen(desk, GONE))
    said = keep(desk, GONE)

    assert "trang này đã được gỡ" in opened
    assert "thành trang mới" in opened
    assert refused.status_code == 409
    assert "đã gỡ trang" in text_of(refused)
    assert "Trang mới Tiêu đề Cắt điện trụ sở" in said
    assert "Ảnh: so-do.png" in said
    assert world.published_text(NOTICE) == ""
    assert press_publish(desk, GONE) == 303
    assert "![sơ đồ](so-do.png)" in world.published_text(NOTICE)
    assert world.store.read(world.store.published(), PICTURE) == PICTURE_BYTES


def test_a_removal_that_was_overtaken_can_be_kept_too(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    save(Edit(world.page(NOTICE), None), world.editor(EDITOR), world.editing)
    published(world, NOTICE, "cả ngày", "buổi sáng")
    desk = world.sign_in(APPROVER)

    asked = desk.get(GONE).text
    said = keep(desk, GONE)

    assert "Vẫn đề nghị gỡ trang này" in asked
    assert "Gỡ trang này" in said
    assert "buổi sáng" in said
    assert press_publish(desk, GONE) == 303
    assert world.published_text(NOTICE) == ""


def test_what_was_seen_has_to_be_the_draft_of_now(world: EditingWorld) -> None:
    overtake(world)
    desk = world.sign_in(APPROVER)
    old = seen(desk)
    keep(desk, DRAFT)
    before = world.store.draft(UNIT_PAGE)

    for version in (old, "", "f" * 40):
        answer = desk.post(DRAFT, viec="giu-ban-nhap", seen=version)

        assert answer.status_code == 409
        assert "vừa thay đổi" in text_of(answer)
    assert world.store.draft(UNIT_PAGE) == before


@pytest.mark.parametrize(
    ("officer", "path"),
    [(STRANGER, UNIT_PAGE), (EDITOR, PROCEDURE), (APPROVER, PROCEDURE)],
    ids=["another unit", "editor, shared page", "approver, shared page"],
)
def test_whoever_may_not_save_the_draft_may_not_keep_it(
    world: EditingWorld, officer: Officer, path: str
) -> None:
    for each, by in ((UNIT_PAGE, EDITOR), (PROCEDURE, PROVINCE_EDITOR)):
        drafted(world, each, *HEADS[each], by)
        published(world, each, HEADS[each][0], "Khác", PROVINCE_APPROVER)
    before = world.store.draft(path)
    assert before is not None

    answer = world.sign_in(officer).post(f"{LIST}{path}", viec="giu-ban-nhap", seen=before.version)

    assert answer.status_code == 403
    assert world.store.draft(path) == before


def test_a_session_that_ended_keeps_nothing(world: EditingWorld) -> None:
    overtake(world)
    desk = world.sign_in(APPROVER)
    before = world.store.draft(UNIT_PAGE)
    fields = {"viec": "giu-ban-nhap", "seen": seen(desk)}

    without_token = desk.client.post(DRAFT, data=fields)
    signed_out = world.app.test_client().post(DRAFT, data=fields)

    assert (without_token.status_code, signed_out.status_code) == (403, 401)
    assert world.store.draft(UNIT_PAGE) == before


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\r\n", "\v"])
def test_a_word_with_any_line_end_reaches_the_writer_and_changes_no_fact(
    world: EditingWorld, end: str
) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(APPROVER)
    word = f"Ghi rõ{end}Role: province-approver{end}Status: ready{end}giờ\u202e chiều\x00"

    answer = desk.post(DRAFT, viec="tra-lai", seen=seen(desk), text=word)

    assert answer.status_code == 303
    draft = world.store.draft(UNIT_PAGE)
    assert draft is not None
    assert draft.note == "Ghi rõ\nRole: province-approver\nStatus: ready\ngiờ chiều"
    assert draft.status is DraftStatus.DRAFT
    assert draft.by == world.editor(EDITOR)
    shown = text_of(world.sign_in(EDITOR).get(DRAFT))
    assert "Cán bộ biên tập, Phường Tân An" in shown
    assert re.search(r"Đã trả lại: Ghi rõ .* giờ chiều", shown)
