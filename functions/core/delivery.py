"""Bringing a tip to its unit: the card and its photos, or a line in a digest (design D3, D4)."""

from __future__ import annotations

import uuid
from dataclasses import replace

from functions.core import cards
from functions.core.digests import is_flooded, join_digest
from functions.core.hearing import heard_elsewhere
from functions.core.models import (
    Channel,
    Claim,
    Delivery,
    DeliveryPurpose,
    DeliveryState,
    Tip,
    TipStatus,
    UnitChannel,
)
from functions.core.posting import post_unsent
from functions.core.reach import Reach, reach
from functions.core.relays import bring_entries
from functions.core.results import append_new_texts, has_refused_text, result
from functions.core.work import Done, Outcome, Postponed, WorkServices


def deliver_tip(claim: Claim, services: WorkServices) -> Outcome:
    """Post the tip's card and photos to a unit's group, resuming where a crash left off.

    The unit is the one that has the tip, or works on it jointly. What was written since the
    tip came in, and no group has got, follows the card.
    """
    tip = services.tips.get(claim.job.subject_id)
    unit_id = claim.job.unit_id
    if tip.status is TipStatus.ERASED or unit_id not in (tip.unit_id, *tip.case.joint_unit_ids):
        return Done()
    reached = reach(unit_id, services)
    if isinstance(reached, Postponed):
        return reached
    delivery = existing_delivery(tip, reached.channel, services)
    if delivery is None:
        if is_flooded(tip, unit_id, services):
            join_digest(tip, reached.channel, claim, services)
            return bring_entries(claim, tip, reached, services)
        delivery = plan_card(tip, reached.channel, services)
    if not delivery.is_digest:
        if delivery.state is DeliveryState.REFUSED:
            delivery = services.deliveries.reopen(delivery.delivery_id)
        posted = _post_card(tip, delivery, reached, claim, services)
        if not isinstance(posted, Done):
            return posted
    return bring_entries(claim, tip, reached, services)


def existing_delivery(tip: Tip, channel: UnitChannel, services: WorkServices) -> Delivery | None:
    """Return the delivery, card or digest, that brings the tip to this group."""
    for delivery in services.deliveries.of_tip(tip.tip_id):
        if (
            delivery.purpose is DeliveryPurpose.CARD
            and delivery.channel is Channel.ZALO_GROUP
            and delivery.recipient == channel.group_id
        ):
            return delivery
    return None


def plan_card(tip: Tip, channel: UnitChannel, services: WorkServices) -> Delivery:
    """Store the tip's card and photos as a delivery whose messages wait to be sent."""
    origin = _origin(tip, channel.unit_id, services)
    texts = cards.card_texts(
        tip, channel.forward_mode, services.public_url, services.renderer, origin
    )
    photos = cards.card_photos(tip) if cards.shows_content(tip, channel.forward_mode) else ()
    return services.deliveries.plan_card(
        Delivery(
            delivery_id=uuid.uuid4().hex,
            unit_id=channel.unit_id,
            channel=Channel.ZALO_GROUP,
            recipient=channel.group_id,
            is_digest=False,
            state=DeliveryState.PLANNED,
            tip_ids=(tip.tip_id,),
            messages=cards.planned_messages(tip, texts, photos, services.renderer),
            created_at=services.clock.now(),
        )
    )


def _origin(tip: Tip, unit_id: str, services: WorkServices) -> cards.Origin:
    origin = cards.origin(tip, unit_id, services.units)
    if origin == cards.Origin():
        return origin
    entries = services.cases.entries(tip.tip_id)
    deliveries = services.deliveries.of_tip(tip.tip_id)
    return replace(origin, earlier_messages=heard_elsewhere(tip, unit_id, entries, deliveries))


def _post_card(
    tip: Tip, delivery: Delivery, reached: Reach, claim: Claim, services: WorkServices
) -> Outcome:
    post_unsent(delivery, reached.group, claim.job.urgency, claim, services)
    delivery = services.deliveries.get(delivery.delivery_id)
    mode = reached.channel.forward_mode
    if has_refused_text(delivery) and cards.shows_content(tip, mode):
        # Words that Zalo refuses must not keep the officers from knowing that a tip is there.
        notice = services.renderer.notice_card(cards.notice_values(tip, services.public_url))
        delivery = append_new_texts(delivery, notice, services)
        post_unsent(delivery, reached.group, claim.job.urgency, claim, services)
        delivery = services.deliveries.get(delivery.delivery_id)
    return result(delivery, services)
