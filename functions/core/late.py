"""Finding what the group did not get in time, and calling the ladder for it (design D3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from functions.core.lanes import ladder_lane
from functions.core.models import Job, JobKind, JobState, Urgency
from functions.core.ports import Clock, JobQueue, JobStore, OperatorAlerts

LATE_AFTER = timedelta(minutes=5)
LATE_AFTER_WHEN_URGENT = timedelta(minutes=2)

LOOK_BACK = timedelta(hours=24)
"""A tip needs the ladder once, soon after it became late; the climb goes on by itself.

A unit without an OA keeps the jobs of all its tips for good: they must not be read each minute.
"""

MOST_LATE = 1_000
"""Looked at in one minute, the newest of them: the others had their turn."""

LATE = "delivery-late"
"""The alarm while a unit's group does not get its tips in time."""

UNDELIVERED = "undelivered"
"""The alarm of the red board: nobody has got the tip by any channel."""

TO_GROUP = frozenset({JobKind.DELIVER_TIP, JobKind.SEND_DIGEST})

_JUST = timedelta(minutes=2)
"""Between one sweep and the next, and some more."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class LadderServices:
    jobs: JobStore
    queue: JobQueue
    alerts: OperatorAlerts
    clock: Clock


def late_jobs(jobs: JobStore, since: datetime, now: datetime, unit_id: str = "") -> list[Job]:
    """Return the jobs made since then that should have brought a tip to its group by now, of
    one unit if named."""
    found = jobs.late(TO_GROUP, since, now - LATE_AFTER_WHEN_URGENT, MOST_LATE, unit_id)
    return [job for job in found if _late_at(job) <= now]


def call_ladder(services: LadderServices) -> None:
    """Have other channels tried for the units with late tips; called each minute.

    Each tip calls once. A climb that is under way anyway looks at all late tips of its unit,
    and is made due where one has just come to them. Raises StoreUnavailableError.
    """
    jobs, now = services.jobs, services.clock.now()
    last_late: dict[str, Job] = {}
    for job in late_jobs(jobs, now - LOOK_BACK, now):
        last = last_late.setdefault(job.unit_id, job)
        if _late_at(job) > _late_at(last):
            last_late[job.unit_id] = job
    climbing = {
        job.unit_id
        for job in jobs.late({JobKind.FALL_BACK}, now - LOOK_BACK, now + _TICK, MOST_LATE)
    }
    for unit_id, last in last_late.items():
        if unit_id not in climbing:
            climb = _climb(last, now)
            if jobs.add(climb):
                services.queue.ring(unit_id, [climb.job_id])
        elif _late_at(last) > now - _JUST:
            jobs.rearm_lane(ladder_lane(unit_id), now)
            services.queue.ring(unit_id)
    _clear_alarms(services, now)


def _late_at(job: Job) -> datetime:
    return job.created_at + (LATE_AFTER_WHEN_URGENT if job.urgency is Urgency.NOW else LATE_AFTER)


def _climb(last: Job, now: datetime) -> Job:
    """Return the job whose id says up to which late tip it goes: that one calls no other."""
    return Job(
        job_id=f"fall-back-{last.job_id}",
        kind=JobKind.FALL_BACK,
        subject_id=last.unit_id,
        unit_id=last.unit_id,
        urgency=Urgency.NOW,
        state=JobState.PENDING,
        due_at=now,
        created_at=now,
        lane=ladder_lane(last.unit_id),
    )


def _clear_alarms(services: LadderServices, now: datetime) -> None:
    """Clear the alarms of the units whose groups have all their tips again."""
    for alarm in services.alerts.open_alarms():
        if alarm.code in (LATE, UNDELIVERED) and not _waits(alarm.unit_id, services, now):
            services.alerts.clear(alarm.code, alarm.unit_id)


def _waits(unit_id: str, services: LadderServices, now: datetime) -> bool:
    """Whether anything of the unit has waited for long, be it for days."""
    late = services.jobs.late(TO_GROUP, _EVER, now - LATE_AFTER_WHEN_URGENT, 1, unit_id)
    return bool(late)
