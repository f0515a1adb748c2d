"""Where deliveries are kept, and who words them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.core.models import Channel, Delivery, DeliveryMessage, Job

MOST_NOTICED = 30
"""Tips in one notice: they are written in one transaction."""


@dataclass(frozen=True)
class DigestJoin:
    """The delivery in which a tip stands now, or the full one that it did not get into."""

    delivery_id: str
    is_full: bool = False
    """It has no place left: close it, and join again."""


class DeliveryStore(Protocol):
    """What was, or may have been, posted where; message texts are sealed at rest."""

    def plan_card(self, delivery: Delivery) -> Delivery:
        """Store a planned delivery of one tip, or return the one that already exists for
        that tip, channel and recipient, digest or card."""
        ...

    def plan(self, delivery: Delivery, job: Job | None = None) -> Delivery:
        """Store a planned relay or note, with its job if one is given, in one atomic write;
        or return the one that has its id already."""
        ...

    def plan_notice(self, delivery: Delivery) -> bool:
        """Store a planned notice of one to MOST_NOTICED tips; False, and nothing written, when
        one of them stands with that recipient of that channel already."""
        ...

    def of_tip(self, tip_id: str) -> list[Delivery]:
        """Return the deliveries that carry this tip or are about it, oldest first."""
        ...

    def get(self, delivery_id: str) -> Delivery:
        """Return one delivery. Raises NotFoundError."""
        ...

    def join_digest(self, tip_id: str, digest: Delivery, job: Job, most: int) -> DigestJoin:
        """Put the tip into the unit's open digest, or open `digest` with its `job`.

        One atomic write; a tip already in a delivery of that recipient stays there. Nothing
        is written where the open digest has `most` tips: it is full.
        """
        ...

    def close_digest(
        self, delivery_id: str, tip_ids: tuple[str, ...], messages: tuple[DeliveryMessage, ...]
    ) -> Delivery:
        """Freeze an open digest with the messages for these tips.

        One that is closed, or that other tips have joined since, is returned as it is.
        """
        ...

    def append_text(self, delivery_id: str, text: str) -> Delivery:
        """Add a text at the end of a closed delivery, which is planned again by that."""
        ...

    def reopen(self, delivery_id: str) -> Delivery:
        """Mark every refused message pending again and the delivery planned."""
        ...

    def begin_send(self, delivery_id: str, position: int, at: datetime) -> None:
        """Mark the message attempted, durably, before it is sent."""
        ...

    def withdraw_send(self, delivery_id: str, position: int) -> None:
        """Mark the message pending again: it surely was not sent."""
        ...

    def mark_sent(self, delivery_id: str, position: int, message_id: str, at: datetime) -> None:
        """Record the send; the last message of a delivery completes the delivery."""
        ...

    def mark_refused(self, delivery_id: str, position: int, at: datetime) -> None:
        """Record that this content will never go; completes the delivery like `mark_sent`."""
        ...

    def is_known_message(self, recipient: str, message_id: str) -> bool:
        """Whether one of our messages to that recipient has this id."""
        ...

    def tip_of_message(self, recipient: str, message_id: str) -> str | None:
        """Return the tip that this message of ours is about; None when it is unknown, or is
        about none or several."""
        ...

    def learn_message_id(self, recipient: str, message_id: str, tip_id: str) -> None:
        """Remember that a message of ours goes by another id as well (reference, 5.7)."""
        ...

    def cards_begun_since(self, unit_id: str, since: datetime) -> int:
        """Count deliveries of cards to the group (no digests, relays, notes or notices) of
        which a message was attempted since."""
        ...

    def sends_since(self, unit_id: str, since: datetime) -> list[datetime]:
        """Return the attempt times of the unit's messages since, oldest first."""
        ...

    def last_digest_at(self, unit_id: str) -> datetime | None:
        """Return when the unit's latest closed digest was created."""
        ...

    def first_sent_at(self, tip_id: str, channel: Channel) -> datetime | None:
        """Return when the tip's first message stood in that channel, None if not yet."""
        ...


@dataclass(frozen=True)
class CardValues:
    """What a card may say, already masked for the channel; a notice fills only the first."""

    card_code: str
    category: str
    urgency: str
    area: str
    link: str
    sealed: bool
    text: str = ""
    place: str = ""
    occurred_at: str = ""
    received_at: datetime | None = None
    photo_count: int = 0
    file_count: int = 0
    """Recordings and files: they never go to Zalo."""
    has_position: bool = False
    """A position came with it, which never goes to Zalo."""
    from_unit: str = ""
    """The name of the unit that handed the tip on; a notice says it too."""
    lead_unit: str = ""
    """The name of the unit that the receiving one works on it with; a notice says it too."""
    is_from_chat: bool = False
    """Nobody asked its sender how urgent it is; a notice says it too."""
    earlier_messages: int = 0
    """Messages that came since and that only another unit's group has had; a notice says it
    too."""
    has_number_alone: bool = False
    """Once masked, nothing is left of the text: a business card, or a bare phone number."""


@dataclass(frozen=True)
class EntryValues:
    """An entry of a case as a channel may say it, already masked for that channel."""

    card_code: str
    kind: str
    link: str
    sealed: bool
    """Words and places stay out: there is news, and where to read it."""
    unit_name: str = ""
    actor_name: str = ""
    text: str = ""
    about: str = ""
    """A name to show: of an officer, a unit, or a card code."""
    status: str = ""
    at: datetime | None = None
    photo_count: int = 0
    file_count: int = 0
    has_number_alone: bool = False
    """Once masked, nothing is left of the text: a business card, or a bare phone number."""
    message_count: int = 1
    """Messages that are told together: more than one are told without their words."""


class Renderer(Protocol):
    """Turns codes and values into the sentences of `templates/zalo`."""

    def tip_card(self, values: CardValues) -> list[str]:
        """Return the parts of a full card, each at most 1,500 characters, marked 1/n."""
        ...

    def notice_card(self, values: CardValues) -> list[str]: ...

    def photo_caption(self, card_code: str, position: int, total: int) -> str: ...

    def digest(self, unit_name: str, cards: Sequence[CardValues]) -> list[str]: ...

    def possible_repeat(self, text: str) -> str:
        """Mark a text that may stand in the group already."""
        ...

    def group_entry(self, values: EntryValues) -> list[str]:
        """Return what the group hears of an entry, in parts of at most 1,500 characters."""
        ...

    def resident_entry(self, values: EntryValues) -> list[str]:
        """Return what the resident's chat gets of an entry; of a sealed case only that there
        is news. Empty where the entry is nothing for the resident."""
        ...

    def note(self, code: str, values: Mapping[str, str]) -> str:
        """Return a word of our own: `templates/zalo/notes/<code>.txt.j2`."""
        ...

    def mail(self, code: str, values: Mapping[str, object]) -> str:
        """Return an e-mail: its subject in the first line, then an empty one, then the text."""
        ...
