"""A draft that was thrown away: where it is found, and the button that brings it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.editing.discarding import discard
from tests.content.small_site import UNIT_PAGE, drafted, seen_at, small_world, text_of
from tests.content.world import (
    APPROVER,
    EDITOR,
    OFFICERS,
    PROVINCE_EDITOR,
    STRANGER,
    EditingWorld,
)

LIST = "/sua-nhanh/ban-nhap/"
DRAFT = f"{LIST}{UNIT_PAGE}"
HEADING = "Bản nháp đã bỏ"
BUTTON = "Lấy lại bản nháp này"


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def throw_away(world: EditingWorld, new: str = "hours: Cả ngày") -> None:
    draft = drafted(world, new=new)
    discard(world.page(draft.page), world.editor(EDITOR), world.editing)


def test_it_is_listed_below_the_drafts_and_comes_back_by_one_button(world: EditingWorld) -> None:
    throw_away(world)
    desk = world.sign_in(EDITOR)

    listed, opened = desk.get(LIST), desk.get(DRAFT)
    answer = desk.post(DRAFT, viec="lay-lai", seen=seen_at(desk, DRAFT))

    assert f"Không có bản nháp nào. {HEADING}" in text_of(listed)
    assert f'href="{DRAFT}"' in listed.text
    assert (opened.status_code, BUTTON in text_of(opened)) == (404, True)
    assert (answer.status_code, answer.location) == (303, f"{DRAFT}?xong=lay-lai")
    shown = text_of(desk.get(answer.location))
    assert "Đã lấy lại bản nháp." in shown
    assert "Cả ngày" in shown
    assert HEADING not in text_of(desk.get(LIST))


def test_only_the_unit_and_the_province_find_it(world: EditingWorld) -> None:
    throw_away(world)

    found = {
        officer.name for officer in OFFICERS if HEADING in text_of(world.sign_in(officer).get(LIST))
    }

    own = {officer.name for officer in OFFICERS if officer.unit_id == EDITOR.unit_id}
    assert own | {PROVINCE_EDITOR.name} <= found
    assert STRANGER.name not in found


def test_a_stranger_takes_nothing_back(world: EditingWorld) -> None:
    throw_away(world)
    version = seen_at(world.sign_in(EDITOR), DRAFT)

    answer = world.sign_in(STRANGER).post(DRAFT, viec="lay-lai", seen=version)

    assert answer.status_code == 403
    assert world.store.draft(UNIT_PAGE) is None


def test_a_second_press_shows_the_draft_that_is_there(world: EditingWorld) -> None:
    throw_away(world)
    desk = world.sign_in(EDITOR)
    version = seen_at(desk, DRAFT)
    desk.post(DRAFT, viec="lay-lai", seen=version)

    again = desk.post(DRAFT, viec="lay-lai", seen=version)

    assert (again.status_code, again.location) == (303, f"{DRAFT}?xong=lay-lai")


def test_a_draft_begun_meanwhile_is_shown_instead(world: EditingWorld) -> None:
    throw_away(world)
    desk = world.sign_in(EDITOR)
    version = seen_at(desk, DRAFT)
    drafted(world, new="hours: Buổi sáng", officer=APPROVER)

    answer = desk.post(DRAFT, viec="lay-lai", seen=version)

    assert answer.status_code == 409
    assert "Trang vừa thay đổi sau khi bạn mở" in text_of(answer)
    assert "Buổi sáng" in text_of(answer)
    assert HEADING not in text_of(desk.get(LIST))


def test_the_question_says_how_long_it_can_be_taken_back(world: EditingWorld) -> None:
    drafted(world)
    desk = world.sign_in(EDITOR)

    asked = desk.get(f"{DRAFT}?viec=bo")
    done = desk.post(DRAFT, viec="bo", seen=seen_at(desk, f"{DRAFT}?viec=bo"))

    for said in (text_of(asked), text_of(desk.get(done.location))):
        assert "Trong 14 ngày vẫn lấy lại được" in said
