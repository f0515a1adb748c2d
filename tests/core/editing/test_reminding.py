"""A unit hears once a month, by its OA, which of its pages are due to be looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from functions.core.editing.reminding import remind
from functions.core.models import UnitChannel
from functions.core.models.content import PageKind, PagePath, ReviewItem
from tests.core.world import GROUP, WARD, World, connected_world

EDITOR_URL = "https://bien-tap.example"
MORNING = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
"""9 o'clock in Viet Nam."""


def items(count: int, due_on: str = "2026-12-15") -> list[ReviewItem]:
    return [
        ReviewItem(
            PagePath(f"site/don-vi/{WARD}/thong-bao/tin-{number}.md", PageKind.NOTICE, WARD, ""),
            f"Thông báo số {number}",
            due_on,
        )
        for number in range(1, count + 1)
    ]


def at(world: World, moment: datetime) -> World:
    world.clock.advance(moment - world.clock.now())
    return world


def told(world: World, count: int = 2) -> int:
    number = remind({WARD: items(count)}, EDITOR_URL, world.work_services())
    world.work()
    return number


def test_the_group_is_told_once_in_a_month() -> None:
    world = at(connected_world(), MORNING)

    numbers = [told(world), told(world)]
    world.clock.advance(timedelta(days=1))
    numbers.append(told(world))

    assert numbers == [1, 0, 0]
    assert world.group(GROUP) == [
        "Công an phường Tân An: tháng 12/2026 có 2 trang đến hạn rà soát.\n"
        "- Thông báo số 1 (15/12/2026)\n"
        "- Thông báo số 2 (15/12/2026)\n"
        "Xin kiểm lại nội dung, rồi bấm “Đã rà soát, không đổi”, hoặc bấm “Sửa trang”, tại: "
        "https://bien-tap.example/sua-nhanh/ra-soat/\n"
        "Cần đăng nhập: mở trang cán bộ, chọn “Sửa trang của đơn vị”."
    ]


def test_next_month_it_is_told_again() -> None:
    world = at(connected_world(), MORNING)
    told(world)

    world.clock.advance(timedelta(days=31))

    assert told(world) == 1
    assert len(world.group(GROUP)) == 2


def test_a_long_list_is_cut_and_says_so() -> None:
    world = at(connected_world(), MORNING)

    told(world, 11)

    (text,) = world.group(GROUP)
    assert "Thông báo số 8 " in text
    assert "Thông báo số 9 " not in text
    assert "\nVà 3 trang khác.\n" in text
    assert len(text) <= 1_500


def test_nobody_is_told_at_night_nor_of_nothing() -> None:
    world = at(connected_world(), MORNING - timedelta(hours=5))

    assert told(world) == 0
    world.clock.advance(timedelta(hours=5))
    assert remind({WARD: []}, EDITOR_URL, world.work_services()) == 0
    assert world.group(GROUP) == []


def test_a_unit_without_a_group_reaches_its_officers_one_by_one() -> None:
    world = at(connected_world(), MORNING)
    world.channels.save_channel(
        UnitChannel(WARD, f"oa-{WARD}", "", world.channels.channel(WARD).forward_mode)
    )
    world.enroll("7000000000000000009", "Y Bhăm")

    assert told(world) == 1
    assert "có 2 trang đến hạn rà soát" in world.chat("7000000000000000009")[0]


def test_a_unit_without_an_oa_is_left_alone() -> None:
    assert told(at(World(), MORNING)) == 0
