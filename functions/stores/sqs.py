"""The bell on AWS: a FIFO queue with one group for each unit.

A group is locked while one of its messages is with a function, and after a function was killed
until the queue's visibility timeout ends. So a ring that names no job, such as those of the
sweep, stands in a group of its own and waits for no other ring: claims keep two functions from
doing the same work.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import StoreUnavailableError
from functions.core.rings import Ring

if TYPE_CHECKING:
    from functions.stores.aws_clients import AwsClients

MOST_IDS = 1_000
"""A message holds 256 KiB; so many ids stay far below."""


class SqsDoorbell:
    """The port JobQueue: rings for a unit's jobs are heard in order, and no unit's ring keeps
    another's waiting."""

    def __init__(self, clients: AwsClients, queue_url: str) -> None:
        self._clients = clients
        self._queue_url = queue_url

    def ring(self, unit_id: str, job_ids: Sequence[str] = ()) -> None:
        # The work stands in the store and the sweep rings again. That no bell is heard at
        # all shows in the age of the oldest due job, which has an alarm of its own.
        with contextlib.suppress(BotoCoreError, ClientError, StoreUnavailableError):
            for some_ids in _chunks(job_ids):
                self._clients.sqs.send_message(
                    QueueUrl=self._queue_url,
                    MessageBody=Ring(unit_id, some_ids).to_json(),
                    MessageGroupId=unit_id if some_ids else f"{unit_id}.{uuid.uuid4().hex}",
                    # Two rings of the same job are two: the first may have come too early.
                    MessageDeduplicationId=uuid.uuid4().hex,
                )


def _chunks(job_ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the ids in portions; one empty portion where there are none."""
    for start in range(0, max(len(job_ids), 1), MOST_IDS):
        yield tuple(job_ids[start : start + MOST_IDS])
