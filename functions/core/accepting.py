"""Writing a new tip with its jobs in one durable step, by whichever way it came."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.core import codes
from functions.core.deadlines import Clocks, next_due
from functions.core.errors import CardCodeTakenError
from functions.core.models import (
    AttachmentState,
    Job,
    JobKind,
    JobState,
    TimelineEntry,
    Tip,
    TipStatus,
)
from functions.core.ports import JobQueue, MacKeys, NewTip, TipStore

REPEATABLE = timedelta(days=7)
KEEP = timedelta(days=365)


@dataclass(frozen=True)
class AcceptServices:
    tips: TipStore
    queue: JobQueue
    mac: MacKeys
    clocks: Clocks


@dataclass(frozen=True)
class Marks:
    """What a repeat of the same submission is known by, and what leads back to the tip."""

    receipt_code: str
    submission_hash: bytes
    content_hash: bytes
    chat_hash: bytes = b""


@dataclass(frozen=True)
class Accepted:
    """The tip that stands for the submission now."""

    tip: Tip
    is_repeat: bool
    """It had been stored before; the new one was not."""


def accept(
    make: Callable[[str], Tip], marks: Marks, now: datetime, services: AcceptServices
) -> Accepted:
    """Add the tip that `make` gives for a card code and ring for its jobs; another code is
    drawn where one is taken.

    `make` leaves status, timeline and due time to this. Raises ConflictError and
    StoreUnavailableError as the store's `add`.
    """
    while True:
        tip = _received(make(codes.new_card_code()), now, services.clocks)
        new = NewTip(
            tip=tip,
            receipt_hash=codes.receipt_hash(services.mac, marks.receipt_code),
            submission_hash=marks.submission_hash,
            content_hash=marks.content_hash,
            repeatable_until=now + REPEATABLE,
            jobs=_jobs(tip, now),
            contact_erase_after=now + KEEP if tip.contact or tip.chat else None,
            erase_after=now + KEEP,
            chat_hash=marks.chat_hash,
        )
        try:
            earlier = services.tips.add(new)
        except CardCodeTakenError:
            continue
        if earlier is not None:
            return Accepted(earlier, is_repeat=True)
        services.queue.ring(tip.unit_id, [job.job_id for job in new.jobs])
        return Accepted(tip, is_repeat=False)


def _received(tip: Tip, now: datetime, clocks: Clocks) -> Tip:
    tip = replace(
        tip,
        status=TipStatus.RECEIVED,
        received_at=now,
        timeline=(TimelineEntry(now, TipStatus.RECEIVED),),
    )
    return replace(tip, due_at=next_due(tip, clocks))


def _jobs(tip: Tip, now: datetime) -> tuple[Job, ...]:
    deliver = _job(JobKind.DELIVER_TIP, tip, now, lane=tip.unit_id)
    if all(one.state is not AttachmentState.ORIGINAL for one in tip.attachments):
        return (deliver,)
    return (_job(JobKind.CLEAN_PHOTOS, tip, now, lane=""), deliver)


def _job(kind: JobKind, tip: Tip, now: datetime, lane: str) -> Job:
    return Job(
        job_id=uuid.uuid4().hex,
        kind=kind,
        subject_id=tip.tip_id,
        unit_id=tip.unit_id,
        urgency=tip.urgency,
        state=JobState.PENDING,
        due_at=now,
        created_at=now,
        lane=lane,
    )
