"""What a resident sees with the receipt code: how the tip stands, and what was said since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.core import codes
from functions.core.acts import ActServices
from functions.core.errors import NotFoundError
from functions.core.following_up import MOST_ATTACHMENTS
from functions.core.models import (
    Attachment,
    CaseEntry,
    Channel,
    EntryKind,
    MediaKind,
    TimelineEntry,
    Tip,
    TipStatus,
)
from functions.core.ports import BlobStore, DeliveryStore, MacKeys


@dataclass(frozen=True)
class ReceiptServices:
    acts: ActServices
    deliveries: DeliveryStore
    blobs: BlobStore
    mac: MacKeys


class LineKind(StrEnum):
    """What a line of the conversation is; everything else of the case is not for its sender."""

    STATUS = "status"
    MESSAGE = "message"
    ANSWER = "answer"
    QUESTION = "question"
    CONTACT_WITHDRAWN = "contact_withdrawn"
    DELETION_ASKED = "deletion_asked"


_KINDS = {
    EntryKind.RESIDENT_MESSAGE: LineKind.MESSAGE,
    EntryKind.ANSWER: LineKind.ANSWER,
    EntryKind.QUESTION: LineKind.QUESTION,
    EntryKind.CONTACT_WITHDRAWN: LineKind.CONTACT_WITHDRAWN,
    EntryKind.DELETION_ASKED: LineKind.DELETION_ASKED,
}
"""Entries that are shown, beside the changes of status. The words of any other kind are the
officers' own: notes, reasons, the outcome, the other tip of a merge."""

_BY_OFFICERS = frozenset({LineKind.STATUS, LineKind.ANSWER, LineKind.QUESTION})


@dataclass(frozen=True)
class Line:
    """One line of the conversation, in plain form; officers have no names here."""

    at: datetime
    kind: LineKind
    text: str = field(default="", repr=False)
    photos: int = 0
    files: int = 0
    """Recordings and other files that came with a message by chat."""
    status: TipStatus | None = None
    unit_id: str = ""
    """Of a transfer: the unit that has the tip now."""

    @property
    def is_by_officers(self) -> bool:
        return self.kind in _BY_OFFICERS


@dataclass(frozen=True)
class ReceiptView:
    unit_id: str
    category: str
    is_sealed: bool
    """Nothing of what is said goes through Zalo."""
    status: TipStatus
    received_at: datetime
    reached_group_at: datetime | None
    """When the tip stood in the duty group; None until it truly did."""
    timeline: tuple[TimelineEntry, ...]
    lines: tuple[Line, ...]
    """Status and conversation together, in order."""
    due_at: datetime | None
    """When the next legal clock runs out; None once closed."""
    is_overdue: bool
    has_contact: bool
    """A name or a phone number is still kept."""
    has_chat: bool
    """Answers still go to the chat it came by."""
    deletion_asked_at: datetime | None
    photos_left: int
    """So many more photos the tip takes; words it takes as long as it is shown at all."""


def find_tip(typed_code: str, services: ReceiptServices) -> Tip:
    """Return the tip of a typed code.

    Raises NotFoundError alike for unknown, expired and malformed codes.
    """
    code = codes.read_receipt_code(typed_code)
    if code is None:
        raise NotFoundError("receipt")
    tip = services.acts.tips.by_receipt(codes.receipt_hash(services.mac, code))
    if tip.status is TipStatus.ERASED:
        raise NotFoundError("receipt")
    return tip


def view_of(tip: Tip, services: ReceiptServices) -> ReceiptView:
    """Return what the sender of this tip may see of it, as it stands now."""
    lines = tuple(_lines(tip, services.acts.cases.entries(tip.tip_id)))
    asked = [line.at for line in lines if line.kind is LineKind.DELETION_ASKED]
    return ReceiptView(
        unit_id=tip.unit_id,
        category=tip.category,
        is_sealed=tip.sealed,
        status=tip.status,
        received_at=tip.received_at,
        reached_group_at=services.deliveries.first_sent_at(tip.tip_id, Channel.ZALO_GROUP),
        timeline=tip.timeline,
        lines=lines,
        due_at=tip.due_at,
        is_overdue=tip.due_at is not None and tip.due_at <= services.acts.clock.now(),
        has_contact=bool(tip.contact),
        has_chat=tip.chat is not None,
        deletion_asked_at=asked[0] if asked else None,
        photos_left=max(0, MOST_ATTACHMENTS - len(tip.attachments)),
    )


def _lines(tip: Tip, entries: Sequence[CaseEntry]) -> Iterator[Line]:
    """Yield what happened in order; a change of status stands before the words it came with."""
    for first in tip.timeline[:1]:
        yield Line(first.at, LineKind.STATUS, status=first.status)
    for entry in entries:
        if entry.status is not None:
            to_unit = entry.about if entry.kind is EntryKind.TRANSFERRED else ""
            yield Line(entry.at, LineKind.STATUS, status=entry.status, unit_id=to_unit)
        kind = _KINDS.get(entry.kind)
        if kind is not None:
            yield _spoken(entry, kind, tip.attachments)


def _spoken(entry: CaseEntry, kind: LineKind, attachments: Sequence[Attachment]) -> Line:
    came_along = [one for one in attachments if one.entry_id == entry.entry_id]
    photos = sum(one.kind is MediaKind.PHOTO for one in came_along)
    return Line(entry.at, kind, entry.text, photos, len(came_along) - photos)
