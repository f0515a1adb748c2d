"""One writer at a time: a lock that also holds across processes, with a time limit.

SQLite's own waiting is polling and starves whoever sleeps at the wrong moment. Here threads
queue at a `threading.Lock`, and the one in front waits for the other processes in a blocking
`flock`, which the kernel wakes. A killed process lets go of its `flock` by dying.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from functions.core.errors import StoreUnavailableError

THREAD_NAME = "write-lock-waiter"


class WriteLock:
    """Held by at most one thread of one process per lock file."""

    def __init__(self, path: Path, timeout_seconds: float) -> None:
        self._path = path
        self._timeout = timeout_seconds
        self._turn = threading.Lock()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises StoreUnavailableError when the time limit passes first."""
        if not self._turn.acquire(timeout=self._timeout):
            raise StoreUnavailableError("another thread is writing for too long")
        try:
            descriptor = _lock_file(self._path, self._timeout)
            try:
                yield
            finally:
                # Said outright, for a forked child may hold the same open file a while longer.
                fcntl.flock(descriptor, fcntl.LOCK_UN)
                os.close(descriptor)
        finally:
            self._turn.release()


def _lock_file(path: Path, timeout: float) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _Waiter(descriptor).wait(timeout)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class _Waiter:
    """Waits in a blocking `flock` on a thread of its own, for `flock` knows no time limit."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._guard = threading.Lock()
        self._locked = threading.Event()
        self._given_up = False

    def wait(self, timeout: float) -> None:
        threading.Thread(target=self._lock, name=THREAD_NAME, daemon=True).start()
        if self._locked.wait(timeout):
            return
        with self._guard:
            if self._locked.is_set():
                return
            self._given_up = True
        raise StoreUnavailableError("another process is writing for too long")

    def _lock(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._guard:
            if self._given_up:
                os.close(self._descriptor)
            else:
                self._locked.set()
