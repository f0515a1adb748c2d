"""Tips as items and back, with content and contact sealed apart.

The item of the tip holds it whole. Beside it stand small items, each named by one thing that
leads to the tip: written only where the name is free, they keep it unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from functions.core.deadlines import CLOSED, STANDARD, is_closed
from functions.core.models import (
    Attachment,
    AttachmentState,
    CaseState,
    MediaKind,
    TimelineEntry,
    Tip,
    TipStatus,
    TipSummary,
    Urgency,
)
from functions.core.ports import NewTip
from functions.stores.dynamodb.table import (
    Item,
    Key,
    from_micros,
    micros_or_none,
    sortable,
    time_or_none,
    to_micros,
)
from functions.stores.sealed_tips import (
    open_case,
    open_chat,
    open_contact,
    open_content,
    seal_case,
    seal_chat,
    seal_contact,
    seal_content,
)
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


def chat_pk(chat_hash: bytes) -> str:
    return f"CHAT#{chat_hash.hex()}"


def chat_key(chat_hash: bytes, received_order: str) -> Key:
    """Return the key of the item that leads from a chat to one of its tips, by their order."""
    return Key(chat_pk(chat_hash), received_order)


def blob_key_key(blob_key: str) -> Key:
    """Return the key of the item that says that an attachment names this blob."""
    return Key(f"BLOB#{blob_key}", "BLOB")


def blob_item(blob_key: str, attachment_id: str) -> Item:
    return {
        **blob_key_key(blob_key).item,
        "blob_key": blob_key,
        "attachment_id": attachment_id,
    }


def received_order(tip: Tip) -> str:
    return f"{sortable(to_micros(tip.received_at))}#{tip.tip_id}"


def tip_item(new: NewTip, sealer: Sealer) -> Item:
    """Return the item that holds the whole tip."""
    tip = new.tip
    return {
        **tip_key(tip.tip_id).item,
        "tip_id": tip.tip_id,
        "card_code": tip.card_code,
        "receipt_hash": new.receipt_hash,
        "received_order": received_order(tip),
        "addressed_unit_id": tip.addressed_unit_id,
        "category": tip.category,
        "urgency": tip.urgency.value,
        "sealed": tip.sealed,
        "received_at": to_micros(tip.received_at),
        "sealed_content": seal_content(tip.tip_id, tip.content, sealer),
        "sealed_contact": seal_contact(tip.tip_id, tip.contact, sealer),
        "sealed_chat": seal_chat(tip.tip_id, tip.chat, sealer),
        "chat_hash": new.chat_hash,
        "contact_erase_after": micros_or_none(new.contact_erase_after),
        "erase_after": to_micros(new.erase_after),
        "attachments": {one.attachment_id: attachment_values(one) for one in tip.attachments},
        "timeline": timeline_values(tip.timeline),
        **case_values(tip, sealer),
        **open_keys(tip),
    }


def case_values(tip: Tip, sealer: Sealer) -> Item:
    """Return what an act may change of the tip's item, but for what is taken away or added."""
    return {
        "unit_id": tip.unit_id,
        "status": tip.status.value,
        "revision": tip.revision,
        "due_at": micros_or_none(tip.due_at),
        "sealed_case": None if tip.case == CaseState() else seal_case(tip.tip_id, tip.case, sealer),
        # Beside the sealed case for the list, which opens nothing.
        "assignee_id": tip.case.assignee_id,
        "is_waiting": tip.case.is_waiting,
        "photo_count": sum(one.kind is MediaKind.PHOTO for one in tip.attachments),
    }


def is_open(tip: Tip) -> bool:
    """Whether officers have something to do: it is not closed, or its sender wrote since."""
    return not is_closed(tip) or tip.case.is_waiting


def open_keys(tip: Tip) -> Item:
    """Return the keys by which the index of open tips holds this one; none once it is done."""
    if not is_open(tip):
        return {}
    # What has no clock any more is held by the first one.
    due_at = tip.due_at or tip.received_at + STANDARD.classify
    return _open_keys(tip.unit_id, tip.tip_id, due_at)


