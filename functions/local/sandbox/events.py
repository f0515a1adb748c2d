"""What a webhook event says, family by family (sections 5.3 to 5.6)."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

from functions.local.sandbox.directory import Group, Oa, User
from functions.local.sandbox.messages import Content
from functions.local.sandbox.outbox import emit
from functions.local.sandbox.switches import load_switches

_TEXT_STANDS_EMPTY = ("image", "location")
"""Whose examples show `text` also where there is none; the others leave it out."""


def id_by_app(user_id: str) -> str:
    """The id of a person as the app knows them, another one than the OA's."""
    digest = hashlib.sha256(f"by-app:{user_id}".encode()).digest()
    return str(10**17 + int.from_bytes(digest[:7], "big"))


def tell_person_wrote(
    db: sqlite3.Connection, oa: Oa, user: User, content: Content, message_id: str, now_ms: int
) -> None:
    """A person wrote to the OA itself (5.3)."""
    fields = {
        "user_id_by_app": id_by_app(user.user_id),
        "sender": {"id": user.user_id},
        "recipient": {"id": oa.oa_id},
        "message": _message(db, content, message_id),
    }
    emit(db, oa, f"user_send_{content.kind}", fields, now_ms)


def tell_member_wrote(
    db: sqlite3.Connection,
    oa: Oa,
    user: User,
    group: Group,
    content: Content,
    message_id: str,
    now_ms: int,
) -> None:
    """A person wrote in the OA's group: there the group is the recipient (5.6)."""
    fields = {
        "oa_id": oa.oa_id,
        "sender": {"id": user.user_id},
        "recipient": {"id": group.group_id},
        "message": _message(db, content, message_id),
    }
    emit(db, oa, f"user_send_group_{content.kind}", fields, now_ms)


def tell_oa_wrote(
    db: sqlite3.Connection,
    oa: Oa,
    recipient: Group | User,
    content: Content,
    message_id: str,
    now_ms: int,
) -> None:
    """The echo of what the OA itself sent (5.4, M10, G4)."""
    message = _message(db, content, message_id)
    if isinstance(recipient, Group):
        fields = {
            "oa_id": oa.oa_id,
            "sender": {"id": oa.oa_id},
            "recipient": {"id": recipient.group_id},
            "message": message,
        }
        emit(db, oa, f"oa_send_group_{content.kind}", fields, now_ms)
        return
    fields = {
        "user_id_by_app": id_by_app(recipient.user_id),
        "sender": {"id": oa.oa_id},
        "recipient": {"id": recipient.user_id},
        "message": message,
    }
    emit(db, oa, f"oa_send_{content.kind}", fields, now_ms)


def tell_reacted(
    db: sqlite3.Connection, oa: Oa, user: User, message_id: str, icon: str, now_ms: int
) -> None:
    """The OA put a reaction to a person's message (5.4)."""
    fields = {
        "user_id_by_app": id_by_app(user.user_id),
        "sender": {"id": oa.oa_id},
        "recipient": {"id": user.user_id},
        "message": {"msg_id": message_id, "react_icon": icon},
    }
    emit(db, oa, "oa_reacted_message", fields, now_ms)


def tell_followed(
    db: sqlite3.Connection, oa: Oa, user: User, follows: bool, now_ms: int
) -> None:  # fmt: skip
    """A person began or ceased to follow the OA (5.5)."""
    fields = {
        "oa_id": oa.oa_id,
        "follower": {"id": user.user_id},
        "user_id_by_app": id_by_app(user.user_id),
        "source": "oa_profile",
    }
    emit(db, oa, "follow" if follows else "unfollow", fields, now_ms)


def tell_withdrew(db: sqlite3.Connection, oa: Oa, user: User, now_ms: int) -> None:
    """A person withdrew consent to the use of their data (5.5, W13)."""
    fields = {
        "oa_id": oa.oa_id,
        "user_id": user.user_id,
        "user_id_by_app": id_by_app(user.user_id),
    }
    emit(db, oa, "user_withdraw", fields, now_ms)


def tell_submitted(
    db: sqlite3.Connection, oa: Oa, user: User, info: dict[str, Any], now_ms: int
) -> None:
    """A person handed in their contact data (5.5); `info` is of either generation."""
    fields = {
        "user_id_by_app": id_by_app(user.user_id),
        "sender": {"id": user.user_id},
        "recipient": {"id": oa.oa_id},
        "info": info,
    }
    emit(db, oa, "user_submit_info", fields, now_ms)


def tell_revoked(db: sqlite3.Connection, oa: Oa, now_ms: int) -> None:
    """The OA's administrator took the app's permission back (5.5, W13)."""
    emit(db, oa, "permission_revoked", {"oa_id": oa.oa_id}, now_ms)


def tell_of_member(
    db: sqlite3.Connection, oa: Oa, group: Group, user: User, joined: bool, now_ms: int
) -> None:
    """A person came into the group or is out of it (5.6, W12)."""
    name = "user_join_group" if joined else load_switches(db).leave_event
    users = [{"id": user.user_id}]
    fields = {"oa_id": oa.oa_id, "group_id": group.group_id, "users": users}
    emit(db, oa, name, fields, now_ms)


def tell_disbanded(db: sqlite3.Connection, oa: Oa, group: Group, now_ms: int) -> None:
    """The group exists no more (5.6, W12)."""
    fields = {"oa_id": oa.oa_id, "group_id": group.group_id}
    emit(db, oa, load_switches(db).disband_event, fields, now_ms)


def _message(db: sqlite3.Connection, content: Content, message_id: str) -> dict[str, Any]:
    message: dict[str, Any] = {"msg_id": message_id}
    # A file's name is its text in the conversation calls, and no part of the event's text.
    text = "" if content.type == "file" else content.text
    if text or content.kind in _TEXT_STANDS_EMPTY:
        message["text"] = text
    if content.quote_id is not None:
        message["quote_msg_id"] = _quoted(db, content.quote_id)
    if content.attachments:
        message["attachments"] = [
            {"type": found["type"], "payload": found["payload"]} for found in content.attachments
        ]
    return message


def _quoted(db: sqlite3.Connection, message_id: str) -> str:
    """W11: the id that a quote names, by a switch another one than the send call answered."""
    if not load_switches(db).quote_ids_differ:
        return message_id
    return hashlib.sha256(f"quoted:{message_id}".encode()).hexdigest()[:20]
