"""What officers and residents do with a tip: its state, and the record of every act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.core.models.places import Location
from functions.core.models.statuses import TipStatus


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
    """How far officers are with a tip, and what its sender added since; sealed at rest."""

    assignee_id: str = ""
    """The officer of the tip's unit who has taken it, by user id."""
    first_acted_at: datetime | None = None
    verified_place: str = field(default="", repr=False)
    """Where it truly was, as officers found; what the sender said stays beside it."""
    sent_locations: tuple[tuple[str, Location], ...] = ()
    """The positions that the sender added by later messages, each with its entry's id; never in
    Zalo (design D3)."""
    is_from_chat: bool = False
    """It came by a chat, and still did once that address is withdrawn: no receipt code leads
    its sender to an answer."""
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
    DELIVERED = "delivered"
    """About: the id of the entry that was undelivered, and has reached the chat after all."""


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
