"""Answers in place of AWS: errors in the words of each service."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSResponse

THROTTLED = ("ThrottlingException", "ProvisionedThroughputExceededException")


class Throttling:
    """Refuses half of all calls while it lasts, at random but each run alike."""

    def __init__(self) -> None:
        self.lasts = True
        self.count = 0
        self._random = random.Random(20261121)
        self._turn = threading.Lock()

    def before(self, call: str) -> AWSResponse | None:
        with self._turn:
            if not self.lasts or self._random.random() < 0.5:
                return None
            self.count += 1
        service = call.partition(".")[0]
        if service == "s3":
            return refusal(service, "SlowDown", 503)
        return refusal(
            service, THROTTLED[self.count % 2] if service == "dynamodb" else THROTTLED[0]
        )


def refusal(service: str, code: str, status: int = 400) -> AWSResponse:
    """Return the error as that service words it."""
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>refused</Message></Error>"
    else:
        body = f'{{"__type":"com.amazonaws#{code}","message":"refused"}}'
    return AWSResponse("https://aws.example", status, {}, _Raw(body.encode()))


class _Raw:
    """The body of an answer that came over no connection."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body
