"""What a unit is told when the shared text beneath its own words changed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.core.models import Officer
from functions.core.models.content import DraftStatus
from tests.content.small_site import (
    OTHER_PAGE,
    PROCEDURE,
    UNIT_PAGE,
    drafted,
    published,
    small_world,
    text_of,
)
from tests.content.world import (
    APPROVER,
    EDITOR,
    OTHER,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    STRANGER,
    UNIT,
    Desk,
    EditingWorld,
)

ADDRESS = "/sua-nhanh/phan-chung/"
SLUG = "dang-ky-tam-tru"
TITLE = "Đăng ký tạm trú"
OLD_TIME, NEW_TIME = "time: 3 ngày làm việc.", "time: 5 ngày làm việc."


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def with_rule(world: EditingWorld, based_on: str = "", path: str = UNIT_PAGE) -> str:
    """Let a unit say something of its own about a procedure."""
    noted = f"\n    based_on: {based_on}" if based_on else ""
    rule = f"procedures:\n  {SLUG}:\n    note: Nộp ở cổng sau{noted}"
    return published(world, path, "procedures:", rule, APPROVER if path == UNIT_PAGE else STRANGER)


def shared_now(world: EditingWorld) -> str:
    return world.store.blob_id(world.store.published(), PROCEDURE)


def shared_changes(world: EditingWorld, old: str = OLD_TIME, new: str = NEW_TIME) -> None:
    published(world, PROCEDURE, old, new, PROVINCE_APPROVER)


def kept(desk: Desk, unit_id: str = UNIT, address: str = ADDRESS) -> dict[str, str]:
    """Return the fields of the button that keeps a unit's own words."""
    found = re.search(r'name="seen" value="([0-9a-f]*)"', desk.get(address).text)
    assert found is not None
    return {"unit": unit_id, "slug": SLUG, "seen": found[1]}


def own_part(answer: Any) -> str:
    """Return what the page says of the unit's own words."""
    return text_of(answer).partition("Đổi trong 60 ngày qua")[0]


def test_nothing_is_told_while_the_shared_text_is_what_the_unit_saw(world: EditingWorld) -> None:
    with_rule(world, shared_now(world)[:12])

    said = own_part(world.sign_in(EDITOR).get(ADDRESS))

    assert "Không có thay đổi nào mà đơn vị chưa xem" in said


@pytest.mark.parametrize("is_noted", [True, False])
def test_unit_sees_what_changed_beneath_its_own_words(world: EditingWorld, is_noted: bool) -> None:
    with_rule(world, shared_now(world)[:12] if is_noted else "")
    shared_changes(world)

    answer = world.sign_in(EDITOR).get(ADDRESS)

    assert f"{TITLE} Bản chung đã đổi sau khi đơn vị viết phần riêng" in own_part(answer)
    assert "Mới: Bao lâu: 5 ngày làm việc." in own_part(answer)
    assert "Lưu ý riêng Nộp ở cổng sau" in own_part(answer)
    assert f'href="/sua-nhanh/{UNIT}/thu-tuc/{SLUG}"' in answer.text


def test_change_before_the_rule_was_written_is_none(world: EditingWorld) -> None:
    shared_changes(world)
    with_rule(world)
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")

    assert "chưa xem" in own_part(world.sign_in(EDITOR).get(ADDRESS))


def test_rule_that_was_rewritten_counts_from_then_on(world: EditingWorld) -> None:
    with_rule(world)
    shared_changes(world)
    published(world, UNIT_PAGE, "Nộp ở cổng sau", "Nộp ở cổng trước")

    said = own_part(world.sign_in(EDITOR).get(ADDRESS))

    assert "Không có thay đổi nào mà đơn vị chưa xem" in said


def test_rule_upon_a_text_that_never_was_asks_to_read_all(world: EditingWorld) -> None:
    with_rule(world, "0123456789ab")

    said = own_part(world.sign_in(EDITOR).get(ADDRESS))

    assert "không rõ đơn vị đã xem bản nào" in said


def test_review_without_a_change_is_no_news(world: EditingWorld) -> None:
    with_rule(world, shared_now(world)[:12])
    shared_changes(world, "next_review_on: 2027-02-28", "next_review_on: 2027-05-20")

    answer = world.sign_in(EDITOR).get(ADDRESS)

    assert "Không có thay đổi nào mà đơn vị chưa xem" in own_part(answer)
    assert "Không thủ tục chung nào đổi nội dung" in text_of(answer)


def test_approver_keeps_the_own_words_by_one_tap(world: EditingWorld) -> None:
    with_rule(world, shared_now(world)[:12])
    old = shared_now(world)[:12]
    shared_changes(world)
    before = world.published_text(UNIT_PAGE)
    desk = world.sign_in(APPROVER)

    answer = desk.post(ADDRESS, **kept(desk))

    assert answer.status_code == 303
    assert "Phần riêng của đơn vị giữ nguyên" in desk.get(answer.location).text
    assert world.published_text(UNIT_PAGE) == before.replace(old, shared_now(world)[:12])
    assert "Không có thay đổi nào mà đơn vị chưa xem" in own_part(desk.get(ADDRESS))


def test_editors_tap_waits_for_review(world: EditingWorld) -> None:
    with_rule(world)
    shared_changes(world)
    desk = world.sign_in(EDITOR)

    answer = desk.post(ADDRESS, **kept(desk))

    draft = world.store.draft(UNIT_PAGE)
    assert answer.status_code == 303
    assert draft is not None
    assert draft.status is DraftStatus.IN_REVIEW
    text = (world.store.read(draft.version, UNIT_PAGE) or b"").decode()
    assert re.findall(r"based_on: \W*(\w+)", text) == [shared_now(world)[:12]]


