"""A flood of junk closes nothing: past twenty cards the rest come as one list (promise 6)."""

from __future__ import annotations

import uuid
from datetime import timedelta

from functions.core import cards
from functions.core.models import (
    Channel,
    Claim,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    Job,
    JobKind,
    JobState,
    MessageKind,
    Tip,
    UnitChannel,
    Urgency,
)
from functions.core.posting import post_unsent
from functions.core.reach import reach
from functions.core.results import result
from functions.core.work import Outcome, Postponed, WorkServices, hold

FLOOD_CARDS = 20
FLOOD_WINDOW = timedelta(minutes=10)

DIGEST_GATHERS = timedelta(seconds=20)
"""How long the first digest of a flood waits for more tips to come together."""

DIGEST_TIPS = 1_000
"""A digest is full then: its words are written tip by tip, well within one lease."""


def send_digest(claim: Claim, services: WorkServices) -> Outcome:
    """Close the digest, so that the next tip opens a new one, and post it."""
    delivery = services.deliveries.get(claim.job.subject_id)
    reached = reach(delivery.unit_id, services)
    if isinstance(reached, Postponed):
        return reached
    if delivery.state is DeliveryState.OPEN:
        delivery = close_digest(delivery, services)
    elif delivery.state is DeliveryState.REFUSED:
        delivery = services.deliveries.reopen(delivery.delivery_id)
    post_unsent(delivery, reached.group, claim.job.urgency, claim, services)
    return result(services.deliveries.get(delivery.delivery_id), services)


def is_flooded(tip: Tip, unit_id: str, services: WorkServices) -> bool:
    """Whether the unit's group just got so many cards that this one goes into a list."""
    if tip.urgency is Urgency.NOW:
        return False
    since = services.clock.now() - FLOOD_WINDOW
    return services.deliveries.cards_begun_since(unit_id, since) >= FLOOD_CARDS


def join_digest(tip: Tip, channel: UnitChannel, claim: Claim, services: WorkServices) -> None:
    """Put the tip into the open digest; one that is full is closed, and the next one opened."""
    while True:
        digest = _new_digest(tip, channel, services)
        joined = services.deliveries.join_digest(
            tip.tip_id, digest, _digest_job(digest, tip, services), DIGEST_TIPS
        )
        if not joined.is_full:
            return
        hold(claim, services)
        close_digest(services.deliveries.get(joined.delivery_id), services)


def close_digest(delivery: Delivery, services: WorkServices) -> Delivery:
    """Freeze an open digest with the words for the tips it has."""
    # A tip that joined while they were written must not be frozen in without words.
    while delivery.state is DeliveryState.OPEN:
        messages = _digest_messages(delivery, services)
        delivery = services.deliveries.close_digest(
            delivery.delivery_id, delivery.tip_ids, messages
        )
    return delivery


def _new_digest(tip: Tip, channel: UnitChannel, services: WorkServices) -> Delivery:
    return Delivery(
        delivery_id=uuid.uuid4().hex,
        unit_id=channel.unit_id,
        channel=Channel.ZALO_GROUP,
        recipient=channel.group_id,
        is_digest=True,
        state=DeliveryState.OPEN,
        tip_ids=(tip.tip_id,),
        messages=(),
        created_at=services.clock.now(),
    )


def _digest_job(digest: Delivery, tip: Tip, services: WorkServices) -> Job:
    now = services.clock.now()
    last = services.deliveries.last_digest_at(digest.unit_id)
    due_at = now + DIGEST_GATHERS
    if last is not None:
        due_at = min(max(due_at, last + FLOOD_WINDOW), now + FLOOD_WINDOW)
    return Job(
        job_id=uuid.uuid4().hex,
        kind=JobKind.SEND_DIGEST,
        subject_id=digest.delivery_id,
        unit_id=digest.unit_id,
        urgency=tip.urgency,
        state=JobState.PENDING,
        due_at=due_at,
        created_at=now,
        lane=digest.unit_id,
    )


def _digest_messages(delivery: Delivery, services: WorkServices) -> tuple[DeliveryMessage, ...]:
    unit_name = services.units.get(delivery.unit_id).name
    tips = [services.tips.get(tip_id) for tip_id in delivery.tip_ids]
    values = [cards.notice_values(tip, services.public_url) for tip in tips]
    return tuple(
        DeliveryMessage(position, MessageKind.TEXT, text)
        for position, text in enumerate(services.renderer.digest(unit_name, values), start=1)
    )
