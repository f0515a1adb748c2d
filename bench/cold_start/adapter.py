"""The adapter from event to WSGI, beside a direct call of the same app with the same request."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from functions.web.api_gateway import serve_events
from tests.functions.world import KEY, UNIT, World
from tests.lambdas.events import json_event

PUBLIC_URL = "https://binh-yen.example"
CALLS = 200


def adapter_ratios(rounds: int) -> list[float]:
    """Return, for each round, how much longer a call through the adapter takes."""
    app = World(PUBLIC_URL).tips_app
    typed = {"category": "gay-roi", "text": "Có người lạ.", "submission_key": KEY}
    event = json_event(f"/api/units/{UNIT}/tips", typed)
    through = serve_events(app, PUBLIC_URL)
    body = event["body"].encode()
    environ = _environ(event, body)

    def call_adapter() -> None:
        assert through(event, None)["statusCode"] in (200, 201)

    def call_directly() -> None:
        status: list[str] = []
        chunks = app(
            environ | {"wsgi.input": io.BytesIO(body)}, lambda line, _: status.append(line)
        )
        assert json.loads(b"".join(chunks))["receipt_code"], status

    _seconds(call_adapter)
    return [_seconds(call_adapter) / _seconds(call_directly) for _ in range(rounds)]


def _environ(event: dict[str, Any], body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": event["rawPath"],
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "HTTP_ACCEPT": "application/json",
        "HTTP_HOST": "binh-yen.example",
        "REMOTE_ADDR": "203.0.113.7",
        "SERVER_NAME": "binh-yen.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "https",
        "wsgi.version": (1, 0),
    }


def _seconds(act: Callable[[], None]) -> float:
    """Return the median of many calls: what one takes when nothing else comes between."""
    taken: list[float] = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return median(taken)
