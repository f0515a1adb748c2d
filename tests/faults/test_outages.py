"""Zalo away for a week: every tip arrives afterwards, urgent first, none twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.refresh_tokens.handler import refresh
from functions.run_jobs.handler import run_due_jobs
from tests.fakes.clock import FrozenClock
from tests.faults.places import Ground, Place, open_jobs
from tests.faults.sandbox import Sandbox

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
A_STEP = timedelta(hours=4)
URGENCIES = ("normal", "now", "soon")
TIPS = 30
MOST_ROUNDS = 200
A_ROUND = timedelta(seconds=15)
_BEGINNING = re.compile(r"^(?:TIN MỚI )?(TB-[0-9A-Z]{6})(?: ·.*)?$", re.MULTILINE)


@pytest.fixture
def zalo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of the test's own, for its clock moves and it is stopped."""
    sandbox = Sandbox(tmp_path_factory.mktemp("zalo"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def place(tmp_path: Path, zalo: Sandbox) -> Iterator[Place]:
    with Ground(tmp_path, zalo).place() as place:
        yield place


def work(services: Services) -> None:
    refresh(services.refresh)
    run_due_jobs(services.work)


def live_through_a_week(place: Place, services: Services, clock: FrozenClock) -> None:
    """Tips of all urgencies come over the week; none of them can be delivered."""
    steps = WEEK // A_STEP
    stored = 0
    for step in range(1, steps + 1):
        while stored < TIPS * step // steps:
            urgency = URGENCIES[stored % len(URGENCIES)]
            place.submit(services, text=f"Tin {stored}", urgency=urgency)
            stored += 1
        work(services)
        clock.advance(A_STEP)
    assert services.stores.jobs.counts()["failed"] == 0
    assert open_jobs(services) == TIPS


def work_until_done(services: Services, clock: FrozenClock) -> None:
    for _ in range(MOST_ROUNDS):
        work(services)
        if not open_jobs(services):
            return
        clock.advance(A_ROUND)
    raise AssertionError(f"jobs still wait: {services.stores.jobs.counts()}")


def assert_all_arrived_urgent_first(place: Place, services: Services) -> None:
    """Every card or line of a digest stands once, and in the order of urgency and time."""
    tips = [services.stores.tips.get(tip_id) for tip_id in services.stores.tips.all_ids()]
    expected = sorted(tips, key=lambda tip: (tip.urgency.rank, tip.received_at))
    text = "\n".join(message["text"] for message in place.posted())
    assert _BEGINNING.findall(text) == [tip.card_code for tip in expected]
    assert "trùng" not in text


def alarms(services: Services) -> list[str]:
    return [alarm.code for alarm in services.stores.alerts.open_alarms()]


def test_connections_refused_for_a_week_then_all_tips_arrive_without_an_operator(
    place: Place, zalo: Sandbox
) -> None:
    clock = FrozenClock(SystemClock().now())
    with place.services(clock) as services:
        place.connect(services)
        zalo.stop()
        live_through_a_week(place, services, clock)

        zalo.start()
        zalo.control("clock", offset_seconds=WEEK.total_seconds())
        work_until_done(services, clock)

        assert_all_arrived_urgent_first(place, services)
        assert alarms(services) == []


@pytest.mark.parametrize("mode", ["cut", "503"])
def test_answers_lost_for_a_week_then_all_tips_arrive_after_a_new_consent(
    place: Place, zalo: Sandbox, mode: str
) -> None:
    """The refresh token may have been spent by then, which only an administrator can mend."""
    clock = FrozenClock(SystemClock().now())
    with place.services(clock) as services:
        place.connect(services)
        zalo.control("faults", kind="outage", mode=mode)
        live_through_a_week(place, services, clock)
        tokens = services.stores.tokens.counts(clock.now())
        exchanges = zalo.exchanges(place.unit_id)
        seen = alarms(services)

        zalo.clear_faults()
        zalo.control("clock", offset_seconds=WEEK.total_seconds())
        zalo.control("consent", unit_id=place.unit_id)
        notes = place.connect(services)
        work_until_done(services, clock)

        assert tokens["needs_authorization"] == 1
        assert len(exchanges) == 2
        assert "needs-authorization" in seen
        assert notes == ["connected"]
        assert_all_arrived_urgent_first(place, services)


def test_urgent_tip_of_the_last_minute_goes_before_a_week_of_others(
    place: Place, zalo: Sandbox
) -> None:
    clock = FrozenClock(SystemClock().now())
    with place.services(clock) as services:
        place.connect(services)
        zalo.control("faults", kind="outage", mode="cut", route="/openapi/*")
        for number in range(6):
            place.submit(services, text=f"Tin {number}", urgency=URGENCIES[2 * (number % 2)])
            clock.advance(A_ROUND)
        work(services)
        clock.advance(DAY - A_STEP)
        work(services)
        place.submit(services, text="Đang xảy ra", urgency="now")

        zalo.clear_faults()
        zalo.control("clock", offset_seconds=DAY.total_seconds())
        work_until_done(services, clock)

        assert "Đang xảy ra" in place.posted()[0]["text"]
        assert_all_arrived_urgent_first(place, services)
