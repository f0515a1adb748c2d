"""What Zalo posts to us: whether it is Zalo, and what it means (section 5 of the reference).

Nothing here raises on any bytes: what cannot be read is no event, or an UnknownEvent. The
text of a resident is kept to the letter; only what members write in a group loses its mention
tokens `[@id]`, for it is read for commands (5.6). So a token that a resident typed is still
there, and `rendering` breaks it where it goes into a group.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime

from functions.core.events import (
    EventHead,
    GroupClosed,
    MembersLeft,
    OwnEcho,
    PermissionRevoked,
    ResidentMessage,
    ResidentWithdrew,
    StaffMessage,
    UnknownEvent,
    WebhookEvent,
)
from functions.core.models import ZaloApp
from functions.zalo.attachments import read_content
from functions.zalo.loose_json import (
    JsonObject,
    clean_text,
    ident,
    moment,
    part,
    parts,
    read_object,
)

FROM_RESIDENT = "user_send_"
FROM_MEMBER = "user_send_group_"
FROM_OA = "oa_send_"
FROM_OA_TO_GROUP = "oa_send_group_"
FROM_OA_TO_VISITOR = "oa_send_anonymous_"
LEFT = frozenset({"user_out_group", "user_leave_group"})
CLOSED = frozenset({"delete_group", "disperse_group"})

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[a-z0-9_]{1,64}")
_STAMP = re.compile(r"[0-9]{1,20}")
_MENTION = re.compile(r"\[@[0-9A-Za-z_-]{1,200}\]")
_BLANKS = re.compile(r"[ \t]+")

# Their sender is the OA although their names do not begin with its own (5.4).
_RECEIPTS = frozenset({"user_received_message", "user_seen_message"})


class ZaloWebhookReader:
    """The port WebhookReader: section 5 of the reference, checked 2026-11-21."""

    def is_genuine(self, body: bytes, signature: str, app: ZaloApp) -> bool:
        """Whether the raw body carries the app's signature, in constant time.

        Section 5.2: plain SHA-256 over app id, raw body, timestamp and OA secret key, the first
        and third as the body says. With or without `mac=`, in any case.
        """
        envelope = read_object(body)
        stamp = envelope.get("timestamp") if envelope else None
        if not envelope or not isinstance(stamp, str) or not _STAMP.fullmatch(stamp):
            return False
        if not app.oa_secret_key or not _is_for(envelope, app):
            return False
        mac = mac_of(app.app_id, body, stamp, app.oa_secret_key)
        claimed = signature.strip().lower().removeprefix("mac=")
        return hmac.compare_digest(mac.encode(), claimed.encode("utf-8", "replace"))

    def claims_app(self, body: bytes, app: ZaloApp) -> bool:
        """Whether the body says that it is for this app: then a wrong signature means a wrong
        key, and not only noise."""
        envelope = read_object(body)
        return envelope is not None and _is_for(envelope, app)

    def head(self, body: bytes) -> EventHead | None:
        """Return what is needed to store it, None when it names no OA or no time.

        Section 5.1 for the key, W14 for the OA.
        """
        envelope = read_object(body)
        return _head(envelope) if envelope is not None else None

    def read(self, body: bytes) -> WebhookEvent:
        """Return the event of a body that has a head; an UnknownEvent where it is no use.

        Sections 5.3 to 5.6, each alias of the latter's table.
        """
        envelope = read_object(body) or {}
        name = _name(envelope)
        head = _head(envelope)
        if head is None:
            return UnknownEvent("", _NO_TIME, name)
        event = _read_message(envelope, name, head) or _read_rest(envelope, name, head)
        return event or UnknownEvent(head.oa_id, head.sent_at, name)


def mac_of(app_id: str, body: bytes, stamp: str, oa_secret_key: str) -> str:
    """Return the mac of section 5.2: plain SHA-256, not an HMAC."""
    before, after = app_id.encode(), (stamp + oa_secret_key).encode("utf-8", "replace")
    return hashlib.sha256(before + body + after).hexdigest()


def _is_for(envelope: JsonObject, app: ZaloApp) -> bool:
    return bool(app.app_id) and envelope.get("app_id") == app.app_id


def _name(envelope: JsonObject) -> str:
    name = envelope.get("event_name")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _head(envelope: JsonObject) -> EventHead | None:
    name = _name(envelope)
    oa_id, sent_at = _oa_id(envelope, name), moment(envelope.get("timestamp"))
    if not oa_id or sent_at is None:
        return None
    return EventHead(_event_key(envelope, name), oa_id, _conversation(envelope, name), sent_at)


def _oa_id(envelope: JsonObject, name: str) -> str:
    """Return the OA: by its own name, else the end of the message that is the OA's."""
    own = ident(envelope.get("oa_id"))
    if own or name.startswith(FROM_MEMBER):
        return own
    return _id_of(envelope, "sender" if _is_by_oa(name) else "recipient")


