"""A doorbell within one process."""

from __future__ import annotations

import threading
from collections.abc import Sequence


class MemoryDoorbell:
    """Bell and listener in one."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self.rings: list[tuple[str, tuple[str, ...]]] = []

    def ring(self, unit_id: str, job_ids: Sequence[str] = ()) -> None:
        self.rings.append((unit_id, tuple(job_ids)))
        self._rung.set()

    def wait(self, timeout_seconds: float) -> bool:
        rang = self._rung.wait(timeout_seconds)
        self._rung.clear()
        return rang
