"""Killed at the k-th system call while tips of a flood are gathered and sent as one digest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.clock import SystemClock
from functions.core import digests
from functions.run_jobs.handler import run_due_jobs
from tests.fakes.clock import FrozenClock
from tests.faults.places import Ground, Place, carry_on
from tests.faults.processes import run_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import Point, kill_at

TIPS = 5


@pytest.fixture(autouse=True)
def _flood_after_one_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "FLOOD_CARDS", 1)


def flood(place: Place) -> list[str]:
    """A card was posted and two tips wait in a digest that is due; two more tips just came."""
    clock = FrozenClock(SystemClock().now() - timedelta(minutes=2))
    with place.services(clock) as services:
        place.connect(services)
        for number in range(3):
            place.submit(services, text=f"Tin {number}")
            run_due_jobs(services.work)
        for number in range(3, TIPS):
            place.submit(services, text=f"Tin {number}")
        tips = services.stores.tips
        return [tips.get(tip_id).card_code for tip_id in tips.all_ids()]


@pytest.fixture
def killed(ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            codes = flood(place)
            assert len(place.posted()) == 1
            ran = run_step(place, kill_at(point), "work-after-one-card")
            carry_on(place)
            messages = [message["text"] for message in place.posted()]
            lines = [f"{code} · " for code in codes[1:]]
            assert [sum(text.count(line) for text in messages) for line in lines] == [1] * 4
            assert codes[0] in messages[0]
            assert len(messages) <= 3
            assert not [text for text in messages if "trùng" in text]
            return ran

    return attempt


def test_killed_at_some_points_every_tip_stands_in_one_digest_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=10))


@pytest.mark.long
def test_killed_at_every_point_every_tip_stands_in_one_digest_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))
