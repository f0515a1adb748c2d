"""Keeps the readers of this process out of a writer's way, for the moment of its commit only.

With a rollback journal SQLite commits alone: no reader may be inside, and who meets a commit
polls with growing pauses. Under load that cost more than the commit itself, on both sides.
Here they wait for each other and are woken. Other processes still meet at SQLite's locks.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from functions.core.errors import StoreUnavailableError


class CommitGate:
    """Open to any number of readers; shut while one writer commits."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._changed = threading.Condition()
        self._readers = 0
        self._is_shut = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Be inside. Raises StoreUnavailableError when a commit takes too long."""
        with self._changed:
            self._wait_until(lambda: not self._is_shut)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextlib.contextmanager
    def committing(self) -> Iterator[None]:
        """Be alone; only the holder of the write lock may ask.

        The gate is shut first, so that ever new readers cannot keep the writer waiting.
        Raises StoreUnavailableError when those inside take too long.
        """
        with self._changed:
            self._is_shut = True
        try:
            with self._changed:
                self._wait_until(lambda: self._readers == 0)
            yield
        finally:
            with self._changed:
                self._is_shut = False
                self._changed.notify_all()

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        if not self._changed.wait_for(is_so, self._timeout):
            raise StoreUnavailableError("readers and writer wait for each other for too long")
