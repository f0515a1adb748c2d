"""Tips as items and back, with content and contact sealed apart.

The item of the tip holds it whole. Beside it stand small items, each named by one thing that
leads to the tip: written only where the name is free, they keep it unique.
"""

from __future__ import annotations

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
from functions.stores.dynamodb.table import Item, Key, from_micros, sortable, to_micros
from functions.stores.sealed_tips import open_contact, open_content, seal_contact, seal_content
from functions.stores.sealing import Sealer


def tip_key(tip_id: str) -> Key:
    return Key(f"TIP#{tip_id}", "TIP")


def submission_key(submission_hash: bytes) -> Key:
    return Key(f"SUBMISSION#{submission_hash.hex()}", "SUBMISSION")


def receipt_key(receipt_hash: bytes) -> Key:
    return Key(f"RECEIPT#{receipt_hash.hex()}", "RECEIPT")


def card_key(card_code: str) -> Key:
    return Key(f"CARD#{card_code}", "CARD")


def attachment_key(attachment_id: str) -> Key:
    return Key(f"ATTACHMENT#{attachment_id}", "ATTACHMENT")


def blob_key_key(blob_key: str) -> Key:
    """Return the key of the item that says that an attachment names this blob."""
    return Key(f"BLOB#{blob_key}", "BLOB")


def blob_item(blob_key: str, attachment_id: str) -> Item:
    return {
        **blob_key_key(blob_key).item,
        "blob_key": blob_key,
        "attachment_id": attachment_id,
    }


def tip_item(new: NewTip, sealer: Sealer) -> Item:
    """Return the item that holds the whole tip."""
    tip = new.tip
    return {
        **tip_key(tip.tip_id).item,
        "tip_id": tip.tip_id,
        "card_code": tip.card_code,
        "receipt_hash": new.receipt_hash,
        "unit_id": tip.unit_id,
        "received_order": f"{sortable(to_micros(tip.received_at))}#{tip.tip_id}",
        "addressed_unit_id": tip.addressed_unit_id,
        "category": tip.category,
        "urgency": tip.urgency.value,
        "status": tip.status.value,
        "sealed": tip.sealed,
        "received_at": to_micros(tip.received_at),
        "photo_count": len(tip.attachments),
        "sealed_content": seal_content(tip.tip_id, tip.content, sealer),
        "sealed_contact": seal_contact(tip.tip_id, tip.contact, sealer),
        "contact_erase_after": (
            None if new.contact_erase_after is None else to_micros(new.contact_erase_after)
        ),
        "erase_after": to_micros(new.erase_after),
        "attachments": {one.attachment_id: attachment_values(one) for one in tip.attachments},
        "timeline": [
            {"at": to_micros(entry.at), "status": entry.status.value} for entry in tip.timeline
        ],
    }


def signpost_items(new: NewTip) -> list[Item]:
    """Return the items that lead to the tip by its receipt and its attachments."""
    tip_id = new.tip.tip_id
    keys = [
        receipt_key(new.receipt_hash),
        *(attachment_key(one.attachment_id) for one in new.tip.attachments),
    ]
    blobs = [
        blob_item(one.blob_key, one.attachment_id) for one in new.tip.attachments if one.blob_key
    ]
    return [{**key.item, "tip_id": tip_id} for key in keys] + blobs


def submission_item(new: NewTip) -> Item:
    return {
        **submission_key(new.submission_hash).item,
        "tip_id": new.tip.tip_id,
        "content_hash": new.content_hash,
        "repeatable_until": to_micros(new.repeatable_until),
    }


def card_item(tip: Tip) -> Item:
    return {**card_key(tip.card_code).item, "tip_id": tip.tip_id}


def attachment_values(attachment: Attachment) -> Item:
    """Return an attachment as it stands within the item of its tip."""
    return {
        "attachment_id": attachment.attachment_id,
        "position": attachment.position,
        "state": attachment.state.value,
        "blob_key": attachment.blob_key,
        "clean_sha256": attachment.clean_sha256,
    }


def open_tip(item: Item, sealer: Sealer) -> Tip:
    """Return the tip of its item. Raises KeyUnavailableError."""
    return Tip(
        tip_id=item["tip_id"],
        card_code=item["card_code"],
        unit_id=item["unit_id"],
        addressed_unit_id=item["addressed_unit_id"],
        category=item["category"],
        urgency=Urgency(item["urgency"]),
        status=TipStatus(item["status"]),
        sealed=item["sealed"],
        received_at=from_micros(item["received_at"]),
        content=open_content(item["tip_id"], item["sealed_content"], sealer),
        contact=open_contact(item["tip_id"], item["sealed_contact"], sealer),
        attachments=tuple(
            sorted(
                (_attachment(values) for values in item["attachments"].values()),
                key=lambda attachment: attachment.position,
            )
        ),
        timeline=tuple(
            TimelineEntry(from_micros(entry["at"]), TipStatus(entry["status"]))
            for entry in item["timeline"]
        ),
    )


def summary(item: Item) -> TipSummary:
    """Return a row of the officers' list, from what the index carries."""
    return TipSummary(
        tip_id=item["tip_id"],
        card_code=item["card_code"],
        unit_id=item["unit_id"],
        category=item["category"],
        urgency=Urgency(item["urgency"]),
        status=TipStatus(item["status"]),
        received_at=from_micros(item["received_at"]),
        photo_count=item["photo_count"],
    )


def _attachment(values: Item) -> Attachment:
    return Attachment(
        attachment_id=values["attachment_id"],
        position=values["position"],
        state=AttachmentState(values["state"]),
        blob_key=values["blob_key"],
        clean_sha256=values["clean_sha256"],
    )
