"""A doorbell within one process."""

from __future__ import annotations

import threading


class MemoryDoorbell:
    """Bell and listener in one."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        self._rung.set()

    def wait(self, timeout_seconds: float) -> bool:
        rang = self._rung.wait(timeout_seconds)
        self._rung.clear()
        return rang
