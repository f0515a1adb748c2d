"""Bringing a tip to its unit's group: what goes, in which order, and who must wait for what."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.models import (
    DeliveryState,
    ForwardMode,
    JobState,
    SendState,
    TipStatus,
    TokenState,
    Urgency,
)
from functions.core.posting import SENDS_PER_MINUTE
from functions.core.reach import PARKED
from tests.core.world import (
    GROUP,
    OTHER_GROUP,
    OTHER_WARD,
    PROVINCE,
    WARD,
    World,
    connected_world,
)
from tests.fakes.tips import MemoryTipStore

LONG_TEXT = "từ " * 1_000
MINUTE = timedelta(minutes=1)

PARTS = 3
"""So many messages `LONG_TEXT` becomes."""

TALKATIVE = 17
"""So many long tips are more messages than a unit sends in a minute."""


def test_card_goes_in_parts_and_photos_after_in_order() -> None:
    world = connected_world()
    tip = world.submit(LONG_TEXT, photos=(b"one", b"two"))

    world.work()

    posted = world.zalo.group(GROUP)
    parts = len(posted) - 2
    assert parts >= 2
    for number, message in enumerate(posted[:parts], start=1):
        assert f"{tip.card_code} ({number}/{parts})" in message.text.split("\n")[0]
    assert [message.text for message in posted[parts:]] == [
        f"{tip.card_code} ảnh 1/2",
        f"{tip.card_code} ảnh 2/2",
    ]
    assert [message.photo for message in posted[parts:]] == [b"clean one", b"clean two"]


def test_delivery_records_each_message_with_its_id_and_time() -> None:
    world = connected_world()
    tip = world.submit(LONG_TEXT, photos=(b"one",))

    world.work()

    (delivery,) = world.deliveries.of_tip(tip.tip_id)
    assert delivery.state is DeliveryState.SENT
    assert (delivery.unit_id, delivery.recipient) == (WARD, GROUP)
    assert [m.message_id for m in delivery.messages] == [
        posted.message_id for posted in world.zalo.group(GROUP)
    ]
    assert {message.state for message in delivery.messages} == {SendState.SENT}
    assert all(message.sent_at for message in delivery.messages)
    assert world.job_of(tip.tip_id).state is JobState.DONE


def test_job_that_runs_twice_posts_once() -> None:
    world = connected_world()
    tip = world.submit(photos=(b"one",))
    world.work()
    before = world.group()

    again = replace(world.job_of(tip.tip_id), job_id="again", state=JobState.PENDING)
    world.jobs.add(again)
    world.work()

    assert world.group() == before
    assert world.unfinished() == []


@pytest.mark.parametrize(("mode", "sealed"), [(ForwardMode.NOTICE, False), (ForwardMode.TIP, True)])
def test_notice_is_one_message_without_words_or_photos(mode: ForwardMode, sealed: bool) -> None:
    world = connected_world(mode)
    tip = world.submit("Lời kể", photos=(b"one",), sealed=sealed)

    world.work()

    (message,) = world.zalo.group(GROUP)
    assert message.photo is None
    assert tip.card_code in message.text
    assert "Lời kể" not in message.text
    assert world.zalo.calls["upload_image"] == 0


def test_each_unit_gets_its_own_tips_and_the_province_the_officers_matters() -> None:
    world = connected_world()
    world.connect(OTHER_WARD, OTHER_GROUP)
    world.connect(PROVINCE, "group-province")
    tips = [
        world.submit(),
        world.submit(unit_id=OTHER_WARD),
        world.submit(category="can-bo"),
    ]

    world.work()

    for tip, group in zip(tips, (GROUP, OTHER_GROUP, "group-province"), strict=True):
        (text,) = world.group(group)
        assert tip.card_code in text


def test_urgent_tips_go_first_then_the_oldest() -> None:
    world = connected_world()
    order = [Urgency.NORMAL, Urgency.NORMAL, Urgency.SOON, Urgency.NOW, Urgency.NOW]
    tips = [world.submit(urgency=urgency) for urgency in order]

    world.work()

    codes = [text.split()[2] for text in world.group()]
    assert codes == [tips[index].card_code for index in (3, 4, 2, 0, 1)]


def test_photo_that_is_still_being_cleaned_holds_only_itself_up() -> None:
    world = connected_world()
    world.cleaner.failures = 2
    first = world.submit(photos=(b"one",))
    second = world.submit()

    world.work_once()
    assert [text.split()[2] for text in world.group()] == [first.card_code, second.card_code]
    job = world.job_of(first.tip_id)
    assert (job.state, job.last_error) == (JobState.PENDING, "photos-not-ready")
    assert timedelta(seconds=1) <= job.due_at - world.clock.now() <= MINUTE
    world.work()

    assert world.group()[2:] == [f"{first.card_code} ảnh 1/1"]


def test_photo_that_cannot_be_opened_is_left_out() -> None:
    world = connected_world()
    tip = world.submit(photos=(b"one", b"broken", b"three"))

    world.work()

    assert world.group()[1:] == [f"{tip.card_code} ảnh 1/3", f"{tip.card_code} ảnh 3/3"]
    (delivery,) = world.deliveries.of_tip(tip.tip_id)
    assert delivery.state is DeliveryState.SENT
    assert [message.state for message in delivery.messages][2] is SendState.REFUSED
    assert world.job_of(tip.tip_id).state is JobState.DONE


def test_tip_of_a_unit_without_oa_waits_and_goes_out_once_connected() -> None:
    world = World()
    tip = world.submit()
    world.work_once()
    job = world.job_of(tip.tip_id)
    assert (job.state, job.last_error) == (JobState.PENDING, "no-channel")
    assert job.due_at == world.clock.now() + PARKED
    assert world.alerts.raised == []

    world.connect()
    world.jobs.rearm_lane(WARD, world.clock.now())
    world.work_once()

    (text,) = world.group()
    assert tip.card_code in text


def test_tip_waits_where_the_oa_must_be_authorized_anew() -> None:
    world = connected_world()
    world.tokens.give_up(WARD, 1)
    tip = world.submit()

    world.work_once()

    job = world.job_of(tip.tip_id)
    assert world.tokens.get(WARD).state is TokenState.NEEDS_AUTHORIZATION  # type: ignore[union-attr]
    assert (job.state, job.last_error) == (JobState.PENDING, "needs-authorization")
    assert world.zalo.calls.total() == 0


def test_erased_tip_is_not_posted() -> None:
    world = connected_world()
    tip = world.submit()
    _erase(world.tips, tip.tip_id)

    world.work()

    assert world.group() == []
    assert world.job_of(tip.tip_id).state is JobState.DONE


def _erase(tips: MemoryTipStore, tip_id: str) -> None:
    tips._tips[tip_id] = replace(tips.get(tip_id), status=TipStatus.ERASED)


def test_tip_not_yet_posted_goes_to_the_new_group_of_its_unit() -> None:
    world = connected_world()
    world.zalo.accepted = set()
    tip = world.submit()
    world.work_once()

    world.connect(group_id="new-group")
    world.zalo.accepted = None
    world.jobs.rearm_lane(WARD, world.clock.now())
    world.work_once()

    assert world.group() == []
    assert len(world.group("new-group")) == 1
    assert world.job_of(tip.tip_id).state is JobState.DONE


def test_unit_sends_at_most_so_many_messages_a_minute_and_all_arrive() -> None:
    world = connected_world()
    tips = [world.submit(LONG_TEXT) for _ in range(TALKATIVE)]
    begun = world.clock.now()

    world.work_once()
    assert len(world.group()) == SENDS_PER_MINUTE
    world.clock.set(begun + MINUTE - timedelta(seconds=1))
    world.work_once()
    assert len(world.group()) == SENDS_PER_MINUTE
    world.work()

    codes = [re.search(r"TB-\w+ \(\d/\d\)", text)[0] for text in world.group()]  # type: ignore[index]
    assert codes == [f"{tip.card_code} ({part}/{PARTS})" for tip in tips for part in (1, 2, 3)]


def test_urgent_tip_passes_while_the_unit_has_sent_enough_for_now() -> None:
    world = connected_world()
    for _ in range(TALKATIVE):
        world.submit(LONG_TEXT)
    world.work_once()

    urgent = world.submit(urgency=Urgency.NOW)
    world.work_once()

    assert urgent.card_code in world.group()[-1]
    assert len(world.group()) == SENDS_PER_MINUTE + 1


def test_sends_that_a_fast_clock_left_in_the_future_hold_nobody_up() -> None:
    world = connected_world()
    present = world.clock.now()
    world.clock.advance(timedelta(days=800))
    for _ in range(TALKATIVE):
        world.submit(LONG_TEXT)
    world.work(timedelta(0))
    world.clock.set(present)

    world.connect(OTHER_WARD, OTHER_GROUP)
    before = len(world.group())
    world.work_once()

    assert len(world.group()) > before
