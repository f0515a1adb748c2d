"""Calls for a human: one item for each that is open, and one line in the log."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from functions.core.errors import StoreUnavailableError
from functions.core.models import OpenAlarm
from functions.core.ports import Clock
from functions.stores.dynamodb.table import (
    ConditionFailedError,
    Key,
    Tables,
    Update,
    from_micros,
    time_or_none,
    to_micros,
)

_PARTITION = "ALARMS"


class DynamoAlerts:
    """The port OperatorAlerts; `log` is called with (code, unit id) when an alarm opens."""

    def __init__(self, tables: Tables, clock: Clock, log: Callable[[str, str], None]) -> None:
        self._table = tables.system
        self._clock = clock
        self._log = log

    def alarm(self, code: str, unit_id: str) -> None:
        try:
            is_new = self._open(code, unit_id)
        except StoreUnavailableError:
            # A store that cannot write is no reason to keep quiet: rather say it twice.
            is_new = True
        if is_new:
            self._log(code, unit_id)

    def clear(self, code: str, unit_id: str) -> None:
        # Mostly there is nothing to clear, and a look costs less than a write.
        if self._is_open(code, unit_id):
            self._table.delete(_key(code, unit_id))

    def mark_told(self, code: str, unit_id: str, at: datetime) -> None:
        told = Update("SET told_at = :at", "attribute_exists(pk)", {":at": to_micros(at)})
        with suppress(ConditionFailedError):  # cleared meanwhile: nobody asks any more
            self._table.update(_key(code, unit_id), told)

    def open_alarms(self) -> list[OpenAlarm]:
        items = self._table.query("pk = :pk", {":pk": _PARTITION})
        alarms = [
            OpenAlarm(
                item["code"],
                item["unit_id"],
                from_micros(item["opened_at"]),
                time_or_none(item.get("told_at")),
            )
            for item in items
        ]
        return sorted(alarms, key=lambda alarm: (alarm.opened_at, alarm.code, alarm.unit_id))

    def _open(self, code: str, unit_id: str) -> bool:
        """Open the alarm; False when it is open already, by this or another process."""
        if self._is_open(code, unit_id):
            return False
        try:
            self._table.put(
                {
                    **_key(code, unit_id).item,
                    "code": code,
                    "unit_id": unit_id,
                    "opened_at": to_micros(self._clock.now()),
                },
                "attribute_not_exists(pk)",
            )
        except ConditionFailedError:
            return False
        return True

    def _is_open(self, code: str, unit_id: str) -> bool:
        return self._table.get(_key(code, unit_id)) is not None


def _key(code: str, unit_id: str) -> Key:
    return Key(_PARTITION, f"{code}#{unit_id}")
