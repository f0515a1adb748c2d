"""A queue of one test, as the template makes it."""

from __future__ import annotations

import uuid
from typing import Any

from functions.stores.sqs import SqsDoorbell
from tests.aws.engine import Engine


class RingQueue:
    """A bell and what can be heard of it."""

    def __init__(self, engine: Engine) -> None:
        self._client = engine.clients.sqs
        self.url = self._client.create_queue(
            QueueName=f"{uuid.uuid4().hex}.fifo", Attributes={"FifoQueue": "true"}
        )["QueueUrl"]
        self.bell = SqsDoorbell(engine.clients, self.url)

    def take_all(self) -> list[Any]:
        """Return every message there is, and take each off the queue."""
        taken: list[Any] = []
        while found := self._receive():
            self._client.delete_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(found)
                ],
            )
            taken += found
        return taken

    def _receive(self) -> list[Any]:
        answer: Any = self._client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))
