"""Starts and ends the programs that an engine consists of."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

PATIENCE_SECONDS = 60


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the program in the folder of its log; it is gone on leaving."""
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, cwd=log.parent) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def wait_until_answering(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until something speaks HTTP there, whatever it says."""

    def answers() -> bool:
        try:
            urllib3.request("GET", url, retries=False, timeout=2)
        except urllib3.exceptions.HTTPError:
            return False
        return True

    wait_until(answers, process)


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        assert time.monotonic() < until, f"{process.args!r} does not answer"
        time.sleep(0.05)
