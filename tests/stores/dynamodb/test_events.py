"""What is special to events in DynamoDB: racing functions, sealing, and how they go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.events import StoredEvent
from functions.core.models import Job, JobKind, JobState, Urgency
from functions.stores.dynamodb.events import KNOWN_FOR, DynamoEventStore
from functions.stores.dynamodb.schema import EXPIRY
from functions.stores.dynamodb.table import Item, Key, Tables
from tests.aws.engine import Engine
from tests.fakes.clock import START
from tests.stores.dynamodb.test_sealed_at_rest import everything
from tests.stores.kit import fixed_sealer

EVENT = StoredEvent("event-1", "phuong-tan-an", START, b'{"message":{"text":"o-so-nha-7"}}')


@pytest.fixture
def tables(engine: Engine) -> Tables:
    return engine.tables()


@pytest.fixture
def store(tables: Tables) -> DynamoEventStore:
    return DynamoEventStore(tables, fixed_sealer())


def job(job_id: str) -> Job:
    return Job(
        job_id=job_id,
        kind=JobKind.HANDLE_EVENT,
        subject_id=EVENT.event_id,
        unit_id=EVENT.unit_id,
        urgency=Urgency.SOON,
        state=JobState.PENDING,
        due_at=START,
        created_at=START,
        lane="chat:1",
    )


def item(tables: Tables) -> Item:
    return tables.jobs.get(Key("EVENT#event-1", "EVENT")) or {}


def test_twenty_repeats_at_once_are_one_event_with_one_job(
    store: DynamoEventStore, tables: Tables
) -> None:
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda number: store.add(EVENT, job(f"job-{number}")), range(20)))

    jobs = [found for found in tables.jobs.scan() if found["sk"] == "JOB"]
    assert stored.count(True) == 1
    assert len(jobs) == 1


def test_what_somebody_wrote_is_sealed_and_gone_once_it_is_handled(
    store: DynamoEventStore, tables: Tables
) -> None:
    store.add(EVENT, job("job-1"))
    sealed = item(tables)["sealed_body"]
    seen = b"\n".join(everything(tables))

    store.finish("event-1")

    assert b"o-so-nha-7" not in seen
    assert sealed in seen
    assert "sealed_body" not in item(tables)
    assert store.get("event-1") == replace(EVENT, body=b"")


def test_an_event_is_removed_by_the_table_but_never_before_it_is_handled(
    store: DynamoEventStore, tables: Tables
) -> None:
    store.add(EVENT, job("job-1"))
    before = item(tables)

    store.finish("event-1")

    assert EXPIRY not in before
    assert item(tables)[EXPIRY] == int((START + KNOWN_FOR).timestamp())
    assert store.forget(START + timedelta(days=400)) == 0
    assert store.add(EVENT, job("job-2")) is False


def test_requests_counted_by_many_functions_at_once_are_all_counted(
    store: DynamoEventStore,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.count_unverified(), range(40)))

    assert store.unverified() == 40
