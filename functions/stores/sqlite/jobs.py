"""Jobs, their leases and the pauses of their lanes, in SQLite."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from functions.core.errors import ConflictError, LeaseLostError, NotFoundError
from functions.core.models import Claim, Job, JobKind, JobState, Urgency
from functions.core.ports import LONGEST_HOLD, LONGEST_WAIT
from functions.stores.sqlite.database import Database, from_micros, to_micros

_COLUMNS = (
    "job_id, kind, subject_id, unit_id, urgency, state, due_at, created_at, attempts, lane,"
    " last_error"
)

_CLAIMABLE = """
    state IN ('pending', 'unknown')
    AND (due_at <= :now OR due_at > :longest_wait)
    AND NOT (lease_until IS NOT NULL AND lease_until > :now AND lease_until <= :longest_hold)
    AND (lane = '' OR (
        lane NOT IN (
            SELECT lane FROM lane_pauses
            WHERE paused_until > :now AND paused_until <= :longest_hold)
        AND lane NOT IN (
            SELECT lane FROM jobs
            WHERE lease_until IS NOT NULL
                AND lease_until > :now AND lease_until <= :longest_hold)))
"""

# A job without a lane stands in a lane of its own, named by its id.
_DUE = f"""
    SELECT job_id FROM (
        SELECT job_id, urgency_rank, created_at, ROW_NUMBER() OVER (
            PARTITION BY lane, CASE lane WHEN '' THEN job_id ELSE '' END
            ORDER BY urgency_rank, created_at, job_id) AS place_in_lane
        FROM jobs WHERE {_CLAIMABLE} AND (:unit_id = '' OR unit_id = :unit_id))
    WHERE place_in_lane = 1
    ORDER BY urgency_rank, created_at, job_id
    LIMIT :limit
"""  # noqa: S608 - joined from the constants above

_DUE_UNITS = f"SELECT DISTINCT unit_id FROM jobs WHERE {_CLAIMABLE} ORDER BY unit_id"  # noqa: S608 - joined from the constants above

_LEASE = f"""
    UPDATE jobs SET lease_token = :token, lease_until = :lease_until, attempts = attempts + 1
    WHERE job_id = :job_id AND {_CLAIMABLE}
    RETURNING {_COLUMNS}
