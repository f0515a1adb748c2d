"""Token pairs: one living pair per OA, each refresh token good for exactly one refresh."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from functions.local.sandbox import ids
from functions.local.sandbox.clock import DAY, SECOND
from functions.local.sandbox.directory import Oa, oa_by_id
from functions.local.sandbox.errors import OAuthError, ZaloError
from functions.local.sandbox.switches import Switches

ACCESS_LIFE_SECONDS = 90_000
REFRESH_LIFE = 90 * DAY


@dataclass(frozen=True)
class TokenPair:
    """What an OA's consent or a refresh handed out; the highest generation is the living one."""

    generation: int
    oa_id: str
    access_token: str
    refresh_token: str
    issued_ms: int

    @property
    def expires_ms(self) -> int:
        return self.issued_ms + ACCESS_LIFE_SECONDS * SECOND


def issue_pair(db: sqlite3.Connection, oa_id: str, now_ms: int) -> TokenPair:
    """Hand out a new pair; whatever the OA had before is dead from here on (O6)."""
    db.execute("UPDATE token_pairs SET access_dead = 1, refresh_dead = 1 WHERE oa_id = ?", (oa_id,))
    return _insert(db, oa_id, ids.new_token(), now_ms, now_ms)


def current_pair(db: sqlite3.Connection, oa_id: str) -> TokenPair:
    """The newest pair, living or not; provisioning made the first one."""
    row = db.execute(
        "SELECT * FROM token_pairs WHERE oa_id = ? ORDER BY generation DESC LIMIT 1", (oa_id,)
    ).fetchone()
    return TokenPair(
        row["generation"],
        oa_id,
        row["access_token"],
        row["refresh_token"],
        row["issued_ms"],
    )


def owner_of_access_token(db: sqlite3.Connection, token: str) -> str | None:
    """The OA this access token was ever issued for, whether it still works or not."""
    row = db.execute("SELECT oa_id FROM token_pairs WHERE access_token = ?", (token,)).fetchone()
    return None if row is None else str(row["oa_id"])


def owner_of_refresh_token(db: sqlite3.Connection, token: str) -> str | None:
    """The OA this refresh token was ever issued for, whether it still works or not."""
    row = db.execute("SELECT oa_id FROM token_pairs WHERE refresh_token = ?", (token,)).fetchone()
    return None if row is None else str(row["oa_id"])


def require_access(db: sqlite3.Connection, token: str, now_ms: int, switches: Switches) -> Oa:
    """The OA this access token speaks for, or -216 / -220 (T2, T3)."""
    row = db.execute("SELECT * FROM token_pairs WHERE access_token = ?", (token,)).fetchone()
    if row is None:
        raise ZaloError(-216, "Access token is invalid")
    if row["access_dead"]:
        raise ZaloError(switches.superseded_token_code, "Access token is invalid")
    if row["access_expired"] or now_ms - row["issued_ms"] > ACCESS_LIFE_SECONDS * SECOND:
        raise ZaloError(-220, "Access token is expired or no longer available")
    oa = oa_by_id(db, row["oa_id"])
    if oa is None:
        raise ZaloError(-205, "Official Account does not exist")
    return oa


def spend_refresh_token(
    db: sqlite3.Connection, token: str, now_ms: int, switches: Switches
) -> TokenPair:
    """Exchange a refresh token for a new pair; a second time, or after 90 days, it is refused."""
    row = db.execute("SELECT * FROM token_pairs WHERE refresh_token = ?", (token,)).fetchone()
    if row is None:
        raise OAuthError(-14014, "Invalid refresh token.")
    if row["refresh_dead"] or now_ms - row["refresh_issued_ms"] > REFRESH_LIFE:
        raise OAuthError(switches.spent_refresh_code, "Invalid refresh token.")
    if not switches.keep_refresh_token:
        return issue_pair(db, row["oa_id"], now_ms)
    return _renew_access_only(db, row, now_ms)


def _renew_access_only(db: sqlite3.Connection, row: sqlite3.Row, now_ms: int) -> TokenPair:
    """O10: a new access token beside the old refresh token, which stays good."""
    # refresh_token is unique: the old row gives its token up to the new generation.
    db.execute(
        "UPDATE token_pairs SET access_dead = 1, refresh_dead = 1, refresh_token = ?"
        " WHERE generation = ?",
        (ids.new_token(), row["generation"]),
    )
    return _insert(db, row["oa_id"], row["refresh_token"], now_ms, row["refresh_issued_ms"])


def expire(db: sqlite3.Connection, oa_id: str, what: str) -> None:
    """Age the living pair at a drill's wish.

    `access` makes its access token answer -220, `refresh` makes its refresh token refused, and
    `revoke` is the OA's administrator withdrawing consent: both are dead, calls answer -216.
    """
    columns = {
        "access": "access_expired = 1",
        "refresh": "refresh_dead = 1",
        "revoke": "access_dead = 1, refresh_dead = 1",
    }
    db.execute(
        f"UPDATE token_pairs SET {columns[what]} WHERE generation = ?",  # noqa: S608 - own text
        (current_pair(db, oa_id).generation,),
    )


def _insert(
    db: sqlite3.Connection, oa_id: str, refresh_token: str, now_ms: int, refresh_issued_ms: int
) -> TokenPair:
    access_token = ids.new_token()
    cursor = db.execute(
        "INSERT INTO token_pairs (oa_id, access_token, refresh_token, issued_ms, refresh_issued_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (oa_id, access_token, refresh_token, now_ms, refresh_issued_ms),
    )
    generation = cursor.lastrowid or 0
    return TokenPair(generation, oa_id, access_token, refresh_token, now_ms)
