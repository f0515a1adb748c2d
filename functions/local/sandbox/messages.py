"""The messages that stand in groups and one-to-one chats."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from functions.local.sandbox import ids
from functions.local.sandbox.directory import Group, Oa, User, members_of_group

_MENTION = re.compile(r"\[@([^\[\]\s]+)\]")

# The ids of groups and of people never coincide: one is hexadecimal, the other longer digits.
_IN_CHAT = "(group_id = ? OR user_id = ?)"

FROM_OA = 0
FROM_USER = 1


@dataclass(frozen=True)
class Content:
    """What a message says; `type` is the conversation calls' word, `kind` that of the events.

    `attachments` are those of the webhook's event (section 5.3), each with the `media_id` it is
    kept under where the sandbox keeps it.
    """

    type: str
    text: str
    media_id: str | None = None
    url: str | None = None
    quote_id: str | None = None
    attachments: tuple[dict[str, Any], ...] = ()
    kind: str = "text"


@dataclass(frozen=True)
class Message:
    """A message as it stands in a chat."""

    seq: int
    message_id: str
    oa_id: str
    group_id: str | None
    user_id: str | None
    src: int
    from_id: str
    from_name: str
    type: str
    text: str
    media_id: str | None
    url: str | None
    mentions: tuple[str, ...]
    time_ms: int
    quote_id: str | None
    attachments: tuple[dict[str, Any], ...]


def mentions_in(db: sqlite3.Connection, group: Group, text: str) -> list[str]:
    """Who a group text calls by name: member ids, or the group's own id for everyone (G5)."""
    known = {user.user_id for user in members_of_group(db, group.oa_id)} | {group.group_id}
    return [found for found in _MENTION.findall(text) if found in known]


def post_to_group(
    db: sqlite3.Connection, sender: Oa | User, group: Group, content: Content, now_ms: int
) -> str:
    """Put a message into the group and answer its id."""
    mentions = mentions_in(db, group, content.text)
    return _insert(db, sender, content, now_ms, group_id=group.group_id, mentions=mentions)


def post_to_user(
    db: sqlite3.Connection, sender: Oa, user: User, content: Content, now_ms: int
) -> str:
    """Put a message of the OA into its chat with one user and answer its id."""
    return _insert(db, sender, content, now_ms, user_id=user.user_id)


def post_to_oa(db: sqlite3.Connection, sender: User, content: Content, now_ms: int) -> str:
    """Put a message of a person into their chat with the OA and answer its id."""
    return _insert(db, sender, content, now_ms, user_id=sender.user_id)


def _insert(
    db: sqlite3.Connection,
    sender: Oa | User,
    content: Content,
    now_ms: int,
    *,
    group_id: str | None = None,
    user_id: str | None = None,
    mentions: list[str] | None = None,
) -> str:
    message_id = ids.new_hex_id()
    from_user = isinstance(sender, User)
    db.execute(
        "INSERT INTO messages (message_id, oa_id, group_id, user_id, src, from_id, from_name,"
        " type, text, media_id, url, mentions, time_ms, quote_id, attachments)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            message_id,
            sender.oa_id,
            group_id,
            user_id,
            FROM_USER if from_user else FROM_OA,
            sender.user_id if isinstance(sender, User) else sender.oa_id,
            sender.name,
            content.type,
            content.text,
            content.media_id,
            content.url,
            json.dumps(mentions or []),
            now_ms,
            content.quote_id,
            json.dumps(content.attachments, ensure_ascii=False),
        ),
    )
    return message_id


def newest_in_group(
    db: sqlite3.Connection, group_id: str, offset: int, count: int
) -> list[Message]:
    rows = db.execute(
        "SELECT * FROM messages WHERE group_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
        (group_id, count, offset),
    )
    return [_message(row) for row in rows]


def newest_with_user(
    db: sqlite3.Connection, user_id: str, offset: int, count: int
) -> list[Message]:
    rows = db.execute(
        "SELECT * FROM messages WHERE user_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
        (user_id, count, offset),
    )
    return [_message(row) for row in rows]


def last_per_user(db: sqlite3.Connection, oa_id: str, offset: int, count: int) -> list[Message]:
    """The last one-to-one message of each chat of the OA, newest chat first."""
    rows = db.execute(
        "SELECT * FROM messages WHERE seq IN (SELECT max(seq) FROM messages"
        " WHERE oa_id = ? AND user_id IS NOT NULL GROUP BY user_id)"
        " ORDER BY seq DESC LIMIT ? OFFSET ?",
        (oa_id, count, offset),
    )
    return [_message(row) for row in rows]


def message_by_id(db: sqlite3.Connection, message_id: str) -> Message | None:
    row = db.execute("SELECT * FROM messages WHERE message_id = ?", (message_id,)).fetchone()
    return None if row is None else _message(row)


def messages_after(db: sqlite3.Connection, chat_id: str, seq: int) -> list[Message]:
    """Messages of a group, or of the chat with a person, above `seq`, oldest first."""
    rows = db.execute(
        f"SELECT * FROM messages WHERE {_IN_CHAT} AND seq > ? ORDER BY seq",  # noqa: S608 - own text
        (chat_id, chat_id, seq),
    )
    return [_message(row) for row in rows]


def messages_before(db: sqlite3.Connection, chat_id: str, seq: int, count: int) -> list[Message]:
    """The last `count` messages of a group or a chat below `seq`, oldest first."""
    rows = db.execute(
        f"SELECT * FROM messages WHERE {_IN_CHAT} AND seq < ?"  # noqa: S608 - own text
        " ORDER BY seq DESC LIMIT ?",
        (chat_id, chat_id, seq, count),
    )
    return [_message(row) for row in rows][::-1]


def last_times(db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Per OA how many messages its group holds and when the last one came."""
    rows = db.execute(
        "SELECT oa_id, count(*) AS n, max(time_ms) AS last FROM messages"
        " WHERE group_id IS NOT NULL GROUP BY oa_id"
    )
    return {row["oa_id"]: (row["n"], row["last"]) for row in rows}


def _message(row: sqlite3.Row) -> Message:
    lists = {name: tuple(json.loads(row[name])) for name in ("mentions", "attachments")}
    return Message(**{**dict(row), **lists})
