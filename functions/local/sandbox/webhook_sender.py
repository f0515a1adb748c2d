"""Posts what stands in the outbox, from threads of its own (15.6)."""

from __future__ import annotations

import http.client
import threading
import time
from urllib.parse import urlsplit

from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.outbox import (
    Event,
    Outcome,
    conclude,
    has_waiting,
    next_due,
    record_attempt,
)
from functions.local.sandbox.state import State, StateClosedError
from functions.local.sandbox.webhook_settings import (
    MOST_SENDERS,
    WebhookSettings,
    load_webhook,
)

_MOST_OF_AN_ANSWER = 65_536
_LOOK_AGAIN_SECONDS = 0.2
_IDLE_SECONDS = 1.0


class WebhookSender:
    """Runs until `stopping` is set; what it has not posted then is posted by the next one."""

    def __init__(self, state: State, clock: SandboxClock, stopping: threading.Event) -> None:
        self._state = state
        self._clock = clock
        self._stopping = stopping
        # Read and changed only inside a turn at the state.
        self._under_way: set[int] = set()
        # How many threads look for work: each look takes a turn away from the calls.
        self._wanted = 1
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True)
            for number in range(MOST_SENDERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait for the posts that are under way; `stopping` must be set."""
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        try:
            while not self._stopping.is_set():
                if number < self._wanted:
                    self._step()
                else:
                    self._state.wait_for_change(self._state.changes, _IDLE_SECONDS)
        except StateClosedError:
            # The process ends: the event is still in the outbox.
            return

    def _step(self) -> None:
        seen = self._state.changes
        with self._state.transaction() as db:
            found = next_due(db, self._clock.now_ms(), self._under_way)
            if found is not None:
                self._under_way.add(found[0].id)
            waits = has_waiting(db)
            self._wanted = load_webhook(db).senders
        if found is None:
            # A repeat becomes due by the clock alone, without anything being written.
            self._state.wait_for_change(seen, _LOOK_AGAIN_SECONDS if waits else _IDLE_SECONDS)
            return
        self._post(*found)

    def _post(self, event: Event, settings: WebhookSettings) -> None:
        headers = {} if event.signature is None else {"X-ZEvent-Signature": event.signature}
        if event.tries:
            headers["num_retry"] = str(event.tries)
        outcome = post(settings.url, event.body, headers, settings.timeout_seconds)
        with self._state.transaction() as db:
            now_ms = self._clock.now_ms()
            record_attempt(db, event, outcome, now_ms)
            conclude(db, event, outcome, now_ms)
            self._under_way.discard(event.id)


def post(url: str, body: bytes, headers: dict[str, str], timeout_seconds: float) -> Outcome:
    """Post one event the way Zalo does and say how the receiver took it."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    own = {"Content-Type": "application/json", "User-Agent": "ZaloWebhook"}
    begun = time.monotonic()
    try:
        connection.request("POST", target, body, {**own, **headers})
        response = connection.getresponse()
        answer = response.read(_MOST_OF_AN_ANSWER).decode("utf-8", "replace")
        return Outcome(response.status, _milliseconds_since(begun), answer=answer)
    except (OSError, http.client.HTTPException, ValueError) as exc:
        # A ValueError is a header or an address that a drill ordered and HTTP cannot carry.
        return Outcome(None, _milliseconds_since(begun), problem=type(exc).__name__)
    finally:
        connection.close()


def _milliseconds_since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1_000)
