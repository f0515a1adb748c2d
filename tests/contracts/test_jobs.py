"""What every JobStore promises."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import ConflictError, LeaseLostError, NotFoundError
from functions.core.models import Claim, Job, JobKind, JobState, Urgency
from functions.core.ports import JobStore
from functions.stores.dynamodb.job_items import job_parts
from functions.stores.dynamodb.jobs import DynamoJobStore
from functions.stores.dynamodb.table import Tables
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact
from functions.stores.sqlite import jobs as sqlite_jobs
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.jobs import SqliteJobStore, insert_job
from tests.contracts.sqlite_parts import open_parts, race
from tests.fakes.jobs import MemoryJobStore

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE_UNTIL = NOW + 120 * SECOND
YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Backend:
    store: JobStore
    add: Callable[[Job], None]


@pytest.fixture(params=["memory", "sqlite", "aws"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "memory":
        store = MemoryJobStore()
        return Backend(store, store.bring)
    if request.param == "aws":
        tables = request.getfixturevalue("engine").tables()
        return Backend(DynamoJobStore(tables), lambda job: add_to_table(tables, job))
    database = open_parts(tmp_path).database
    return Backend(SqliteJobStore(database), lambda job: _insert(database, job))


@pytest.fixture
def store(backend: Backend) -> JobStore:
    return backend.store


@pytest.fixture
def add(backend: Backend) -> Callable[..., Job]:
    def add_job(job_id: str = "job-1", **changes: object) -> Job:
        job = make_job(job_id, **changes)
        backend.add(job)
        return job

    return add_job


def make_job(job_id: str = "job-1", **changes: object) -> Job:
    job = Job(
        job_id=job_id,
        kind=JobKind.DELIVER_TIP,
        subject_id=f"tip-of-{job_id}",
        unit_id="phuong-tan-an",
        urgency=Urgency.NORMAL,
        state=JobState.PENDING,
        due_at=NOW,
        created_at=NOW,
    )
    return replace(job, **changes)  # type: ignore[arg-type]


def _insert(database: Database, job: Job) -> None:
    with database.write() as connection:
        insert_job(connection, job)


def add_to_table(tables: Tables, job: Job) -> None:
    """Write the job as the transaction of what it serves does."""
    try:
        transact(tables.jobs.client, job_parts(tables.jobs, job))
    except TransactionRefusedError as exc:
        raise ConflictError("job id is taken") from exc


def claim(store: JobStore, job_id: str, now: datetime = NOW) -> Claim:
    taken = store.claim(job_id, now, now + 120 * SECOND)
    assert taken is not None
    return taken


def test_a_job_without_lane_is_due_from_its_due_time_on(store, add):
    add(due_at=NOW + SECOND)

    before = store.due(NOW, 10)
    then = store.due(NOW + SECOND, 10)

    assert before == []
    assert then == ["job-1"]


def test_due_jobs_come_most_urgent_first_and_then_oldest_first(store, add):
    add("normal-old", created_at=NOW - 9 * SECOND)
    add("now-new", urgency=Urgency.NOW, created_at=NOW)
    add("soon", urgency=Urgency.SOON, created_at=NOW - 5 * SECOND)
    add("now-old", urgency=Urgency.NOW, created_at=NOW - 2 * SECOND)
    add("normal-new", created_at=NOW - 1 * SECOND)

    due = store.due(NOW, 10)

    assert due == ["now-old", "now-new", "soon", "normal-old", "normal-new"]


def test_due_returns_no_more_than_asked_for(store, add):
    for number in range(5):
        add(f"job-{number}")

    assert store.due(NOW, 2) == ["job-0", "job-1"]


def test_due_offers_only_the_first_job_of_each_lane(store, add):
    add("a-normal", lane="a", created_at=NOW - 9 * SECOND)
    add("a-now", lane="a", urgency=Urgency.NOW)
    add("b-new", lane="b", created_at=NOW - 1 * SECOND)
    add("b-old", lane="b", created_at=NOW - 2 * SECOND)
    add("none-1", created_at=NOW - 8 * SECOND)
    add("none-2", created_at=NOW - 7 * SECOND)

    due = store.due(NOW, 10)

    assert due == ["a-now", "none-1", "none-2", "b-old"]


def test_a_job_whose_id_is_the_name_of_a_lane_does_not_stand_for_that_lane(store, add):
    add("a")
    add("b", lane="a")

    assert store.due(NOW, 10) == ["a", "b"]


def test_due_of_a_unit_offers_its_own_jobs_alone(store, add):
    add("a-old", unit_id="xa-a", created_at=NOW - 9 * SECOND)
    add("a-now", unit_id="xa-a", urgency=Urgency.NOW)
    add("a-lane-2", unit_id="xa-a", lane="a", created_at=NOW - 5 * SECOND)
    add("a-lane-1", unit_id="xa-a", lane="a", created_at=NOW - 6 * SECOND)
    add("b", unit_id="xa-b", created_at=NOW - 20 * SECOND)

    assert store.due(NOW, 10, "xa-a") == ["a-now", "a-old", "a-lane-1"]
    assert store.due(NOW, 1, "xa-a") == ["a-now"]
    assert store.due(NOW, 10, "xa-b") == ["b"]
    assert store.due(NOW, 10, "xa-c") == []


@pytest.mark.parametrize("lane", ["", "xa-a"])
def test_a_job_whose_wait_is_over_comes_before_the_younger_ones_of_its_unit(store, add, lane):
    add("older", unit_id="xa-a", lane=lane, due_at=NOW, created_at=NOW)
    later = NOW + SECOND
    add("younger", unit_id="xa-a", lane=lane, due_at=later, created_at=later)
    add("now", unit_id="xa-a", urgency=Urgency.NOW, due_at=later, created_at=later)
    store.postpone(claim(store, "older"), NOW + 9 * SECOND, "http-502")

    waiting = store.due(NOW + 8 * SECOND, 10, "xa-a")
    over = store.due(NOW + 9 * SECOND, 10, "xa-a")

    assert waiting == ["now", "younger"]
    assert over == (["now", "older"] if lane else ["now", "older", "younger"])


def test_due_of_a_unit_skips_urgent_jobs_that_wait(store, add):
    add("now", unit_id="xa-a", lane="xa-a", urgency=Urgency.NOW, due_at=NOW + SECOND)
    add("soon", unit_id="xa-a", lane="xa-a", urgency=Urgency.SOON, due_at=NOW + YEARS)
    add("normal", unit_id="xa-a", lane="xa-a", due_at=NOW, created_at=NOW)

    assert store.due(NOW, 1, "xa-a") == ["soon"]
    store.complete(claim(store, "soon"))
    assert store.due(NOW, 1, "xa-a") == ["normal"]
    assert store.due(NOW + SECOND, 1, "xa-a") == ["now"]


def test_due_of_a_unit_keeps_lanes_apart_whose_names_are_alike(store, add):
    lanes = ("a", "a#0", "a#1#0", "a-b", "a$", "ấp", "a/b c")
    for number, lane in enumerate(lanes):
        for turn in (1, 2):
            created_at = NOW + (10 * turn + number) * SECOND
            add(f"{turn} {lane}", unit_id="xa-a", lane=lane, created_at=created_at)

    assert store.due(NOW, 10, "xa-a") == [f"1 {lane}" for lane in lanes]


def test_due_of_a_unit_leaves_out_what_nobody_can_claim(store, add):
    add("later", unit_id="xa-a", due_at=NOW + SECOND)
    add("held", unit_id="xa-a", lane="held")
    add("beside-held", unit_id="xa-a", lane="held")
    add("paused", unit_id="xa-a", lane="paused")
    add("done", unit_id="xa-a")
    add("failed", unit_id="xa-a", state=JobState.FAILED)
    claim(store, "held")
    store.pause_lane("paused", NOW + SECOND)
    store.complete(claim(store, "done"))

    assert store.due(NOW, 10, "xa-a") == []
    assert store.due(NOW + SECOND, 10, "xa-a") == ["later", "paused"]


def test_due_of_a_unit_counts_a_due_time_from_a_clock_years_ahead(store, add):
    add("a", unit_id="xa-a", due_at=NOW + YEARS)
    add("b", unit_id="xa-b", due_at=NOW + YEARS)

    assert store.due(NOW, 10, "xa-a") == ["a"]


def test_units_with_something_to_claim_are_named_once_in_order(store, add):
    add("c-1", unit_id="xa-c", lane="c")
    add("c-2", unit_id="xa-c", lane="c")
    add("a-unknown", unit_id="xa-a", state=JobState.UNKNOWN)
    add("b-later", unit_id="xa-b", due_at=NOW + SECOND)
    add("d-failed", unit_id="xa-d", state=JobState.FAILED)

    assert store.due_units(NOW) == ["xa-a", "xa-c"]
    assert store.due_units(NOW + SECOND) == ["xa-a", "xa-b", "xa-c"]


def test_units_whose_jobs_are_held_paused_or_done_are_not_named(store, add):
    for name in ("held", "paused", "done"):
        add(name, unit_id=f"xa-{name}", lane=name)
    claim(store, "held")
    store.pause_lane("paused", NOW + 60 * SECOND)
    store.complete(claim(store, "done"))

    assert store.due_units(NOW) == []
    assert store.due_units(NOW + 60 * SECOND) == ["xa-paused"]
    assert store.due_units(LEASE_UNTIL) == ["xa-held", "xa-paused"]


def test_a_failed_job_that_is_retried_is_due_for_its_unit_again(store, add):
    add(unit_id="xa-a")
    store.fail(claim(store, "job-1"), "refused")
    resting = store.due_units(NOW)

    store.retry("job-1", NOW)

    assert resting == []
    assert store.due_units(NOW) == ["xa-a"]
    assert store.due(NOW, 10, "xa-a") == ["job-1"]


def test_a_job_that_is_over_is_due_for_its_unit_no_more(store, add):
    for job_id in ("done", "failed", "done-in-lane", "failed-in-lane"):
        add(job_id, unit_id="xa-a", lane="xa-a" if "lane" in job_id else "")
    for job_id in ("done", "done-in-lane"):
        store.complete(claim(store, job_id))
    for job_id in ("failed", "failed-in-lane"):
        store.fail(claim(store, job_id), "refused")

    assert store.due(NOW + YEARS, 10, "xa-a") == []


def test_an_id_can_be_used_once(add):
    add("job-1")

    with pytest.raises(ConflictError):
        add("job-1", subject_id="another")


def test_a_job_that_serves_nothing_else_is_added_once(store):
    job = make_job(lane="a", urgency=Urgency.SOON, last_error="x")

    added = store.add(job)
    again = store.add(make_job(subject_id="another"))

    assert (added, again) == (True, False)
    assert store.due(NOW, 10) == ["job-1"]
    assert store.due(NOW, 10, "phuong-tan-an") == ["job-1"]
    assert claim(store, "job-1").job == replace(job, attempts=1)


def test_a_job_that_is_done_is_not_added_again(store, add):
    add()
    store.complete(claim(store, "job-1"))

    assert not store.add(make_job())
    assert store.counts() == {"pending": 0, "done": 1, "failed": 0, "unknown": 0}


def test_of_many_threads_that_add_one_job_exactly_one_does(store):
    results = race([lambda: store.add(make_job())] * 6)

    assert sorted(results) == [False] * 5 + [True]
    assert store.counts()["pending"] == 1


# What is late

CARDS = (JobKind.DELIVER_TIP, JobKind.SEND_DIGEST)
LONG_AGO = NOW - YEARS


def test_late_jobs_of_the_kinds_asked_for_come_newest_first(store, add):
    jobs = [
        add("young", created_at=NOW),
        add("late", created_at=NOW - SECOND),
        add("older", created_at=NOW - 9 * SECOND, unit_id="xa-b", lane="xa-b"),
        add("digest", created_at=NOW - 5 * SECOND, kind=JobKind.SEND_DIGEST),
    ]
    add("photos", created_at=NOW - 7 * SECOND, kind=JobKind.CLEAN_PHOTOS)

    late = store.late(CARDS, LONG_AGO, NOW, 10)

    assert late == [jobs[1], jobs[3], jobs[2]]
    assert store.late(CARDS, LONG_AGO, NOW, 2) == [jobs[1], jobs[3]]
    assert store.late([JobKind.SEND_DIGEST], LONG_AGO, NOW, 10) == [jobs[3]]
    assert store.late([JobKind.HANDLE_EVENT], LONG_AGO, NOW, 10) == []
    assert store.late((), LONG_AGO, NOW, 10) == []


def test_late_jobs_from_before_the_window_are_left_out(store, add):
    add("before", created_at=NOW - 10 * SECOND)
    first = add("first", created_at=NOW - 9 * SECOND)
    last = add("last", created_at=NOW - SECOND)

    late = store.late(CARDS, NOW - 9 * SECOND, NOW, 10)

    assert late == [last, first]


def test_late_jobs_of_one_unit_are_not_crowded_out_by_anothers(store, add):
    own = [add(f"own-{n}", unit_id="xa-a", created_at=NOW - n * SECOND) for n in (20, 21)]
    for number in range(1, 9):
        add(f"other-{number}", unit_id="xa-b", lane="xa-b", created_at=NOW - number * SECOND)

    late = store.late(CARDS, LONG_AGO, NOW, 2, "xa-a")

    assert late == own
    assert store.late(CARDS, LONG_AGO, NOW, 2, "xa-c") == []


def test_late_jobs_are_those_that_wait_whatever_for(store, add):
    for number, name in enumerate(("unknown", "held", "paused", "postponed", "done", "failed")):
        add(name, lane=name, created_at=NOW - (20 - number) * SECOND)
    claim(store, "held")
    store.pause_lane("paused", NOW + 60 * SECOND)
    store.postpone(claim(store, "unknown"), NOW + 60 * SECOND, "timeout", JobState.UNKNOWN)
    store.postpone(claim(store, "postponed"), NOW + 60 * SECOND, "http-502")
    store.complete(claim(store, "done"))
    store.fail(claim(store, "failed"), "refused")

    late = store.late(CARDS, LONG_AGO, NOW, 10)

    assert [job.job_id for job in late] == ["postponed", "paused", "held", "unknown"]
    assert (late[-1].state, late[-1].last_error, late[-1].attempts) == (
        JobState.UNKNOWN,
        "timeout",
        1,
    )


def test_a_claim_carries_the_whole_job_and_counts_the_attempt(store, add):
    job = add(
        urgency=Urgency.SOON,
        kind=JobKind.SEND_DIGEST,
        lane="a",
        attempts=2,
        last_error="-32",
        due_at=NOW - SECOND,
        created_at=NOW - 2 * SECOND,
    )

    taken = claim(store, "job-1")

    assert taken.job == replace(job, attempts=3)
    assert len(taken.token) >= 16


def test_a_claimed_job_is_not_due_and_cannot_be_claimed_again(store, add):
    add()
    claim(store, "job-1")

    assert store.due(NOW + 119 * SECOND, 10) == []
    assert store.claim("job-1", NOW + 119 * SECOND, NOW + 300 * SECOND) is None


def test_a_job_that_is_unknown_or_not_due_cannot_be_claimed(store, add):
    add(due_at=NOW + SECOND)

    assert store.claim("job-1", NOW, LEASE_UNTIL) is None
    assert store.claim("no-such-job", NOW, LEASE_UNTIL) is None


def test_a_lease_that_ran_out_can_be_taken_over(store, add):
    add()
    old = claim(store, "job-1")

    due = store.due(LEASE_UNTIL, 10)
    new = claim(store, "job-1", LEASE_UNTIL)

    assert due == ["job-1"]
    assert new.token != old.token
    assert new.job.attempts == 2


def test_an_old_claim_can_do_nothing_to_the_job(store, add):
    add()
    old = claim(store, "job-1")
    new = claim(store, "job-1", LEASE_UNTIL)

    with pytest.raises(LeaseLostError):
        store.extend(old, LEASE_UNTIL + 500 * SECOND)
    with pytest.raises(LeaseLostError):
        store.complete(old)
    with pytest.raises(LeaseLostError):
        store.postpone(old, NOW + SECOND, "late")
    with pytest.raises(LeaseLostError):
        store.fail(old, "late")

    store.complete(new)
    assert store.counts() == {"pending": 0, "done": 1, "failed": 0, "unknown": 0}


def test_a_claim_that_is_finished_can_do_nothing_more(store, add):
    add()
    taken = claim(store, "job-1")
    store.complete(taken)

    with pytest.raises(LeaseLostError):
        store.postpone(taken, NOW, "again")
    with pytest.raises(LeaseLostError):
        store.extend(taken, LEASE_UNTIL)

    assert store.counts()["done"] == 1


def test_a_claim_with_an_empty_token_holds_nothing(store, add):
    job = add()

    with pytest.raises(LeaseLostError):
        store.complete(Claim(job, ""))

    assert store.due(NOW, 10) == ["job-1"]


def test_an_extended_lease_keeps_others_away(store, add):
    add()
    taken = claim(store, "job-1")

    store.extend(taken, LEASE_UNTIL + 60 * SECOND)

    assert store.due(LEASE_UNTIL + 59 * SECOND, 10) == []
    assert store.due(LEASE_UNTIL + 60 * SECOND, 10) == ["job-1"]


def test_a_live_lease_closes_its_lane_and_no_other(store, add):
    add("a-1", lane="a")
    add("a-2", lane="a")
    add("b-1", lane="b")
    add("none", created_at=NOW + SECOND)
    claim(store, "a-1")

    assert store.due(NOW, 10) == ["b-1", "none"]
    assert store.claim("a-2", NOW, LEASE_UNTIL) is None
    assert store.claim("b-1", NOW, LEASE_UNTIL) is not None
    assert store.claim("none", NOW, LEASE_UNTIL) is not None


def test_a_finished_job_opens_its_lane_again(store, add):
    add("a-1", lane="a")
    add("a-2", lane="a", created_at=NOW + SECOND)
    store.complete(claim(store, "a-1"))

    assert store.due(NOW, 10) == ["a-2"]
    assert store.claim("a-2", NOW, LEASE_UNTIL) is not None


def test_a_worker_that_overslept_cannot_work_beside_the_new_one_of_its_lane(store, add):
    add("a-1", lane="a")
    add("a-2", lane="a")
    overslept = claim(store, "a-1")
    claim(store, "a-2", LEASE_UNTIL)

    with pytest.raises(LeaseLostError):
        store.extend(overslept, LEASE_UNTIL + 60 * SECOND)
    with pytest.raises(LeaseLostError):
        store.complete(overslept)


def test_a_done_job_never_comes_back(store, add):
    add()
    store.complete(claim(store, "job-1"))

    assert store.due(NOW + timedelta(days=300), 10) == []
    assert store.retry("job-1", NOW) == 0


def test_a_postponed_job_waits_and_remembers_why(store, add):
    add(lane="a")

    store.postpone(claim(store, "job-1"), NOW + 40 * SECOND, "http-502", JobState.UNKNOWN)

    assert store.due(NOW + 39 * SECOND, 10) == []
    assert store.counts() == {"pending": 0, "done": 0, "failed": 0, "unknown": 1}
    again = claim(store, "job-1", NOW + 40 * SECOND)
    assert (again.job.state, again.job.last_error) == (JobState.UNKNOWN, "http-502")
    assert again.job.due_at == NOW + 40 * SECOND


def test_a_postponed_job_lets_the_next_of_its_lane_go(store, add):
    add("a-1", lane="a")
    add("a-2", lane="a", created_at=NOW + SECOND)

    store.postpone(claim(store, "a-1"), NOW + 10 * SECOND, "photos-not-ready")

    assert store.due(NOW, 10) == ["a-2"]


def test_a_failed_job_rests_until_it_is_retried(store, add):
    add()
    store.fail(claim(store, "job-1"), "refused")

    resting = store.due(NOW + timedelta(days=300), 10)
    failed = store.counts()["failed"]
    retried = store.retry("job-1", NOW + timedelta(days=300))

    assert resting == []
    assert failed == 1
    assert retried == 1
    again = claim(store, "job-1", NOW + timedelta(days=300))
    assert (again.job.state, again.job.last_error) == (JobState.PENDING, "refused")


def test_retry_without_an_id_rearms_all_failed_jobs_and_no_other(store, add):
    for job_id in ("failed-1", "failed-2", "done"):
        add(job_id)
    add("waiting", due_at=NOW + timedelta(hours=1))
    store.fail(claim(store, "failed-1"), "refused")
    store.fail(claim(store, "failed-2"), "refused")
    store.complete(claim(store, "done"))

    retried = store.retry(None, NOW)

    assert retried == 2
    assert store.due(NOW, 10) == ["failed-1", "failed-2"]
    assert store.counts() == {"pending": 3, "done": 1, "failed": 0, "unknown": 0}


def test_released_leases_free_the_jobs_of_a_dead_worker_and_no_other(store, add):
    add("held", lane="a")
    add("done")
    add("later", due_at=NOW + 60 * SECOND)
    overslept = claim(store, "held")
    store.complete(claim(store, "done"))

    assert store.release_leases(NOW + 5 * SECOND) == 1

    assert store.due(NOW, 10) == []
    assert store.due(NOW, 10, "phuong-tan-an") == []
    assert store.due(NOW + 5 * SECOND, 10) == ["held"]
    assert store.due(NOW + 5 * SECOND, 10, "phuong-tan-an") == ["held"]
    with pytest.raises(LeaseLostError):
        store.complete(overslept)
    assert store.release_leases(NOW) == 0


def test_released_job_is_not_overtaken_by_the_next_of_its_lane(store, add):
    add("first", lane="a")
    add("next", lane="a", created_at=NOW + SECOND)
    add("elsewhere", lane="b", created_at=NOW + SECOND)
    claim(store, "first")

    store.release_leases(NOW + 5 * SECOND)

    assert store.due(NOW + 4 * SECOND, 10) == ["elsewhere"]
    assert store.claim("next", NOW + 4 * SECOND, NOW + 60 * SECOND) is None
    assert store.due(NOW + 5 * SECOND, 10) == ["first", "elsewhere"]


def test_retry_of_an_unknown_job_says_so(store):
    with pytest.raises(NotFoundError):
        store.retry("no-such-job", NOW)


def test_a_paused_lane_rests_until_the_pause_is_over(store, add):
    add("a-1", lane="a")
    add("b-1", lane="b")
    store.pause_lane("a", NOW + 60 * SECOND)

    assert store.due(NOW + 59 * SECOND, 10) == ["b-1"]
    assert store.claim("a-1", NOW + 59 * SECOND, LEASE_UNTIL) is None
    assert store.due(NOW + 60 * SECOND, 10) == ["a-1", "b-1"]
    assert store.claim("a-1", NOW + 60 * SECOND, NOW + 180 * SECOND) is not None


def test_the_latest_pause_counts(store, add):
    add("a-1", lane="a")
    store.pause_lane("a", NOW + 2 * SECOND)
    store.pause_lane("a", NOW + 5 * SECOND)

    assert store.due(NOW + 4 * SECOND, 10) == []
    assert store.due(NOW + 5 * SECOND, 10) == ["a-1"]


def test_a_completed_job_clears_the_pause_of_its_lane_alone(store, add):
    add("a-1", lane="a")
    add("a-2", lane="a", created_at=NOW + SECOND)
    add("b-1", lane="b")
    taken = claim(store, "a-1")
    store.pause_lane("a", NOW + 60 * SECOND)
    store.pause_lane("b", NOW + 60 * SECOND)

    store.complete(taken)

    assert store.due(NOW, 10) == ["a-2"]


def test_jobs_without_lane_cannot_be_paused(store, add):
    add()
    store.pause_lane("", NOW + 60 * SECOND)

    assert store.due(NOW, 10) == ["job-1"]


def test_rearming_makes_the_waiting_jobs_of_the_lane_due_at_once(store, add):
    add("a-waiting", lane="a", due_at=NOW + timedelta(hours=1))
    add("a-unknown", lane="a", due_at=NOW + 60 * SECOND, state=JobState.UNKNOWN)
    add("a-failed", lane="a", state=JobState.FAILED)
    add("b-waiting", lane="b", due_at=NOW + timedelta(hours=1))
    store.pause_lane("a", NOW + 60 * SECOND)

    rearmed = store.rearm_lane("a", NOW)

    assert rearmed == 2
    assert store.claim("a-unknown", NOW, LEASE_UNTIL).job.state is JobState.UNKNOWN
    assert store.claim("a-failed", NOW, LEASE_UNTIL) is None
    assert store.claim("b-waiting", NOW, LEASE_UNTIL) is None


def test_rearming_reaches_the_jobs_of_all_units_in_the_lane(store, add):
    for unit_id in ("a", "xa-b", "xa-c"):
        add(unit_id, unit_id=unit_id, lane="a", due_at=NOW + 60 * SECOND)
    add("elsewhere", unit_id="a", lane="xa-b", due_at=NOW + 60 * SECOND)

    rearmed = store.rearm_lane("a", NOW)

    assert rearmed == 3
    assert [store.due(NOW, 10, unit_id) for unit_id in ("a", "xa-b", "xa-c")] == [
        ["a"],
        ["xa-b"],
        ["xa-c"],
    ]


def test_rearming_leaves_a_held_job_and_an_earlier_due_time_alone(store, add):
    add("held", lane="a", due_at=NOW - 9 * SECOND)
    add("waiting-long", lane="a", due_at=NOW - 5 * SECOND)
    taken = claim(store, "held")

    rearmed = store.rearm_lane("a", NOW)

    assert rearmed == 1
    assert store.oldest_due_at(NOW) == NOW - 9 * SECOND
    store.complete(taken)
    assert store.oldest_due_at(NOW) == NOW - 5 * SECOND


def test_rearming_no_lane_rearms_nothing(store, add):
    add(due_at=NOW + 60 * SECOND)

    assert store.rearm_lane("", NOW) == 0
    assert store.due(NOW, 10) == []


def test_oldest_due_is_none_while_every_job_lies_ahead(store, add):
    add("later", due_at=NOW + SECOND)

    assert store.oldest_due_at(NOW) is None
    assert store.oldest_due_at(NOW + SECOND) == NOW + SECOND


def test_an_empty_store_counts_zero_of_everything(store):
    assert store.counts() == {"pending": 0, "done": 0, "failed": 0, "unknown": 0}
    assert store.due(NOW, 10) == []
    assert store.oldest_due_at(NOW) is None


def test_a_lease_from_a_clock_years_ahead_does_not_hold_the_job(store, add):
    add("a-1", lane="a")
    add("a-2", lane="a", created_at=NOW + SECOND)
    claim(store, "a-1", NOW + YEARS)

    assert store.due(NOW, 10) == ["a-1"]
    assert store.claim("a-2", NOW, LEASE_UNTIL) is not None


def test_a_pause_from_a_clock_years_ahead_does_not_stop_the_lane(store, add):
    add("a-1", lane="a")
    store.pause_lane("a", NOW + YEARS)

    assert store.due(NOW, 10) == ["a-1"]
    assert store.claim("a-1", NOW, LEASE_UNTIL) is not None


def test_a_due_time_from_a_clock_years_ahead_does_not_park_the_job(store, add):
    add("a-1", lane="a", due_at=NOW + YEARS, created_at=NOW + YEARS)

    assert store.due(NOW, 10) == ["a-1"]
    assert store.claim("a-1", NOW, LEASE_UNTIL) is not None


def test_an_hour_of_lease_or_pause_and_a_day_of_waiting_are_believed(store, add):
    add("held", lane="a")
    add("paused", lane="b")
    add("waiting", lane="c", due_at=NOW + timedelta(days=1))
    store.extend(claim(store, "held"), NOW + timedelta(hours=1))
    store.pause_lane("b", NOW + timedelta(hours=1))

    assert store.due(NOW, 10) == []


@pytest.mark.parametrize("lane", ["", "phuong-tan-an"])
def test_of_many_threads_that_claim_one_job_exactly_one_gets_it(store, add, lane):
    add(lane=lane)

    taken = race([lambda: store.claim("job-1", NOW, LEASE_UNTIL)] * 6)

    claims = [one for one in taken if one is not None]
    assert len(claims) == 1
    assert isinstance(claims[0], Claim)
    assert claims[0].job.attempts == 1


def test_of_many_threads_that_claim_jobs_of_one_lane_exactly_one_gets_through(store, add):
    for number in range(6):
        add(f"job-{number}", lane="a")

    taken = race(
        [lambda n=number: store.claim(f"job-{n}", NOW, LEASE_UNTIL) for number in range(6)]
    )

    assert sum(isinstance(one, Claim) for one in taken) == 1


def _claim_in_process(data_dir: Path, start: object, results: object) -> None:
    store = SqliteJobStore(Database(data_dir))
    start.wait()
    results.put(store.claim("job-1", NOW, LEASE_UNTIL) is not None)


def test_of_two_processes_that_claim_one_job_exactly_one_gets_it(tmp_path):
    database = open_parts(tmp_path).database
    _insert(database, make_job(lane="a"))
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(2), context.Queue()
    processes = [
        context.Process(target=_claim_in_process, args=(database.data_dir, start, results))
        for _ in range(2)
    ]

    for process in processes:
        process.start()
    answers = [results.get(timeout=30) for _ in processes]
    for process in processes:
        process.join(timeout=30)

    assert sorted(answers) == [False, True]
    results.close()


def test_looking_for_due_jobs_reads_no_finished_job(tmp_path):
    database = open_parts(tmp_path).database

    with database.read() as connection:
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN {sqlite_jobs._DUE}",
            {"now": 0, "longest_hold": 0, "longest_wait": 0, "limit": 10, "unit_id": ""},
        ).fetchall()

    steps = [row["detail"] for row in plan if " jobs" in row["detail"]]
    assert steps
    assert all("INDEX jobs_due" in step or "INDEX jobs_leased" in step for step in steps), steps


def test_looking_for_late_jobs_reads_no_finished_job(tmp_path):
    database = open_parts(tmp_path).database
    asked: list[str] = []
    with database.read() as connection:
        connection.set_trace_callback(asked.append)

    SqliteJobStore(database).late(CARDS, LONG_AGO, NOW, 10)

    with database.read() as connection:
        connection.set_trace_callback(None)
        (statement,) = [one for one in asked if one.startswith("SELECT")]
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    assert any("INDEX jobs_unfinished" in row["detail"] for row in plan)
