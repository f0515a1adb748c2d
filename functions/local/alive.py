"""Which workers are alive: a lock on a file, which the kernel lets go with the process.

A worker that was killed leaves leases behind. The first one that finds itself alone gives
them back, so that a unit's tips need not wait until they run out.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from functions import logs
from functions.bootstrap import Services
from functions.core.jobs import LOOK_UP_AFTER


@contextlib.contextmanager
def counted_as_alive(services: Services) -> Iterator[None]:
    """Count as a living worker; free first what dead ones held, if nobody else is alive.

    Their last sends may still be on the way, so those jobs wait a moment. Raises
    StoreUnavailableError.
    """
    lock = os.open(services.settings.data_dir / "worker.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _free_leases(services)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield
    finally:
        os.close(lock)


def _free_leases(services: Services) -> None:
    due_at = services.clock.now() + LOOK_UP_AFTER
    freed = services.stores.jobs.release_leases(due_at)
    if freed:
        logs.info("leases-freed", count=freed)
