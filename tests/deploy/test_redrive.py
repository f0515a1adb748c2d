"""`binhyen jobs redrive`: dead letters go back into the queue, also when it is killed."""

from __future__ import annotations

import json
import subprocess
import uuid
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.core.errors import StoreUnavailableError
from functions.stores.aws_clients import AwsClients
from functions.stores.sqs_dead_letters import DeadLetters
from functions.stores.sqs_messages import SqsMessages
from tests.aws.engine import Engine, client_of
from tests.system import BINHYEN, System


class Queues:
    """A queue and its dead letters, both new."""

    def __init__(self, engine: Engine) -> None:
        self.sqs: Any = client_of(engine, "sqs")
        self.taken: list[str] = []
        name = f"r{uuid.uuid4().hex[:8]}"
        fifo = {"FifoQueue": "true", "VisibilityTimeout": "30"}
        self.dead = self.sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes=fifo)[
            "QueueUrl"
        ]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])
        policy = {
            "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
            "maxReceiveCount": 5,
        }
        self.live = self.sqs.create_queue(
            QueueName=f"{name}.fifo", Attributes={**fifo, "RedrivePolicy": json.dumps(policy)}
        )["QueueUrl"]

    def bury(self, body: str, group: str) -> None:
        self.sqs.send_message(
            QueueUrl=self.dead, MessageBody=body, MessageGroupId=group,
            MessageDeduplicationId=uuid.uuid4().hex,
        )  # fmt: skip

    def show_again(self) -> None:
        """Let what a dead process had taken be seen, as after its time."""
        for handle in self.taken:
            self.sqs.change_message_visibility(
                QueueUrl=self.dead, ReceiptHandle=handle, VisibilityTimeout=0
            )

    def take(self, url: str) -> list[tuple[str, str]]:
        """Return (group, body) of all that can be taken now; nobody else gets it meanwhile."""
        found: list[tuple[str, str]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]
            )
            messages = answer.get("Messages", [])
            if not messages:
                return sorted(found)
            for message in messages:
                found.append((message["Attributes"]["MessageGroupId"], message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture
def queues(engine: Engine) -> Queues:
    return Queues(engine)


class KilledError(Exception):
    """Stands for a kill between two calls."""


def test_all_dead_letters_go_back_to_their_groups(engine: Engine, queues: Queues) -> None:
    for number in range(12):
        queues.bury(f"ring {number:02}", f"unit-{number % 3}")

    count = DeadLetters(engine.clients, queues.live).redrive()

    assert count == 12
    assert queues.take(queues.live) == sorted(
        (f"unit-{number % 3}", f"ring {number:02}") for number in range(12)
    )
    assert queues.take(queues.dead) == []


def test_a_kill_between_sending_and_deleting_loses_nothing(engine: Engine, queues: Queues) -> None:
    for number in range(3):
        queues.bury(f"ring {number}", f"unit-{number}")
    sqs = engine.clients.sqs

    def receive(**asked: Any) -> Any:
        answer = sqs.receive_message(**asked)
        queues.taken += [message["ReceiptHandle"] for message in answer.get("Messages", [])]
        return answer

    def killed(**_: Any) -> None:
        raise KilledError

    dying = SimpleNamespace(
        get_queue_attributes=sqs.get_queue_attributes, get_queue_url=sqs.get_queue_url,
        receive_message=receive, send_message=sqs.send_message,
        delete_message=killed,
    )  # fmt: skip

    with pytest.raises(KilledError):
        DeadLetters(cast(AwsClients, SimpleNamespace(sqs=dying)), queues.live).redrive()
    sent = queues.take(queues.live)
    queues.show_again()
    count = DeadLetters(engine.clients, queues.live).redrive()
    after = queues.take(queues.live)

    assert len(sent) == 1
    assert count == 3
    # One bell rings twice, which does no harm.
    assert after == [(f"unit-{number}", f"ring {number}") for number in range(3)]
    assert queues.take(queues.dead) == []


def test_the_same_letter_can_die_and_come_back_again_and_again(
    engine: Engine, queues: Queues
) -> None:
    for _ in range(3):
        queues.bury("ring", "unit-1")

        assert DeadLetters(engine.clients, queues.live).redrive() == 1
        assert queues.take(queues.live) == [("unit-1", "ring")]


def test_a_letter_that_is_set_aside_again_meanwhile_does_not_go_round_for_ever(
    engine: Engine, queues: Queues
) -> None:
    queues.bury("no ring", "unit-1")
    queues.bury("ring", "unit-2")
    sqs = engine.clients.sqs

    def send(**message: Any) -> Any:
        """Stand for the function that gets it at once and can do nothing with it."""
        if message["MessageBody"] == "no ring":
            mark = message["MessageDeduplicationId"]
            DeadLetters(engine.clients, queues.live).add("no ring", "unit-1", mark)
        return sqs.send_message(**message)

    at_work = SimpleNamespace(
        get_queue_attributes=sqs.get_queue_attributes, get_queue_url=sqs.get_queue_url,
        receive_message=sqs.receive_message, send_message=send,
        delete_message=sqs.delete_message,
        change_message_visibility=sqs.change_message_visibility,
    )  # fmt: skip

    count = DeadLetters(cast(AwsClients, SimpleNamespace(sqs=at_work)), queues.live).redrive()

    assert count == 2
    assert queues.take(queues.dead) == [("unit-1", "no ring")]


def test_a_message_is_set_aside_once_however_often_it_is_said(
    engine: Engine, queues: Queues
) -> None:
    messages = SqsMessages(lambda: engine.clients, queues.live)

    for _ in range(2):
        messages.set_aside("no ring", "unit-1", "its-mark")

    assert queues.take(queues.dead) == [("unit-1", "no ring")]


def test_a_message_shown_again_is_there_before_the_queues_own_time(
    engine: Engine, queues: Queues
) -> None:
    queues.sqs.send_message(
        QueueUrl=queues.live, MessageBody="ring", MessageGroupId="unit-1",
        MessageDeduplicationId="once",
    )  # fmt: skip
    (taken,) = queues.sqs.receive_message(QueueUrl=queues.live)["Messages"]
    locked = queues.take(queues.live)

    messages = SqsMessages(lambda: engine.clients, queues.live)
    messages.show_again(taken["ReceiptHandle"], 0)
    messages.show_again("no handle at all", 0)

    assert locked == []
    assert queues.take(queues.live) == [("unit-1", "ring")]


def test_a_queue_without_dead_letters_is_told(engine: Engine, queues: Queues) -> None:
    with pytest.raises(StoreUnavailableError):
        DeadLetters(engine.clients, queues.dead).redrive()
    with pytest.raises(StoreUnavailableError):
        DeadLetters(engine.clients, queues.live + "-none.fifo").redrive()


def test_on_one_machine_there_is_no_such_queue(tmp_path_factory: pytest.TempPathFactory) -> None:
    system = System(tmp_path_factory.mktemp("machine"))

    done = subprocess.run(
        [BINHYEN, "jobs", "redrive"], env=system.environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (2, "")
    assert "binhyen jobs retry" in done.stderr
