"""The Runtime API of AWS Lambda for one function: hands it events and takes its answers."""

from __future__ import annotations

import itertools
import json
import queue
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_RUNTIME = "/2018-06-01/runtime"
_ARN = "arn:aws:lambda:ap-southeast-1:000000000000:function:test"


class FunctionFailedError(Exception):
    """The function raised, or ended; `document` is what it said of it."""

    def __init__(self, document: Any) -> None:
        super().__init__(json.dumps(document))
        self.document = document


@dataclass(frozen=True)
class Answered:
    """What came of one event, and when its answer was complete."""

    result: Any
    at: float


class RuntimeApi:
    """Serves one function process at a time; to be used as a context."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[tuple[str, bytes, float]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answered | FunctionFailedError] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self.ready_at = 0.0
        """When the function first asked for an event: its start was over then."""
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> RuntimeApi:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def send(self, event: Any, seconds: float = 30.0) -> None:
        """Let the function have the event, and so many seconds for it."""
        number = f"00000000-0000-0000-0000-{next(self._numbers):012}"
        self._events.put((number, json.dumps(event).encode(), time.time() + seconds))

    def wait(self, seconds: float = 60.0) -> Answered:
        """Return the next answer. Raises FunctionFailedError."""
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError("the function did not answer") from None
        if isinstance(answer, FunctionFailedError):
            raise answer
        return answer

    def next_event(self) -> tuple[str, bytes, float]:
        if not self.ready_at:
            self.ready_at = time.perf_counter()
        return self._events.get()

    def take(self, path: str, body: bytes) -> None:
        document = json.loads(body or b"null")
        if path.endswith("/response"):
            self._answers.put(Answered(document, time.perf_counter()))
        else:
            self._answers.put(FunctionFailedError(document))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A function that is killed breaks its line; anything else is a mistake of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handler(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else each answer waits 40 ms for the acknowledgement of its head.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            assert self.path == f"{_RUNTIME}/invocation/next", self.path
            number, event, deadline = api.next_event()
            headers = {
                "Lambda-Runtime-Aws-Request-Id": number,
                "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": _ARN,
                "Content-Type": "application/json",
            }
            self._answer(200, event, headers)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            api.take(self.path, body)
            self._answer(202, b"{}", {"Content-Type": "application/json"})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at answers."""

    return Handler
