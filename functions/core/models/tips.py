"""A tip and what came with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.core.models.cases import CaseState
from functions.core.models.places import Location
from functions.core.models.statuses import TipStatus, Urgency


@dataclass(frozen=True)
class TipContent:
    """What the sender says about the matter; sealed at rest."""

    text: str = field(repr=False)
    place: str = field(default="", repr=False)
    area: str = field(default="", repr=False)
    occurred_at: str = ""
    """As typed: an ISO 8601 date or local date and time."""
    location: Location | None = None


@dataclass(frozen=True)
class Contact:
    """Who the sender is, if they chose to say so; sealed apart and erased earlier."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.name or self.phone)


@dataclass(frozen=True)
class TipDraft:
    """A valid submission before it is stored; made by `core.submissions.read_draft`."""

    unit_id: str
    """The unit whose form was used; officers' matters go on to the province."""
    category: str
    urgency: Urgency
    content: TipContent
    contact: Contact
    sealed: bool
    """The sender asked that no content goes through Zalo."""
    photos: tuple[bytes, ...] = field(repr=False)
    submission_key: str = field(repr=False)
    """22–64 URL-safe signs from the page, or empty without JavaScript."""


@dataclass(frozen=True)
class MessageDraft:
    """A valid message of a resident before it is stored; made by
    `core.submissions.read_message`."""

    text: str = field(repr=False)
    """Empty where photos stand alone."""
    photos: tuple[bytes, ...] = field(default=(), repr=False)
    message_key: str = field(default="", repr=False)
    """22–64 URL-safe signs from the page: the same key means the same act."""


class AttachmentState(StrEnum):
    ORIGINAL = "original"
    CLEAN = "clean"
    UNREADABLE = "unreadable"
    KEPT = "kept"
    """A recording or a file, kept as it came: handed out for download, never shown."""


class MediaKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True)
class Attachment:
    """What came with a tip or a later message; of a photo the sealed original until the clean
    copy is durable."""

    attachment_id: str
    position: int
    """1 for the first one of its tip, counted on over later messages."""
    state: AttachmentState
    blob_key: str
    """Where the bytes lie now; empty when unreadable and wiped."""
    clean_sha256: str = ""
    kind: MediaKind = MediaKind.PHOTO
    entry_id: str = ""
    """The message of the resident that it came with; empty: it came with the tip itself."""


@dataclass(frozen=True)
class UploadTicket:
    """Leave to upload one photo: a form to post to `url`, `fields` first, the file last."""

    upload_id: str
    url: str
    fields: Mapping[str, str] = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class TimelineEntry:
    at: datetime
    status: TipStatus


@dataclass(frozen=True)
class ChatAddress:
    """Where somebody who wrote to an OA can be answered."""

    unit_id: str
    """Whose OA it was: Zalo's ids of people are scoped to an OA (reference, 6)."""
    user_id: str = field(repr=False)


@dataclass(frozen=True)
class Tip:
    tip_id: str
    card_code: str
    """`TB-` and six Crockford base-32 signs; opens nothing by itself."""
    unit_id: str
    """The unit that receives it."""
    addressed_unit_id: str
    """The unit whose form was used."""
    category: str
    urgency: Urgency
    status: TipStatus
    sealed: bool
    """By the sender's wish or by category: always a notice in Zalo."""
    received_at: datetime
    content: TipContent
    contact: Contact
    attachments: tuple[Attachment, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    revision: int = 0
    """Counts the changes of the case; the position of its latest entry."""
    due_at: datetime | None = None
    """When the next legal clock runs out; None once closed."""
    case: CaseState = field(default_factory=CaseState)
    chat: ChatAddress | None = None
    """Set where it came by a message to an OA and its sender may be answered there."""


@dataclass(frozen=True)
class TipSummary:
    """A row of the officers' list; holds nothing that is sealed."""

    tip_id: str
    card_code: str
    unit_id: str
    category: str
    urgency: Urgency
    status: TipStatus
    received_at: datetime
    photo_count: int
    due_at: datetime | None = None
    assignee_id: str = ""
    is_waiting: bool = False
