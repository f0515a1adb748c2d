"""Short words of our own, each planned once: help, an acknowledgement, a sign-in link."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from functions.core.errors import NotFoundError
from functions.core.lanes import chat_lane
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    Job,
    JobKind,
    JobState,
    MessageKind,
    Urgency,
)
from functions.core.work import WorkServices


@dataclass(frozen=True)
class Addressee:
    """Who reads the note, by the OA of which unit."""

    unit_id: str
    channel: Channel
    recipient: str
    """The group id or the user id."""
    urgency: Urgency = Urgency.NORMAL


def note_id(*occasion: str) -> str:
    """Return the one id of the note of an occasion."""
    return hashlib.sha256("\0".join(("note", *occasion)).encode()).hexdigest()[:32]


def is_planned(delivery_id: str, services: WorkServices) -> bool:
    try:
        services.deliveries.get(delivery_id)
    except NotFoundError:
        return False
    return True


def plan_note(
    delivery_id: str,
    to: Addressee,
    code: str,
    values: Mapping[str, str],
    services: WorkServices,
    about_tip_id: str = "",
) -> None:
    """Store the note with the job that sends it, once for its id."""
    now = services.clock.now()
    text = services.renderer.note(code, values)
    delivery = Delivery(
        delivery_id=delivery_id,
        unit_id=to.unit_id,
        channel=to.channel,
        recipient=to.recipient,
        is_digest=False,
        state=DeliveryState.PLANNED,
        tip_ids=(),
        messages=(DeliveryMessage(1, MessageKind.TEXT, text),),
        created_at=now,
        purpose=DeliveryPurpose.NOTE,
        about_tip_id=about_tip_id,
    )
    job = Job(
        job_id=uuid.uuid4().hex,
        kind=JobKind.SEND_DELIVERY,
        subject_id=delivery_id,
        unit_id=to.unit_id,
        urgency=to.urgency,
        state=JobState.PENDING,
        due_at=now,
        created_at=now,
        lane=to.unit_id if to.channel is Channel.ZALO_GROUP else chat_lane(to.unit_id),
    )
    services.deliveries.plan(delivery, job)
    services.queue.ring(to.unit_id, [job.job_id])
