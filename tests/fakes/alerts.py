"""Alarms in memory."""

from __future__ import annotations


class MemoryAlerts:
    def __init__(self) -> None:
        self.raised: list[tuple[str, str]] = []
        """Every alarm that opened, as (code, unit id), cleared or not."""
        self._open: set[tuple[str, str]] = set()

    def alarm(self, code: str, unit_id: str) -> None:
        if (code, unit_id) not in self._open:
            self._open.add((code, unit_id))
            self.raised.append((code, unit_id))

    def clear(self, code: str, unit_id: str) -> None:
        self._open.discard((code, unit_id))

    def is_open(self, code: str, unit_id: str) -> bool:
        return (code, unit_id) in self._open
