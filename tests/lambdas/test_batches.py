"""Batches of rings: what is run, what is waited for, and which messages come again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.core.errors import RetryableProviderError, StoreUnavailableError
from functions.core.models import JobState, Urgency
from functions.core.rings import Ring
from functions.run_jobs.batches import (
    ENOUGH_SECONDS,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LONGEST_WAIT_SECONDS,
    BatchServices,
    run_batch,
)
from tests.core.world import GROUP, OTHER_GROUP, OTHER_WARD, WARD, World, connected_world
from tests.fakes.clock import FrozenClock
from tests.functions.world import JPEG
from tests.lambdas.events import sqs_record


@dataclass
class Function:
    """The function over a world of memory; sleeping moves its clock."""

    world: World
    sleeps: list[float] = field(default_factory=list)
    aside: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What was set aside: body and group, by the mark of its sending."""
    pauses: list[int] = field(default_factory=list)
    is_queue_there: bool = True
    seconds_left: float = 100.0
    jobs: Any = None

    def answer(self, *records: dict[str, Any]) -> list[str]:
        work = self.world.work_services()
        if self.jobs:
            work = replace(work, jobs=self.jobs)
        services = BatchServices(work, self.world.queue, self, self._sleep)
        return run_batch(list(records), lambda: self.seconds_left, services)

    def set_aside(self, body: str, group: str, mark: str) -> None:
        if not self.is_queue_there:
            raise StoreUnavailableError("the dead letters")
        self.aside[mark] = (body, group)

    def show_again(self, receipt_handle: str, seconds: int) -> None:
        self.pauses.append(seconds)

    def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.world.clock.advance(timedelta(seconds=seconds))


@pytest.fixture
def function() -> Function:
    return Function(connected_world())


def ring(*job_ids: str, unit_id: str = WARD, message_id: str = "") -> dict[str, Any]:
    return sqs_record(Ring(unit_id, job_ids).to_json(), unit_id, message_id)


def poison(unit_id: str = WARD) -> dict[str, Any]:
    return sqs_record('{"unit_id": 7}', unit_id, "poison")


def test_a_ring_has_the_units_due_jobs_run(function: Function) -> None:
    function.world.submit("Tin thứ nhất.")
    function.world.submit("Tin thứ hai.")

    failed = function.answer(ring())

    assert failed == []
    assert len(function.world.group()) == 2


def test_a_ring_is_about_its_own_unit_only(function: Function) -> None:
    function.world.connect(OTHER_WARD, OTHER_GROUP)
    function.world.submit("Tin của phường.")
    function.world.submit("Tin của xã.", unit_id=OTHER_WARD)

    function.answer(ring(unit_id=OTHER_WARD))

    assert (len(function.world.group()), len(function.world.group(OTHER_GROUP))) == (0, 1)


def test_the_urgent_card_goes_first_whatever_the_order_of_the_rings(function: Function) -> None:
    slow = function.world.submit("Không gấp.")
    urgent = function.world.submit("Đang xảy ra.", urgency=Urgency.NOW)
    rings = [ring(function.world.job_of(tip.tip_id).job_id) for tip in (slow, urgent)]

    failed = function.answer(*rings)

    first, second = function.world.group()
    assert failed == []
    assert "Đang xảy ra." in first
    assert "Không gấp." in second


def test_a_batch_delivered_three_times_and_reversed_posts_each_card_once(
    function: Function,
) -> None:
    tips = [function.world.submit(f"Tin {number}.") for number in range(3)]
    rings = [ring(function.world.job_of(tip.tip_id).job_id) for tip in tips]

    failed = [function.answer(*batch) for batch in (rings, rings[::-1], rings)]

    assert failed == [[], [], []]
    assert len(function.world.group()) == 3


def test_a_named_job_is_run_also_where_the_list_of_due_ones_lags(function: Function) -> None:
    tip = function.world.submit()
    function.jobs = Lagging(function.world.jobs)

    failed = function.answer(ring(function.world.job_of(tip.tip_id).job_id))

    assert failed == []
    assert len(function.world.group()) == 1


def test_a_card_waits_for_its_photo_while_the_function_has_time(function: Function) -> None:
    tip = function.world.submit(photos=(JPEG,))
    deliver = function.world.job_of(tip.tip_id).job_id
    function.jobs = CardFirst(function.world.jobs, deliver)

    failed = function.answer(ring(deliver))

    assert failed == []
    assert function.sleeps
    assert max(function.sleeps) <= 1
    assert function.world.unfinished() == []
    assert len(function.world.group()) == 2


