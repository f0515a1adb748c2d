"""The processes that are killed: single steps, and the real web server."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from functions.installed import PROJECT
from tests.faults.places import Place
from tests.faults.sweeping import Ran
from tests.faults.tracing import CALLS, Tracer

WAIT_SECONDS = 60
SITE_BUILD_SECONDS = 300
"""`serve` builds the site first where nobody has."""


@contextmanager
def no_longer_than(seconds: float, process: subprocess.Popen[str]) -> Iterator[None]:
    """End a process that keeps the block waiting; its output then ends, too."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def run_step(place: Place, fault: str, *step: str, calls: Sequence[str] = CALLS) -> Ran:
    """Run a step of `tests.faults.step` with a fault; tell whether it was killed."""
    command = [sys.executable, "-m", "tests.faults.step", *step]
    return run_traced(command, place.env, place.folder / "calls", fault, calls)


def run_traced(
    command: Sequence[str], env: Mapping[str, str], log: Path, fault: str, calls: Sequence[str]
) -> Ran:
    """Run what says "ready", waits for a line and acts; tell whether it was killed."""
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            with no_longer_than(WAIT_SECONDS, process):
                said = process.stdout.readline()
            assert said == "ready\n", process.communicate()[1]
            tracer = Tracer(process.pid, log, fault, calls=calls)
            _, errors = process.communicate("go\n", timeout=WAIT_SECONDS)
            tracer.wait()
        finally:
            process.kill()
    killed = process.returncode == -signal.SIGKILL
    assert killed or process.returncode == 0, errors
    return Ran(killed, tracer.calls())


class WebProcess:
    """`binhyen web`, the process that takes tips, on the place's port."""

    def __init__(self, process: subprocess.Popen[str], place: Place) -> None:
        self.process = process
        self.url = place.url
        self._log = place.folder / "calls"

    def trace(self, fault: str, calls: Sequence[str] = CALLS) -> Tracer:
        return Tracer(self.process.pid, self._log, fault, threads=True, calls=calls)


@contextmanager
def web_process(place: Place) -> Iterator[WebProcess]:
    """Start the web process and wait until it serves; it is gone on leaving."""
    command = [sys.executable, "-m", "functions.local.cli", "web"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=place.env, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            wait_until_serving(process)
            yield WebProcess(process, place)
        finally:
            process.kill()


def wait_until_serving(process: subprocess.Popen[str]) -> None:
    """Wait for the line of the log that says so."""
    assert process.stderr is not None
    said = [""]
    with no_longer_than(SITE_BUILD_SECONDS, process):
        while '"serving"' not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], f"it ended instead: {said}"
