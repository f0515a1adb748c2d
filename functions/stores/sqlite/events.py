"""Verified webhook events, each once, and a count of what did not verify, in SQLite."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from functions.core.errors import NotFoundError
from functions.core.events import StoredEvent
from functions.core.models import Job
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database, from_micros, to_micros
from functions.stores.sqlite.jobs import insert_job

FORGOTTEN_AT_ONCE = 5_000
"""The write lock is held no longer than that takes."""


class SqliteEventStore:
    """The port EventStore on the one database of this machine."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, event: StoredEvent, job: Job) -> bool:
        sealed = self._sealer.seal(event.body, _context(event.event_id))

        def insert(connection: sqlite3.Connection) -> bool:
            written = connection.execute(
                "INSERT INTO events (event_id, unit_id, received_at, sealed_body)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING",
                (event.event_id, event.unit_id, to_micros(event.received_at), sealed),
            ).rowcount
            if written:
                insert_job(connection, job)
            return written == 1

        # Zalo sends what a busy group says all at once, and waits for none of it for long.
        return self._database.write_together(insert)

    def get(self, event_id: str) -> StoredEvent:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT unit_id, received_at, sealed_body FROM events WHERE event_id = ?",
                (event_id,),
            ).fetchone()
        if row is None:
            raise NotFoundError("no such event")
        sealed = row["sealed_body"]
        body = b"" if sealed is None else self._sealer.unseal(sealed, _context(event_id))
        return StoredEvent(event_id, row["unit_id"], from_micros(row["received_at"]), body)

    def finish(self, event_id: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                "UPDATE events SET sealed_body = NULL WHERE event_id = ?", (event_id,)
            )

    def forget(self, received_before: datetime) -> int:
        with self._database.write() as connection:
            return connection.execute(
                "DELETE FROM events WHERE event_id IN ("
                " SELECT event_id FROM events WHERE sealed_body IS NULL AND received_at < ?"
                " ORDER BY received_at LIMIT ?)",
                (to_micros(received_before), FORGOTTEN_AT_ONCE),
            ).rowcount

    def count_unverified(self) -> None:
        def count(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO counters (name, value) VALUES ('webhook_unverified', 1)"
                " ON CONFLICT (name) DO UPDATE SET value = value + 1"
            )

        # Anybody can call this: many at once must not keep tips from the write lock.
        self._database.write_together(count)

    def unverified(self) -> int:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT value FROM counters WHERE name = 'webhook_unverified'"
            ).fetchone()
        return 0 if row is None else int(row["value"])


def _context(event_id: str) -> str:
    return f"events.body:{event_id}"
