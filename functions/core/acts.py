"""One act on a case: decided on the tip as it stands, written once, told to whom it concerns."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from functions.core.deadlines import Clocks, next_due
from functions.core.errors import ConflictError, StoreUnavailableError
from functions.core.lanes import chat_lane
from functions.core.models import (
    CaseEntry,
    EntryKind,
    Job,
    JobKind,
    JobState,
    MediaKind,
    TimelineEntry,
    Tip,
    Via,
)
from functions.core.ports import CaseStore, Clock, JobQueue, TipStore

_TRIES = 20

FOR_RESIDENT = frozenset(
    {
        EntryKind.ANSWER,
        EntryKind.QUESTION,
        EntryKind.TAKEN,
        EntryKind.STARTED,
        EntryKind.TRANSFERRED,
        EntryKind.CLOSED,
        EntryKind.MERGED,
    }
)
"""What the sender of a tip hears of: answers, questions, and sentences about its status."""

_NOT_FOR_RESIDENT_WITHOUT_STATUS = frozenset({EntryKind.TAKEN, EntryKind.STARTED})


@dataclass(frozen=True)
class ActServices:
    """What every act touches."""

    tips: TipStore
    cases: CaseStore
    queue: JobQueue
    clock: Clock
    clocks: Clocks


@dataclass(frozen=True)
class Decision:
    """What an act makes of a tip: the tip as it is after it, and its line in the record."""

    tip: Tip
    """Without new revision, due time and timeline: those follow."""
    kind: EntryKind
    text: str = ""
    about: str = ""
    also_to: str = ""
    """Another unit whose group now gets the card; empty: none."""


@dataclass(frozen=True)
class Actor:
    """Who acts, and by which way; without a user id the resident, or the system."""

    via: Via
    user_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Recorded:
    """What stands in the record now."""

    tip: Tip
    entry: CaseEntry
    is_repeat: bool
    """The act had been done before; nothing was written."""


def record(
    find: Callable[[], Tip],
    entry_id: str,
    actor: Actor,
    decide: Callable[[Tip], Decision],
    services: ActServices,
) -> Recorded:
    """Do an act once: `decide` sees the tip as it stands, again after each change by others.

    Raises what `find` and `decide` raise, ActRefusedError above all, and
    StoreUnavailableError.
    """
    for _ in range(_TRIES):
        tip = find()
        known = services.cases.entry(tip.tip_id, entry_id)
        if known is not None:
            # Read once more: the act may have been written after the tip was found.
            return Recorded(services.tips.get(tip.tip_id), known, is_repeat=True)
        decision = decide(tip)
        now = services.clock.now()
        after = _after(tip, decision, now, services.clocks)
        entry = _entry(tip, after, entry_id, actor, decision, now)
        jobs = _jobs(tip, after, entry, decision, now)
        try:
            is_written = services.cases.change(tip, after, entry, jobs)
        except ConflictError:
            continue
        if is_written:
            _ring(jobs, services.queue)
            return Recorded(after, entry, is_repeat=False)
    raise StoreUnavailableError("the case is being changed by others")


def _after(tip: Tip, decision: Decision, now: datetime, clocks: Clocks) -> Tip:
    after = decision.tip
    timeline = tip.timeline
    if after.status is not tip.status:
        timeline = (*timeline, TimelineEntry(now, after.status))
    after = replace(after, revision=tip.revision + 1, timeline=timeline)
    return replace(after, due_at=next_due(after, clocks))


def _entry(
    tip: Tip, after: Tip, entry_id: str, actor: Actor, decision: Decision, now: datetime
) -> CaseEntry:
    return CaseEntry(
        entry_id=entry_id,
        tip_id=tip.tip_id,
        position=after.revision,
        at=now,
        kind=decision.kind,
        unit_id=tip.unit_id,
        via=actor.via,
        actor_id=actor.user_id,
        actor_name=actor.name,
        text=decision.text,
        about=decision.about,
        status=after.status if after.status is not tip.status else None,
    )


def is_for_resident(entry: CaseEntry) -> bool:
    """Whether the sender hears of the entry: taking a tip twice is no news to them."""
    if entry.kind in _NOT_FOR_RESIDENT_WITHOUT_STATUS and entry.status is None:
        return False
    return entry.kind in FOR_RESIDENT


def _jobs(
    tip: Tip, after: Tip, entry: CaseEntry, decision: Decision, now: datetime
) -> tuple[Job, ...]:
    jobs = []
    known = {attachment.attachment_id for attachment in tip.attachments}
    added = [one for one in after.attachments if one.attachment_id not in known]
    if any(one.kind is MediaKind.PHOTO for one in added):
        jobs.append(_job(JobKind.CLEAN_PHOTOS, tip, tip.unit_id, now, lane=""))
    for unit_id in (tip.unit_id, *tip.case.joint_unit_ids):
        jobs.append(_job(JobKind.RELAY_TO_GROUP, tip, unit_id, now, lane=unit_id))
    if decision.also_to:
        also = decision.also_to
        jobs.append(_job(JobKind.DELIVER_TIP, tip, also, now, lane=also))
    if after.chat is not None and is_for_resident(entry):
        chat_unit = after.chat.unit_id
        lane = chat_lane(chat_unit)
        jobs.append(_job(JobKind.RELAY_TO_RESIDENT, tip, chat_unit, now, lane))
    return tuple(jobs)


def _job(kind: JobKind, tip: Tip, unit_id: str, now: datetime, lane: str) -> Job:
    return Job(
        job_id=uuid.uuid4().hex,
        kind=kind,
        subject_id=tip.tip_id,
        unit_id=unit_id,
        urgency=tip.urgency,
        state=JobState.PENDING,
        due_at=now,
        created_at=now,
        lane=lane,
    )


def _ring(jobs: tuple[Job, ...], queue: JobQueue) -> None:
    for unit_id in dict.fromkeys(job.unit_id for job in jobs):
        queue.ring(unit_id, [job.job_id for job in jobs if job.unit_id == unit_id])
