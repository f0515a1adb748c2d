"""A flood of junk closes nothing: past twenty cards the rest come as a digest (promise 6)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.core import digests as core_digests
from functions.core.digests import DIGEST_GATHERS, FLOOD_CARDS, FLOOD_WINDOW, close_digest
from functions.core.errors import RejectedByProviderError
from functions.core.models import (
    Contact,
    Delivery,
    DeliveryState,
    ForwardMode,
    Job,
    JobKind,
    JobState,
    Tip,
    TokenPair,
    Urgency,
)
from tests.core.world import OTHER_GROUP, OTHER_WARD, World, connected_world

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def flooded_world(mode: ForwardMode = ForwardMode.TIP) -> World:
    """Return a world whose ward has just got as many cards as go one by one."""
    world = connected_world(mode)
    for _ in range(FLOOD_CARDS):
        world.submit()
    world.work_once()
    assert len(world.group()) == FLOOD_CARDS
    return world


def digests(world: World) -> list[str]:
    return [text for text in world.group() if text.startswith("TIN DỒN")]


def digest_job(world: World) -> Job:
    (job,) = [job for job in world.unfinished() if job.kind is JobKind.SEND_DIGEST]
    return job


def digest_of(world: World, tip: Tip) -> Delivery:
    (delivery,) = world.deliveries.of_tip(tip.tip_id)
    assert delivery.is_digest
    return delivery


def at(world: World, time: datetime) -> None:
    world.clock.set(time)
    world.work_once()


def test_tips_past_the_twentieth_come_as_one_digest() -> None:
    world = flooded_world()
    tips = [world.submit(f"rác {number}", place="sau chợ") for number in range(30)]

    world.work()

    parts = world.group()[FLOOD_CARDS:]
    digest = "\n".join(parts)
    assert parts == digests(world)
    assert len(parts) < 6
    assert digest.count("30 tin gửi tới Phường Tân An") == len(parts)
    for tip in tips:
        assert digest.count(f"{tip.card_code} ·") == 1
        assert f"/can-bo/tin/{tip.card_code}" in digest
        assert world.job_of(tip.tip_id).state is JobState.DONE
        assert digest_of(world, tip).state is DeliveryState.SENT


def test_digest_carries_no_words_places_or_contacts() -> None:
    world = flooded_world()
    world.submit(
        "Lời kể", place="sau chợ", area="nhà Đào Hoa, 0905123456", contact=Contact("Đào Hoa", "")
    )

    world.work()

    (digest,) = digests(world)
    assert not any(word in digest for word in ("Lời kể", "sau chợ", "Đào", "0905"))


def test_digest_waits_some_seconds_for_more_to_come_together() -> None:
    world = flooded_world()
    first = world.submit()
    world.work_once()
    opened = world.clock.now()
    assert digest_job(world).due_at == opened + DIGEST_GATHERS

    second = world.submit()
    at(world, opened + DIGEST_GATHERS - SECOND)
    assert digests(world) == []
    at(world, opened + DIGEST_GATHERS)

    (digest,) = digests(world)
    assert first.card_code in digest
    assert second.card_code in digest


def test_digests_of_a_long_flood_come_ten_minutes_apart() -> None:
    world = flooded_world()
    world.submit()
    world.work_once()
    first_opened = world.clock.now()
    at(world, first_opened + DIGEST_GATHERS)
    assert len(digests(world)) == 1

    late = [world.submit(), world.submit()]
    world.work_once()
    assert digest_job(world).due_at == first_opened + FLOOD_WINDOW
    at(world, first_opened + FLOOD_WINDOW - SECOND)
    assert len(digests(world)) == 1
    at(world, first_opened + FLOOD_WINDOW)

    assert len(digests(world)) == 2
    assert all(tip.card_code in digests(world)[1] for tip in late)


def test_digest_is_never_later_than_ten_minutes_whatever_the_clock_said_before() -> None:
    world = flooded_world()
    present = world.clock.now()
    world.submit()
    world.clock.advance(timedelta(days=900))
    world.work_once()
    for _ in range(FLOOD_CARDS):
        world.submit()
    world.work()
    world.submit()
    world.work()
    world.clock.set(present)

    for _ in range(FLOOD_CARDS + 1):
        world.submit()
    world.work_once()

    assert digest_job(world).due_at <= world.clock.now() + FLOOD_WINDOW


def test_what_happens_now_always_passes() -> None:
    world = flooded_world()
    world.submit()
    world.work_once()

    urgent = [world.submit(f"Đang xảy ra {n}", urgency=Urgency.NOW) for n in range(25)]
    world.work_once()

    cards = world.group()[FLOOD_CARDS:]
    assert [tip.card_code in card for tip, card in zip(urgent, cards, strict=True)] == [True] * 25
    assert all("Đang xảy ra" in card for card in cards)


def test_cards_that_passed_because_they_are_urgent_count_too() -> None:
    world = connected_world()
    for _ in range(FLOOD_CARDS):
        world.submit(urgency=Urgency.NOW)
    world.work_once()

    tip = world.submit(urgency=Urgency.SOON)
    world.work_once()

    assert digest_of(world, tip).state is DeliveryState.OPEN


def test_flood_ends_ten_minutes_after_its_cards() -> None:
    world = flooded_world()
    last_card = world.clock.now()

    inside = world.submit()
    at(world, last_card + FLOOD_WINDOW)
    assert digest_of(world, inside).is_digest
    world.clock.set(last_card + FLOOD_WINDOW + SECOND)
    after = world.submit()
    world.work_once()

    assert world.group()[-1].startswith(f"TIN MỚI {after.card_code}")


def test_flood_of_one_unit_leaves_the_others_alone() -> None:
    world = flooded_world()
    world.connect(OTHER_WARD, OTHER_GROUP)

    tip = world.submit(unit_id=OTHER_WARD)
    world.work_once()

    assert tip.card_code in world.group(OTHER_GROUP)[0]


def test_twenty_tips_at_once_are_no_flood() -> None:
    world = flooded_world()

    assert digests(world) == []
    assert all(text.startswith("TIN MỚI") for text in world.group())


def test_photos_of_a_tip_in_the_digest_stay_on_the_case_page() -> None:
    world = flooded_world()

    world.submit(photos=(b"one",))
    world.work()

    assert world.zalo.calls["upload_image"] == 0


def test_flood_larger_than_a_digest_takes_names_every_tip_once_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core_digests, "DIGEST_TIPS", 4)
    world = flooded_world()
    tips = []
    for _ in range(10):
        world.clock.advance(SECOND)
        tips.append(world.submit())
        world.work_once()
    gathered = [digest_of(world, tip) for tip in tips]

    at(world, world.clock.now() + FLOOD_WINDOW)

    assert [len(digest.tip_ids) for digest in gathered] == [4] * 8 + [2] * 2
    assert [digest.state for digest in gathered] == (
        [DeliveryState.PLANNED] * 8 + [DeliveryState.OPEN] * 2
    )
    posted = "\n".join(world.group()[FLOOD_CARDS:])
    named = re.findall(r"(TB-\w+) ·", posted)
    assert named == [tip.card_code for tip in tips]
    assert world.unfinished() == []


def test_tip_that_died_between_two_digests_opens_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core_digests, "DIGEST_TIPS", 1)
    world = flooded_world()
    first = world.submit()
    world.work_once()
    full = digest_of(world, first)
    late = world.submit()

    # So far its worker came before it died.
    close_digest(full, world.work_services())
    world.work()

    assert [text.count(f"{first.card_code} ·") for text in digests(world)] == [1, 0]
    assert [text.count(f"{late.card_code} ·") for text in digests(world)] == [0, 1]


def test_tip_of_a_digest_that_was_sent_is_not_posted_again() -> None:
    world = flooded_world()
    tip = world.submit()
    world.work()
    before = world.group()

    world.clock.advance(timedelta(days=1))
    again = replace(world.job_of(tip.tip_id), job_id="again", state=JobState.PENDING)
    world.jobs.add(again)
    world.work()

    assert world.group() == before


def test_tip_that_joins_while_the_digest_is_written_is_named_in_it() -> None:
    world = flooded_world()
    first = world.submit()
    world.work_once()
    as_it_was_read = digest_of(world, first)
    late = world.submit()
    world.work_once()

    closed = close_digest(as_it_was_read, world.work_services())

    assert closed.tip_ids == (first.tip_id, late.tip_id)
    (words,) = [message.text for message in closed.messages]
    assert first.card_code in words
    assert late.card_code in words


def test_digest_waits_for_its_channel_like_a_card() -> None:
    world = flooded_world()
    tip = world.submit()
    world.work_once()
    world.tokens.give_up(tip.unit_id, 1)

    at(world, digest_job(world).due_at)
    assert digest_job(world).last_error == "needs-authorization"
    assert digest_of(world, tip).state is DeliveryState.OPEN
    now = world.clock.now()
    pair = TokenPair("access-new", "refresh-new", now + timedelta(hours=25))
    world.tokens.put_authorized(tip.unit_id, "oa", pair, now, now + timedelta(hours=12))
    world.jobs.rearm_lane(tip.unit_id, world.clock.now())
    world.work_once()

    assert len(digests(world)) == 1


def test_refused_digest_fails_and_goes_out_when_it_is_re_armed() -> None:
    world = flooded_world()
    tip = world.submit()
    world.work_once()
    world.zalo.fail("send_group_text", RejectedByProviderError("-201"))
    at(world, digest_job(world).due_at)
    assert digest_of(world, tip).state is DeliveryState.REFUSED
    assert ("delivery-refused", tip.unit_id) in world.alerts.raised

    assert world.jobs.retry(None, world.clock.now()) == 1
    world.work_once()

    assert len(digests(world)) == 1
    assert digest_of(world, tip).state is DeliveryState.SENT


def test_flood_after_a_refused_digest_opens_a_new_one() -> None:
    world = flooded_world()
    world.submit()
    world.work_once()
    world.zalo.fail("send_group_text", RejectedByProviderError("-201"))
    at(world, digest_job(world).due_at)

    tip = world.submit()
    world.work()

    assert tip.card_code in digests(world)[0]
