"""What Zalo tells us, in words of our own; the reading is in `zalo/webhook.py`.

Every event names the OA it concerns and when it happened, by Zalo's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from functions.core.models import Location, MediaKind


@dataclass(frozen=True)
class EventHead:
    """What must be known of a verified event to store it."""

    event_key: str
    """The same for every repeat: the message's id, else name, time and sender."""
    oa_id: str
    conversation: str
    """Events of one conversation are handled one after another."""
    sent_at: datetime


@dataclass(frozen=True)
class Media:
    """Something sent that is not text; `url` is where Zalo holds it for a while."""

    kind: MediaKind
    url: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True)
class ResidentMessage:
    """Somebody wrote to the OA itself."""

    oa_id: str
    sent_at: datetime
    message_id: str
    user_id: str = field(repr=False)
    text: str = field(default="", repr=False)
    quoted_id: str = ""
    media: tuple[Media, ...] = ()
    location: Location | None = None
    is_sticker: bool = False


@dataclass(frozen=True)
class StaffMessage:
    """Somebody wrote in a group of the OA."""

    oa_id: str
    sent_at: datetime
    message_id: str
    group_id: str
    user_id: str = field(repr=False)
    text: str = field(default="", repr=False)
    quoted_id: str = ""


@dataclass(frozen=True)
class OwnEcho:
    """The OA itself wrote: by us or by a person in the OA's manager. Never a command."""

    oa_id: str
    sent_at: datetime
    message_id: str
    recipient: str
    """A group id or a user id."""
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class ResidentWithdrew:
    """Somebody withdrew consent to the use of their data (reference, 5.5)."""

    oa_id: str
    sent_at: datetime
    user_id: str = field(repr=False)


@dataclass(frozen=True)
class MembersLeft:
    """People left a group of the OA, or were removed."""

    oa_id: str
    sent_at: datetime
    group_id: str
    user_ids: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class GroupClosed:
    """A group of the OA was disbanded."""

    oa_id: str
    sent_at: datetime
    group_id: str


@dataclass(frozen=True)
class PermissionRevoked:
    """The OA took its permission back: nothing may be sent until it consents again."""

    oa_id: str
    sent_at: datetime


@dataclass(frozen=True)
class UnknownEvent:
    """Anything else: only its name is of interest, for the log."""

    oa_id: str
    sent_at: datetime
    name: str


WebhookEvent = (
    ResidentMessage
    | StaffMessage
    | OwnEcho
    | ResidentWithdrew
    | MembersLeft
    | GroupClosed
    | PermissionRevoked
    | UnknownEvent
)


@dataclass(frozen=True)
class StoredEvent:
    """A verified event as it came; the body is sealed at rest and wiped once handled."""

    event_id: str
    unit_id: str
    received_at: datetime
    body: bytes = field(repr=False)
