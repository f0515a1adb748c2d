"""The three that take turns: the product and its two floors, each a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.runs import Run, run_clients
from bench.tips import TipRequests

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 20.0
ANSWER_SECONDS = 30.0


class ContestantError(Exception):
    """A contestant did not start, or gave another answer than 201."""


class HttpContestant:
    """A server on loopback that is sent tips, each over a connection of its own.

    Phones come one by one; keeping connections would spare the server an accept for each.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._requests = TipRequests(port)

    def run(self, count: int, clients: int) -> Run:
        return run_clients(self._send_one, count, clients)

    def _send_one(self) -> None:
        answer = exchange(self._port, self._requests.next())
        if not answer.startswith(b"HTTP/1.1 201 "):
            raise ContestantError(f"answered {answer[:60]!r}")


class LoopContestant:
    """The bare loop: it has no server, so it runs its clients itself."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, count: int, clients: int) -> Run:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{count} {clients}\n")
        self._process.stdin.flush()
        seconds, latencies = json.loads(_line(self._process))
        return Run(seconds, tuple(latencies))


@contextlib.contextmanager
def product(folder: Path) -> Iterator[HttpContestant]:
    """Run the web process of the product alone, over a fresh data folder."""
    port = free_port()
    settings = {
        "BINHYEN_DATA_DIR": str(folder / "data"),
        "BINHYEN_KEY_FILE": str(folder / "key"),
        "BINHYEN_PORT": str(port),
        "BINHYEN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BINHYEN_ZALO_SANDBOX": "1",
    }
    command = ["functions.local.cli", "web", "--child-of", str(os.getpid())]
    with _process(command, folder / "product.log", os.environ | settings):
        _wait_until_healthy(port)
        yield HttpContestant(port)


@contextlib.contextmanager
def empty_view(folder: Path) -> Iterator[HttpContestant]:
    """Run the empty view."""
    with _process(["bench.empty_view"], folder / "empty_view.log") as process:
        yield HttpContestant(int(_line(process)))


@contextlib.contextmanager
def durable_loop(folder: Path) -> Iterator[LoopContestant]:
    """Run the bare loop of durable writes, on the same disk as the product."""
    command = ["bench.durable_loop", str(folder / "floor")]
    with _process(command, folder / "durable_loop.log") as process:
        _line(process)
        yield LoopContestant(process)


def exchange(port: int, request: bytes) -> bytes:
    """Send a request and return the whole answer; the server closes after it."""
    with socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as connection:
        connection.sendall(request)
        answer = b""
        while data := connection.recv(65536):
            answer += data
    return answer


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def _process(
    command: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a module as a process and end it, whatever happens."""
    with (
        log.open("w") as messages,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise ContestantError(f"{process.args!r} ended without an answer")
    return line


def _wait_until_healthy(port: int) -> None:
    request = f"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionError):
            if exchange(port, request.encode()).startswith(b"HTTP/1.1 200 "):
                return
        time.sleep(0.05)
    raise ContestantError("the product did not become healthy")
