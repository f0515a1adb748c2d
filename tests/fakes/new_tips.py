"""Tips to put into a store, alike but for what a test names."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from functions.core.deadlines import STANDARD, next_due
from functions.core.models import (
    Attachment,
    AttachmentState,
    ChatAddress,
    Contact,
    Job,
    JobKind,
    JobState,
    Location,
    TimelineEntry,
    Tip,
    TipContent,
    TipStatus,
    Urgency,
)
from functions.core.ports import NewTip
from tests.fakes.clock import START

CONTENT = TipContent(
    text="Có người lạ tụ tập ở sân bóng.\nHọ tới lúc 9 giờ.",
    place="sau chợ Tân An",
    area="tổ 5",
    occurred_at="2026-11-19T21:00",
    location=Location(12.6667, 108.0383),
)
CONTACT = Contact(name="Nguyễn Thị Đào", phone="0905123456")


def new_tip(
    *,
    submission: str = "",
    tip_id: str = "",
    card_code: str = "",
    unit_id: str = "phuong-tan-an",
    status: TipStatus = TipStatus.RECEIVED,
    received_at: datetime = START,
    content: TipContent = CONTENT,
    contact: Contact = CONTACT,
    photos: int = 1,
    repeatable_until: datetime | None = None,
    chat: ChatAddress | None = None,
) -> NewTip:
    """Return a new tip; the same `submission` gives the same submission and receipt hash."""
    tip_id = tip_id or uuid.uuid4().hex
    submission = submission or uuid.uuid4().hex
    tip = Tip(
        tip_id=tip_id,
        card_code=card_code or f"TB-{uuid.uuid4().hex[:6].upper()}",
        unit_id=unit_id,
        addressed_unit_id="phuong-tan-an",
        category="gay-roi",
        urgency=Urgency.SOON,
        status=status,
        sealed=False,
        received_at=received_at,
        content=content,
        contact=contact,
        attachments=tuple(
            Attachment(uuid.uuid4().hex, position, AttachmentState.ORIGINAL, uuid.uuid4().hex)
            for position in range(1, photos + 1)
        ),
        timeline=(TimelineEntry(received_at, status),),
        chat=chat,
    )
    tip = replace(tip, due_at=next_due(tip, STANDARD))
    return NewTip(
        tip=tip,
        receipt_hash=hashlib.sha256(f"receipt {submission}".encode()).digest(),
        submission_hash=hashlib.sha256(f"submission {submission}".encode()).digest(),
        content_hash=hashlib.sha256(json.dumps(asdict(content)).encode()).digest(),
        repeatable_until=repeatable_until or received_at + timedelta(days=7),
        jobs=(_deliver_job(tip),),
        contact_erase_after=received_at + timedelta(days=365) if contact else None,
        erase_after=received_at + timedelta(days=365),
        chat_hash=chat_hash(chat) if chat else b"",
    )


def chat_hash(chat: ChatAddress) -> bytes:
    """Return what leads to the latest tip of a chat."""
    return hashlib.sha256(f"chat {chat.unit_id} {chat.user_id}".encode()).digest()


def _deliver_job(tip: Tip) -> Job:
    return Job(
        job_id=uuid.uuid4().hex,
        kind=JobKind.DELIVER_TIP,
        subject_id=tip.tip_id,
        unit_id=tip.unit_id,
        urgency=tip.urgency,
        state=JobState.PENDING,
        due_at=tip.received_at,
        created_at=tip.received_at,
        lane=tip.unit_id,
    )
