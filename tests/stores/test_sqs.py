"""The bell over SQS: what it carries, to whom, and how it bears trouble."""

from __future__ import annotations

import json

import pytest

from functions.core.errors import StoreUnavailableError
from functions.core.rings import Ring, read_ring
from functions.stores.aws_clients import AwsClients
from functions.stores.sqs import MOST_IDS, SqsDoorbell
from tests.aws.engine import Engine
from tests.aws.queues import RingQueue

UNIT = "xa-ea-knuec"


@pytest.fixture
def queue(engine: Engine) -> RingQueue:
    return RingQueue(engine)


def test_message_carries_the_unit_and_ids_and_nothing_else(queue: RingQueue) -> None:
    queue.bell.ring(UNIT, ["job-1", "job-2"])

    (message,) = queue.take_all()
    assert json.loads(message["Body"]) == {"unit_id": UNIT, "job_ids": ["job-1", "job-2"]}
    assert "MessageAttributes" not in message


def test_each_unit_has_a_group_of_its_own(queue: RingQueue) -> None:
    queue.bell.ring("xa-ea-kly", ["job-1"])
    queue.bell.ring("phuong-tan-an", ["job-2"])

    groups = {
        read_ring(message["Body"]).unit_id: message["Attributes"]["MessageGroupId"]
        for message in queue.take_all()
    }
    assert groups == {"xa-ea-kly": "xa-ea-kly", "phuong-tan-an": "phuong-tan-an"}


def test_unit_that_keeps_its_worker_waiting_keeps_no_other_unit_waiting(
    engine: Engine, queue: RingQueue
) -> None:
    queue.bell.ring("xa-ea-kly", ["slow"])
    queue.bell.ring("xa-ea-kly", ["behind"])
    engine.clients.sqs.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=1)
    queue.bell.ring("phuong-tan-an", ["quick"])

    heard = [read_ring(message["Body"]) for message in queue.take_all()]

    assert heard == [Ring("phuong-tan-an", ("quick",))]


def test_ring_for_whatever_is_due_waits_for_no_other_ring_of_its_unit(
    engine: Engine, queue: RingQueue
) -> None:
    queue.bell.ring(UNIT, ["locked"])
    engine.clients.sqs.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=1)
    queue.bell.ring(UNIT, ["behind"])
    queue.bell.ring(UNIT)
    queue.bell.ring(UNIT)

    heard = [read_ring(message["Body"]) for message in queue.take_all()]

    assert heard == [Ring(UNIT), Ring(UNIT)]


def test_same_ring_again_is_heard_again(queue: RingQueue) -> None:
    queue.bell.ring(UNIT, ["job-1"])
    queue.bell.ring(UNIT, ["job-1"])

    assert [message["Body"] for message in queue.take_all()] == [
        Ring(UNIT, ("job-1",)).to_json()
    ] * 2


def test_rings_of_a_unit_are_heard_in_order(queue: RingQueue) -> None:
    for number in range(25):
        queue.bell.ring(UNIT, [f"job-{number}"])

    heard = [read_ring(message["Body"]).job_ids for message in queue.take_all()]

    assert heard == [(f"job-{number}",) for number in range(25)]


def test_more_ids_than_a_message_holds_go_in_several(queue: RingQueue) -> None:
    # As long as an id may be: a message holds 256 KiB.
    job_ids = [f"{number:0200}" for number in range(2 * MOST_IDS + 1)]

    queue.bell.ring(UNIT, job_ids)

    rings = [read_ring(message["Body"]) for message in queue.take_all()]
    assert [len(ring.job_ids) for ring in rings] == [MOST_IDS, MOST_IDS, 1]
    assert [job_id for ring in rings for job_id in ring.job_ids] == job_ids
    assert all(len(ring.to_json()) < 256 * 1024 for ring in rings)


def test_queue_that_is_missing_or_out_of_reach_is_no_error(
    engine: Engine, queue: RingQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    missing = SqsDoorbell(engine.clients, queue.url.replace(".fifo", "x.fifo"))
    nowhere = SqsDoorbell(
        AwsClients("http://127.0.0.1:9"), "http://127.0.0.1:9/000000000000/q.fifo"
    )

    missing.ring(UNIT, ["job-1"])
    nowhere.ring(UNIT, ["job-1"])

    assert queue.take_all() == []


def test_bell_without_a_client_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    clients = AwsClients()
    with pytest.raises(StoreUnavailableError, match="region"):
        _ = clients.sqs

    SqsDoorbell(clients, "https://queue.example/rings.fifo").ring(UNIT, ["job-1"])
