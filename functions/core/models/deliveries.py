"""What is brought where, message by message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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
    """The entry that a relay brings; of a bundle, the last message that it tells."""
