"""What is special to jobs in DynamoDB: racing workers, lost answers, throttling, and cost."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from functions.core.errors import LeaseLostError, StoreUnavailableError
from functions.core.models import Claim, Job, JobKind, JobState, Urgency
from functions.core.ports import LATE_JOBS
from functions.stores.dynamodb.job_items import job_parts
from functions.stores.dynamodb.jobs import DynamoJobStore
from functions.stores.dynamodb.table import Tables
from functions.stores.dynamodb.transactions import transact
from tests.aws.engine import Engine
from tests.contracts.sqlite_parts import race
from tests.fakes.jobs import MemoryJobStore
from tests.stores.dynamodb.counting import counted
from tests.stores.dynamodb.throttling import HalfOfAll
from tests.stores.dynamodb.troubled import LosesAnswers, troubled

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = 120 * SECOND
UNIT = "phuong-tan-an"
WRITE = "TransactWriteItems"


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def store(tables: Tables) -> DynamoJobStore:
    return DynamoJobStore(tables)


def make_job(job_id: str, lane: str = "", state: JobState = JobState.PENDING) -> Job:
    return Job(
        job_id=job_id,
        kind=JobKind.DELIVER_TIP,
        subject_id=f"tip-of-{job_id}",
        unit_id=UNIT,
        urgency=Urgency.NORMAL,
        state=state,
        due_at=NOW,
        created_at=NOW,
        lane=lane,
    )


def add(tables: Tables, *jobs: Job) -> None:
    for job in jobs:
        transact(tables.jobs.client, job_parts(tables.jobs, job))


def put(tables: Tables, jobs: Iterable[Job]) -> None:
    """Put many jobs into the table at once."""
    puts = [{"PutRequest": {"Item": job_parts(tables.jobs, job)[0]["Put"]["Item"]}} for job in jobs]
    for start in range(0, len(puts), 25):
        request: Any = {tables.jobs.name: puts[start : start + 25]}
        assert not tables.jobs.client.batch_write_item(RequestItems=request)["UnprocessedItems"]


def test_lane_that_is_raced_for_has_one_holder_round_after_round(
    tables: Tables, store: DynamoJobStore
) -> None:
    add(tables, *(make_job(f"job-{number}", "a") for number in range(6)))
    holders: list[Claim] = []

    for turn in range(4):
        now = NOW + turn * LEASE
        taken = race(
            [
                lambda n=number, now=now: DynamoJobStore(tables).claim(f"job-{n}", now, now + LEASE)
                for number in range(6)
            ]
        )
        (holder,) = [one for one in taken if one is not None]
        assert isinstance(holder, Claim)
        holders.append(holder)

    # Each but the last overslept, and a later one took the lane over.
    for overslept in holders[:-1]:
        with pytest.raises(LeaseLostError):
            store.complete(overslept)
    store.complete(holders[-1])
    assert store.counts() == {"pending": 5, "done": 1, "failed": 0, "unknown": 0}


def test_claim_that_was_read_before_another_came_and_went_gets_nothing(
    tables: Tables, store: DynamoJobStore
) -> None:
    add(tables, make_job("job-1", "a"))

    def another_comes_and_goes(_request: AWSPreparedRequest) -> None:
        other = store.claim("job-1", NOW, NOW + LEASE)
        if other is not None and other.job.attempts == 1:
            store.postpone(other, NOW, "http-502", JobState.UNKNOWN)
        assert other is not None

    slow = DynamoJobStore(troubled(tables, WRITE, another_comes_and_goes))

    assert slow.claim("job-1", NOW, NOW + LEASE) is None
    again = store.claim("job-1", NOW, NOW + LEASE)
    assert again is not None
    assert (again.job.attempts, again.job.state) == (2, JobState.UNKNOWN)


@pytest.mark.parametrize("lane", ["", "a"])
def test_claim_whose_answer_was_lost_runs_out(
    tables: Tables, store: DynamoJobStore, lane: str
) -> None:
    add(tables, make_job("job-1", lane))
    unlucky = DynamoJobStore(troubled(tables, WRITE, LosesAnswers(1), attempts=1))

    with pytest.raises(StoreUnavailableError):
        unlucky.claim("job-1", NOW, NOW + LEASE)

    assert store.due(NOW + LEASE - SECOND, 10) == []
    assert store.claim("job-1", NOW + LEASE - SECOND, NOW + 2 * LEASE) is None
    assert store.due(NOW + LEASE, 10) == ["job-1"]
    taken = store.claim("job-1", NOW + LEASE, NOW + 2 * LEASE)
    assert taken is not None
    assert taken.job.attempts == 2


def test_claim_that_the_client_repeats_by_itself_counts_once(
    tables: Tables, store: DynamoJobStore
) -> None:
    add(tables, make_job("job-1"))
    unlucky = DynamoJobStore(troubled(tables, WRITE, LosesAnswers(1)))

    taken = unlucky.claim("job-1", NOW, NOW + LEASE)

    assert taken is not None
    assert taken.job.attempts == 1
    store.complete(taken)


def test_completion_whose_answer_was_lost_stands(tables: Tables, store: DynamoJobStore) -> None:
    add(tables, make_job("job-1", "a"), make_job("job-2", "a"))
    taken = store.claim("job-1", NOW, NOW + LEASE)
    assert taken is not None
    unlucky = DynamoJobStore(troubled(tables, WRITE, LosesAnswers(1), attempts=1))

    with pytest.raises(StoreUnavailableError):
        unlucky.complete(taken)

    assert store.counts()["done"] == 1
    assert store.due(NOW, 10) == ["job-2"]


def test_thousand_done_jobs_cost_a_look_nothing(tables: Tables) -> None:
    add(tables, make_job("job-1", "a"), make_job("job-2", "a"), make_job("job-3"))
    watched, reads = counted(tables)
    store = DynamoJobStore(watched)
    store.pause_lane("a", NOW)

    def look() -> list[int]:
        costs = []
        for question in (
            lambda: store.due(NOW, 10),
            lambda: store.due(NOW, 10, UNIT),
            lambda: store.due_units(NOW),
            lambda: store.oldest_due_at(NOW),
        ):
            reads.items = 0
            assert question()
            costs.append(reads.items)
        return costs

    before = look()
    put(tables, (make_job(f"done-{number}", UNIT, JobState.DONE) for number in range(1000)))
    after = look()

    # Three jobs and one lane; of the oldest, one.
    assert before == [4, 4, 4, 1]
    assert after == before
    assert store.counts()["done"] == 1000


def backlog(name: str, lane: str, count: int, waited: timedelta) -> list[Job]:
    """Return jobs that came one by one, all due now, after a wait if there was one."""
    jobs = []
    for number in range(count):
        created_at = NOW - (count - number) * SECOND
        due_at = created_at + waited
        job = make_job(f"{name}-{number:04d}", lane)
        jobs.append(replace(job, created_at=created_at, due_at=due_at))
    return jobs


@pytest.mark.parametrize("waited", [0 * SECOND, SECOND / 2])
def test_unit_with_ten_times_the_backlog_looks_at_no_more_items(
    tables: Tables, waited: timedelta
) -> None:
    watched, reads = counted(tables)
    store = DynamoJobStore(watched)
    later = [replace(job, due_at=NOW + 60 * SECOND) for job in backlog("later", UNIT, 100, SECOND)]
    put(tables, later)

    costs = []
    for count in (100, 1000):
        put(tables, backlog("card", UNIT, count, waited) + backlog("photo", "", count, waited))
        reads.items = 0
        found = store.due(NOW, 20, UNIT)
        costs.append(reads.items)
        assert len(found) == 20
        assert sum(job_id.startswith("card") for job_id in found) == 1

    assert costs[1] <= costs[0]
    assert costs[0] <= (80 if not waited else 180)


def test_rearming_a_lane_looks_at_its_own_jobs_alone(tables: Tables) -> None:
    own = make_job("own", UNIT)
    others = [replace(make_job(f"other-{n}", "b"), unit_id="b") for n in range(200)]
    put(tables, [replace(job, due_at=NOW + 60 * SECOND) for job in (own, *others)])
    watched, reads = counted(tables)

    assert DynamoJobStore(watched).rearm_lane(UNIT, NOW) == 1

    assert reads.items == 1
    assert DynamoJobStore(tables).due(NOW, 10) == ["own"]


def test_of_very_many_jobs_that_waited_those_due_for_longest_come_first(
    tables: Tables, store: DynamoJobStore
) -> None:
    longest = backlog("longest", "", LATE_JOBS, 2 * SECOND)
    oldest = replace(make_job("oldest"), created_at=NOW - LEASE, due_at=NOW + 4 * SECOND)
    put(tables, [*longest, oldest])

    before = store.due(NOW + SECOND * 5, LATE_JOBS, UNIT)
    taken = store.claim(before[0], NOW + SECOND * 5, NOW + LEASE)
    after = store.due(NOW + SECOND * 5, LATE_JOBS, UNIT)

    assert taken is not None
    assert before == [job.job_id for job in longest]
    assert after == ["oldest", *before[1:]]


@pytest.mark.parametrize("seed", range(4))
def test_due_of_a_unit_is_what_a_store_that_reads_everything_finds(
    tables: Tables, store: DynamoJobStore, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 no secret
    everything = MemoryJobStore()
    waits = (0, 0, 0, 1, 5, 30, 3_600, 200_000, 100_000_000)
    for number in range(120):
        made = make_job(f"job-{number:03d}", chance.choice(["", UNIT, UNIT, "a", "b"]))
        created_at = NOW + chance.choice([*range(-60, 5), 3_600, 200_000]) * SECOND
        job = replace(
            made,
            urgency=chance.choice(list(Urgency)),
            created_at=created_at,
            due_at=created_at + chance.choice(waits) * SECOND,
        )
        everything.add(job)
        add(tables, job)
    for job_id in everything.due(NOW, 100):
        for one in (everything, store):
            taken = one.claim(job_id, NOW, NOW + LEASE)
            assert taken is not None
            if job_id.endswith(("1", "4")):
                one.complete(taken)
            elif job_id.endswith(("2", "5", "7")):
                one.postpone(taken, NOW + 20 * SECOND, "later")
    for one in (everything, store):
        one.pause_lane("b", NOW + 10 * SECOND)

    for seconds in (0, 5, 20, 120, 4_000):
        for limit in (1, 3, 30, 200):
            now = NOW + seconds * SECOND
            assert store.due(now, limit, UNIT) == everything.due(now, limit, UNIT)


@dataclass
class LeavesLanesOut:
    """Answers the first read of several items as a busy table does: with none of them."""

    left: int = 1

    def __call__(self, request: AWSPreparedRequest) -> AWSResponse | None:
        if not self.left:
            return None
        self.left -= 1
        asked = json.loads(request.body)["RequestItems"]
        body = json.dumps({"Responses": {}, "UnprocessedKeys": asked}).encode()
        raw = urllib3.HTTPResponse(io.BytesIO(body), preload_content=False)
        return AWSResponse("http://127.0.0.1/", 200, {}, raw)


def test_lane_that_a_busy_table_left_out_is_asked_for_again(
    tables: Tables, store: DynamoJobStore
) -> None:
    add(tables, make_job("job-1", "a"), make_job("job-2", "b"))
    store.pause_lane("a", NOW + SECOND)
    busy = DynamoJobStore(troubled(tables, "BatchGetItem", LeavesLanesOut()))

    assert busy.due(NOW, 10) == ["job-2"]


def test_no_job_is_lost_while_half_of_all_calls_are_throttled(
    tables: Tables, store: DynamoJobStore
) -> None:
    jobs = [make_job(f"job-{number}", f"lane-{number % 3}") for number in range(9)]
    add(tables, *jobs)
    trouble = HalfOfAll()
    busy = DynamoJobStore(troubled(tables, "*", trouble, attempts=1))
    due: list[str] = []
    done: list[str] = []
    now = NOW

    for _ in range(300):
        try:
            due = due or busy.due(now, len(jobs))
            taken = busy.claim(due[0], now, now + LEASE)
            if taken is not None:
                busy.complete(taken)
                done.append(taken.job.job_id)
            due = due[1:]
        except StoreUnavailableError:
            # A claim that could not be completed is left to run out.
            now += LEASE
        if len(done) == len(jobs):
            break

    assert trouble.refused > len(jobs)
    assert sorted(done) == [job.job_id for job in jobs]
    assert store.counts() == {"pending": 0, "done": 9, "failed": 0, "unknown": 0}