def _event_key(envelope: JsonObject, name: str) -> str:
    """Return the id of the message, else name, time and whom it is about.

    Only where the event is that message: a receipt or a reaction bears the id of a message
    too, and would take its place when it comes first.
    """
    message_id = ident(part(envelope, "message").get("msg_id"))
    if message_id and "_send_" in name:
        return message_id
    about = [_id_of(envelope, end) for end in ("sender", "recipient", "follower")]
    about += [ident(envelope.get(end)) for end in ("group_id", "user_id")]
    about += [*_users(envelope), message_id]
    digest = hashlib.sha256(json.dumps(about).encode()).hexdigest()
    return f"{name}:{envelope.get('timestamp')}:{digest[:32]}"


def _conversation(envelope: JsonObject, name: str) -> str:
    group_id = _group_id(envelope, name)
    if group_id:
        return f"group:{group_id}"
    user_id = _user_id(envelope, name)
    return f"user:{user_id}" if user_id else "oa"


def _group_id(envelope: JsonObject, name: str) -> str:
    if name.startswith((FROM_MEMBER, FROM_OA_TO_GROUP)):
        return _id_of(envelope, "recipient")
    return ident(envelope.get("group_id"))


def _user_id(envelope: JsonObject, name: str) -> str:
    """Return the person at the other end."""
    if _is_by_oa(name):
        return _id_of(envelope, "recipient")
    return (
        _id_of(envelope, "sender") or _id_of(envelope, "follower") or ident(envelope.get("user_id"))
    )


def _is_by_oa(name: str) -> bool:
    return name.startswith("oa_") or name in _RECEIPTS


def _id_of(envelope: JsonObject, end: str) -> str:
    return ident(part(envelope, end).get("id"))


def _users(envelope: JsonObject) -> list[str]:
    return [user_id for user in parts(envelope, "users") if (user_id := ident(user.get("id")))]


def _read_message(envelope: JsonObject, name: str, head: EventHead) -> WebhookEvent | None:
    """Return what a message event means, None for any other and for an empty message."""
    message, user_id = part(envelope, "message"), _user_id(envelope, name)
    message_id = ident(message.get("msg_id"))
    at, text = head.sent_at, clean_text(message.get("text"))
    if not name.startswith((FROM_RESIDENT, FROM_OA)) or name.startswith(FROM_OA_TO_VISITOR):
        return None
    if name.startswith(FROM_OA) or user_id == head.oa_id:
        recipient = _id_of(envelope, "recipient")
        return OwnEcho(head.oa_id, at, message_id, recipient, text)
    if not message or not user_id:
        return None
    quoted_id = ident(message.get("quote_msg_id"))
    group_id = _group_id(envelope, name)
    if name.startswith(FROM_MEMBER):
        text = _without_mentions(text)
        return StaffMessage(head.oa_id, at, message_id, group_id, user_id, text, quoted_id)
    content = read_content(message, name.removeprefix(FROM_RESIDENT))
    if content.is_empty and not _is_blank(message):
        return None
    return ResidentMessage(
        oa_id=head.oa_id,
        sent_at=at,
        message_id=message_id,
        user_id=user_id,
        text=content.text,
        quoted_id=quoted_id,
        media=content.media,
        location=content.location,
        is_sticker=content.is_sticker,
    )


def _is_blank(message: JsonObject) -> bool:
    """Whether somebody sent blanks alone: they meant to say something."""
    return isinstance(message.get("text"), str) and message["text"] != ""


def _without_mentions(text: str) -> str:
    return _BLANKS.sub(" ", _MENTION.sub(" ", text)).strip() if "[@" in text else text


def _read_rest(envelope: JsonObject, name: str, head: EventHead) -> WebhookEvent | None:
    """Return what an event without a message means, None where we do nothing about it."""
    oa_id, at = head.oa_id, head.sent_at
    user_id, group_id, users = (
        _user_id(envelope, name), _group_id(envelope, name), _users(envelope),
    )  # fmt: skip
    if name == "permission_revoked":
        return PermissionRevoked(oa_id, at)
    if name == "user_withdraw" and user_id:
        return ResidentWithdrew(oa_id, at, user_id)
    if name in LEFT and group_id and users:
        return MembersLeft(oa_id, at, group_id, tuple(users))
    if name in CLOSED and group_id:
        return GroupClosed(oa_id, at, group_id)
    return None
