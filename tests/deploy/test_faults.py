"""What queues do to messages, on the deployed installation: none lost, no second card."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from functions.core.rings import Ring
from tests.deploy.cloud import NAME, Deployed
from tests.system import post_json


def submit(deployed: Deployed, unit: str, count: int) -> None:
    for number in range(count):
        fields = {"category": "gay-roi", "text": f"Việc số {number}"}
        assert post_json(f"{deployed.url}/api/units/{unit}/tips", fields)[0] == 201


def cards(deployed: Deployed, unit: str) -> list[str]:
    """Return which tips stand in the group, once for each card."""
    texts = [message["text"] for message in deployed.sandbox.messages(unit)]
    return sorted(text[text.index("Việc số") :][:9] for text in texts if "Việc số" in text)


@contextmanager
def without_a_worker(deployed: Deployed) -> Iterator[None]:
    """Let the messages lie while the block runs."""
    functions = deployed.client("lambda")
    (source,) = functions.list_event_source_mappings(FunctionName=f"{NAME}-run-jobs")[
        "EventSourceMappings"
    ]
    functions.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
    deployed.wait_for(lambda: _state(functions, source) == "Disabled")
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=source["UUID"], Enabled=True)
        deployed.wait_for(lambda: _state(functions, source) == "Enabled")


def _state(functions: Any, source: Any) -> str:
    return str(functions.get_event_source_mapping(UUID=source["UUID"])["State"])


def records(unit: str, count: int) -> list[dict[str, Any]]:
    """Return a batch of rings for the unit, the last first, as SQS hands it to a function."""
    return [
        {
            "messageId": f"message-{number}",
            "receiptHandle": "handle",
            "body": Ring(unit).to_json(),
            "attributes": {"MessageGroupId": unit, "SequenceNumber": f"{number:020}"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        }
        for number in reversed(range(count))
    ]


def waiting(deployed: Deployed, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = deployed.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def test_a_batch_that_comes_three_times_and_backwards_brings_one_card_each(
    deployed: Deployed, unit: str
) -> None:
    submit(deployed, unit, 4)

    # Beside the worker that the queue itself has woken.
    told = [deployed.invoke("run-jobs", {"Records": records(unit, 4)}) for _ in range(3)]
    deployed.wait_for(lambda: waiting(deployed, deployed.queue_url) == 0)
    deployed.wait_for(lambda: len(cards(deployed, unit)) >= 4)

    assert told == [{"batchItemFailures": []}] * 3
    assert cards(deployed, unit) == [f"Việc số {number}" for number in range(4)]


def test_what_a_purged_queue_forgot_goes_out_by_the_sweep(deployed: Deployed, unit: str) -> None:
    with without_a_worker(deployed):
        submit(deployed, unit, 3)
        deployed.client("sqs").purge_queue(QueueUrl=deployed.queue_url)
    before = cards(deployed, unit)

    deployed.sweep()
    deployed.wait_for(lambda: len(cards(deployed, unit)) >= 3)
    deployed.sweep()
    deployed.wait_for(lambda: waiting(deployed, deployed.queue_url) == 0)

    assert before == []
    assert cards(deployed, unit) == [f"Việc số {number}" for number in range(3)]


def test_a_poisoned_message_is_set_aside_and_a_command_brings_it_back(
    deployed: Deployed, unit: str
) -> None:
    sqs = deployed.client("sqs")
    sqs.send_message(
        QueueUrl=deployed.queue_url, MessageBody="{", MessageGroupId=unit,
        MessageDeduplicationId=str(time.time_ns()),
    )  # fmt: skip
    # Its unit is not held up.
    submit(deployed, unit, 1)
    deployed.wait_for(lambda: cards(deployed, unit) == ["Việc số 0"])
    deployed.wait_for(lambda: waiting(deployed, deployed.dead_letters_url) == 1)

    told = deployed.binhyen("jobs", "redrive")
    deployed.wait_for(lambda: waiting(deployed, deployed.queue_url) == 0)
    again = deployed.wait_for(lambda: waiting(deployed, deployed.dead_letters_url) == 1)

    assert (told.returncode, told.stdout.strip()) == (0, "1 back in the queue")
    # It is as bad as it was, and still not lost.
    assert again
    sqs.purge_queue(QueueUrl=deployed.dead_letters_url)
