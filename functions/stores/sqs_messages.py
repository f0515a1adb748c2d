"""What whoever answers bells can do to a message that it could not answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from functions.stores.sqs_dead_letters import DeadLetters

if TYPE_CHECKING:
    from functions.stores.aws_clients import AwsClients


class SqsMessages:
    """The port UnansweredMessages over a queue and its dead letters."""

    def __init__(self, make_clients: Callable[[], AwsClients], queue_url: str) -> None:
        """Make the clients at first use: most functions live without such a message."""
        self._make_clients = make_clients
        self._queue_url = queue_url

    @cached_property
    def _clients(self) -> AwsClients:
        return self._make_clients()

    def set_aside(self, body: str, group: str, mark: str) -> None:
        DeadLetters(self._clients, self._queue_url).add(body, group, mark)

    def show_again(self, receipt_handle: str, seconds: int) -> None:
        # Where this fails the message comes after the queue's own time, and the sweep rings.
        with contextlib.suppress(BotoCoreError, ClientError):
            self._clients.sqs.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