"""  # noqa: S608 - joined from the constants above


_INSERT = """
    INSERT INTO jobs (
        job_id, kind, subject_id, unit_id, urgency, urgency_rank, state, due_at, created_at,
        attempts, lane, last_error
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (job_id) DO NOTHING
"""


def insert_job(connection: sqlite3.Connection, job: Job) -> None:
    """Write a new job inside the caller's transaction. Raises ConflictError for a known id."""
    if not _insert(connection, job):
        raise ConflictError("job id is taken")


def _insert(connection: sqlite3.Connection, job: Job) -> bool:
    """Write a new job; False where its id is known."""
    values = (
        job.job_id,
        job.kind.value,
        job.subject_id,
        job.unit_id,
        job.urgency.value,
        job.urgency.rank,
        job.state.value,
        to_micros(job.due_at),
        to_micros(job.created_at),
        job.attempts,
        job.lane,
        job.last_error,
    )
    return connection.execute(_INSERT, values).rowcount == 1


class SqliteJobStore:
    """The port JobStore on the one database of this machine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        values = {**_times(now), "limit": limit, "unit_id": unit_id}
        with self._database.read() as connection:
            rows = connection.execute(_DUE, values).fetchall()
        return [row[0] for row in rows]

    def due_units(self, now: datetime) -> list[str]:
        with self._database.read() as connection:
            rows = connection.execute(_DUE_UNITS, _times(now)).fetchall()
        return [row[0] for row in rows]

    def add(self, job: Job) -> bool:
        with self._database.write() as connection:
            return _insert(connection, job)

    def late(
        self,
        kinds: Collection[JobKind],
        created_after: datetime,
        created_before: datetime,
        limit: int,
        unit_id: str = "",
    ) -> list[Job]:
        names = sorted(kind.value for kind in kinds)
        marks = ", ".join("?" * len(names))
        times = (to_micros(created_after), to_micros(created_before))
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs"  # noqa: S608 - a constant, and question marks
                f" WHERE state IN ('pending', 'unknown') AND kind IN ({marks})"
                " AND created_at >= ? AND created_at < ? AND ? IN ('', unit_id)"
                " ORDER BY created_at DESC, job_id DESC LIMIT ?",
                (*names, *times, unit_id, limit),
            ).fetchall()
        return [_job(row) for row in rows]

    def claim(self, job_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        token = secrets.token_hex(16)
        values = {
            **_times(now),
            "job_id": job_id,
            "token": token,
            "lease_until": to_micros(lease_until),
        }
        with self._database.write() as connection:
            leased = connection.execute(_LEASE, values).fetchall()
            if not leased:
                return None
            job = _job(leased[0])
            if job.lane:
                # A worker that overslept must not wake up and prolong its old lease beside
                # the new one: jobs of a lane run one at a time.
                connection.execute(
                    "UPDATE jobs SET lease_token = '', lease_until = NULL"
                    " WHERE lane = ? AND lease_until IS NOT NULL AND job_id != ?",
                    (job.lane, job_id),
                )
        return Claim(job, token)

    def extend(self, claim: Claim, lease_until: datetime) -> None:
        with self._database.write() as connection:
            _write_held(connection, claim, "lease_until = ?", (to_micros(lease_until),))

    def complete(self, claim: Claim) -> None:
        with self._database.write() as connection:
            _release(connection, claim, JobState.DONE, "")
            connection.execute("DELETE FROM lane_pauses WHERE lane = ?", (claim.job.lane,))

    def postpone(
        self, claim: Claim, due_at: datetime, error: str, state: JobState = JobState.PENDING
    ) -> None:
        with self._database.write() as connection:
            _release(connection, claim, state, error)
            connection.execute(
                "UPDATE jobs SET due_at = ? WHERE job_id = ?",
                (to_micros(due_at), claim.job.job_id),
            )

    def fail(self, claim: Claim, error: str) -> None:
        with self._database.write() as connection:
            _release(connection, claim, JobState.FAILED, error)

    def pause_lane(self, lane: str, until: datetime) -> None:
        if not lane:
            return
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO lane_pauses (lane, paused_until) VALUES (?, ?)"
                " ON CONFLICT (lane) DO UPDATE SET paused_until = excluded.paused_until",
                (lane, to_micros(until)),
            )

    def rearm_lane(self, lane: str, now: datetime) -> int:
        with self._database.write() as connection:
            connection.execute("DELETE FROM lane_pauses WHERE lane = ?", (lane,))
            return connection.execute(
                "UPDATE jobs SET due_at = MIN(due_at, :now)"
                " WHERE state IN ('pending', 'unknown') AND lane = :lane AND lane != ''"
                " AND NOT (lease_until IS NOT NULL"
                " AND lease_until > :now AND lease_until <= :longest_hold)",
                {**_times(now), "lane": lane},
            ).rowcount

    def release_leases(self, due_at: datetime) -> int:
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO lane_pauses (lane, paused_until) SELECT DISTINCT lane, ? FROM jobs"
                " WHERE state IN ('pending', 'unknown') AND lease_until IS NOT NULL AND lane != ''"
                " ON CONFLICT (lane) DO UPDATE SET paused_until = excluded.paused_until",
                (to_micros(due_at),),
            )
            return connection.execute(
                "UPDATE jobs SET lease_token = '', lease_until = NULL, due_at = ?"
                " WHERE state IN ('pending', 'unknown') AND lease_until IS NOT NULL",
                (to_micros(due_at),),
            ).rowcount

    def retry(self, job_id: str | None, now: datetime) -> int:
        with self._database.write() as connection:
            if job_id is not None:
                known = connection.execute("SELECT 1 FROM jobs WHERE job_id = ?", (job_id,))
                if known.fetchone() is None:
                    raise NotFoundError(f"no job {job_id}")
            return connection.execute(
                "UPDATE jobs SET state = 'pending', due_at = :now"
                " WHERE state = 'failed' AND (:job_id IS NULL OR job_id = :job_id)",
                {"now": to_micros(now), "job_id": job_id},
            ).rowcount

    def counts(self) -> dict[str, int]:
        with self._database.read() as connection:
            rows = connection.execute("SELECT state, COUNT(*) FROM jobs GROUP BY state").fetchall()
        return {state.value: 0 for state in JobState} | {row[0]: row[1] for row in rows}

    def oldest_due_at(self, now: datetime) -> datetime | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT MIN(due_at) FROM jobs"
                " WHERE state IN ('pending', 'unknown') AND due_at <= ?",
                (to_micros(now),),
            ).fetchone()
        return _time_or_none(row[0])


def _times(now: datetime) -> dict[str, int]:
    return {
        "now": to_micros(now),
        "longest_hold": to_micros(now + LONGEST_HOLD),
        "longest_wait": to_micros(now + LONGEST_WAIT),
    }


def _write_held(
    connection: sqlite3.Connection, claim: Claim, change: str, values: tuple[object, ...]
) -> None:
    """Change the claimed job; `change` is one of this module's own constants."""
    written = connection.execute(
        f"UPDATE jobs SET {change} WHERE job_id = ? AND lease_token = ? AND lease_token != ''",  # noqa: S608 - see the docstring
        (*values, claim.job.job_id, claim.token),
    ).rowcount
    if written == 0:
        raise LeaseLostError(claim.job.job_id)


def _release(connection: sqlite3.Connection, claim: Claim, state: JobState, error: str) -> None:
    _write_held(
        connection,
        claim,
        "state = ?, last_error = ?, lease_token = '', lease_until = NULL",
        (state.value, error),
    )


def _job(row: Sequence[Any]) -> Job:
    """Read a job from the columns of `_COLUMNS`."""
    return Job(
        job_id=row[0],
        kind=JobKind(row[1]),
        subject_id=row[2],
        unit_id=row[3],
        urgency=Urgency(row[4]),
        state=JobState(row[5]),
        due_at=from_micros(row[6]),
        created_at=from_micros(row[7]),
        attempts=row[8],
        lane=row[9],
        last_error=row[10],
    )


def _time_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
