"""Somebody who gets webhook events: a small HTTP server that remembers and answers as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class Posted:
    """One POST as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def name(self) -> str:
        return str(self.event["event_name"])


class Receiver:
    """Listens on a port of its own; `answer` is the status of every answer from now on."""

    def __init__(self) -> None:
        self.answer = 200
        self.release = threading.Event()
        self.release.set()
        """Cleared, every answer waits."""
        self._posted: list[Posted] = []
        self._came = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/zalo/webhook"

    def stop(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def posted(self) -> list[Posted]:
        with self._came:
            return list(self._posted)

    def wait_for(self, count: int) -> list[Posted]:
        """All posts so far, as soon as there are so many."""
        with self._came:
            enough = self._came.wait_for(lambda: len(self._posted) >= count, WAIT_SECONDS)
            assert enough, [posted.body for posted in self._posted]
            return list(self._posted)

    def wait_for_event(self, name: str) -> Any:
        """The body of the first event of this name."""

        def found() -> list[Any]:
            return [posted.event for posted in self._posted if posted.name == name]

        with self._came:
            assert self._came.wait_for(found, WAIT_SECONDS), [p.name for p in self._posted]
            return found()[0]

    def _take(self, posted: Posted) -> None:
        with self._came:
            self._posted.append(posted)
            self._came.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take: Callable[[Posted], None] = self._take
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                take(Posted({k.lower(): v for k, v in self.headers.items()}, body))
                receiver.release.wait(WAIT_SECONDS)
                self.send_response(receiver.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        return Handler


def wait_until(condition: Callable[[], Any]) -> Any:
    """Ask until it holds; what is asked is a call, in between which the sandbox gets its turn."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
    raise AssertionError("it never held")
