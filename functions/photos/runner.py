"""Cleaning a photo in a child process, so that a hostile one hurts nothing but itself.

The child starts in a session of its own with an empty environment, limits itself before it
loads an image library, and hands the clean photo back through a pipe. Nothing touches the disk.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from functions.photos import child
from functions.photos.errors import PhotoToolError, UnreadablePhotoError
from functions.photos.limits import (
    DEFAULT_LIMITS,
    MAX_CLEAN_BYTES,
    TIP_PHOTO,
    ChildLimits,
    PictureForm,
)

_PROJECT_ROOT = Path(__file__).resolve().parents[2]
# -I keeps the environment and the working directory out of the child's imports; the project's
# folder comes last, so that nothing in it can pose as a module of Python.
_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from functions.photos.child import main; sys.exit(main(sys.argv[2:]))"
)
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
"""One arena: each further one takes 64 MiB of the address space that is limited."""

_CODE_BY_EXIT = {code: name for name, code in child.EXIT_BY_CODE.items()} | {
    child.EXIT_OUT_OF_MEMORY: "out-of-memory",
    -signal.SIGXCPU: "out-of-time",
}
_OUTSIDE_SIGNALS = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}
"""A machine short of memory or a service being stopped, neither of which a photo can cause."""


@dataclass(frozen=True)
class ChildRun:
    """How a child ended, and what it wrote."""

    exit_code: int
    ready: bool
    timed_out: bool
    output: bytes


def clean_photo(
    original: bytes, limits: ChildLimits = DEFAULT_LIMITS, form: PictureForm = TIP_PHOTO
) -> bytes:
    """Return the picture of `original` in a form: as a rule a new JPEG of at most 1,000,000 bytes.

    Raises UnreadablePhotoError, which is final, when the photo cannot be opened within the
    limits, and PhotoToolError, which asks for a later try, when the machine is at fault.
    """
    return judge(run_child(child_command(limits, form), original, limits.wall_seconds), form)


def child_command(limits: ChildLimits, form: PictureForm = TIP_PHOTO) -> list[str]:
    """Build the command line of the child; it may only be run by this very process."""
    arguments = (os.getpid(), limits.memory_bytes, limits.cpu_seconds, form.name)
    return [sys.executable, "-I", "-B", "-c", _BOOT, str(_PROJECT_ROOT), *map(str, arguments)]


def run_child(command: list[str], original: bytes, wall_seconds: float) -> ChildRun:
    """Run one child over `original`; end it when its time is up or it writes too much."""
    timed_out = threading.Event()
    with start_child(command) as process:
        assert process.stdin is not None  # noqa: S101 - tells the type checker of the pipes
        assert process.stdout is not None  # noqa: S101 - as above

        def end_in_time() -> None:
            timed_out.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(wall_seconds, end_in_time)
        try:
            timer.start()
        except RuntimeError as exc:
            process.kill()
            raise PhotoToolError("not-started") from exc
        try:
            ready = process.stdout.read(len(child.READY)) == child.READY
            # A child that stopped reading has died: its exit code says of what.
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(original)
            output = process.stdout.read(MAX_CLEAN_BYTES + 1)
            if len(output) <= MAX_CLEAN_BYTES:
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            timer.cancel()
            timer.join()
            # Until wait() reaps the child, its number is its own: nobody else can be hit.
            os.killpg(process.pid, signal.SIGKILL)
            exit_code = process.wait()
    return ChildRun(exit_code, ready, timed_out.is_set(), output)


def start_child(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child between two pipes, with nothing of this process but the machine."""
    try:
        return subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders quote the file there
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,
        )
    except OSError as exc:
        raise PhotoToolError("not-started") from exc


def judge(run: ChildRun, form: PictureForm = TIP_PHOTO) -> bytes:
    """Return the clean photo, or say whether the photo or the machine is to blame."""
    if run.exit_code == 0 and _is_clean(run.output, form):
        return run.output
    if not run.ready:
        raise PhotoToolError("not-started")
    if run.timed_out:
        raise UnreadablePhotoError("out-of-time")
    if len(run.output) > MAX_CLEAN_BYTES:
        raise UnreadablePhotoError("crashed")
    if run.exit_code in _OUTSIDE_SIGNALS:
        raise PhotoToolError("stopped")
    if run.exit_code == child.EXIT_NO_DESCRIPTORS:
        raise PhotoToolError("no-descriptors")
    if run.exit_code > 0:
        raise UnreadablePhotoError(_CODE_BY_EXIT.get(run.exit_code, "damaged"))
    raise UnreadablePhotoError(_CODE_BY_EXIT.get(run.exit_code, "crashed"))


def _is_clean(output: bytes, form: PictureForm) -> bool:
    return (
        len(output) <= form.max_bytes
        and output.startswith(form.begins_with)
        and output.endswith(form.ends_with)
    )
