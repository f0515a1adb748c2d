"""strace on a running process: which system calls it makes, and a fault at one of them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SENDING = ("connect", "sendto", "sendmsg", "recvfrom", "recvmsg")
FILES = (
    "fsync",
    "fdatasync",
    "ftruncate",
    "pwrite64",
    "write",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "flock",
)
PROCESSES = ("vfork", "clone", "clone3", "waitid", "wait4")
CALLS = (*SENDING, *FILES, *PROCESSES)
"""Everything that leaves a mark outside the process; a crash elsewhere equals one of these."""

WRITES = ("fsync", "fdatasync", "ftruncate", "pwrite64", "mkdir", "mkdirat")
"""Where a full disk says so, apart from `write`, which pipes and the log use as well."""

_SECONDS = 60
_CALL = re.compile(r"^(?:\d+\s+)?([a-z]\w*)\(")
_THREAD = re.compile(r"^(\d+)\s")


@dataclass(frozen=True)
class Point:
    """Just before the n-th call of this name, counted in the thread that makes it."""

    syscall: str
    nth: int

    def __str__(self) -> str:
        return f"{self.syscall} {self.nth}"


class Tracer:
    """Traces one process until it ends or `close` lets it go on untraced."""

    def __init__(
        self,
        pid: int,
        log: Path,
        fault: str = "",
        *,
        threads: bool = False,
        calls: Sequence[str] = CALLS,
    ) -> None:
        """`fault` is one of strace's injections, such as `fsync:signal=SIGKILL:when=3`."""
        names = ",".join(f"?{name}" for name in calls)
        command = ["strace", "-o", str(log), "-e", "signal=SIGKILL", "-e", f"trace={names}"]
        command += ["-e", f"inject={fault}"] if fault else []
        command += ["-f"] if threads else []
        self._log = log
        self._process = subprocess.Popen(
            [*command, "-p", str(pid)], stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        if "attached" not in said:
            self.close()
            raise AssertionError(f"strace: {said}")

    def wait(self) -> None:
        """Wait until the traced process is gone, or was let go."""
        if self._process.stderr is not None and not self._process.stderr.closed:
            self._process.communicate(timeout=_SECONDS)

    def close(self) -> None:
        """Let the traced process go on by itself.

        Asked to end, strace waits for ever where the process is just dying; killed, it leaves
        the letting go to the kernel. Its log is whole: it is written line by line.
        """
        self._process.kill()
        self.wait()

    def saw_a_kill(self) -> bool:
        return "+++ killed by SIGKILL +++" in self._log.read_text(errors="replace")

    def calls(self) -> tuple[Point, ...]:
        """Return the calls made, in the order in which they were begun."""
        counts: dict[tuple[str, str], int] = {}
        found = []
        for line in self._log.read_text(errors="replace").splitlines():
            call = _CALL.match(line)
            if call:
                thread = _THREAD.match(line)
                key = (thread[1] if thread else "", call[1])
                counts[key] = counts.get(key, 0) + 1
                found.append(Point(call[1], counts[key]))
        return tuple(found)


def kill_at(point: Point | None) -> str:
    return f"{point.syscall}:signal=SIGKILL:when={point.nth}" if point else ""


def no_space_from(point: Point | None) -> str:
    return f"{point.syscall}:error=ENOSPC:when={point.nth}+" if point else ""
