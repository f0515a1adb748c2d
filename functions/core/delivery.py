"""Bringing a tip to its unit: the card and its photos, or a line in a digest (design D3, D4)."""

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
    SendState,
    Tip,
    TipStatus,
    TokenState,
    UnitChannel,
    Urgency,
)
from functions.core.posting import Address, planned_messages, post_unsent
from functions.core.work import Done, Failed, Outcome, Postponed, WorkServices, hold

FLOOD_CARDS = 20
FLOOD_WINDOW = timedelta(minutes=10)
PARKED = timedelta(minutes=10)
"""Until an operator re-arms the lane; short enough for a job that was just being parked."""

DIGEST_GATHERS = timedelta(seconds=20)
"""How long the first digest of a flood waits for more tips to come together."""

DIGEST_TIPS = 1_000
"""A digest is full then: its words are written tip by tip, well within one lease."""


def deliver_tip(claim: Claim, services: WorkServices) -> Outcome:
    """Post the tip's card and photos to its unit's group, resuming where a crash left off."""
    tip = services.tips.get(claim.job.subject_id)
    if tip.status is TipStatus.ERASED:
        return Done()
    reach = _reach(tip.unit_id, services)
    if isinstance(reach, Postponed):
        return reach
    channel, address = reach
    delivery = existing_delivery(tip, channel, services)
    if delivery is None:
        if _is_flooded(tip, services):
            _join_digest(tip, channel, claim, services)
            return Done()
        delivery = plan_card(tip, channel, services)
    if delivery.is_digest:
        return Done()
    if delivery.state is DeliveryState.REFUSED:
        delivery = services.deliveries.reopen(delivery.delivery_id)
    return _post_card(tip, delivery, channel, address, claim, services)


def send_digest(claim: Claim, services: WorkServices) -> Outcome:
    """Close the digest, so that the next tip opens a new one, and post it."""
    delivery = services.deliveries.get(claim.job.subject_id)
    reach = _reach(delivery.unit_id, services)
    if isinstance(reach, Postponed):
        return reach
    if delivery.state is DeliveryState.OPEN:
        delivery = close_digest(delivery, services)
    elif delivery.state is DeliveryState.REFUSED:
        delivery = services.deliveries.reopen(delivery.delivery_id)
    post_unsent(delivery, reach[1], claim.job.urgency, claim, services)
    return _result(services.deliveries.get(delivery.delivery_id), services)


def _reach(unit_id: str, services: WorkServices) -> tuple[UnitChannel, Address] | Postponed:
    """Return how to reach the unit's group; parked where only an operator can help, who
    re-arms the lane by connecting the OA.

    A unit without an OA is no fault: its tips wait for officers on the case page, and go to
    the group once one is connected.
    """
    channel = services.channels.channel(unit_id)
    tokens = services.tokens.get(unit_id)
    if channel is None or tokens is None:
        return Postponed(services.clock.now() + PARKED, "no-channel")
    if tokens.state is TokenState.NEEDS_AUTHORIZATION:
        return Postponed(services.clock.now() + PARKED, "needs-authorization")
    return channel, Address(unit_id, channel.group_id, tokens.pair.access_token)


def existing_delivery(tip: Tip, channel: UnitChannel, services: WorkServices) -> Delivery | None:
    """Return the delivery, card or digest, that brings the tip to this group."""
    for delivery in services.deliveries.of_tip(tip.tip_id):
        if delivery.channel is Channel.ZALO_GROUP and delivery.recipient == channel.group_id:
            return delivery
    return None


def plan_card(tip: Tip, channel: UnitChannel, services: WorkServices) -> Delivery:
    """Store the tip's card and photos as a delivery whose messages wait to be sent."""
    texts = cards.card_texts(tip, channel.forward_mode, services.public_url, services.renderer)
    with_photos = cards.shows_content(tip, channel.forward_mode)
    return services.deliveries.plan_card(
        _new_delivery(tip, channel, planned_messages(tip, texts, with_photos, services), services)
    )


def _new_delivery(
    tip: Tip, channel: UnitChannel, messages: tuple[DeliveryMessage, ...], services: WorkServices
) -> Delivery:
    """A card with its messages, or without any the beginning of a digest."""
    return Delivery(
        delivery_id=uuid.uuid4().hex,
        unit_id=tip.unit_id,
        channel=Channel.ZALO_GROUP,
        recipient=channel.group_id,
        is_digest=not messages,
        state=DeliveryState.PLANNED if messages else DeliveryState.OPEN,
        tip_ids=(tip.tip_id,),
        messages=messages,
        created_at=services.clock.now(),
    )


