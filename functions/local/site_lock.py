"""The one right to publish: a lock on a file of the data folder, across processes."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.core.errors import StoreUnavailableError

LONGEST_WAIT_SECONDS = 600.0
_STEP_SECONDS = 0.05


def lock_of(data_dir: Path) -> Path:
    """Return the file; several releases of the software may publish from one data folder."""
    return data_dir / "publish.lock"


@contextmanager
def held(file: Path, longest_wait_seconds: float = LONGEST_WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock; others wait. Raises StoreUnavailableError, also after waiting so long."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise StoreUnavailableError(f"{type(exc).__name__}: {exc.strerror}") from exc
    try:
        _take(lock, time.monotonic() + longest_wait_seconds)
        yield
    finally:
        os.close(lock)


def _take(lock: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as taken:
            if time.monotonic() > deadline:
                raise StoreUnavailableError("somebody else publishes all the time") from taken
            time.sleep(_STEP_SECONDS)
