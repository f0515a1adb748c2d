"""The one right to publish: a lock on a file of the data folder, across processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.core.errors import StoreUnavailableError


def lock_of(data_dir: Path) -> Path:
    """Return the file; several releases of the software may publish from one data folder."""
    return data_dir / "publish.lock"


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold the lock; others wait. Raises StoreUnavailableError."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise StoreUnavailableError(f"{type(exc).__name__}: {exc.strerror}") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
