"""Calls for a human: one row for each that is open, and one line in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from functions.core.errors import StoreUnavailableError
from functions.core.models import OpenAlarm
from functions.core.ports import Clock
from functions.stores.sqlite.database import Database, from_micros, to_micros


class SqliteAlerts:
    """The port OperatorAlerts; `log` is called with (code, unit id) when an alarm opens."""

    def __init__(self, database: Database, clock: Clock, log: Callable[[str, str], None]) -> None:
        self._database = database
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
        # Mostly there is nothing to clear, and a look is cheaper than the write lock.
        if self._is_open(code, unit_id):
            with self._database.write() as connection:
                connection.execute(
                    "DELETE FROM alarms WHERE code = ? AND unit_id = ?", (code, unit_id)
                )

    def mark_told(self, code: str, unit_id: str, at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                "UPDATE alarms SET told_at = ? WHERE code = ? AND unit_id = ?",
                (to_micros(at), code, unit_id),
            )

    def open_alarms(self) -> list[OpenAlarm]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT code, unit_id, opened_at, told_at FROM alarms"
                " ORDER BY opened_at, code, unit_id"
            ).fetchall()
        return [
            OpenAlarm(
                row["code"],
                row["unit_id"],
                from_micros(row["opened_at"]),
                None if row["told_at"] is None else from_micros(row["told_at"]),
            )
            for row in rows
        ]

    def _open(self, code: str, unit_id: str) -> bool:
        """Open the alarm; False when it is open already, by this or another process."""
        if self._is_open(code, unit_id):
            return False
        with self._database.write() as connection:
            opened = connection.execute(
                "INSERT OR IGNORE INTO alarms (code, unit_id, opened_at) VALUES (?, ?, ?)",
                (code, unit_id, to_micros(self._clock.now())),
            ).rowcount
        return opened == 1

    def _is_open(self, code: str, unit_id: str) -> bool:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT 1 FROM alarms WHERE code = ? AND unit_id = ?", (code, unit_id)
            ).fetchone()
        return row is not None
