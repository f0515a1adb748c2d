"""The one right to publish: a lock on a file of the data folder, across processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from functions.core.errors import StoreUnavailableError
from functions.stores.write_lock import WriteLock

LONGEST_WAIT_SECONDS = 600.0


def lock_of(data_dir: Path) -> Path:
    """Return the file; several releases of the software may publish from one data folder."""
    return data_dir / "publish.lock"


@contextmanager
def held(file: Path, longest_wait_seconds: float = LONGEST_WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock; others wait. Raises StoreUnavailableError, also after waiting so long."""
    with ExitStack() as turn:
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            turn.enter_context(WriteLock(file, longest_wait_seconds).held())
        except OSError as exc:
            raise StoreUnavailableError(f"{type(exc).__name__}: {exc.strerror}") from exc
        yield
