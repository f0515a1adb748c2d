"""Messages as a phone shows them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from functions.local.sandbox.directory import Oa, users_of_oa
from functions.local.sandbox.messages import (
    Message,
    message_by_id,
    messages_after,
    messages_before,
)

SHOWN_MESSAGES = 200
NEWEST = 2**62


@dataclass(frozen=True)
class Bubble:
    """A message, whom it calls by name, and the message it quotes if that is still there."""

    message: Message
    mentioned: tuple[str, ...]
    everyone: bool
    quoted: Message | None


@dataclass(frozen=True)
class Screen:
    """What stands on the phone at once; `older` is where the part before it ends."""

    bubbles: tuple[Bubble, ...]
    last: int
    older: int | None
    newest: bool


def screen_of(db: sqlite3.Connection, oa: Oa, chat_id: str, before: int) -> Screen:
    """The last messages of a group, or of a chat with one person, below `before`."""
    found = messages_before(db, chat_id, before, SHOWN_MESSAGES)
    return Screen(
        bubbles=tuple(_bubbles(db, oa, found)),
        last=found[-1].seq if found else 0,
        older=found[0].seq if len(found) == SHOWN_MESSAGES else None,
        newest=before == NEWEST,
    )


def new_bubbles(
    db: sqlite3.Connection, oa: Oa, chat_id: str, after: int
) -> tuple[list[Bubble], int]:
    """What came after `after`, and the place to ask from next time."""
    found = messages_after(db, chat_id, after)
    return _bubbles(db, oa, found), found[-1].seq if found else after


def _bubbles(db: sqlite3.Connection, oa: Oa, found: list[Message]) -> list[Bubble]:
    names = {user.user_id: user.name for user in users_of_oa(db, oa.oa_id)}
    return [
        Bubble(
            message=message,
            mentioned=tuple(names[who] for who in message.mentions if who in names),
            everyone=message.group_id in message.mentions,
            quoted=None if message.quote_id is None else message_by_id(db, message.quote_id),
        )
        for message in found
    ]
