"""Killed at the k-th system call while a tip is posted: every part and photo once, in order."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from functions.core.models import DeliveryState
from tests.faults.photos import BLUE, RED
from tests.faults.places import Ground, Place, carry_on, clean_at_once
from tests.faults.processes import run_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import WRITES, Point, kill_at, no_space_from

LINES = [f"Dòng {number:03d}: nhóm thanh niên tụ tập gây rối." for number in range(1, 71)]
_LINE = re.compile(r"Dòng \d{3}: [^\n]*")
_PART = re.compile(r"\((\d)/(\d)\)")


def waiting_tip(place: Place) -> str:
    """Leave a tip behind whose photos are clean and whose card is due."""
    with place.services() as services:
        place.submit(services, RED, BLUE, text="\n".join(LINES))
        clean_at_once(services, RED)
        assert place.connect(services) == ["connected"]
        [tip_id] = services.stores.tips.all_ids()
        return services.stores.tips.get(tip_id).card_code


def assert_stands_once(place: Place, card_code: str) -> None:
    messages = place.posted()
    texts = [message["text"] for message in messages]
    assert [_PART.findall(text)[:1] for text in texts[:3]] == [
        [("1", "3")],
        [("2", "3")],
        [("3", "3")],
    ]
    assert _LINE.findall("\n".join(texts[:3])) == LINES
    assert texts[3:] == [f"{card_code} ảnh {number}/2" for number in (1, 2)]
    assert [bool(message["image_url"]) for message in messages] == [False] * 3 + [True] * 2
    assert all(place.sandbox.image(message) == RED for message in messages[3:])
    assert_recorded_as_sent(place, messages)


def assert_recorded_as_sent(place: Place, messages: list[Mapping[str, str]]) -> None:
    with place.services() as services:
        [tip_id] = services.stores.tips.all_ids()
        [delivery] = services.stores.deliveries.of_tip(tip_id)
        assert delivery.state is DeliveryState.SENT
        known = [message.message_id for message in delivery.messages]
        assert known == [message["message_id"] for message in messages]
        assert services.stores.jobs.counts() == {"pending": 0, "unknown": 0, "done": 2, "failed": 0}


@pytest.fixture
def killed(ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            card_code = waiting_tip(place)
            ran = run_step(place, kill_at(point), "work")
            carry_on(place)
            assert_stands_once(place, card_code)
            return ran

    return attempt


@pytest.fixture
def out_of_space(ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            card_code = waiting_tip(place)
            ran = run_step(place, no_space_from(point), "work", calls=WRITES)
            carry_on(place)
            assert_stands_once(place, card_code)
            return Ran(point in ran.calls, ran.calls)

    return attempt


def test_killed_at_some_points_every_part_and_photo_stands_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=30))


@pytest.mark.long
def test_killed_at_every_point_every_part_and_photo_stands_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))


def test_disk_full_from_some_points_on_every_part_and_photo_stands_once(
    out_of_space: Attempt, report_points: Report
) -> None:
    report_points(sweep(out_of_space, spread=8))


@pytest.mark.long
def test_disk_full_from_every_point_on_every_part_and_photo_stands_once(
    out_of_space: Attempt, report_points: Report
) -> None:
    report_points(sweep(out_of_space, spread=None))
