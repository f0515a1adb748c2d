"""Key-less submissions of the last minutes, in SQLite (design D9)."""

from __future__ import annotations

from datetime import datetime

from functions.core.ports import LONGEST_REMEMBERED
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database, to_micros


class SqliteRepeatGuard:
    """The port RepeatGuard; the receipt code is sealed and gone after the minutes."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def remember(
        self, fingerprint: bytes, receipt_code: str, tip_id: str, expires_at: datetime
    ) -> None:
        sealed = self._sealer.seal(receipt_code.encode(), _context(fingerprint))
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO repeats"
                " (fingerprint, sealed_receipt_code, tip_id, expires_at) VALUES (?, ?, ?, ?)",
                (fingerprint, sealed, tip_id, to_micros(expires_at)),
            )

    def recall(self, fingerprint: bytes, now: datetime) -> tuple[str, str] | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT sealed_receipt_code, tip_id FROM repeats"
                " WHERE fingerprint = ? AND expires_at > ? AND expires_at <= ?",
                (fingerprint, to_micros(now), to_micros(now + LONGEST_REMEMBERED)),
            ).fetchone()
        if row is None:
            return None
        code = self._sealer.unseal(row["sealed_receipt_code"], _context(fingerprint))
        return code.decode(), row["tip_id"]

    def forget_expired(self, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM repeats WHERE expires_at <= ? OR expires_at > ?",
                (to_micros(now), to_micros(now + LONGEST_REMEMBERED)),
            )


def _context(fingerprint: bytes) -> str:
    return f"repeats.receipt_code:{fingerprint.hex()}"
