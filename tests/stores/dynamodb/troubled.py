"""Clients of the engine whose calls meet what a network and a busy table do to them."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import urllib3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from functions.stores.dynamodb.table import TABLE_NAMES, Tables

Answer = AWSResponse | None
Trouble = Callable[[AWSPreparedRequest], Answer]
"""Answers a request in the engine's stead; None lets it pass."""


def troubled(tables: Tables, call: str, trouble: Trouble, attempts: int = 2) -> Tables:
    """Return the same tables through a client whose `call` meets the trouble each time."""
    client: Any = tables.tips.client
    fresh = client_at(client.meta.endpoint_url, attempts)
    fresh.meta.events.register(
        f"before-send.dynamodb.{call}", lambda request, **_: trouble(request)
    )
    return Tables.named(fresh, tables.tips.name.removesuffix(f"-{TABLE_NAMES[0]}"))


def client_at(url: str, attempts: int) -> Any:
    """Return a client that tries like the product's, but less often: waits take long."""
    return botocore.session.Session().create_client(
        "dynamodb",
        endpoint_url=url,
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
    )


@dataclass
class LosesAnswers:
    """Lets requests through and loses the first answers on the way back."""

    left: int
    _session: URLLib3Session = field(default_factory=URLLib3Session)

    def __call__(self, request: AWSPreparedRequest) -> Answer:
        if not self.left:
            return None
        self.left -= 1
        assert self._session.send(request).status_code == 200
        raise ReadTimeoutError(endpoint_url=request.url)


@dataclass
class EverySecond:
    """Refuses every second request; the first one too."""

    answer: Callable[[], AWSResponse]
    _asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: AWSPreparedRequest) -> Answer:
        with self._lock:
            self._asked += 1
            return self.answer() if self._asked % 2 else None


def throttled() -> AWSResponse:
    return refusal({"__type": "com.amazonaws#ProvisionedThroughputExceededException"})


def cancelled(*codes: str) -> AWSResponse:
    """Return the answer to a transaction of which the parts came to these codes."""
    return refusal(
        {
            "__type": "com.amazonaws#TransactionCanceledException",
            "CancellationReasons": [{"Code": code} for code in codes],
        }
    )


def refusal(body: dict[str, Any]) -> AWSResponse:
    raw = urllib3.HTTPResponse(io.BytesIO(json.dumps(body).encode()), preload_content=False)
    return AWSResponse("http://127.0.0.1/", 400, {}, raw)