def _post_card(
    tip: Tip,
    delivery: Delivery,
    channel: UnitChannel,
    address: Address,
    claim: Claim,
    services: WorkServices,
) -> Outcome:
    post_unsent(delivery, address, claim.job.urgency, claim, services)
    delivery = services.deliveries.get(delivery.delivery_id)
    if _has_refused_text(delivery) and cards.shows_content(tip, channel.forward_mode):
        delivery = _fall_back_to_notice(tip, delivery, services)
        post_unsent(delivery, address, claim.job.urgency, claim, services)
        delivery = services.deliveries.get(delivery.delivery_id)
    return _result(delivery, services)


def _fall_back_to_notice(tip: Tip, delivery: Delivery, services: WorkServices) -> Delivery:
    """Words that Zalo refuses must not keep the officers from knowing that a tip is there."""
    values = cards.notice_values(tip, services.public_url)
    for text in services.renderer.notice_card(values):
        if text not in {message.text for message in delivery.messages}:
            delivery = services.deliveries.append_text(delivery.delivery_id, text)
    return delivery


def _result(delivery: Delivery, services: WorkServices) -> Outcome:
    if any(_is_text(message, SendState.SENT) for message in delivery.messages):
        return Done()
    services.alerts.alarm("delivery-refused", delivery.unit_id)
    return Failed("refused")


def _has_refused_text(delivery: Delivery) -> bool:
    return any(_is_text(message, SendState.REFUSED) for message in delivery.messages)


def _is_text(message: DeliveryMessage, state: SendState) -> bool:
    return message.kind is MessageKind.TEXT and message.state is state


def _is_flooded(tip: Tip, services: WorkServices) -> bool:
    if tip.urgency is Urgency.NOW:
        return False
    since = services.clock.now() - FLOOD_WINDOW
    return services.deliveries.cards_begun_since(tip.unit_id, since) >= FLOOD_CARDS


def _join_digest(tip: Tip, channel: UnitChannel, claim: Claim, services: WorkServices) -> None:
    """Put the tip into the open digest; one that is full is closed, and the next one opened."""
    while True:
        digest = _new_delivery(tip, channel, (), services)
        joined = services.deliveries.join_digest(
            tip.tip_id, digest, _digest_job(digest, tip, services), DIGEST_TIPS
        )
        if not joined.is_full:
            return
        hold(claim, services)
        close_digest(services.deliveries.get(joined.delivery_id), services)


def _digest_job(digest: Delivery, tip: Tip, services: WorkServices) -> Job:
    now = services.clock.now()
    last = services.deliveries.last_digest_at(tip.unit_id)
    due_at = now + DIGEST_GATHERS
    if last is not None:
        due_at = min(max(due_at, last + FLOOD_WINDOW), now + FLOOD_WINDOW)
    return Job(
        job_id=uuid.uuid4().hex,
        kind=JobKind.SEND_DIGEST,
        subject_id=digest.delivery_id,
        unit_id=tip.unit_id,
        urgency=tip.urgency,
        state=JobState.PENDING,
        due_at=due_at,
        created_at=now,
        lane=tip.unit_id,
    )


def close_digest(delivery: Delivery, services: WorkServices) -> Delivery:
    """Freeze an open digest with the words for the tips it has."""
    # A tip that joined while they were written must not be frozen in without words.
    while delivery.state is DeliveryState.OPEN:
        messages = _digest_messages(delivery, services)
        delivery = services.deliveries.close_digest(
            delivery.delivery_id, delivery.tip_ids, messages
        )
    return delivery


def _digest_messages(delivery: Delivery, services: WorkServices) -> tuple[DeliveryMessage, ...]:
    unit_name = services.units.get(delivery.unit_id).name
    tips = [services.tips.get(tip_id) for tip_id in delivery.tip_ids]
    values = [cards.notice_values(tip, services.public_url) for tip in tips]
    return tuple(
        DeliveryMessage(position, MessageKind.TEXT, text)
        for position, text in enumerate(services.renderer.digest(unit_name, values), start=1)
    )
