"""Finding what the group did not get in time, and calling the ladder for it (design D3)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from functions.core.models import Job, JobKind, JobState, Urgency
from functions.core.ports import Clock, JobQueue, JobStore

LATE_AFTER = timedelta(minutes=5)
LATE_AFTER_WHEN_URGENT = timedelta(minutes=2)
MOST_LATE = 1_000
"""Looked at in one minute; the oldest first, so that none is passed over for good."""

TO_GROUP = frozenset({JobKind.DELIVER_TIP, JobKind.SEND_DIGEST})


def late_jobs(jobs: JobStore, now: datetime) -> list[Job]:
    """Return the jobs that should have brought a tip to its group by now, oldest first."""
    found = jobs.late(TO_GROUP, now - LATE_AFTER_WHEN_URGENT, MOST_LATE)
    return [
        job for job in found if job.urgency is Urgency.NOW or job.created_at <= now - LATE_AFTER
    ]


def call_ladder(jobs: JobStore, queue: JobQueue, clock: Clock) -> None:
    """Have other channels tried for the units with late tips, once for each set of them.

    Raises StoreUnavailableError.
    """
    now = clock.now()
    by_unit: dict[str, list[str]] = {}
    for job in late_jobs(jobs, now):
        by_unit.setdefault(job.unit_id, []).append(job.job_id)
    for unit_id, job_ids in by_unit.items():
        climb = _climb(unit_id, job_ids, now)
        if jobs.add(climb):
            queue.ring(unit_id, [climb.job_id])


def _climb(unit_id: str, late_job_ids: list[str], now: datetime) -> Job:
    """Return the job whose id says which tips it is for: the same ones are not called twice."""
    which = hashlib.sha256("\0".join(sorted(late_job_ids)).encode()).hexdigest()
    return Job(
        job_id=f"fall-back-{unit_id}-{which[:32]}",
        kind=JobKind.FALL_BACK,
        subject_id=unit_id,
        unit_id=unit_id,
        urgency=Urgency.NOW,
        state=JobState.PENDING,
        due_at=now,
        created_at=now,
        # Not the unit's own lane: that one stands still while its OA is down.
        lane=f"fall-back:{unit_id}",
    )