def first_open_keys(item: Item) -> Item:
    """Return the same for the item of an open tip that nobody acted on yet."""
    due_at = from_micros(item["received_at"]) + STANDARD.classify
    return _open_keys(item["unit_id"], item["tip_id"], due_at)


def _open_keys(unit_id: str, tip_id: str, due_at: datetime) -> Item:
    # No clock ends before 1970, and a text cannot sort such times.
    due = sortable(max(to_micros(due_at), 0))
    return {"open_unit": unit_id, "due_order": f"{due}#{tip_id}"}


OPEN_KEYS = ("open_unit", "due_order")


def timeline_values(timeline: Sequence[TimelineEntry]) -> list[Item]:
    return [{"at": to_micros(entry.at), "status": entry.status.value} for entry in timeline]


def signpost_items(new: NewTip) -> list[Item]:
    """Return the items that lead to the tip by its receipt and its attachments."""
    receipt = {**receipt_key(new.receipt_hash).item, "tip_id": new.tip.tip_id}
    found = [receipt, *attachment_items(new.tip.tip_id, new.tip.attachments)]
    if new.chat_hash:
        key = chat_key(new.chat_hash, received_order(new.tip))
        found.append({**key.item, "tip_id": new.tip.tip_id})
    return found


def attachment_items(tip_id: str, attachments: Sequence[Attachment]) -> list[Item]:
    """Return the items that lead to the tip by attachments, and by their blobs."""
    ids = [{**attachment_key(one.attachment_id).item, "tip_id": tip_id} for one in attachments]
    return ids + [blob_item(one.blob_key, one.attachment_id) for one in attachments if one.blob_key]


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
        "kind": attachment.kind.value,
        "entry_id": attachment.entry_id,
    }


def open_tip(item: Item, sealer: Sealer) -> Tip:
    """Return the tip of its item. Raises KeyUnavailableError.

    An item of the version before knows nothing of cases and chats.
    """
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
        revision=item.get("revision", 0),
        due_at=_due_at(item),
        case=open_case(item["tip_id"], item.get("sealed_case"), sealer),
        chat=open_chat(item["tip_id"], item.get("sealed_chat"), sealer),
    )


def summary(item: Item) -> TipSummary:
    """Return a row of the officers' list, from an item or from what an index carries."""
    return TipSummary(
        tip_id=item["tip_id"],
        card_code=item["card_code"],
        unit_id=item["unit_id"],
        category=item["category"],
        urgency=Urgency(item["urgency"]),
        status=TipStatus(item["status"]),
        received_at=from_micros(item["received_at"]),
        photo_count=item["photo_count"],
        due_at=_due_at(item),
        assignee_id=item.get("assignee_id", ""),
        is_waiting=item.get("is_waiting", False),
    )


SUMMARY = (
    "tip_id",
    "card_code",
    "unit_id",
    "category",
    "urgency",
    "status",
    "received_at",
    "photo_count",
    "due_at",
    "assignee_id",
    "is_waiting",
)
"""What `summary` reads."""


def _due_at(item: Item) -> datetime | None:
    """Return when the next clock runs out; an item of before cases does not say it itself."""
    if "due_at" in item:
        return time_or_none(item["due_at"])
    if TipStatus(item["status"]) in CLOSED:
        return None
    return from_micros(item["received_at"]) + STANDARD.classify


def _attachment(values: Item) -> Attachment:
    return Attachment(
        attachment_id=values["attachment_id"],
        position=values["position"],
        state=AttachmentState(values["state"]),
        blob_key=values["blob_key"],
        clean_sha256=values["clean_sha256"],
        kind=MediaKind(values.get("kind", MediaKind.PHOTO.value)),
        entry_id=values.get("entry_id", ""),
    )
