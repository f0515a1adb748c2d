"""The waitress server around the application, started and stopped from outside."""

from __future__ import annotations

import re
import threading
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

MAX_API_BODY = 8 * 1_048_576
MAX_BODY = 24 * 1_048_576
"""What pages and `/control` take: a few photos as phones make them."""

_SERVER_MAX_BODY = 2 * MAX_BODY
"""Between the two the application answers, in words that people can read."""

_NEVER_TO_A_FILE = 64 * 1_048_576
_THREADS = 16
_LOOP_SECONDS = 1

_HEADER_NAME = re.compile(rb"(?m)^[A-Za-z0-9_-]+:")
_UNDERSCORE = "--"


def original_header_name(name: str) -> str:
    """The name as the caller wrote it, in lower case."""
    return name.lower().replace(_UNDERSCORE, "_")


class _UnderscoreParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Keeps header names with an underscore, which waitress drops and Zalo is full of.

    They reach the application with two hyphens for the underscore, so that `access-token`
    remains another, wrong name.
    """

    def parse_header(self, header_plus: bytes) -> None:
        mark = _UNDERSCORE.encode()
        super().parse_header(
            _HEADER_NAME.sub(lambda name: name.group().replace(b"_", mark), header_plus)
        )


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    parser_class = _UnderscoreParser


class SandboxServer:
    """Listens on 127.0.0.1 only; port 0 lets the system choose."""

    def __init__(self, port: int) -> None:
        # The port must be known before the application, whose public URL may name it.
        self._map: dict[int, Any] = {}
        self._application: Flask | None = None
        self._server = create_server(
            self._call,
            map=self._map,
            host="127.0.0.1",
            port=port,
            threads=_THREADS,
            max_request_body_size=_SERVER_MAX_BODY,
            max_request_header_size=32_768,
            channel_timeout=60,
            # Above what waitress lets wait for a slow reader, so that it makes no files for it.
            outbuf_overflow=_NEVER_TO_A_FILE,
            ident="sandbox",
            # A cut connection is what faults are for, nothing to complain about.
            log_socket_errors=False,
        )
        self._server.channel_class = _Channel
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def start(self, application: Flask) -> None:
        """Serve from a thread of its own."""
        self._application = application
        self._thread.start()

    def stop(self) -> None:
        """End the loop, then the threads, then close all sockets."""
        self._ending.set()
        self._server.pull_trigger()
        self._thread.join(timeout=2)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def _run(self) -> None:
        # Waitress's own loop ends only by an exception in it; this one also ends when asked.
        while not self._ending.is_set():
            wasyncore.loop(timeout=_LOOP_SECONDS, use_poll=True, map=self._map, count=1)

    def _call(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self._application is None:
            raise RuntimeError("the server answers only after start()")
        return self._application(environ, start_response)
