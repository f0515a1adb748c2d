"""The export of `binhyen export`: what stands where, without a word of what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from functions.core.models import AttachmentState, Delivery, Tip
from functions.core.ports import DeliveryStore, TipStore


@dataclass(frozen=True)
class ExportServices:
    tips: TipStore
    deliveries: DeliveryStore


def export_tips(services: ExportServices) -> Iterator[dict[str, object]]:
    """Yield one row a tip in order of receipt (design 4.1)."""
    for tip_id in services.tips.all_ids():
        yield _row(services.tips.get(tip_id), services.deliveries.of_tip(tip_id))


def _row(tip: Tip, deliveries: list[Delivery]) -> dict[str, object]:
    return {
        "tip_id": tip.tip_id,
        "card_code": tip.card_code,
        "unit_id": tip.unit_id,
        "category": tip.category,
        "urgency": tip.urgency.value,
        "status": tip.status.value,
        "received_at": tip.received_at.isoformat(),
        "text_sha256": hashlib.sha256(tip.content.text.encode()).hexdigest(),
        "photos": [
            photo.clean_sha256 for photo in tip.attachments if photo.state is AttachmentState.CLEAN
        ],
        "deliveries": [_delivery(delivery) for delivery in deliveries],
    }


def _delivery(delivery: Delivery) -> dict[str, object]:
    """`message_id` is the card's own: that of the first message that was sent."""
    sent = [message.message_id for message in delivery.messages if message.message_id]
    return {
        "channel": delivery.channel.value,
        "state": delivery.state.value,
        "message_id": sent[0] if sent else None,
    }
