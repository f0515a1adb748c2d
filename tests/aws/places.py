"""One installation on AWS for one attempt: tables, buckets, queue, key, and a unit with its OA."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.config import Settings
from functions.core.models import TipDraft
from functions.core.ports import Clock
from functions.core.submissions import read_draft
from functions.core.tips import submit_tip
from functions.local.commands.administration import import_document
from functions.refresh_tokens.handler import refresh
from functions.sweep.handler import run_sweep
from tests.aws.engine import REGION, Engine, client_of
from tests.aws.rings import answer_batch
from tests.aws.sessions import use_known_models
from tests.fakes.clock import FrozenClock
from tests.faults.places import AFTER_A_LEASE, MOST_ROUNDS, open_jobs
from tests.faults.sandbox import Sandbox

PUBLIC_URL = "https://binh-yen.example"
BATCH = 10
"""As many messages as the queue hands a function at once."""


@dataclass(frozen=True)
class Cloud:
    """The engine with the clients of an administrator, who makes and looks."""

    engine: Engine

    @cached_property
    def s3(self) -> Any:
        return client_of(self.engine, "s3")

    @cached_property
    def sqs(self) -> Any:
        return client_of(self.engine, "sqs")

    @cached_property
    def kms_key(self) -> str:
        kms: Any = client_of(self.engine, "kms")
        return str(kms.create_key()["KeyMetadata"]["KeyId"])

    def names(self) -> dict[str, str]:
        """Make all that an installation needs; return the settings that name it."""
        tables = self.engine.tables()
        prefix = tables.tips.name.removesuffix("-tips")
        buckets = {use: f"{prefix}-{use}" for use in ("photos", "uploads", "site")}
        for bucket in buckets.values():
            self.s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        queue = self.sqs.create_queue(
            QueueName=f"{prefix}.fifo",
            Attributes={"FifoQueue": "true", "VisibilityTimeout": "600"},
        )
        return {
            "BINHYEN_AWS_TABLES": prefix,
            "BINHYEN_AWS_PHOTOS_BUCKET": buckets["photos"],
            "BINHYEN_AWS_UPLOADS_BUCKET": buckets["uploads"],
            "BINHYEN_AWS_SITE_BUCKET": buckets["site"],
            "BINHYEN_AWS_QUEUE_URL": queue["QueueUrl"],
            "BINHYEN_AWS_KMS_KEY": self.kms_key,
        }


class Place:
    """An installation of its own on the engine, for a unit that has a group in the sandbox."""

    def __init__(self, cloud: Cloud, sandbox: Sandbox, unit_id: str) -> None:
        self.cloud = cloud
        self.sandbox = sandbox
        self.unit_id = unit_id
        self.names = cloud.names()
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BINHYEN")},
            **cloud.engine.env,
            **self.names,
            "BINHYEN_BACKEND": "aws",
            "BINHYEN_PUBLIC_URL": PUBLIC_URL,
            "BINHYEN_ZALO_API_URL": f"{sandbox.url}/openapi",
            "BINHYEN_ZALO_OAUTH_URL": f"{sandbox.url}/oauth",
            "BINHYEN_ZALO_MEDIA_HOSTS": f"127.0.0.1:{sandbox.port}",
        }
        self.seen = sandbox.last_message(unit_id)
        self._handed_out: dict[str, str] = {}

    def services(self, clock: Clock | None = None) -> Services:
        """Return services as a function that has just been started makes them."""
        services = Services(Settings.from_env(self.env), clock)
        use_known_models(services)
        return services

    def connect(self, services: Services, *more_units: str) -> list[str]:
        """Import the OA of the unit, and of more, with the pair it has in the sandbox."""
        notes = []
        for unit_id in (self.unit_id, *more_units):
            notes += import_document(self.sandbox.import_file(unit_id), services)
        return [note.code for note in notes]

    def submit(self, services: Services, *photos: bytes, **fields: str) -> str:
        """Store a tip and return its receipt code."""
        return submit_tip(self.draft(*photos, **fields), (), services.submit).receipt_code

    def draft(self, *photos: bytes, **fields: str) -> TipDraft:
        typed = {
            "category": "gay-roi",
            "text": "Có người gây rối trước chợ.",
            "submission_key": secrets.token_urlsafe(24),
        }
        return read_draft(self.unit_id, {**typed, **fields}, photos)

    def posted(self) -> list[Mapping[str, str]]:
        """Return what came to stand in the unit's group since this place was made."""
        return self.sandbox.messages(self.unit_id, after=self.seen)

    def photos_kept(self) -> set[str]:
        """Return the blob keys of all objects in the bucket of the photos."""
        found = self.cloud.s3.list_objects_v2(Bucket=self.names["BINHYEN_AWS_PHOTOS_BUCKET"])
        return {each["Key"].rpartition("/")[2] for each in found.get("Contents", [])}

    def purge(self) -> None:
        self.cloud.sqs.purge_queue(QueueUrl=self._queue_url)

    def take_rings(self) -> list[Any]:
        """Return what the queue hands out now; nobody else gets it for a while."""
        found = self.cloud.sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=BATCH, AttributeNames=["All"]
        )
        messages = list(found.get("Messages", []))
        self._handed_out |= {each["MessageId"]: each["ReceiptHandle"] for each in messages}
        return messages

    def let_go(self, messages: list[Any]) -> None:
        """Take answered messages off the queue."""
        for message in messages:
            handle = self._handed_out.pop(message["MessageId"])
            self.cloud.sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=handle)

    def hand_out_again(self) -> None:
        """Let the time be over for which unanswered messages are kept from others."""
        while self._handed_out:
            _, handle = self._handed_out.popitem()
            self.cloud.sqs.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=handle, VisibilityTimeout=0
            )

    def answer_rings(self, services: Services) -> int:
        """Let the function answer every ring there is, batch after batch; return how many.

        What it did not manage stays handed out, as AWS leaves it.
        """
        answered = 0
        while messages := self.take_rings():
            failed = answer_batch(messages, services)
            self.let_go([each for each in messages if each["MessageId"] not in failed])
            answered += len(messages)
        return answered

    @property
    def _queue_url(self) -> str:
        return self.names["BINHYEN_AWS_QUEUE_URL"]


class Ground:
    """Where attempts take place, one installation and one unit each."""

    def __init__(self, cloud: Cloud, sandbox: Sandbox) -> None:
        self.cloud = cloud
        self.sandbox = sandbox

    @contextmanager
    def place(self) -> Iterator[Place]:
        with self.sandbox.unit() as unit_id:
            yield Place(self.cloud, self.sandbox, unit_id)


def carry_on(place: Place, within: timedelta = AFTER_A_LEASE) -> None:
    """Let schedules and bells do their work, stepping the clock, until no job waits."""
    place.sandbox.settle()
    clock = FrozenClock(SystemClock().now())
    services = place.services(clock)
    for _ in range(MOST_ROUNDS):
        refresh(services.refresh)
        run_sweep(services.sweep)
        place.hand_out_again()
        place.answer_rings(services)
        if not open_jobs(services):
            return
        clock.advance(within)
    raise AssertionError(f"jobs still wait: {services.stores.jobs.counts()}")
