"""What must change in a database that comes out of a backup, before anybody works on it.

Between the backup and now the lost machine went on: it may have posted what is unfinished
here, and used every refresh token that is here.
"""

from __future__ import annotations

from datetime import datetime

from functions.core.models import JobKind
from functions.stores.sqlite.database import Database, to_micros

_UNKNOWN_EXCHANGES = 2
"""As many exchanges "whose answer never came" as forbid another one (core/tokens.py)."""


def unfinished_subjects(database: Database, kind: JobKind) -> list[str]:
    """Return what the jobs of this kind that still have to run are about, oldest first."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT subject_id FROM jobs WHERE kind = ? AND state != 'done'"
            " ORDER BY created_at, job_id",
            (kind.value,),
        ).fetchall()
    return [row[0] for row in rows]


def count_as_attempted(database: Database, now: datetime) -> int:
    """Let every unfinished message count as one whose send was begun; return how many.

    All of a unit get one time, the earliest that any of them has: the look-up in the group
    counts what was begun since, to know how far back it must read.
    """
    with database.write() as connection:
        messages = connection.execute(
            "UPDATE delivery_messages SET state = 'attempted', attempted_at = COALESCE("
            " (SELECT MIN(other.attempted_at) FROM delivery_messages AS other"
            "  WHERE other.unit_id = delivery_messages.unit_id"
            "  AND other.state IN ('pending', 'attempted')), :now)"
            " WHERE state IN ('pending', 'attempted')",
            {"now": to_micros(now)},
        ).rowcount
        connection.execute(
            "UPDATE jobs SET state = 'unknown' WHERE state = 'pending'"
            " AND kind NOT IN (:photos, :event)",
            {"photos": JobKind.CLEAN_PHOTOS.value, "event": JobKind.HANDLE_EVENT.value},
        )
    return messages


def distrust_refresh_tokens(database: Database) -> list[str]:
    """Keep every refresh token from being used; return the units whose pair that concerns.

    Their access tokens serve until they expire or Zalo refuses them. Then the refresher
    finds the exchanges used up, and asks for a new consent instead of making another.
    """
    with database.write() as connection:
        rows = connection.execute(
            "UPDATE tokens SET exchange_attempts = :most, exchange_begun_at = NULL,"
            " next_refresh_at = expires_at WHERE state = 'ok' RETURNING unit_id",
            {"most": _UNKNOWN_EXCHANGES},
        ).fetchall()
    return sorted(row[0] for row in rows)


def not_renewable(database: Database) -> list[str]:
    """Return the units whose pair still serves and whose refresh token must not be used."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT unit_id FROM tokens WHERE state = 'ok' AND exchange_attempts >= ?"
            " ORDER BY unit_id",
            (_UNKNOWN_EXCHANGES,),
        ).fetchall()
    return [row[0] for row in rows]


def forget_what_was_open(database: Database, now: datetime) -> None:
    """Drop sessions, sign-in links and repeat marks; free leases, pauses and due times."""
    with database.write() as connection:
        for table in ("officer_sessions", "sign_in_links", "repeats", "lane_pauses"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant
        connection.execute(
            "UPDATE jobs SET lease_token = '', lease_until = NULL, due_at = MIN(due_at, :now)"
            " WHERE state IN ('pending', 'unknown')",
            {"now": to_micros(now)},
        )
