"""Sending to a group (15.5) and to one person (15.3)."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from functions.local.sandbox import quota
from functions.local.sandbox.calls import Answer, Context, success
from functions.local.sandbox.clock import HOUR
from functions.local.sandbox.directory import Oa, User, require_group, require_user
from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.events import tell_oa_wrote
from functions.local.sandbox.messages import Content, post_to_group, post_to_user
from functions.local.sandbox.uploads import Media, require_media

TEXT_LIMIT = 2_000
QUOTE_LIFE = 48 * HOUR

_PHOTO_TYPES = {"image": "photo", "gif": "GIF", "sticker": "sticker"}


def to_group(ctx: Context, oa: Oa) -> Answer:
    """POST /v3.0/oa/group/message: at any hour, whatever the members' state (G2)."""
    recipient, message = _wrapper(ctx, "group_id")
    group = require_group(ctx.db, oa, recipient)
    if not group.enabled or ctx.now_ms > group.valid_through_ms:
        raise ZaloError(-237, "group is disabled or expired")
    # A quote is not documented for groups, so its field is an unknown one here.
    content = _content(ctx, oa, message, allowed={"text", "attachment"})
    message_id = post_to_group(ctx.db, oa, group, content, ctx.now_ms)
    tell_oa_wrote(ctx.db, oa, group, content, message_id, ctx.now_ms)
    return success({"message_id": message_id, "group_id": group.group_id})


def to_user(ctx: Context, oa: Oa) -> Answer:
    """POST /v3.0/oa/message/cs: within the window the person's last interaction opened."""
    recipient, message = _wrapper(ctx, "user_id")
    user = require_user(ctx.db, oa, recipient)
    content = _content(ctx, oa, message, allowed={"text", "attachment", "quote_message_id"})
    _check_quote(ctx, user, message)
    used = quota.spend(ctx, oa, user)
    message_id = post_to_user(ctx.db, oa, user, content, ctx.now_ms)
    tell_oa_wrote(ctx.db, oa, user, content, message_id, ctx.now_ms)
    data: dict[str, object] = {
        "message_id": message_id,
        "user_id": user.user_id,
        "sent_time": str(ctx.now_ms),
    }
    return success(data if used is None else {**data, "quota": used})


def _wrapper(ctx: Context, id_name: str) -> tuple[str, dict[str, Any]]:
    """M1, G3: exactly `recipient` with one string id, and `message`."""
    body = ctx.call.json_object()
    if set(body) != {"recipient", "message"}:
        raise ZaloError(-201, "body is invalid!")
    recipient, message = body["recipient"], body["message"]
    if not isinstance(recipient, dict) or set(recipient) != {id_name}:
        raise ZaloError(-201, "recipient is invalid!")
    if not isinstance(recipient[id_name], str) or not recipient[id_name]:
        raise ZaloError(-201, f"{id_name} is invalid!")
    if not isinstance(message, dict):
        raise ZaloError(-201, "message is invalid!")
    return recipient[id_name], message


def _content(ctx: Context, oa: Oa, message: dict[str, Any], allowed: set[str]) -> Content:
    if not message or not set(message) <= allowed:
        raise ZaloError(-201, "message is invalid!")
    text = _text(ctx, message)
    if "attachment" not in message:
        if text is None:
            raise ZaloError(-201, "text is invalid!")
        # The quote is looked at where the chat is known; groups take none.
        return Content("text", text, quote_id=message.get("quote_message_id"))
    return _attached(ctx, oa, message["attachment"], text)


def _text(ctx: Context, message: dict[str, Any]) -> str | None:
    """M2: code points exactly as sent, never normalised first."""
    if "text" not in message:
        return None
    text = message["text"]
    if not isinstance(text, str) or not text.strip():
        raise ZaloError(-201, "text is invalid!")
    if len(text) > TEXT_LIMIT:
        raise ZaloError(ctx.switches.too_long_code, f"text exceeds the limit {TEXT_LIMIT}")
    return text


def _attached(ctx: Context, oa: Oa, attachment: object, text: str | None) -> Content:
    if not isinstance(attachment, dict) or set(attachment) != {"type", "payload"}:
        raise ZaloError(-201, "attachment is invalid!")
    payload = attachment["payload"]
    if not isinstance(payload, dict):
        raise ZaloError(-201, "payload is invalid!")
    if attachment["type"] == "file":
        return _file(ctx, oa, payload, text)
    if attachment["type"] != "template":
        raise ZaloError(-201, "type is invalid!")
    if payload.get("template_type") != "media":
        raise ZaloError(ctx.switches.unsupported_type_code, "message type is not supported")
    return _media(ctx, oa, payload, text)


