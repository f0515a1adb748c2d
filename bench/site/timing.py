"""Running one build: wall time, processor time, and the memory of the whole process tree."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY_SECONDS = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Run:
    """What one build took."""

    wall: float
    processor: float
    """User and system time of all its processes: steadier than wall time on a busy machine."""
    peak_mb: float
    """The greatest sum of resident memory over the tree, seen every 20 ms."""


class BuildError(Exception):
    """A contestant did not build."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    """Run a build to its end. Raises BuildError with what it said."""
    with (folder / "build.log").open("w+") as log:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        memory = _Memory(process.pid)
        memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        memory.stop()
        if process.returncode != 0:
            log.seek(0)
            raise BuildError(f"{command} ended with {process.returncode}: {log.read()[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, memory.peak / 1024 / 1024)


class _Memory(threading.Thread):
    """Looks at a process and its children over and over."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._done.wait(_LOOK_EVERY_SECONDS):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _tree(self._pid)))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            tasks = os.listdir(f"/proc/{parent}/task")
            for task in tasks:
                text = Path(f"/proc/{parent}/task/{task}/children").read_text()
                found.extend(int(child) for child in text.split())
        except OSError:  # it has ended meanwhile
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0
