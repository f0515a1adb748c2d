"""Answers that could not reach a resident's chat: brought again when the resident is back.

A chat cannot be written to for a while (nobody wrote there for long, the quota is spent, we are
blocked). Who reported by chat has no receipt code, so nothing else would ever bring the answer.
"""

from __future__ import annotations

import hashlib

from functions.core.bundles import relay_id
from functions.core.lanes import chat_lane
from functions.core.models import (
    CaseEntry,
    Channel,
    Delivery,
    DeliveryState,
    EntryKind,
    Job,
    JobKind,
    JobState,
    SendState,
    Tip,
    TipStatus,
)
from functions.core.work import WorkServices

WORTH_A_WORD = (EntryKind.ANSWER, EntryKind.QUESTION)
"""These are brought again, and the officers are told when they do not reach the resident; not
so sentences about status."""


def ask_for_lost(tip: Tip, event_id: str, services: WorkServices) -> None:
    """Have what did not reach the tip's chat brought again, once for each event of the chat.

    What is on its way just now counts, too: it may be about to fail.
    """
    chat = tip.chat
    if chat is None or not any(map(_may_be_lost, _relays(tip, services))):
        return
    now = services.clock.now()
    job = Job(
        job_id=hashlib.sha256(f"again\0{event_id}\0{tip.tip_id}".encode()).hexdigest(),
        kind=JobKind.RELAY_AGAIN,
        subject_id=tip.tip_id,
        unit_id=chat.unit_id,
        urgency=tip.urgency,
        state=JobState.PENDING,
        due_at=now,
        created_at=now,
        lane=chat_lane(chat.unit_id),
    )
    services.jobs.add(job)
    services.queue.ring(job.unit_id, [job.job_id])


def reopen_lost(tip: Tip, services: WorkServices) -> None:
    """Make answers and questions that were given up wait to be sent."""
    if tip.status is TipStatus.ERASED:
        return
    for delivery in _relays(tip, services):
        if _is_lost(delivery):
            services.deliveries.reopen(delivery.delivery_id)


def lost_before(entries: list[CaseEntry]) -> set[str]:
    """Return the entries of which the officers know only that they did not arrive."""
    known = {EntryKind.UNDELIVERED: set[str](), EntryKind.DELIVERED: set[str]()}
    for entry in entries:
        if entry.kind in known:
            known[entry.kind].add(entry.about)
    return known[EntryKind.UNDELIVERED] - known[EntryKind.DELIVERED]


def _relays(tip: Tip, services: WorkServices) -> list[Delivery]:
    """Return what brings answers and questions to the tip's chat."""
    if tip.chat is None:
        return []
    wanted = {
        relay_id(entry, Channel.ZALO_USER, tip.chat.user_id)
        for entry in services.cases.entries(tip.tip_id)
        if entry.kind in WORTH_A_WORD
    }
    found = services.deliveries.of_tip(tip.tip_id) if wanted else []
    return [one for one in found if one.delivery_id in wanted]


def _may_be_lost(delivery: Delivery) -> bool:
    return delivery.state is DeliveryState.PLANNED or _is_lost(delivery)


def _is_lost(delivery: Delivery) -> bool:
    """Whether the chat was shut to its end. Where words alone were refused, the sentence that
    took their place stands last, and they would be refused again."""
    return delivery.messages[-1].state is SendState.REFUSED