def _file(ctx: Context, oa: Oa, payload: dict[str, Any], text: str | None) -> Content:
    """M7: a file goes by the token its upload gave, and alone."""
    token = payload.get("token")
    if text is not None or set(payload) != {"token"} or not isinstance(token, str):
        raise ZaloError(-201, "payload is invalid!")
    media = require_media(ctx, oa, token, "file")
    payload = {
        "url": _address(ctx, media),
        "size": str(len(media.content)),
        "name": media.file_name,
        # The reference's own choice of digest for this field.
        "checksum": hashlib.md5(media.content, usedforsecurity=False).hexdigest(),
        "type": media.file_name.rpartition(".")[2],
    }
    attachments = ({"type": "file", "payload": payload, "media_id": media.media_id},)
    return Content(
        "file", media.file_name, media_id=media.media_id, kind="file", attachments=attachments
    )


def _address(ctx: Context, media: Media) -> str:
    return f"{ctx.public_url}/control/media/{media.media_id}"


def _media(ctx: Context, oa: Oa, payload: dict[str, Any], text: str | None) -> Content:
    """M6: one element, named by exactly one of `attachment_id` and `url`."""
    elements = payload.get("elements")
    if set(payload) != {"template_type", "elements"} or not isinstance(elements, list):
        raise ZaloError(-201, "payload is invalid!")
    if len(elements) != 1 or not isinstance(elements[0], dict):
        raise ZaloError(-201, "elements is invalid!")
    element = elements[0]
    media_type = element.get("media_type")
    if not isinstance(media_type, str) or media_type not in _PHOTO_TYPES:
        raise ZaloError(-201, "media_type is invalid!")
    _check_element_fields(element, media_type)
    shown_as, caption = _PHOTO_TYPES[media_type], text or ""
    if "url" in element:
        url = _absolute_url(element["url"])
        seen = {"type": media_type, "payload": {"thumbnail": url, "url": url}}
        return Content(shown_as, caption, url=url, kind=media_type, attachments=(seen,))
    attachment_id = element["attachment_id"]
    if not isinstance(attachment_id, str) or not attachment_id:
        raise ZaloError(-201, "attachment_id is invalid!")
    if media_type == "sticker":
        # A sticker's id comes from Zalo's own list, which the sandbox does not have.
        url = f"https://stickers.invalid/{attachment_id}"
        seen = {"type": media_type, "payload": {"id": attachment_id, "url": url}}
        return Content(shown_as, caption, url=url, kind=media_type, attachments=(seen,))
    media = require_media(ctx, oa, attachment_id, media_type)
    url = _address(ctx, media)
    payload = {"thumbnail": url, "url": url}
    seen = {"type": media_type, "payload": payload, "media_id": media.media_id}
    return Content(shown_as, caption, media_id=media.media_id, kind=media_type, attachments=(seen,))


def _check_element_fields(element: dict[str, Any], media_type: str) -> None:
    sizes = {"width", "height"}
    named_by = set(element) & {"attachment_id", "url"}
    if len(named_by) != 1 or set(element) - {"media_type"} - named_by - sizes:
        raise ZaloError(-201, "elements is invalid!")
    has_sizes = all(type(element.get(name)) is int and element[name] > 0 for name in sizes)
    if media_type == "gif" and not has_sizes:
        raise ZaloError(-201, "width, height is invalid!")


def _absolute_url(url: object) -> str:
    if not isinstance(url, str):
        raise ZaloError(-201, "url is invalid!")
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        raise ZaloError(-201, "url is invalid!") from exc
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ZaloError(-201, "url is invalid!")
    return url


def _check_quote(ctx: Context, user: User, message: dict[str, Any]) -> None:
    """M8: a quote names a message of this very chat, younger than 48 h, and goes with text."""
    if "quote_message_id" not in message:
        return
    row = ctx.db.execute(
        "SELECT time_ms FROM messages WHERE user_id = ? AND message_id = ?",
        (user.user_id, str(message["quote_message_id"])),
    ).fetchone()
    if row is None or ctx.now_ms - row["time_ms"] >= QUOTE_LIFE or "attachment" in message:
        raise ZaloError(-201, "quote_message_id is invalid!")
