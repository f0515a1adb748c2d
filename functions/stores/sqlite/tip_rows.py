"""Tips as rows and back, with content and contact sealed apart."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from functions.core.models import (
    Attachment,
    AttachmentState,
    TimelineEntry,
    Tip,
    TipStatus,
    TipSummary,
    Urgency,
)
from functions.core.ports import NewTip
from functions.stores.sealed_tips import open_contact, open_content, seal_contact, seal_content
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import from_micros, to_micros


@dataclass(frozen=True)
class StoredTip:
    """The rows of one tip, still sealed, so that they can be opened outside a transaction."""

    tip: sqlite3.Row
    attachments: list[sqlite3.Row]
    timeline: list[sqlite3.Row]


def tip_values(new: NewTip, sealer: Sealer) -> dict[str, object]:
    """Return the row of the table `tips`."""
    tip = new.tip
    return {
        "tip_id": tip.tip_id,
        "card_code": tip.card_code,
        "receipt_hash": new.receipt_hash,
        "unit_id": tip.unit_id,
        "addressed_unit_id": tip.addressed_unit_id,
        "category": tip.category,
        "urgency": tip.urgency.value,
        "status": tip.status.value,
        "sealed": int(tip.sealed),
        "received_at": to_micros(tip.received_at),
        "sealed_content": seal_content(tip.tip_id, tip.content, sealer),
        "sealed_contact": seal_contact(tip.tip_id, tip.contact, sealer),
        "contact_erase_after": (
            None if new.contact_erase_after is None else to_micros(new.contact_erase_after)
        ),
        "erase_after": to_micros(new.erase_after),
    }


def attachment_values(tip_id: str, attachment: Attachment) -> dict[str, object]:
    """Return the row of the table `attachments`."""
    return {
        "attachment_id": attachment.attachment_id,
        "tip_id": tip_id,
        "position": attachment.position,
        "state": attachment.state.value,
        "blob_key": attachment.blob_key,
        "clean_sha256": attachment.clean_sha256,
    }


def open_tip(stored: StoredTip, sealer: Sealer) -> Tip:
    """Return the tip of its rows. Raises KeyUnavailableError."""
    row = stored.tip
    return Tip(
        tip_id=row["tip_id"],
        card_code=row["card_code"],
        unit_id=row["unit_id"],
        addressed_unit_id=row["addressed_unit_id"],
        category=row["category"],
        urgency=Urgency(row["urgency"]),
        status=TipStatus(row["status"]),
        sealed=bool(row["sealed"]),
        received_at=from_micros(row["received_at"]),
        content=open_content(row["tip_id"], row["sealed_content"], sealer),
        contact=open_contact(row["tip_id"], row["sealed_contact"], sealer),
        attachments=tuple(_attachment(attachment) for attachment in stored.attachments),
        timeline=tuple(
            TimelineEntry(from_micros(entry["at"]), TipStatus(entry["status"]))
            for entry in stored.timeline
        ),
    )


def summary(row: sqlite3.Row) -> TipSummary:
    """Return a row of the officers' list, from columns that are not sealed."""
    return TipSummary(
        tip_id=row["tip_id"],
        card_code=row["card_code"],
        unit_id=row["unit_id"],
        category=row["category"],
        urgency=Urgency(row["urgency"]),
        status=TipStatus(row["status"]),
        received_at=from_micros(row["received_at"]),
        photo_count=row["photo_count"],
    )


def _attachment(row: sqlite3.Row) -> Attachment:
    return Attachment(
        attachment_id=row["attachment_id"],
        position=row["position"],
        state=AttachmentState(row["state"]),
        blob_key=row["blob_key"],
        clean_sha256=row["clean_sha256"],
    )