def test_no_ring_is_waited_for_longer_than_a_while(function: Function) -> None:
    function.jobs = AlwaysSoon(function.world.jobs, function.world.clock)

    failed = function.answer(ring())

    assert failed == []
    assert sum(function.sleeps) == LONGEST_WAIT_SECONDS


def test_a_function_out_of_time_rings_again_and_starts_nothing(function: Function) -> None:
    tip = function.world.submit()
    job_id = function.world.job_of(tip.tip_id).job_id
    rings_before = list(function.world.queue.rings)
    function.seconds_left = ENOUGH_SECONDS - 1

    failed = function.answer(ring(job_id))

    assert failed == []
    assert function.world.group() == []
    assert function.world.queue.rings[len(rings_before) :] == [(WARD, (job_id,))]


def test_a_message_that_is_no_ring_is_set_aside_and_holds_nothing_up(function: Function) -> None:
    function.world.submit()

    failed = function.answer(poison(), ring(message_id="after"))

    assert failed == []
    assert list(function.aside.values()) == [('{"unit_id": 7}', WARD)]
    assert len(function.world.group(GROUP)) == 1


def test_a_message_that_comes_again_is_set_aside_once(function: Function) -> None:
    again = poison()

    function.answer(again)
    function.answer(again)

    assert len(function.aside) == 1


def test_what_cannot_be_set_aside_fails_with_all_later_ones_of_its_group(
    function: Function,
) -> None:
    function.is_queue_there = False
    function.world.connect(OTHER_WARD, OTHER_GROUP)
    function.world.submit("Tin của phường.")
    function.world.submit("Tin của xã.", unit_id=OTHER_WARD)
    before, after = ring(message_id="before"), ring(message_id="after")
    elsewhere = ring(unit_id=OTHER_WARD, message_id="elsewhere")

    failed = function.answer(before, poison(), elsewhere, after)

    assert failed == ["poison", "after"]
    assert (len(function.world.group()), len(function.world.group(OTHER_GROUP))) == (1, 1)


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '{"unit_id": "x"}', "[" * 100_000])
def test_whatever_is_no_ring_is_a_poisoned_message(function: Function, body: str) -> None:
    failed = function.answer(sqs_record(body, WARD, "poison"))

    assert (failed, list(function.aside.values())) == ([], [(body, WARD)])


def test_a_job_that_is_postponed_is_no_failure(function: Function) -> None:
    function.world.submit()
    down = RetryableProviderError("connect", retry_after=300)
    function.world.zalo.fail("send_group_text", down, times=-1)

    failed = function.answer(ring())

    assert failed == []
    assert [job.state for job in function.world.unfinished()] == [JobState.PENDING]


def test_a_store_that_cannot_be_asked_makes_the_message_come_again(function: Function) -> None:
    function.world.submit()
    function.jobs = Unavailable(function.world.jobs)

    failed = function.answer(ring(message_id="one"), ring(message_id="two"))

    assert failed == ["one", "two"]
    # Until then no ring of the unit's jobs is heard.
    assert function.pauses == [FIRST_PAUSE_SECONDS] * 2


def test_a_message_that_fails_again_and_again_is_left_alone_for_longer(function: Function) -> None:
    function.jobs = Unavailable(function.world.jobs)
    for failures in (1, 2, 3, 4, 5, 5000):
        message = ring()
        message["attributes"]["ApproximateReceiveCount"] = str(failures)
        function.answer(message)

    assert function.pauses == [10, 20, 40, 80, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


class Over:
    """A job store that differs from the one below in one thing."""

    def __init__(self, below: Any) -> None:
        self._below = below

    def __getattr__(self, name: str) -> Any:
        return getattr(self._below, name)


class Lagging(Over):
    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        return []


class AlwaysSoon(Over):
    """Lists a job that comes due within moments, and never does."""

    def __init__(self, below: Any, clock: FrozenClock) -> None:
        super().__init__(below)
        self._clock = clock

    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        return ["elsewhere"] if now > self._clock.now() else []


class CardFirst(Over):
    """Lists the card's job ahead of the photo's."""

    def __init__(self, below: Any, card: str) -> None:
        super().__init__(below)
        self._card = card

    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        found: list[str] = self._below.due(now, limit, unit_id)
        return sorted(found, key=lambda job_id: job_id != self._card)


class Unavailable(Over):
    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        raise StoreUnavailableError("ThrottlingException")
