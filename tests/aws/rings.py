"""What becomes of the messages of the queue: the function that answers rings, called directly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from functions.bootstrap import Services
from functions.run_jobs.batches import BatchServices, run_batch
from tests.fakes.clock import FrozenClock

SECONDS_OF_THE_FUNCTION = 300.0


def answer_batch(messages: list[Any], services: Services) -> set[str]:
    """Answer the rings of one batch; return the ids of those that failed."""
    records = [record_of(message) for message in messages]
    batch = BatchServices(services.work, services.queue, services.messages, sleep_of(services))
    return set(run_batch(records, lambda: SECONDS_OF_THE_FUNCTION, batch))


def record_of(message: Any) -> dict[str, Any]:
    """Return the message as AWS hands it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "eventSource": "aws:sqs",
    }


def sleep_of(services: Services) -> Any:
    """Return what takes no time here: it only moves the services' own clock, if that stands."""

    def sleep(seconds: float) -> None:
        if isinstance(services.clock, FrozenClock):
            services.clock.advance(timedelta(seconds=seconds))

    return sleep