@pytest.mark.parametrize("officer", [APPROVER, EDITOR])
def test_second_tap_says_the_same(world: EditingWorld, officer: Officer) -> None:
    with_rule(world)
    shared_changes(world)
    desk = world.sign_in(officer)
    sent = kept(desk)

    answers = [desk.post(ADDRESS, **sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(world.store.versions(UNIT_PAGE)) == (3 if officer is APPROVER else 2)


def test_shared_text_that_changed_again_is_to_be_looked_at_again(world: EditingWorld) -> None:
    with_rule(world)
    shared_changes(world)
    desk = world.sign_in(APPROVER)
    sent = kept(desk)
    shared_changes(world, NEW_TIME, "time: 7 ngày làm việc.")

    answer = desk.post(ADDRESS, **sent)

    assert answer.status_code == 409
    assert "vừa thay đổi" in text_of(answer)
    assert "Mới: Bao lâu: 7 ngày làm việc." in own_part(answer)
    assert "based_on" not in world.published_text(UNIT_PAGE)


def test_unfinished_draft_is_not_handed_in_by_a_tap(world: EditingWorld) -> None:
    with_rule(world)
    shared_changes(world)
    draft = drafted(world, UNIT_PAGE, "email:", "email: a@example.vn")
    desk = world.sign_in(EDITOR)

    answer = desk.post(ADDRESS, **kept(desk))

    assert answer.status_code == 409
    assert f'href="/sua-nhanh/ban-nhap/{UNIT_PAGE}"' in answer.text
    assert world.store.draft(UNIT_PAGE) == draft


def test_nobody_taps_for_another_unit_or_for_a_path(world: EditingWorld) -> None:
    with_rule(world)
    with_rule(world, path=OTHER_PAGE)
    shared_changes(world)
    seen = shared_now(world)
    desk, province = world.sign_in(EDITOR), world.sign_in(PROVINCE_APPROVER)

    statuses = {
        unit_id: desk.post(ADDRESS, unit=unit_id, slug=SLUG, seen=seen).status_code
        for unit_id in (OTHER, "..", "../..", "_mau", "")
    }
    slugs = {
        slug: province.post(ADDRESS, unit=UNIT, slug=slug, seen=seen).status_code
        for slug in ("../thu-tuc/dang-ky-tam-tru", "tach-ho", "")
    }

    assert set(statuses.values()) == {403}
    assert set(slugs.values()) == {404}


def test_tap_of_another_session_notes_nothing(world: EditingWorld) -> None:
    with_rule(world)
    shared_changes(world)
    desk = world.sign_in(APPROVER)

    answer = desk.client.post(ADDRESS, data=kept(desk))

    assert answer.status_code == 403
    assert "mở từ lần đăng nhập trước" in text_of(answer)
    assert "based_on" not in world.published_text(UNIT_PAGE)


def test_province_sees_which_units_have_not_seen_a_change(world: EditingWorld) -> None:
    with_rule(world, shared_now(world)[:12])
    shared_changes(world)
    with_rule(world, shared_now(world)[:12], OTHER_PAGE)
    desk = world.sign_in(PROVINCE_EDITOR)

    everything, one = desk.get(ADDRESS), desk.get(f"{ADDRESS}?don-vi={UNIT}")

    assert "Phường Tân An: 1 thủ tục" in text_of(everything)
    assert "Xã Ea Kly" not in text_of(everything)
    assert "Mới: Bao lâu: 5 ngày làm việc." in own_part(one)


def test_province_approver_may_tap_for_a_unit(world: EditingWorld) -> None:
    with_rule(world)
    shared_changes(world)
    desk = world.sign_in(PROVINCE_APPROVER)

    answer = desk.post(ADDRESS, **kept(desk, address=f"{ADDRESS}?don-vi={UNIT}"))

    assert answer.status_code == 303
    assert f"don-vi={UNIT}" in answer.location
    assert shared_now(world)[:12] in world.published_text(UNIT_PAGE)


def test_changes_of_sixty_days_are_listed_for_all(world: EditingWorld) -> None:
    shared_changes(world)
    desk = world.sign_in(EDITOR)
    soon = text_of(desk.get(ADDRESS))

    world.clock.advance(timedelta(days=61))
    later = text_of(world.sign_in(EDITOR).get(ADDRESS))

    assert f"{TITLE} Trả lời nhanh" in soon
    assert "Không thủ tục chung nào đổi nội dung" in later


def test_what_changed_before_the_sixty_days_is_not_told_with_what_changed_since(
    world: EditingWorld,
) -> None:
    shared_changes(world)
    world.clock.advance(timedelta(days=61))
    shared_changes(world, "short_title: Tạm trú", "short_title: Ở tạm")

    said = text_of(world.sign_in(EDITOR).get(ADDRESS))

    assert "Tên ngắn" in said
    assert "5 ngày làm việc" not in said


def test_procedure_that_is_gone_or_new_is_told_so(world: EditingWorld) -> None:
    with_rule(world, shared_now(world)[:12])
    text = world.published_text(PROCEDURE)
    note = world.store.versions(limit=1)[0].note
    files = {PROCEDURE: None, "site/thu-tuc/moi-co.md": text.replace(TITLE, "Mới có").encode()}
    before = world.store.published()
    version = world.store.make_version([before], files, note, world.clock.now())
    world.store.move_published(before, version)

    answer = world.sign_in(EDITOR).get(ADDRESS)

    assert "Thủ tục chung này đã được gỡ xuống" in own_part(answer)
    assert f"{TITLE} (đã gỡ)" in text_of(answer)
    assert "Mới có (mới)" in text_of(answer)
    assert "giữ nguyên phần riêng</button>" not in answer.text
