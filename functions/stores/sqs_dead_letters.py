"""Messages that no worker could answer, and their way back into the queue."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import StoreUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from functions.stores.aws_clients import AwsClients

_MOST_AT_ONCE = 10
_HIDDEN_SECONDS = 120
"""Nobody else takes a message while it is moved; after a crash it shows up again."""


class DeadLetters:
    """The dead letters of one queue; the queue itself says where they lie."""

    def __init__(self, clients: AwsClients, queue_url: str) -> None:
        self._clients = clients
        self._queue_url = queue_url

    def redrive(self) -> int:
        """Put every message back into the queue; return how many. Raises StoreUnavailableError.

        A message is deleted only once the queue has it. Whoever is killed in between leaves it
        in both, and a bell that rings twice does no harm. So each message is sent as a new
        one: under the mark of its first sending the queue would take it for a repeat, drop it
        and still say that it has it. A message that is set aside again meanwhile stays: it
        would go round for ever.
        """
        try:
            return self._redrive(self._url())
        except (ClientError, BotoCoreError) as exc:
            raise StoreUnavailableError(f"the queue: {type(exc).__name__}") from exc

    def add(self, body: str, group: str, mark: str) -> None:
        """Put a message here that nobody can answer; once, however often it is said with the
        mark of its sending. Raises StoreUnavailableError."""
        try:
            self._clients.sqs.send_message(
                QueueUrl=self._url(),
                MessageBody=body,
                MessageGroupId=group,
                MessageDeduplicationId=mark,
            )
        except (ClientError, BotoCoreError) as exc:
            raise StoreUnavailableError(f"the dead letters: {type(exc).__name__}") from exc

    def _url(self) -> str:
        sqs = self._clients.sqs
        found = sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=["RedrivePolicy"])
        policy = json.loads(found.get("Attributes", {}).get("RedrivePolicy", "{}"))
        arn = str(policy.get("deadLetterTargetArn", ""))
        if not arn:
            raise StoreUnavailableError("the queue keeps no dead letters")
        return sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]

    def _redrive(self, url: str) -> int:
        sqs = self._clients.sqs
        this_run = uuid.uuid4().hex
        count = 0
        back_again: list[str] = []
        while messages := self._receive(url):
            for message in messages:
                handle = message["ReceiptHandle"]
                if message["Attributes"]["MessageDeduplicationId"].startswith(this_run):
                    back_again.append(handle)
                    continue
                self._send(message, f"{this_run}-{count}")
                sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
                count += 1
        for handle in back_again:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        return count

    def _receive(self, url: str) -> list[MessageTypeDef]:
        answer = self._clients.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=_MOST_AT_ONCE,
            VisibilityTimeout=_HIDDEN_SECONDS,
            MessageSystemAttributeNames=["MessageGroupId", "MessageDeduplicationId"],
        )
        return answer.get("Messages", [])

    def _send(self, message: MessageTypeDef, mark: str) -> None:
        self._clients.sqs.send_message(
            QueueUrl=self._queue_url,
            MessageBody=message["Body"],
            MessageGroupId=message["Attributes"]["MessageGroupId"],
            MessageDeduplicationId=mark,
        )
