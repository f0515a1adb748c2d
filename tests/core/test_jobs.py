"""Running a job: what comes of each kind of error, and that one job cannot stop the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.errors import (
    ChannelClosedError,
    LeaseLostError,
    OutcomeUnknownError,
    ProviderError,
    ReauthorizationError,
    RetryableProviderError,
    StoreUnavailableError,
    TokenExpiredError,
)
from functions.core.jobs import run_job
from functions.core.models import Job, JobState, Tip, Urgency
from functions.core.tokens import refresh_due_tokens
from functions.core.work import LEASE
from tests.core.world import (
    APP,
    GROUP,
    OTHER_GROUP,
    OTHER_WARD,
    WARD,
    World,
    connected_world,
)
from tests.fakes.deliveries import MemoryDeliveryStore

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DOWN = RetryableProviderError("http-502")


def job(world: World, tip: Tip) -> Job:
    return world.job_of(tip.tip_id)


def run(world: World, tip: Tip) -> bool:
    return run_job(job(world, tip).job_id, world.work_services())


def wait(world: World, tip: Tip) -> timedelta:
    return job(world, tip).due_at - world.clock.now()


@pytest.mark.parametrize(
    ("error", "state", "shortest", "longest"),
    [
        (RetryableProviderError("http-502"), JobState.PENDING, 1.6, 2),
        (RetryableProviderError("-32", 30.0), JobState.PENDING, 30, 30),
        (RetryableProviderError("-32", 3600.0), JobState.PENDING, 60, 60),
        (OutcomeUnknownError("timeout"), JobState.UNKNOWN, 5, 5),
        (TokenExpiredError("-216"), JobState.PENDING, 60, 60),
        (ChannelClosedError("-237"), JobState.PENDING, 60, 60),
        (ReauthorizationError("-14014"), JobState.PENDING, 1.6, 2),
    ],
    ids=str,
)
def test_each_error_says_how_the_job_goes_on(
    error: ProviderError, state: JobState, shortest: float, longest: float
) -> None:
    world = connected_world()
    tip = world.submit()
    world.zalo.fail("send_group_text", error)

    assert run(world, tip)

    assert (job(world, tip).state, job(world, tip).last_error) == (state, error.code)
    assert shortest <= wait(world, tip).total_seconds() <= longest
    assert world.crashes == []


@pytest.mark.parametrize(
    "error",
    [
        RetryableProviderError("-32", 30.0),
        OutcomeUnknownError("timeout"),
        TokenExpiredError("-216"),
        ChannelClosedError("-237"),
    ],
    ids=str,
)
def test_trouble_with_the_oa_pauses_its_lane_and_no_other(error: ProviderError) -> None:
    world = connected_world()
    world.connect(OTHER_WARD, OTHER_GROUP)
    tip = world.submit()
    world.zalo.fail("send_group_text", error)
    run(world, tip)

    waiting = world.submit(urgency=Urgency.NOW)
    other = world.submit(unit_id=OTHER_WARD)
    photos = world.submit(photos=(b"one",))
    world.clock.set(job(world, tip).due_at - timedelta(milliseconds=1))

    due = set(world.jobs.due(world.clock.now(), 10))
    photo_job = world.job_of(photos.tip_id, "clean_photos")
    assert due == {job(world, other).job_id, photo_job.job_id}
    world.clock.set(job(world, tip).due_at)
    assert world.jobs.due(world.clock.now(), 10)[0] == job(world, waiting).job_id


def test_while_zalo_is_down_one_job_a_minute_tries_and_then_all_arrive_once() -> None:
    world = connected_world()
    tips = [world.submit(urgency=urgency) for urgency in (Urgency.NORMAL, Urgency.NOW)]
    world.zalo.fail("send_group_text", DOWN, times=-1)
    for _ in range(6 * 60):
        world.work_once()
        world.clock.advance(10 * SECOND)
    tries = world.zalo.calls["send_group_text"]
    tips.append(world.submit(urgency=Urgency.SOON))

    world.zalo.recover()
    world.work()

    assert 60 <= tries <= 80
    codes = [text.split()[2] for text in world.group()]
    assert codes == [tips[1].card_code, tips[2].card_code, tips[0].card_code]
    assert world.alerts.raised == []


def test_seven_days_without_zalo_lose_nothing() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", DOWN, times=-1)
    tip = world.submit()
    for _ in range(7 * 24):
        world.work_once()
        world.clock.advance(timedelta(hours=1))

    world.zalo.recover()
    world.work()

    assert job(world, tip).attempts > 7 * 24
    assert len(world.group()) == 1


def test_closed_channel_calls_an_operator_once_and_is_cleared_by_the_next_card() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", ChannelClosedError("-237"), times=3)
    world.submit()
    for _ in range(3):
        world.work_once()
        world.clock.advance(MINUTE)
    assert world.alerts.raised == [("channel-closed", WARD)]
    assert world.alerts.is_open("channel-closed", WARD)

    world.work()

    assert len(world.group()) == 1
    assert not world.alerts.is_open("channel-closed", WARD)


def test_refused_token_rings_the_refresher_and_the_new_pair_makes_the_job_due_at_once() -> None:
    world = connected_world()
    world.channels.save_app(APP)
    world.zalo.accepted = {"access-1"}
    tip = world.submit()
    run(world, tip)
    assert wait(world, tip) == MINUTE
    assert world.jobs.due(world.clock.now(), 10) == []

    assert refresh_due_tokens(world.refresh_services) == 1

    assert world.jobs.due(world.clock.now(), 10) == [job(world, tip).job_id]
    world.work_once()
    assert len(world.group()) == 1
    tokens = world.tokens.get(WARD)
    assert tokens is not None
    assert (tokens.generation, tokens.rejections) == (2, 0)


def test_unforeseen_error_is_reported_and_stops_no_other_job() -> None:
    world = connected_world()

    class _Poisoned(MemoryDeliveryStore):
        def of_tip(self, tip_id: str) -> list:  # type: ignore[type-arg]
            if tip_id == poison.tip_id:
                raise ZeroDivisionError("unforeseen")
            return super().of_tip(tip_id)

    world.deliveries = _Poisoned(world.jobs)
    poison = world.submit(urgency=Urgency.NOW)
    good = [world.submit() for _ in range(3)]

    world.work_once()

    assert [text.split()[2] for text in world.group()] == [tip.card_code for tip in good]
    assert [(one.job_id, type(error)) for one, error in world.crashes] == [
        (job(world, poison).job_id, ZeroDivisionError)
    ]
    assert (job(world, poison).state, job(world, poison).last_error) == (JobState.PENDING, "crash")
    assert timedelta(seconds=1.6) <= wait(world, poison) <= 2 * SECOND


def test_tip_that_is_gone_is_reported_and_tried_again() -> None:
    world = connected_world()
    tip = world.submit()
    gone = replace(job(world, tip), job_id="gone", subject_id="gone", lane="")
    world.jobs.add(gone)

    world.work_once()

    assert len(world.group()) == 1
    assert [error.args for _, error in world.crashes] == [("no such tip",)]


def test_job_that_is_done_or_held_or_unknown_is_not_to_be_had() -> None:
    world = connected_world()
    tip, other = world.submit(), world.submit()
    now = world.clock.now()
    world.jobs.claim(job(world, other).job_id, now, now + LEASE)

    assert not run(world, tip)
    assert not run(world, other)
    assert not run_job("no such job", world.work_services())
    world.clock.advance(LEASE)
    assert run(world, tip)
    assert not run(world, tip)
    assert len(world.group()) == 1


class _StolenLease(MemoryDeliveryStore):
    """While the first message is on its way, another worker takes the job and does it."""

    world: World
    stolen = False

    def begin_send(self, delivery_id: str, position: int, at: object) -> None:
        super().begin_send(delivery_id, position, at)  # type: ignore[arg-type]
        if not self.stolen:
            self.stolen = True
            self.world.clock.advance(LEASE)
            self.world.work_once()


def test_worker_that_lost_its_lease_records_nothing() -> None:
    world = connected_world()
    world.deliveries = _StolenLease(world.jobs)
    world.deliveries.world = world
    tip = world.submit("từ " * 1_000)

    assert not run(world, tip)

    assert job(world, tip).state is JobState.DONE
    assert len({text.split("\n")[0] for text in world.group()}) == 3
    assert world.crashes == []


def test_lease_lost_before_the_next_message_sends_no_more() -> None:
    world = connected_world()
    tip = world.submit("từ " * 1_000)
    claims: list[int] = []

    class _Jobs(type(world.jobs)):  # type: ignore[misc]
        def extend(self, claim: object, lease_until: object) -> None:
            claims.append(1)
            if len(claims) == 2:
                raise LeaseLostError("taken")

    services = replace(world.work_services(), jobs=_Jobs())
    services.jobs.add(job(world, tip))  # type: ignore[attr-defined]

    assert not run_job(job(world, tip).job_id, services)

    assert len(world.group()) == 1


def test_job_whose_lease_ran_out_at_the_very_end_is_not_done_twice() -> None:
    world = connected_world()
    tip = world.submit()

    class _Jobs(type(world.jobs)):  # type: ignore[misc]
        def complete(self, claim: object) -> None:
            raise LeaseLostError("taken")

    services = replace(world.work_services(), jobs=_Jobs())
    services.jobs.add(job(world, tip))  # type: ignore[attr-defined]

    assert not run_job(job(world, tip).job_id, services)
    world.work()
    assert len(world.group()) == 1


def test_store_that_cannot_write_the_end_leaves_the_job_to_its_lease() -> None:
    world = connected_world()
    tip = world.submit()

    class _Full(type(world.jobs)):  # type: ignore[misc]
        def complete(self, claim: object) -> None:
            raise StoreUnavailableError("disk full")

    services = replace(world.work_services(), jobs=_Full())
    services.jobs.add(job(world, tip))  # type: ignore[attr-defined]

    with pytest.raises(StoreUnavailableError):
        run_job(job(world, tip).job_id, services)
    world.work()
    assert len(world.group()) == 1


def test_disk_that_fails_after_the_send_repeats_nothing() -> None:
    world = connected_world()
    failures = [StoreUnavailableError("disk full")] * 2

    class _Failing(MemoryDeliveryStore):
        def mark_sent(self, *args: object) -> None:
            if failures:
                raise failures.pop()
            super().mark_sent(*args)  # type: ignore[arg-type]

    world.deliveries = _Failing(world.jobs)
    world.submit(photos=(b"one",))
    world.clean_photos(world.last_tip())

    world.work()

    assert [posted.photo for posted in world.zalo.group(GROUP)] == [None, b"clean one"]
    assert world.unfinished() == []


def test_one_refused_card_after_another_counts_a_rejection_a_generation() -> None:
    world = connected_world()
    world.zalo.accepted = set()
    tip = world.submit()

    for _ in range(3):
        world.clock.set(job(world, tip).due_at)
        run(world, tip)

    tokens = world.tokens.get(WARD)
    assert tokens is not None
    assert tokens.rejections == 1
