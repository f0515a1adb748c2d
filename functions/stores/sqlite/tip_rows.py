"""Tips as rows and back, with content, contact, case and chat sealed apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from functions.core.deadlines import CLOSED, STANDARD
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
from functions.stores.sqlite.database import from_micros, to_micros

SUMMARY_COLUMNS = """
    tips.tip_id, card_code, tips.unit_id, category, urgency, status, received_at, due_at,
    assignee_id, is_waiting, (
        SELECT count(*) FROM attachments
        WHERE attachments.tip_id = tips.tip_id AND attachments.kind = 'photo'
    ) AS photo_count
"""


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
        "revision": tip.revision,
        "sealed_chat": seal_chat(tip.tip_id, tip.chat, sealer),
        "chat_hash": new.chat_hash or None,
        **case_values(tip, sealer),
    }


def case_values(tip: Tip, sealer: Sealer) -> dict[str, object]:
    """Return what the row of the table `tips` says about how far the case is."""
    return {
        "due_at": None if tip.due_at is None else to_micros(tip.due_at),
        "sealed_case": (
            None if tip.case == CaseState() else seal_case(tip.tip_id, tip.case, sealer)
        ),
        "assignee_id": tip.case.assignee_id,
        "is_waiting": int(tip.case.is_waiting),
    }


def insert_attachments(
    connection: sqlite3.Connection, tip_id: str, attachments: Iterable[Attachment]
) -> None:
    """Write new attachments inside the caller's transaction."""
    connection.executemany(
        "INSERT INTO attachments (attachment_id, tip_id, position, state, blob_key, clean_sha256,"
        " kind, entry_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                one.attachment_id,
                tip_id,
                one.position,
                one.state.value,
                one.blob_key,
                one.clean_sha256,
                one.kind.value,
                one.entry_id,
            )
            for one in attachments
        ],
    )


def insert_timeline(
    connection: sqlite3.Connection, tip_id: str, steps: Iterable[TimelineEntry]
) -> None:
    """Write new steps of the timeline, in order, inside the caller's transaction."""
    connection.executemany(
        "INSERT INTO timeline (tip_id, at, status) VALUES (?, ?, ?)",
        [(tip_id, to_micros(step.at), step.status.value) for step in steps],
    )


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
        revision=row["revision"],
        due_at=_due_at(row),
        case=open_case(row["tip_id"], row["sealed_case"], sealer),
        chat=open_chat(row["tip_id"], row["sealed_chat"], sealer),
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
        due_at=_due_at(row),
        assignee_id=row["assignee_id"],
        is_waiting=bool(row["is_waiting"]),
    )


def _due_at(row: sqlite3.Row) -> datetime | None:
    """Return when the next clock runs out; rows of before cases do not say it themselves."""
    if row["due_at"] is not None:
        return from_micros(row["due_at"])
    if TipStatus(row["status"]) in CLOSED:
        return None
    return from_micros(row["received_at"]) + STANDARD.classify


def _attachment(row: sqlite3.Row) -> Attachment:
    return Attachment(
        attachment_id=row["attachment_id"],
        position=row["position"],
        state=AttachmentState(row["state"]),
        blob_key=row["blob_key"],
        clean_sha256=row["clean_sha256"],
        kind=MediaKind(row["kind"]),
        entry_id=row["entry_id"],
    )
