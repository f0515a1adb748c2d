"""Officers, their sign-in links and sessions, and the log of reads, in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.core.errors import NotFoundError
from functions.core.models import Officer, Role, Session
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database, from_micros, to_micros

# Links live 10 minutes and sessions 12 hours at most. An end further ahead was written by
# a clock that ran wrong: such a link or session is void, or it would open doors for years.
LONGEST_LINK = timedelta(hours=1)
LONGEST_SESSION = timedelta(days=1)


class SqliteOfficerStore:
    """The port OfficerStore on the one database of this machine."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def enroll(self, officer: Officer, now: datetime) -> None:
        name = self._sealer.seal(officer.name.encode(), _context(officer.unit_id, officer.user_id))
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO officers (unit_id, user_id, sealed_name, role, enrolled_at)"
                " VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (unit_id, user_id) DO UPDATE SET"
                " sealed_name = excluded.sealed_name, role = excluded.role,"
                " enrolled_at = MAX(enrolled_at, excluded.enrolled_at)",
                (officer.unit_id, officer.user_id, name, officer.role.value, to_micros(now)),
            )

    def dismiss(self, unit_id: str, user_id: str, left_at: datetime) -> bool:
        with self._database.write() as connection:
            # Links and sessions go with the officer: the tables say so.
            dismissed = connection.execute(
                "DELETE FROM officers WHERE unit_id = ? AND user_id = ? AND enrolled_at <= ?",
                (unit_id, user_id, to_micros(left_at)),
            ).rowcount
        return dismissed == 1

    def officer(self, unit_id: str, user_id: str) -> Officer | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT unit_id, user_id, sealed_name, role FROM officers"
                " WHERE unit_id = ? AND user_id = ?",
                (unit_id, user_id),
            ).fetchone()
        return None if row is None else self._officer(row)

    def officers(self, unit_id: str) -> list[Officer]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT unit_id, user_id, sealed_name, role FROM officers WHERE unit_id = ?"
                " ORDER BY enrolled_at, user_id",
                (unit_id,),
            ).fetchall()
        return [self._officer(row) for row in rows]

    def add_link(self, link_hash: bytes, officer: Officer, expires_at: datetime) -> None:
        with self._database.write() as connection:
            written = connection.execute(
                "INSERT INTO sign_in_links (link_hash, unit_id, user_id, expires_at)"
                " SELECT ?, unit_id, user_id, ? FROM officers WHERE unit_id = ? AND user_id = ?",
                (link_hash, to_micros(expires_at), officer.unit_id, officer.user_id),
            ).rowcount
            if written == 0:
                raise NotFoundError("no such officer")

    def spend_link(
        self,
        link_hash: bytes,
        session_hash: bytes,
        csrf_token: str,
        now: datetime,
        session_expires_at: datetime,
    ) -> Officer:
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT unit_id, user_id, sealed_name, role"
                " FROM sign_in_links JOIN officers USING (unit_id, user_id)"
                " WHERE link_hash = ? AND expires_at > ? AND expires_at <= ?",
                (link_hash, to_micros(now), to_micros(now + LONGEST_LINK)),
            ).fetchone()
            if row is None:
                raise NotFoundError("no such link")
            connection.execute("DELETE FROM sign_in_links WHERE link_hash = ?", (link_hash,))
            # What ran out is of no use to anybody; this keeps both tables short.
            for table in ("sign_in_links", "officer_sessions"):
                connection.execute(
                    f"DELETE FROM {table} WHERE expires_at <= ?",  # noqa: S608 - names from above
                    (to_micros(now),),
                )
            connection.execute(
                "INSERT INTO officer_sessions"
                " (session_hash, unit_id, user_id, csrf_token, expires_at) VALUES (?, ?, ?, ?, ?)",
                (session_hash, row[0], row[1], csrf_token, to_micros(session_expires_at)),
            )
        return self._officer(row)

    def session(self, session_hash: bytes, now: datetime) -> Session:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT unit_id, user_id, sealed_name, role, csrf_token, expires_at"
                " FROM officer_sessions JOIN officers USING (unit_id, user_id)"
                " WHERE session_hash = ? AND expires_at > ? AND expires_at <= ?",
                (session_hash, to_micros(now), to_micros(now + LONGEST_SESSION)),
            ).fetchone()
        if row is None:
            raise NotFoundError("no such session")
        return Session(
            session_id="",
            csrf_token=row[4],
            officer=self._officer(row),
            expires_at=from_micros(row[5]),
        )

    def end_session(self, session_hash: bytes) -> None:
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM officer_sessions WHERE session_hash = ?", (session_hash,)
            )

    def log_read(self, officer: Officer, tip_id: str, what: str, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO read_log (unit_id, user_id, tip_id, what, read_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (officer.unit_id, officer.user_id, tip_id, what, to_micros(now)),
            )

    def reads(self, tip_id: str) -> list[tuple[str, str, datetime]]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT user_id, what, read_at FROM read_log WHERE tip_id = ? ORDER BY read_id",
                (tip_id,),
            ).fetchall()
        return [(row[0], row[1], from_micros(row[2])) for row in rows]

    def _officer(self, row: Sequence[Any]) -> Officer:
        unit_id, user_id, sealed_name, role = row[:4]
        name = self._sealer.unseal(sealed_name, _context(unit_id, user_id)).decode()
        return Officer(unit_id=unit_id, user_id=user_id, name=name, role=Role(role))


def _context(unit_id: str, user_id: str) -> str:
    return f"officers.name:{unit_id}:{user_id}"
