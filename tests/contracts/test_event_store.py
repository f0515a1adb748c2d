"""What every EventStore does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import ConflictError, KeyUnavailableError, NotFoundError
from functions.core.events import StoredEvent
from functions.core.models import Job, JobKind, JobState, Urgency
from functions.core.ports import EventStore, JobStore
from functions.stores.dynamodb.events import DynamoEventStore
from functions.stores.dynamodb.jobs import DynamoJobStore
from functions.stores.sqlite.events import SqliteEventStore
from functions.stores.sqlite.jobs import SqliteJobStore
from tests.contracts.sqlite_parts import file_contents, open_parts, race
from tests.fakes.events import MemoryEventStore
from tests.fakes.jobs import MemoryJobStore
from tests.stores.kit import fixed_sealer

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
UNIT = "phuong-tan-an"
BODY = '{"message": {"text": "Có người lạ ở sân bóng."}}'.encode()


@dataclass(frozen=True)
class Backend:
    store: EventStore
    jobs: JobStore
    forgets_by_itself: bool = False
    """The database removes old events in its own time."""


@pytest.fixture(params=["memory", "sqlite", "aws"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "memory":
        jobs = MemoryJobStore()
        return Backend(MemoryEventStore(jobs.bring), jobs)
    if request.param == "aws":
        tables = request.getfixturevalue("engine").tables()
        return Backend(
            DynamoEventStore(tables, fixed_sealer()),
            DynamoJobStore(tables),
            forgets_by_itself=True,
        )
    parts = open_parts(tmp_path)
    return Backend(SqliteEventStore(parts.database, parts.sealer), SqliteJobStore(parts.database))


@pytest.fixture
def store(backend: Backend) -> EventStore:
    return backend.store


def an_event(event_id: str = "event-1", **changes: object) -> StoredEvent:
    event = StoredEvent(event_id, UNIT, NOW, BODY)
    return replace(event, **changes)  # type: ignore[arg-type]


def its_job(event_id: str = "event-1", job_id: str = "") -> Job:
    return Job(
        job_id=job_id or f"job-of-{event_id}",
        kind=JobKind.HANDLE_EVENT,
        subject_id=event_id,
        unit_id=UNIT,
        urgency=Urgency.NORMAL,
        state=JobState.PENDING,
        due_at=NOW,
        created_at=NOW,
        lane="chat-1",
    )


def test_a_stored_event_comes_back_with_its_body_and_its_job(backend: Backend) -> None:
    is_new = backend.store.add(an_event(), its_job())

    assert is_new
    assert backend.store.get("event-1") == an_event()
    assert backend.jobs.due(NOW, 10) == ["job-of-event-1"]


def test_a_body_may_hold_any_bytes(store: EventStore) -> None:
    body = bytes(range(256))

    store.add(an_event(body=body), its_job())

    assert store.get("event-1").body == body


def test_an_event_that_comes_again_is_known_and_brings_no_second_job(backend: Backend) -> None:
    backend.store.add(an_event(), its_job())

    again = backend.store.add(an_event(body=b"other", received_at=NOW + DAY), its_job(job_id="2nd"))

    assert not again
    assert backend.store.get("event-1") == an_event()
    assert backend.jobs.counts()["pending"] == 1


def test_an_event_whose_job_cannot_be_written_is_not_stored(backend: Backend) -> None:
    backend.store.add(an_event(), its_job())

    with pytest.raises(ConflictError):
        backend.store.add(an_event("event-2"), its_job("event-2", job_id="job-of-event-1"))

    with pytest.raises(NotFoundError):
        backend.store.get("event-2")


def test_of_many_repeats_at_once_exactly_one_is_stored(backend: Backend) -> None:
    results = race(
        [
            lambda n=number: backend.store.add(an_event(), its_job(job_id=f"job-{n}"))
            for number in range(6)
        ]
    )

    assert sorted(results) == [False] * 5 + [True]  # type: ignore[type-var]
    assert backend.jobs.counts()["pending"] == 1


def test_an_unknown_event_is_not_found(store: EventStore) -> None:
    with pytest.raises(NotFoundError):
        store.get("event-1")


def test_a_finished_event_has_no_body_and_stays_known(backend: Backend) -> None:
    backend.store.add(an_event(), its_job())

    backend.store.finish("event-1")
    backend.store.finish("event-1")

    assert backend.store.get("event-1") == an_event(body=b"")
    assert not backend.store.add(an_event(), its_job(job_id="again"))
    assert backend.store.get("event-1").body == b""


def test_finishing_an_unknown_event_makes_none(store: EventStore) -> None:
    store.finish("event-1")

    with pytest.raises(NotFoundError):
        store.get("event-1")


def test_only_finished_events_from_before_are_forgotten(backend: Backend) -> None:
    store = backend.store
    for event_id, received_at in (("old", NOW - DAY), ("waiting", NOW - DAY), ("young", NOW)):
        store.add(an_event(event_id, received_at=received_at), its_job(event_id))
    store.finish("old")
    store.finish("young")

    forgotten = store.forget(NOW)

    assert store.get("waiting").body == BODY
    assert store.get("young").received_at == NOW
    if backend.forgets_by_itself:
        assert forgotten == 0
        return
    assert forgotten == 1
    assert store.forget(NOW) == 0
    with pytest.raises(NotFoundError):
        store.get("old")


def test_requests_that_did_not_verify_are_counted(store: EventStore) -> None:
    before = store.unverified()
    for _ in range(3):
        store.count_unverified()

    assert (before, store.unverified()) == (0, 3)


def test_of_requests_counted_at_once_none_is_left_out(store: EventStore) -> None:
    race([store.count_unverified] * 8)

    assert store.unverified() == 8


# SQLite alone


def test_bodies_are_sealed_each_to_its_event_and_gone_once_finished(tmp_path: Path) -> None:
    parts = open_parts(tmp_path)
    store = SqliteEventStore(parts.database, parts.sealer)
    store.add(an_event(), its_job())
    store.add(an_event("event-2"), its_job("event-2"))
    copied = file_contents(tmp_path)
    with parts.database.write() as connection:
        connection.execute(
            "UPDATE events SET sealed_body ="
            " (SELECT sealed_body FROM events WHERE event_id = 'event-1')"
            " WHERE event_id = 'event-2'"
        )

    with pytest.raises(KeyUnavailableError):
        store.get("event-2")
    assert "sân bóng".encode() not in copied


def test_the_bytes_of_a_finished_event_are_gone_from_the_file(tmp_path: Path) -> None:
    parts = open_parts(tmp_path)
    store = SqliteEventStore(parts.database, parts.sealer)
    store.add(an_event(), its_job())
    with parts.database.read() as connection:
        sealed = connection.execute("SELECT sealed_body FROM events").fetchone()[0]
    before = file_contents(tmp_path)

    store.finish("event-1")

    assert sealed in before
    assert sealed not in file_contents(tmp_path)


def test_events_and_the_count_survive_a_restart(tmp_path: Path) -> None:
    first = open_parts(tmp_path)
    before = SqliteEventStore(first.database, first.sealer)
    before.add(an_event(), its_job())
    before.count_unverified()
    first.database.close()

    second = open_parts(tmp_path)

    after = SqliteEventStore(second.database, second.sealer)
    assert after.get("event-1") == an_event()
    assert after.unverified() == 1
