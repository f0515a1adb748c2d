"""Hundreds of messages in one case cost its group a handful of posts, and hide nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import casework
from functions.core.bundles import (
    BUNDLE_GATHERS,
    BUNDLES_APART,
    FLOOD_WINDOW,
    MOST_SINGLE,
)
from functions.core.models import (
    Contact,
    EntryKind,
    ForwardMode,
    JobState,
    Tip,
    TipStatus,
    Urgency,
)
from functions.core.posting import SENDS_PER_MINUTE
from tests.core.relaying import photo, voice, world_with_officers
from tests.core.world import GROUP, OTHER_GROUP, OTHER_WARD, PUBLIC_URL, WARD, World

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
COUNT = re.compile(r"người báo tin nhắn thêm (\d+) tin trong thời gian ngắn")


def told(world: World, group_id: str = GROUP) -> list[int]:
    """Return of each post how many messages it tells; 0 for what an officer did."""
    counts = []
    for text in world.said(group_id):
        bundle = COUNT.search(text)
        counts.append(int(bundle[1]) if bundle else int("người báo tin nhắn thêm lúc" in text))
    return counts


def flood(world: World, tip: Tip, count: int, *, working: bool = True) -> None:
    """Let the sender write so many messages within a minute."""
    for number in range(count):
        world.write(tip, f"lời {number}")
        world.clock.advance(MINUTE / count)
        if working:
            world.work_once()


def flooded_world(count: int = MOST_SINGLE + 20) -> tuple[World, Tip]:
    """Return a case whose messages have come one by one, and are held up now."""
    world, _ = world_with_officers()
    tip = world.submit_by_chat()
    world.work()
    for _ in range(count):
        world.write(tip, "nhắn")
        world.work_once()
    assert told(world) == [1] * MOST_SINGLE
    return world, tip


def written(world: World, tip: Tip) -> list[str]:
    entries = world.cases.entries(tip.tip_id)
    return [one.text for one in entries if one.kind is EntryKind.RESIDENT_MESSAGE]


def test_three_hundred_messages_in_a_minute_become_a_few_posts_and_all_stand_in_the_case() -> None:
    world, _ = world_with_officers()
    tip = world.submit_by_chat()
    world.work()

    flood(world, tip, 300)
    world.work()

    assert told(world)[:MOST_SINGLE] == [1] * MOST_SINGLE
    assert len(told(world)) <= MOST_SINGLE + 3
    assert sum(told(world)) == 300
    assert written(world, tip) == [f"lời {number}" for number in range(300)]
    assert {job.state for job in world.jobs.all()} == {JobState.DONE}
    assert world.crashes == []


def test_noisy_case_costs_its_group_a_post_each_five_minutes() -> None:
    world, _ = world_with_officers()
    tip = world.submit_by_chat()
    world.work()

    for _ in range(60):
        flood(world, tip, 4)
    world.work()

    assert sum(told(world)) == 240
    assert len(told(world)) <= MOST_SINGLE + MINUTE * 60 // BUNDLES_APART + 1


def test_messages_that_waited_together_are_told_at_once_and_where_to_read_them() -> None:
    world, _ = world_with_officers()
    tip = world.submit_by_chat(contact=Contact("Đào Thị Hoa"))
    world.work()
    flood(world, tip, 10, working=False)
    world.write(tip, "Đào Thị Hoa", photo(1), voice(2))
    world.clock.advance(MINUTE)

    world.work_once()

    assert world.group()[1].split("\n") == [
        f"{tip.card_code}: người báo tin nhắn thêm 11 tin trong thời gian ngắn,"
        " tin cuối lúc 08:31 ngày 20/11/2026",
        "Ảnh kèm theo: 1",
        "Ghi âm, tệp kèm theo: 1",
        f"Mở trang vụ việc để xem: {PUBLIC_URL}/can-bo/tin/{tip.card_code}",
    ]
    assert len(world.group()) == 2


@pytest.mark.parametrize("count", [2, MOST_SINGLE])
def test_what_an_ordinary_conversation_has_is_told_word_by_word(count: int) -> None:
    world, _ = world_with_officers()
    tip = world.submit_by_chat()
    world.work()
    flood(world, tip, count, working=False)

    world.work_once()

    assert told(world) == [1] * count
    assert world.unfinished() == []


def test_single_message_past_the_tenth_comes_with_its_words_half_a_minute_later() -> None:
    world, tip = flooded_world(MOST_SINGLE + 1)
    written_at = world.clock.now()

    world.clock.set(written_at + BUNDLE_GATHERS - SECOND)
    world.work_once()
    assert told(world) == [1] * MOST_SINGLE
    world.clock.advance(SECOND)
    world.work_once()

    assert told(world) == [1] * (MOST_SINGLE + 1)
    assert "│ nhắn" in world.group()[-1]
    world.write(tip, "nữa")
    world.work_once()
    world.clock.advance(BUNDLES_APART - SECOND)
    world.work_once()
    assert len(told(world)) == MOST_SINGLE + 1
    world.clock.advance(SECOND)
    world.work_once()
    assert len(told(world)) == MOST_SINGLE + 2


def test_after_some_quiet_minutes_messages_come_word_by_word_again() -> None:
    world, tip = flooded_world()
    world.work()
    assert told(world)[MOST_SINGLE:] == [20]

    world.clock.advance(FLOOD_WINDOW)
    world.write(tip, "Có tin mới")
    world.work_once()

    assert "│ Có tin mới" in world.group()[-1]


def test_one_job_waits_for_all_messages_that_are_held_up() -> None:
    world, _ = flooded_world(100)

    (job,) = world.unfinished()

    assert job.due_at == world.clock.now() + BUNDLE_GATHERS
    assert world.jobs.counts()["done"] > 100


def test_what_officers_do_keeps_its_place_and_waits_for_nothing() -> None:
    world, tip = flooded_world()
    officer = world.officers.officer(WARD, "a")
    assert officer

    casework.take(world.act(tip, officer), world.casework)
    world.write(tip, "nhắn sau")
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    for _ in range(3):
        world.write(tip, "nhắn sau nữa")
    world.work_once()

    assert told(world) == [1] * MOST_SINGLE + [20, 0, 1, 0]
    assert "đã nhận" in world.said()[-3]
    assert "đã trả lời" in world.said()[-1]
    world.work()
    assert told(world)[-1] == 3


def test_answer_that_does_not_arrive_is_told_in_the_middle_of_a_flood() -> None:
    world, tip = flooded_world()
    officer = world.officers.officer(WARD, "a")
    assert officer
    world.zalo.closed_users.add("resident-1")

    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    world.work_once()

    assert told(world)[MOST_SINGLE:] == [20, 0, 0]
    assert "KHÔNG gửi được" in world.said()[-1]


def test_sealed_case_is_bundled_like_any_other() -> None:
    world, _ = world_with_officers(ForwardMode.NOTICE)
    tip = world.submit(sealed=True)
    world.work()
    flood(world, tip, 30, working=False)

    world.work()

    assert told(world) == [30]


def test_urgent_noisy_case_keeps_to_the_rate_and_urgent_cards_pass() -> None:
    world, officer = world_with_officers()
    tip = world.submit(urgency=Urgency.NOW)
    world.work()
    for number in range(SENDS_PER_MINUTE + 5):
        casework.verify_place(world.act(tip, officer), f"hẻm {number}", world.casework)
    world.work_once()
    assert len(world.group()) == SENDS_PER_MINUTE

    urgent = world.submit(urgency=Urgency.NOW)
    world.work_once()

    assert urgent.card_code in world.group()[-1]
    assert len(world.group()) == SENDS_PER_MINUTE + 1


def test_cards_of_the_same_unit_and_of_others_come_during_a_flood() -> None:
    world, noisy = flooded_world()
    for number in range(100):
        world.write(noisy, f"lời {number}")
    urgent, plain = world.submit(urgency=Urgency.NOW), world.submit()
    other = world.submit(unit_id=OTHER_WARD)

    world.work_once()

    assert urgent.card_code in world.group()[-2]
    assert plain.card_code in world.group()[-1]
    assert other.card_code in world.group(OTHER_GROUP)[-1]


def test_a_flood_reaches_the_unit_that_gets_the_tip_as_one_post() -> None:
    world, tip = flooded_world()
    officer = world.officers.officer(WARD, "a")
    assert officer
    world.work()

    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)
    world.write(tip, "Nhóm mới nghe")
    world.work()

    assert told(world) == [1] * MOST_SINGLE + [20, 0]
    assert told(world, OTHER_GROUP) == [MOST_SINGLE + 20 + 1]


def test_erased_tip_tells_nothing_that_was_held_up() -> None:
    world, tip = flooded_world()
    world.tips.put(replace(world.tips.get(tip.tip_id), status=TipStatus.ERASED))

    world.work()

    assert told(world) == [1] * MOST_SINGLE
