"""Buckets of one test, and time that passes in them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.aws.engine import REGION, Engine
from tests.fakes.clock import FrozenClock


def make_bucket(engine: Engine) -> str:
    name = f"b-{uuid.uuid4().hex}"
    engine.clients.s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return name


def names_in(engine: Engine, bucket: str) -> list[str]:
    found = engine.clients.s3.list_objects_v2(Bucket=bucket)
    return [each["Key"] for each in found.get("Contents", [])]


class TwoClocks(FrozenClock):
    """Our clock, and the bucket's own: time passes on both, and only ours can be set wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.bucket_now = self.now()

    def advance(self, step: timedelta) -> None:
        super().advance(step)
        self.bucket_now += step


@contextmanager
def two_clocks(engine: Engine) -> Iterator[TwoClocks]:
    """Let the engine's answers tell the time of the bucket's clock instead of today's.

    Nothing else about them changes: an object is as old as its last `put` is ago.
    """
    clock = TwoClocks()
    stored_at: dict[str, datetime] = {}
    events: Any = engine.clients.s3.meta.events

    def note(params: Any, **_: Any) -> None:
        stored_at[params["Key"]] = clock.bucket_now

    def tell(parsed: Any, **_: Any) -> None:
        parsed["ResponseMetadata"]["HTTPHeaders"]["date"] = format_datetime(
            clock.bucket_now, usegmt=True
        )
        for found in parsed.get("Contents", []):
            found["LastModified"] = stored_at[found["Key"]]

    events.register("before-parameter-build.s3.PutObject", note)
    events.register("after-call.s3.ListObjectsV2", tell)
    try:
        yield clock
    finally:
        events.unregister("before-parameter-build.s3.PutObject", note)
        events.unregister("after-call.s3.ListObjectsV2", tell)
