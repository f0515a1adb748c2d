"""The nouns of the domain: plain frozen values, no storage, no framework.

Fields that hold words of people or secrets stay out of `repr`, and so out of any message.

Every time is an aware UTC `datetime` and ends in `_at`; every id is an opaque string.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Urgency(StrEnum):
    """How pressing the sender says it is."""

    NOW = "now"
    SOON = "soon"
    NORMAL = "normal"

    @property
    def rank(self) -> int:
        """0 is served first."""
        return list(Urgency).index(self)


class TipStatus(StrEnum):
    """Where a tip stands; design 4.4."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    NEED_INFO = "need_info"
    TRANSFERRED = "transferred"
    RESOLVED = "resolved"
    OUT_OF_SCOPE = "out_of_scope"
    DUPLICATE = "duplicate"
    ERASED = "erased"


class ForwardMode(StrEnum):
    """How much of a tip a unit wants in Zalo; design D3."""

    TIP = "tip"
    NOTICE = "notice"


@dataclass(frozen=True)
class Location:
    """A position in decimal degrees, WGS 84."""

    latitude: float
    longitude: float


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
class OutcomeItem:
    """Something found or tested, with how many of it and, of a test, how many positive."""

    name: str
    count: int
    positive: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a case ended, as figures that can be added up; sealed at rest."""

    text: str = field(default="", repr=False)
    men: int = 0
    women: int = 0
    objects: tuple[OutcomeItem, ...] = ()
    tests: tuple[OutcomeItem, ...] = ()


@dataclass(frozen=True)
class CaseState:
    """How far officers are with a tip; empty as it comes in, sealed at rest."""

    assignee_id: str = ""
    """The officer of the tip's unit who has taken it, by user id."""
    first_acted_at: datetime | None = None
    verified_place: str = field(default="", repr=False)
    """Where it truly was, as officers found; what the sender said stays beside it."""
    sent_location: Location | None = None
    """The last position that the sender added by a later message; never in Zalo (design D3)."""
    past_unit_ids: tuple[str, ...] = ()
    """The units that had it before, in order."""
    joint_unit_ids: tuple[str, ...] = ()
    """The units that work on it too and may read it."""
    merged_into: str = ""
    """The card code of the tip that this one doubles."""
    closed_at: datetime | None = None
    is_extended: bool = False
    """The time for a decision was prolonged."""
    is_waiting: bool = False
    """The last word is the resident's."""
    outcome: Outcome | None = None


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
    case: CaseState = CaseState()
    chat: ChatAddress | None = None
    """Set where it came by a message to an OA and its sender may be answered there."""


class EntryKind(StrEnum):
    """What happened in a case."""

    RESIDENT_MESSAGE = "resident_message"
    """About: "location" where it brought a position, which the case has."""
    ANSWER = "answer"
    QUESTION = "question"
    TAKEN = "taken"
    STARTED = "started"
    HANDED_OVER = "handed_over"
    """About: the user id of the officer who has it now."""
    TRANSFERRED = "transferred"
    """About: the id of the unit that has it now."""
    JOINT_ACTION = "joint_action"
    """About: the id of the unit that works on it too."""
    PLACE_VERIFIED = "place_verified"
    EXTENDED = "extended"
    CLOSED = "closed"
    MERGED = "merged"
    """About: the card code of the tip that this one doubles."""
    GAINED = "gained"
    """About: the card code of the tip that doubles this one."""
    CONTACT_WITHDRAWN = "contact_withdrawn"
    DELETION_ASKED = "deletion_asked"
    UNDELIVERED = "undelivered"
    """About: the id of the entry that could not be brought to the resident's chat."""


class Via(StrEnum):
    """By which way an act came."""

    GROUP = "group"
    CHAT = "chat"
    CASE_PAGE = "case_page"
    RECEIPT_PAGE = "receipt_page"
    SYSTEM = "system"


@dataclass(frozen=True)
class CaseEntry:
    """One line of a case's record, never changed; the conversation is the entries with words.

    `entry_id` is the identity of the act behind it (a webhook event, the key of a form), so
    that an act which comes twice is known.
    """

    entry_id: str
    tip_id: str
    position: int
    """1 for the first; without gaps within a tip."""
    at: datetime
    kind: EntryKind
    unit_id: str
    """The unit that had the tip then: its group hears of it."""
    via: Via
    actor_id: str = ""
    """The officer's user id; empty for the resident and the system."""
    actor_name: str = field(default="", repr=False)
    """As it was then, for the officer may have left since; sealed."""
    text: str = field(default="", repr=False)
    about: str = ""
    status: TipStatus | None = None
    """What the tip's status became by it, if it changed."""


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


class JobKind(StrEnum):
    CLEAN_PHOTOS = "clean_photos"
    """Subject: a tip id."""
    DELIVER_TIP = "deliver_tip"
    """Subject: a tip id."""
    SEND_DIGEST = "send_digest"
    """Subject: a delivery id."""
    SEND_DELIVERY = "send_delivery"
    """Subject: a delivery id: a planned message that belongs to no entry of a case."""
    HANDLE_EVENT = "handle_event"
    """Subject: an event id."""
    RELAY_TO_GROUP = "relay_to_group"
    """Subject: a tip id: what the unit's group has not heard of yet, in order."""
    RELAY_TO_RESIDENT = "relay_to_resident"
    """Subject: a tip id: what the resident's chat has not got yet, in order."""
    FALL_BACK = "fall_back"
    """Subject: a unit id: its tips that the group has not got in time go by other channels."""


