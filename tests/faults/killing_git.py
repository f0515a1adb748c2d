"""A program in git's place: it runs git, and kills the k-th one at one of its system calls.

A process of ours changes nothing in the repository by itself; its gits do. So what a kill of
both leaves behind is what a kill of the git leaves, with nobody there to make it good.
"""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from functions.installed import PROJECT
from tests.faults.sweeping import Ran
from tests.faults.tracing import Point

CALLS = (
    "write",
    "fsync",
    "rename",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "rmdir",
    "ftruncate",
)
"""Whatever changes a repository; where nothing was called in between, nothing changed."""

_START = "start"
_CALL = re.compile(r"^([a-z]\w*)\(")
_SECONDS = 120

_PROGRAM = """#!/bin/sh
number=$(($(cat {count} 2>/dev/null || echo 0) + 1))
echo $number > {count}
if [ $number = {chosen} ] && [ {call} = {start} ]; then
    if [ {nth} = 1 ]; then touch {hit}; {end} exit 137; fi
    exec git "$@"
fi
if [ $number = {chosen} ]; then
    strace -qq -o {log}.$number -e trace={calls} -e inject={call}:signal=SIGKILL:when={nth} \\
        git "$@"
    code=$?
    if [ $code = 137 ]; then touch {hit}; {end} fi
    exit $code
fi
if [ {chosen} = 0 ]; then exec strace -qq -o {log}.$number -e trace={calls} git "$@"; fi
exec git "$@"
"""


@dataclass(frozen=True)
class Outcome:
    ran: Ran
    said: str
    """What the step printed at last; nothing where it was killed, too."""


def run_editing_step(folder: Path, name: str, point: Point | None, *, alone: bool) -> Outcome:
    """Run a step of `tests.faults.editing_step` and kill one of its gits, `alone` or with it.

    A point is `NUMBER:CALL` of a git, and which of such calls.
    """
    scratch = folder / "fault"
    scratch.mkdir(parents=True)
    program = _write_program(scratch, point, alone)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.editing_step", str(program), str(folder), name],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    hit = (scratch / "hit").exists()
    assert done.returncode == (-signal.SIGKILL if hit and not alone else 0), done.stderr
    return Outcome(Ran(hit, tuple(_points(scratch))), done.stdout.strip())


def _write_program(scratch: Path, point: Point | None, alone: bool) -> Path:
    number, _, call = point.syscall.partition(":") if point else ("0", "", "none")
    program = scratch / "git"
    program.write_text(
        _PROGRAM.format(
            count=shlex.quote(str(scratch / "count")),
            hit=shlex.quote(str(scratch / "hit")),
            log=shlex.quote(str(scratch / "calls")),
            calls=",".join(f"?{name}" for name in CALLS),
            chosen=number,
            call=call,
            nth=point.nth if point else 0,
            start=_START,
            end="" if alone else "kill -9 $PPID;",
        )
    )
    program.chmod(0o700)
    return program


def _points(scratch: Path) -> Iterator[Point]:
    """Yield each git's start, and each of its calls, in their order."""
    logs = {int(path.suffix[1:]): path for path in scratch.glob("calls.*")}
    for number in sorted(logs):
        yield Point(f"{number}:{_START}", 1)
        counts: dict[str, int] = {}
        for line in logs[number].read_text(errors="replace").splitlines():
            call = _CALL.match(line)
            if call:
                counts[call[1]] = counts.get(call[1], 0) + 1
                yield Point(f"{number}:{call[1]}", counts[call[1]])
