"""The child process: take every right away, read the photo, write the clean one, end.

The parent speaks first through the arguments (its own id, the limits, the form), then this process
says READY, reads the original from standard input up to its end, and writes the clean picture to
standard output. Linux only, as the limits are.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import signal
import sys
import threading
from pathlib import Path

READY = b"R"
"""Sent once everything is loaded: what goes wrong after it is the photo's doing."""

EXIT_ORPHANED = 4
EXIT_NO_DESCRIPTORS = 5
EXIT_OUT_OF_MEMORY = 6
EXIT_BY_CODE = {"unknown-format": 10, "too-large": 11, "too-many-frames": 12}

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def main(arguments: list[str]) -> int:
    """Clean the one photo on standard input; the exit code says what became of it."""
    parent_pid, memory_bytes, cpu_seconds = (int(argument) for argument in arguments[:3])
    _die_with(parent_pid)
    _limit(memory_bytes, cpu_seconds)

    # Only now: the image libraries are what the limits are for.
    from functions.photos.clean import clean_image
    from functions.photos.errors import UnreadablePhotoError
    from functions.photos.limits import FORMS

    _try_a_thread()
    _close_the_door()
    _send(READY)
    try:
        clean = clean_image(sys.stdin.buffer.read(), FORMS[arguments[3]])
    except UnreadablePhotoError as exc:
        return EXIT_BY_CODE[exc.code]
    except MemoryError:
        return EXIT_OUT_OF_MEMORY
    except OSError as exc:
        # Pillow's own complaints about files carry no number.
        if exc.errno == errno.EMFILE:
            return EXIT_NO_DESCRIPTORS
        raise
    _send(clean)
    return 0


def _die_with(parent_pid: int) -> None:
    """Have the kernel end this process with its parent, who may have gone already."""
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_PR_SET_PDEATHSIG, signal.SIGKILL), (_PR_SET_NO_NEW_PRIVS, 1)):
        if libc.prctl(option, value, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent_pid:
        sys.exit(EXIT_ORPHANED)
    # Best effort: when the machine itself runs out of memory, this process should go first.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Bound memory and computing time; no file may grow and no core be dumped.

    Processes are not limited: the number counts threads too, and the HEVC decoder aborts where
    it cannot start one. The parent ends the whole process group instead.
    """
    _lower(resource.RLIMIT_AS, memory_bytes)
    # The soft limit must come first: at the hard one the kernel kills with a signal that looks
    # like somebody else's.
    _lower(resource.RLIMIT_CPU, cpu_seconds, hard=cpu_seconds + 5)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, 64)


def _try_a_thread() -> None:
    """Fail before READY on a machine without room for the thread that the HEVC decoder starts."""
    thread = threading.Thread(target=_nothing)
    thread.start()
    thread.join()


def _nothing() -> None:
    """Be the body of a thread that only proves that threads can start."""


def _close_the_door() -> None:
    """Allow no descriptor beyond the three standard ones: no file and no socket from here on."""
    _lower(resource.RLIMIT_NOFILE, 3)


def _lower(what: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, never above what the machine's operator allows this process anyway."""
    highest = resource.getrlimit(what)[1]
    hard = soft if hard is None else hard
    if highest != resource.RLIM_INFINITY:
        hard = min(hard, highest)
    resource.setrlimit(what, (min(soft, hard), hard))


def _send(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