class JobState(StrEnum):
    PENDING = "pending"
    UNKNOWN = "unknown"
    """Like pending, but the last send may have taken effect and will be looked up."""
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """Work to be done, written in the transaction of what it serves (design D4)."""

    job_id: str
    kind: JobKind
    subject_id: str
    unit_id: str
    urgency: Urgency
    state: JobState
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    lane: str = ""
    """Jobs of one lane run one at a time and pause together; empty: no lane."""
    last_error: str = ""


@dataclass(frozen=True)
class Claim:
    """A job held under a lease; an old claim cannot finish a job."""

    job: Job
    token: str


class Channel(StrEnum):
    """In the order of the ladder (design D3)."""

    ZALO_GROUP = "zalo_group"
    ZALO_USER = "zalo_user"
    EMAIL = "email"


class DeliveryPurpose(StrEnum):
    CARD = "card"
    """Brings tips to officers: a card, a digest, or a notice by another channel."""
    RELAY = "relay"
    """Brings one entry of a case to the group or to the resident."""
    NOTE = "note"
    """A word of our own: help, an acknowledgement, a sign-in link."""


class MessageKind(StrEnum):
    TEXT = "text"
    PHOTO = "photo"


class SendState(StrEnum):
    PENDING = "pending"
    ATTEMPTED = "attempted"
    """The send was begun; until a result is written its outcome is unknown."""
    SENT = "sent"
    REFUSED = "refused"
    """The channel refuses this very content, or the photo cannot be opened."""


@dataclass(frozen=True)
class DeliveryMessage:
    """One message of a delivery, with its own mark: a crash resumes at the first unsent."""

    position: int
    kind: MessageKind
    text: str = field(repr=False)
    """The message, or the caption of the photo; frozen when the delivery is planned."""
    attachment_id: str = ""
    state: SendState = SendState.PENDING
    attempted_at: datetime | None = None
    sent_at: datetime | None = None
    message_id: str = ""


class DeliveryState(StrEnum):
    OPEN = "open"
    """A digest that still takes tips."""
    PLANNED = "planned"
    SENT = "sent"
    REFUSED = "refused"
    """Every message was refused."""


@dataclass(frozen=True)
class Delivery:
    """An ordered list of messages for one recipient in one channel."""

    delivery_id: str
    unit_id: str
    channel: Channel
    recipient: str
    """The group id, the user id or the e-mail address."""
    is_digest: bool
    state: DeliveryState
    tip_ids: tuple[str, ...]
    """The tips that a card or digest brings; none for a relay or a note."""
    messages: tuple[DeliveryMessage, ...]
    created_at: datetime
    sent_at: datetime | None = None
    purpose: DeliveryPurpose = DeliveryPurpose.CARD
    about_tip_id: str = ""
    """The tip that a relay or a note is about; empty: none."""
    entry_id: str = ""
    """The entry that a relay brings."""


@dataclass(frozen=True)
class UnitChannel:
    """How a unit is reached in Zalo."""

    unit_id: str
    oa_id: str
    group_id: str
    forward_mode: ForwardMode


@dataclass(frozen=True)
class Mailboxes:
    """Where a unit gets notices by e-mail; sealed at rest."""

    unit_id: str
    addresses: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class ZaloApp:
    """The province's one app: `secret_key` refreshes tokens, `oa_secret_key` signs webhooks."""

    app_id: str
    secret_key: str = field(repr=False)
    oa_secret_key: str = field(repr=False)


@dataclass(frozen=True)
class TokenPair:
    """What Zalo hands out: an access token for about 25 h, a refresh token for one use."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


class TokenState(StrEnum):
    OK = "ok"
    NEEDS_AUTHORIZATION = "needs_authorization"


@dataclass(frozen=True)
class TokenSet:
    """A unit's pair with its history; `generation` counts the pairs ever stored."""

    unit_id: str
    oa_id: str
    pair: TokenPair
    generation: int
    state: TokenState
    obtained_at: datetime
    exchange_begun_at: datetime | None = None
    """Set before an exchange and cleared with its result: what a crash leaves behind."""
    exchange_attempts: int = 0
    """Exchanges of this generation whose answer never came."""
    next_refresh_at: datetime | None = None
    """When the refresher should act; moved forward by senders, back by back-off."""
    rejections: int = 0
    """Generations in a row that Zalo refused before a send went through."""


class Role(StrEnum):
    OFFICER = "officer"
    COMMANDER = "commander"


@dataclass(frozen=True)
class Officer:
    unit_id: str
    user_id: str
    """The officer's Zalo id, scoped to the unit's OA."""
    name: str = field(repr=False)
    role: Role


@dataclass(frozen=True)
class Session:
    """A signed-in officer; `session_id` is the cookie's value and is never stored plain."""

    session_id: str = field(repr=False)
    csrf_token: str = field(repr=False)
    officer: Officer
    expires_at: datetime


@dataclass(frozen=True)
class GroupMessage:
    """One message of a group's history, as the provider tells it."""

    message_id: str
    from_oa: bool
    kind: str
    text: str = field(repr=False)
    sent_at: datetime


@dataclass(frozen=True)
class OpenAlarm:
    """A call for a human that nobody has cleared yet."""

    code: str
    unit_id: str
    opened_at: datetime
    told_at: datetime | None = None
    """When it went out by e-mail as well."""
