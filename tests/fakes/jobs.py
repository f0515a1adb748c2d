"""Jobs in memory, with the same promises as the SQLite store."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from functions.core.errors import ConflictError, LeaseLostError, NotFoundError
from functions.core.models import Claim, Job, JobKind, JobState
from functions.core.ports import LONGEST_HOLD, LONGEST_WAIT

_UNFINISHED = (JobState.PENDING, JobState.UNKNOWN)


@dataclass
class _Entry:
    job: Job
    token: str = ""
    lease_until: datetime | None = None

    def is_leased(self, now: datetime) -> bool:
        return _is_held(self.lease_until, now)


class MemoryJobStore:
    """The port JobStore; `bring` stands for the transaction that brings a job."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._pauses: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def add(self, job: Job) -> bool:
        with self._lock:
            if job.job_id in self._entries:
                return False
            self._entries[job.job_id] = _Entry(job)
            return True

    def bring(self, *jobs: Job) -> None:
        """Write new jobs, all or none. Raises ConflictError for a known id."""
        with self._lock:
            ids = [job.job_id for job in jobs]
            if len(set(ids)) < len(ids) or self._entries.keys() & set(ids):
                raise ConflictError("job id is taken")
            self._entries.update({job.job_id: _Entry(job) for job in jobs})

    def late(
        self,
        kinds: Collection[JobKind],
        created_after: datetime,
        created_before: datetime,
        limit: int,
        unit_id: str = "",
    ) -> list[Job]:
        late = [
            job
            for job in self._unfinished()
            if job.kind in kinds
            and created_after <= job.created_at < created_before
            and unit_id in ("", job.unit_id)
        ]
        return sorted(late, key=lambda job: (job.created_at, job.job_id), reverse=True)[:limit]

    def all(self) -> list[Job]:
        """Return every job as it stands, for tests to look at."""
        return [entry.job for entry in self._entries.values()]

    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        claimable = [job for job in self._claimable(now) if unit_id in ("", job.unit_id)]
        claimable.sort(key=lambda job: (job.urgency.rank, job.created_at, job.job_id))
        first_of_lane: dict[str, str] = {}
        for job in claimable:
            first_of_lane.setdefault(f"lane {job.lane}" if job.lane else job.job_id, job.job_id)
        return list(first_of_lane.values())[:limit]

    def due_units(self, now: datetime) -> list[str]:
        return sorted({job.unit_id for job in self._claimable(now)})

    def _claimable(self, now: datetime) -> list[Job]:
        with self._lock:
            return [entry.job for entry in self._entries.values() if self._is_claimable(entry, now)]

    def claim(self, job_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        with self._lock:
            entry = self._entries.get(job_id)
            if entry is None or not self._is_claimable(entry, now):
                return None
            for other in self._lane(entry.job.lane):
                other.token, other.lease_until = "", None
            entry.job = replace(entry.job, attempts=entry.job.attempts + 1)
            entry.token, entry.lease_until = secrets.token_hex(16), lease_until
            return Claim(entry.job, entry.token)

    def extend(self, claim: Claim, lease_until: datetime) -> None:
        with self._lock:
            self._held(claim).lease_until = lease_until

    def complete(self, claim: Claim) -> None:
        with self._lock:
            self._release(claim, state=JobState.DONE, last_error="")
            self._pauses.pop(claim.job.lane, None)

    def postpone(
        self, claim: Claim, due_at: datetime, error: str, state: JobState = JobState.PENDING
    ) -> None:
        with self._lock:
            entry = self._release(claim, state=state, last_error=error)
            entry.job = replace(entry.job, due_at=due_at)

    def fail(self, claim: Claim, error: str) -> None:
        with self._lock:
            self._release(claim, state=JobState.FAILED, last_error=error)

    def pause_lane(self, lane: str, until: datetime) -> None:
        if lane:
            self._pauses[lane] = until

    def rearm_lane(self, lane: str, now: datetime) -> int:
        with self._lock:
            self._pauses.pop(lane, None)
            waiting = [
                entry
                for entry in self._lane(lane)
                if entry.job.state in _UNFINISHED and not entry.is_leased(now)
            ]
            for entry in waiting:
                entry.job = replace(entry.job, due_at=min(entry.job.due_at, now))
            return len(waiting)

    def release_leases(self, due_at: datetime) -> int:
        with self._lock:
            held = [
                entry
                for entry in self._entries.values()
                if entry.job.state in _UNFINISHED and entry.lease_until is not None
            ]
            for entry in held:
                entry.token, entry.lease_until = "", None
                entry.job = replace(entry.job, due_at=due_at)
                self.pause_lane(entry.job.lane, due_at)
            return len(held)

    def retry(self, job_id: str | None, now: datetime) -> int:
        with self._lock:
            if job_id is not None and job_id not in self._entries:
                raise NotFoundError(f"no job {job_id}")
            failed = [
                entry
                for entry in self._entries.values()
                if entry.job.state is JobState.FAILED and job_id in (None, entry.job.job_id)
            ]
            for entry in failed:
                entry.job = replace(entry.job, state=JobState.PENDING, due_at=now)
            return len(failed)

    def counts(self) -> dict[str, int]:
        counted = Counter(entry.job.state for entry in self._entries.values())
        return {state.value: counted[state] for state in JobState}

    def oldest_due_at(self, now: datetime) -> datetime | None:
        return min((job.due_at for job in self._unfinished() if job.due_at <= now), default=None)

    def _unfinished(self) -> list[Job]:
        return [job for job in self.all() if job.state in _UNFINISHED]

    def _lane(self, lane: str) -> list[_Entry]:
        return [entry for entry in self._entries.values() if lane and entry.job.lane == lane]

    def _is_claimable(self, entry: _Entry, now: datetime) -> bool:
        job = entry.job
        return (
            job.state in _UNFINISHED
            and not now < job.due_at <= now + LONGEST_WAIT
            and not entry.is_leased(now)
            and not _is_held(self._pauses.get(job.lane), now)
            and not any(other.is_leased(now) for other in self._lane(job.lane))
        )

    def _held(self, claim: Claim) -> _Entry:
        entry = self._entries.get(claim.job.job_id)
        if entry is None or not entry.token or entry.token != claim.token:
            raise LeaseLostError(claim.job.job_id)
        return entry

    def _release(self, claim: Claim, state: JobState, last_error: str) -> _Entry:
        entry = self._held(claim)
        entry.job = replace(entry.job, state=state, last_error=last_error)
        entry.token, entry.lease_until = "", None
        return entry


def _is_held(until: datetime | None, now: datetime) -> bool:
    """Whether a lease or pause is live; one that ends too far ahead is a wrong clock's."""
    return until is not None and now < until <= now + LONGEST_HOLD
