"""Alarms in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from functions.core.models import OpenAlarm
from functions.core.ports import Clock
from tests.fakes.clock import FrozenClock


class MemoryAlerts:
    def __init__(self, clock: Clock | None = None) -> None:
        self.raised: list[tuple[str, str]] = []
        """Every alarm that opened, as (code, unit id), cleared or not."""
        self._open: dict[tuple[str, str], OpenAlarm] = {}
        self._clock = clock or FrozenClock()

    def alarm(self, code: str, unit_id: str) -> None:
        if (code, unit_id) not in self._open:
            self._open[code, unit_id] = OpenAlarm(code, unit_id, self._clock.now())
            self.raised.append((code, unit_id))

    def clear(self, code: str, unit_id: str) -> None:
        self._open.pop((code, unit_id), None)

    def mark_told(self, code: str, unit_id: str, at: datetime) -> None:
        alarm = self._open.get((code, unit_id))
        if alarm is not None:
            self._open[code, unit_id] = replace(alarm, told_at=at)

    def is_open(self, code: str, unit_id: str) -> bool:
        return (code, unit_id) in self._open

    def open_alarms(self) -> list[OpenAlarm]:
        return sorted(
            self._open.values(), key=lambda alarm: (alarm.opened_at, alarm.code, alarm.unit_id)
        )
