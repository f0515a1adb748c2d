"""What a resident sees with the receipt code: the status and how it came to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from functions.core import codes
from functions.core.errors import NotFoundError
from functions.core.models import Channel, TimelineEntry, TipStatus
from functions.core.ports import Clock, DeliveryStore, MacKeys, TipStore


@dataclass(frozen=True)
class ReceiptServices:
    tips: TipStore
    deliveries: DeliveryStore
    mac: MacKeys
    clock: Clock


@dataclass(frozen=True)
class ReceiptView:
    unit_id: str
    category: str
    status: TipStatus
    received_at: datetime
    reached_group_at: datetime | None
    """When the tip stood in the duty group; None until it truly did."""
    timeline: tuple[TimelineEntry, ...]


def show_receipt(typed_code: str, services: ReceiptServices) -> ReceiptView:
    """Return the view for a typed code.

    Raises NotFoundError alike for unknown, expired and malformed codes.
    """
    code = codes.read_receipt_code(typed_code)
    if code is None:
        raise NotFoundError("receipt")
    tip = services.tips.by_receipt(codes.receipt_hash(services.mac, code))
    return ReceiptView(
        unit_id=tip.unit_id,
        category=tip.category,
        status=tip.status,
        received_at=tip.received_at,
        reached_group_at=services.deliveries.first_sent_at(tip.tip_id, Channel.ZALO_GROUP),
        timeline=tip.timeline,
    )
