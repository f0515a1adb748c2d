"""Where jobs are kept, and the bell that calls for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from functions.core.models import Claim, Job, JobKind, JobState

LONGEST_HOLD = timedelta(hours=1)
"""Nobody holds a job or pauses a lane for so long. An end further ahead was written by a clock
that ran wrong, and would block the lane for years once the clock is right again."""


LONGEST_WAIT = timedelta(days=1)
"""The same for due times: back-off is capped at a minute, a digest waits for some minutes."""


LATE_JOBS = 50
"""So many of a unit's jobs that have waited for another time than their beginning are compared
at least; of more, those whose time came first."""


class JobStore(Protocol):
    """Jobs, their leases, and the pauses of their lanes."""

    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        """Return ids of claimable jobs, of one unit if named, most urgent first, then oldest.

        Claimable: pending or unknown, `due_at` passed, no live lease on the job nor on
        another job of its lane, and the lane not paused. At most one id per lane. A job
        written just now may be missing for some seconds, never for good.

        `due_at` more than LONGEST_WAIT ahead counts as passed. Of one unit, a store may leave
        postponed jobs to a later call while LATE_JOBS others of the same urgency and lane, or
        `limit` if that is more, have been due for longer.
        """
        ...

    def due_units(self, now: datetime) -> list[str]:
        """Return the ids of the units with a claimable job, in order of their ids."""
        ...

    def add(self, job: Job) -> bool:
        """Store a job that serves nothing else written; False when its id is known."""
        ...

    def late(
        self,
        kinds: Collection[JobKind],
        created_after: datetime,
        created_before: datetime,
        limit: int,
        unit_id: str = "",
    ) -> list[Job]:
        """Return unfinished, not failed jobs of these kinds, of one unit if named, newest first.

        They were made at or after the first time and before the second one. A job written just
        now may be missing for some seconds.
        """
        ...

    def claim(self, job_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        """Take the job under a lease and count the attempt; None when not claimable now."""
        ...

    def extend(self, claim: Claim, lease_until: datetime) -> None:
        """Prolong the lease. Raises LeaseLostError when it is no longer this claim's."""
        ...

    def complete(self, claim: Claim) -> None:
        """Mark done and clear the lane's pause. Raises LeaseLostError."""
        ...

    def postpone(
        self, claim: Claim, due_at: datetime, error: str, state: JobState = JobState.PENDING
    ) -> None:
        """Give the job back, due later. Raises LeaseLostError."""
        ...

    def fail(self, claim: Claim, error: str) -> None:
        """Stop trying until `retry`. Raises LeaseLostError."""
        ...

    def pause_lane(self, lane: str, until: datetime) -> None:
        """Let no job of the lane start before `until`."""
        ...

    def rearm_lane(self, lane: str, now: datetime) -> int:
        """Make every unfinished, unleased job of the lane due, clear its pause; count them."""
        ...

    def release_leases(self, due_at: datetime) -> int:
        """Give every claimed job back, due at `due_at`; return how many.

        No job of its lane starts before it: what one half did, the next must not overtake.
        Only for who knows that no worker is alive: their leases would run out by themselves.
        """
        ...

    def retry(self, job_id: str | None, now: datetime) -> int:
        """Re-arm the failed job, or all failed ones; return how many. NotFoundError for an
        unknown id."""
        ...

    def counts(self) -> dict[str, int]:
        """Return {"pending", "done", "failed", "unknown"}."""
        ...

    def oldest_due_at(self, now: datetime) -> datetime | None:
        """Return the earliest passed `due_at` of an unfinished job."""
        ...


class JobQueue(Protocol):
    """A doorbell: says that there is work, and may be lost, doubled or late."""

    def ring(self, unit_id: str, job_ids: Sequence[str] = ()) -> None:
        """Wake a worker for these jobs of the unit, or for whatever is due there.

        Never raises, for the sweep rings again.
        """
        ...
