"""The worker dies at every single step: afterwards nothing is lost and nothing stands twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.core.errors import OutcomeUnknownError, RejectedByProviderError
from functions.core.jobs import run_job
from functions.core.models import DeliveryState, ForwardMode, JobState, Urgency
from functions.core.work import LEASE
from tests.core.world import GROUP, World, connected_world
from tests.fakes.faults import Crash, CrashPoint

LONG_TEXT = "từ " * 1_000
Prepare = Callable[[], World]


def crash_everywhere(prepare: Prepare, check: Callable[[World, str], None]) -> int:
    """Crash before and after each call of the work, finish it, check; return the points."""
    points = 0
    for after_effect in (False, True):
        at_call = 0
        while True:
            at_call += 1
            world = prepare()
            point = CrashPoint(at_call, after_effect=after_effect)
            try:
                world.work_once(point)
            except Crash:
                world.clock.advance(LEASE)
            world.work()
            check(world, f"call {at_call}, after its effect: {after_effect}")
            if not point.is_reached:
                break
            points += 1
    return points


def settled(world: World, where: str) -> None:
    assert world.unfinished() == [], where
    assert world.crashes == [], where
    assert {job.state for job in world.jobs.all()} == {JobState.DONE}, where
    for tip_id in world.tips.all_ids():
        (delivery,) = world.deliveries.of_tip(tip_id)
        assert delivery.state is DeliveryState.SENT, where


def test_long_card_with_photos_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world = connected_world()
        tip = world.submit(LONG_TEXT, photos=(b"one", b"broken", b"three"))
        world.clean_photos(tip)
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        tip = world.last_tip()
        posted = world.zalo.group(GROUP)
        parts = [message.text.split("\n")[0] for message in posted[:3]]
        assert [part.split()[-1] for part in parts[:1]] == ["(1/3)"], where
        assert [f"({number}/3)" in part for number, part in enumerate(parts, 1)] == [True] * 3
        assert [(message.text, message.photo) for message in posted[3:]] == [
            (f"{tip.card_code} ảnh 1/3", b"clean one"),
            (f"{tip.card_code} ảnh 3/3", b"clean three"),
        ], where

    assert crash_everywhere(prepare, check) > 80


def test_several_tips_and_their_photos_survive_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world = connected_world()
        world.submit("một", photos=(b"one",))
        world.submit("hai", urgency=Urgency.NOW)
        world.submit("ba", sealed=True)
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        tips = [world.tips.get(tip_id) for tip_id in world.tips.all_ids()]
        texts = world.group()
        assert len(texts) == len(set(texts)) == 4, where
        for tip in tips:
            cards = [text for text in texts if text.startswith(f"TIN MỚI {tip.card_code}")]
            assert len(cards) == 1, where
        assert f"{tips[0].card_code} ảnh 1/1" in texts, where

    assert crash_everywhere(prepare, check) > 80


def test_notice_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world = connected_world(ForwardMode.NOTICE)
        world.submit("Lời kể")
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        assert len(world.group()) == 1, where

    assert crash_everywhere(prepare, check) > 15


def test_fallback_to_a_notice_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world = connected_world()
        world.zalo.refused_words.add("lời cấm")
        world.submit("lời cấm")
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        (text,) = world.group()
        assert "Nội dung xem ở trang vụ việc" in text, where

    assert crash_everywhere(prepare, check) > 20


def test_digest_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world = connected_world()
        for _ in range(22):
            world.submit()
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        texts = world.group()
        everything = "\n".join(texts)
        assert len(texts) == len(set(texts)) <= 22, where
        for tip_id in world.tips.all_ids():
            code = world.tips.get(tip_id).card_code
            assert everything.count(f"TIN MỚI {code}") + everything.count(f"{code} ·") == 1, where

    def before_the_flood() -> World:
        world = prepare()
        for _ in range(20):
            run_job(world.jobs.due(world.clock.now(), 1)[0], world.work_services())
        return world

    def with_an_open_digest() -> World:
        world = prepare()
        world.work_once()
        world.clock.set(world.unfinished()[0].due_at)
        return world

    assert crash_everywhere(before_the_flood, check) > 20
    assert crash_everywhere(with_an_open_digest, check) > 15


def test_look_up_after_a_lost_answer_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world = connected_world()
        world.submit(photos=(b"one",))
        world.clean_photos(world.last_tip())
        world.zalo.fail("send_group_image", OutcomeUnknownError("timeout"), after_effect=True)
        world.work_once()
        world.clock.set(world.unfinished()[0].due_at)
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        assert [posted.photo for posted in world.zalo.group(GROUP)] == [None, b"clean one"], where

    assert crash_everywhere(prepare, check) > 10


def test_reopened_delivery_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world = connected_world()
        world.zalo.fail("send_group_text", RejectedByProviderError("-201"), times=-1)
        world.submit()
        world.work()
        world.zalo.recover()
        assert world.jobs.retry(None, world.clock.now()) == 1
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        texts = world.group()
        assert len(texts) == len(set(texts)) == 2, where

    assert crash_everywhere(prepare, check) > 15


@pytest.mark.parametrize("first_after", [False, True])
@pytest.mark.parametrize("second_after", [False, True])
def test_two_crashes_one_after_the_other_lose_and_repeat_nothing(
    first_after: bool, second_after: bool
) -> None:
    for first in range(8, 24):
        for second in range(1, 14, 2):
            world = connected_world()
            tip = world.submit(LONG_TEXT, photos=(b"one",))
            world.clean_photos(tip)
            for at_call, after_effect in ((first, first_after), (second, second_after)):
                try:
                    world.work_once(CrashPoint(at_call, after_effect=after_effect))
                except Crash:
                    world.clock.advance(LEASE)
            world.work()

            settled(world, f"{first} {second}")
            texts = world.group()
            assert len(texts) == len(set(texts)) == 4, (first, second)
