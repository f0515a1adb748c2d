"""Token pairs in SQLite: pairs sealed, spent refresh tokens remembered by keyed hash."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.core.models import TokenPair, TokenSet, TokenState
from functions.core.ports import MacKeys
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database, from_micros, to_micros

# A refresh is planned half a day ahead. One that lies further ahead, of a pair obtained in
# the future or already dead by then, was planned by a clock that ran wrong: it is due at
# once, or the pair would die unrefreshed.
FUTURE_OBTAINED = timedelta(hours=1)
LONGEST_DELAY = timedelta(days=1)

_PURPOSE = "refresh-token"

_COLUMNS = (
    "unit_id, oa_id, sealed_pair, expires_at, generation, state, obtained_at,"
    " exchange_begun_at, exchange_attempts, next_refresh_at, rejections"
)


class SqliteTokenStore:
    """The port TokenStore on the one database of this machine."""

    def __init__(self, database: Database, sealer: Sealer, mac: MacKeys) -> None:
        self._database = database
        self._sealer = sealer
        self._mac = mac

    def get(self, unit_id: str) -> TokenSet | None:
        with self._database.read() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM tokens WHERE unit_id = ?",  # noqa: S608 - a constant
                (unit_id,),
            ).fetchone()
        return None if row is None else self._token_set(row)

    def put_authorized(
        self, unit_id: str, oa_id: str, pair: TokenPair, now: datetime, next_refresh_at: datetime
    ) -> bool:
        sealed_pair = self._seal(unit_id, pair)
        refresh_hash = self._hash(pair)
        with self._database.write() as connection:
            if _is_known(connection, refresh_hash):
                return False
            # An exchange that was begun may have used the token that is replaced here.
            connection.execute(
                "INSERT OR IGNORE INTO spent_refresh_tokens SELECT refresh_hash FROM tokens"
                " WHERE unit_id = ? AND (exchange_begun_at IS NOT NULL OR exchange_attempts > 0)",
                (unit_id,),
            )
            connection.execute(
                "INSERT INTO tokens (unit_id, oa_id, sealed_pair, refresh_hash, expires_at,"
                " generation, state, obtained_at, exchange_attempts, next_refresh_at)"
                " VALUES (?, ?, ?, ?, ?, 1, 'ok', ?, 0, ?)"
                " ON CONFLICT (unit_id) DO UPDATE SET oa_id = excluded.oa_id,"
                " sealed_pair = excluded.sealed_pair, refresh_hash = excluded.refresh_hash,"
                " expires_at = excluded.expires_at, generation = generation + 1, state = 'ok',"
                " obtained_at = excluded.obtained_at, exchange_begun_at = NULL,"
                " exchange_attempts = 0, next_refresh_at = excluded.next_refresh_at,"
                " rejections = 0",
                (
                    unit_id,
                    oa_id,
                    sealed_pair,
                    refresh_hash,
                    to_micros(pair.expires_at),
                    to_micros(now),
                    to_micros(next_refresh_at),
                ),
            )
        return True

    def due(self, now: datetime) -> list[TokenSet]:
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM tokens WHERE state = 'ok'"  # noqa: S608 - a constant
                " AND (next_refresh_at <= :now OR (next_refresh_at > :longest_delay"
                " AND (obtained_at > :future_obtained OR next_refresh_at > expires_at)))"
                " ORDER BY next_refresh_at, unit_id",
                {
                    "now": to_micros(now),
                    "future_obtained": to_micros(now + FUTURE_OBTAINED),
                    "longest_delay": to_micros(now + LONGEST_DELAY),
                },
            ).fetchall()
        return [self._token_set(row) for row in rows]

    def hasten(self, unit_id: str, generation: int, at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                "UPDATE tokens SET next_refresh_at = MIN(COALESCE(next_refresh_at, :at), :at),"
                " rejections = rejections + (rejected_generation != generation),"
                " rejected_generation = generation"
                " WHERE unit_id = :unit_id AND generation = :generation AND state = 'ok'",
                {"at": to_micros(at), "unit_id": unit_id, "generation": generation},
            )

    def confirm(self, unit_id: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                "UPDATE tokens SET rejections = 0 WHERE unit_id = ? AND rejections != 0",
                (unit_id,),
            )

    def delay(self, unit_id: str, generation: int, until: datetime) -> None:
        with self._database.write() as connection:
            # The attempt that never left is no attempt "whose answer never came".
            connection.execute(
                "UPDATE tokens SET next_refresh_at = ?, exchange_begun_at = NULL,"
                " exchange_attempts = exchange_attempts - (exchange_begun_at IS NOT NULL)"
                " WHERE unit_id = ? AND generation = ? AND state = 'ok'",
                (to_micros(until), unit_id, generation),
            )

    def begin_exchange(self, unit_id: str, generation: int, attempts: int, now: datetime) -> bool:
        # Loads the key now, so that nothing but the write follows the issuer's answer.
        self._mac.digest(_PURPOSE, b"")
        with self._database.write() as connection:
            written = connection.execute(
                "UPDATE tokens SET exchange_begun_at = ?, exchange_attempts = exchange_attempts + 1"
                " WHERE unit_id = ? AND generation = ? AND exchange_attempts = ? AND state = 'ok'",
                (to_micros(now), unit_id, generation, attempts),
            ).rowcount
        return written == 1

    def complete_exchange(
        self,
        unit_id: str,
        generation: int,
        pair: TokenPair,
        now: datetime,
        next_refresh_at: datetime,
    ) -> bool:
        sealed_pair = self._seal(unit_id, pair)
        refresh_hash = self._hash(pair)
        with self._database.write() as connection:
            _remember_spent(connection, unit_id, generation)
            # No condition on the state: a pair that comes after giving up is still a pair.
            written = connection.execute(
                "UPDATE tokens SET sealed_pair = ?, refresh_hash = ?, expires_at = ?,"
                " generation = generation + 1, state = 'ok', obtained_at = ?,"
                " exchange_begun_at = NULL, exchange_attempts = 0, next_refresh_at = ?"
                " WHERE unit_id = ? AND generation = ?",
                (
                    sealed_pair,
                    refresh_hash,
                    to_micros(pair.expires_at),
                    to_micros(now),
                    to_micros(next_refresh_at),
                    unit_id,
                    generation,
                ),
            ).rowcount
        return written == 1

    def give_up(self, unit_id: str, generation: int) -> None:
        with self._database.write() as connection:
            _remember_spent(connection, unit_id, generation)
            connection.execute(
                "UPDATE tokens SET state = 'needs_authorization', exchange_begun_at = NULL,"
                " next_refresh_at = NULL WHERE unit_id = ? AND generation = ?",
                (unit_id, generation),
            )

    def counts(self, expiring_before: datetime) -> dict[str, int]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT CASE WHEN state = 'ok' AND expires_at < ? THEN 'expiring' ELSE state END,"
                " COUNT(*) FROM tokens GROUP BY 1",
                (to_micros(expiring_before),),
            ).fetchall()
        return {"ok": 0, "expiring": 0, "needs_authorization": 0} | {row[0]: row[1] for row in rows}

    def _hash(self, pair: TokenPair) -> bytes:
        return self._mac.digest(_PURPOSE, pair.refresh_token.encode())

    def _seal(self, unit_id: str, pair: TokenPair) -> bytes:
        plain = json.dumps([pair.access_token, pair.refresh_token])
        return self._sealer.seal(plain.encode(), f"tokens.pair:{unit_id}")

    def _token_set(self, row: Sequence[Any]) -> TokenSet:
        plain = self._sealer.unseal(row[2], f"tokens.pair:{row[0]}")
        access_token, refresh_token = json.loads(plain)
        return TokenSet(
            unit_id=row[0],
            oa_id=row[1],
            pair=TokenPair(access_token, refresh_token, from_micros(row[3])),
            generation=row[4],
            state=TokenState(row[5]),
            obtained_at=from_micros(row[6]),
            exchange_begun_at=None if row[7] is None else from_micros(row[7]),
            exchange_attempts=row[8],
            next_refresh_at=None if row[9] is None else from_micros(row[9]),
            rejections=row[10],
        )


def _is_known(connection: sqlite3.Connection, refresh_hash: bytes) -> bool:
    """Whether the refresh token is spent or present, with any unit: it works only once."""
    row = connection.execute(
        "SELECT 1 FROM spent_refresh_tokens WHERE refresh_hash = :hash"
        " UNION ALL SELECT 1 FROM tokens WHERE refresh_hash = :hash",
        {"hash": refresh_hash},
    ).fetchone()
    return row is not None


def _remember_spent(connection: sqlite3.Connection, unit_id: str, generation: int) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO spent_refresh_tokens SELECT refresh_hash FROM tokens"
        " WHERE unit_id = ? AND generation = ?",
        (unit_id, generation),
    )
