"""The conversation calls: what stands in a chat, newest first (G8, T10)."""

from __future__ import annotations

from functions.local.sandbox.calls import Answer, Context, success
from functions.local.sandbox.directory import Oa, require_user, user_by_id
from functions.local.sandbox.groups import asked_group, avatar_url
from functions.local.sandbox.messages import (
    FROM_OA,
    Message,
    last_per_user,
    newest_in_group,
    newest_with_user,
)
from functions.local.sandbox.params import data_object, data_page, plain_page

_MOST_IN_GROUP = 50
_MOST_WITH_USER = 10


def group_conversation(ctx: Context, oa: Oa) -> Answer:
    """GET /v3.0/oa/group/conversation, plain query parameters."""
    group = asked_group(ctx, oa)
    offset, count = plain_page(ctx.call, most=_MOST_IN_GROUP)
    found = newest_in_group(ctx.db, group.group_id, offset, count)
    return success([_group_item(ctx, message) for message in found])


def user_conversation(ctx: Context, oa: Oa) -> Answer:
    """GET /v2.0/oa/conversation, the older style with `data`."""
    data = data_object(ctx.call)
    user = require_user(ctx.db, oa, str(data.get("user_id", "")))
    offset, count = data_page(data, most=_MOST_WITH_USER)
    found = newest_with_user(ctx.db, user.user_id, offset, count)
    return success([_chat_item(ctx, oa, message) for message in found])


def recent_chats(ctx: Context, oa: Oa) -> Answer:
    """GET /v2.0/oa/listrecentchat: the last message of each chat."""
    offset, count = data_page(data_object(ctx.call), most=_MOST_WITH_USER)
    found = last_per_user(ctx.db, oa.oa_id, offset, count)
    return success([_chat_item(ctx, oa, message) for message in found])


def media_url(public_url: str, message: Message) -> str | None:
    """Where the message's image or file can be had, if it has one."""
    if message.media_id is None:
        return message.url
    return f"{public_url}/control/media/{message.media_id}"


def _group_item(ctx: Context, message: Message) -> dict[str, object]:
    return {
        **_common(ctx, message),
        "from_id": message.from_id,
        "from_display_name": message.from_name,
        "from_avatar": avatar_url(ctx),
        "group_id": message.group_id,
    }


def _chat_item(ctx: Context, oa: Oa, message: Message) -> dict[str, object]:
    user = user_by_id(ctx.db, message.user_id or "")
    user_id, user_name = (user.user_id, user.name) if user is not None else ("0", "")
    ends = [(int(oa.oa_id), oa.name), (int(user_id), user_name)]
    sender, receiver = ends if message.src == FROM_OA else ends[::-1]
    return {
        **_common(ctx, message),
        # T10: these two calls show ids as bare numbers, above what a double can hold.
        "from_id": sender[0],
        "to_id": receiver[0],
        "from_display_name": sender[1],
        "from_avatar": avatar_url(ctx),
        "to_display_name": receiver[1],
        "to_avatar": avatar_url(ctx),
    }


def _common(ctx: Context, message: Message) -> dict[str, object]:
    item: dict[str, object] = {
        "src": message.src,
        "time": message.time_ms,
        "type": message.type,
        "message": message.text,
        "message_id": message.message_id,
    }
    url = media_url(ctx.public_url, message)
    if url is not None and message.type != "nosupport":
        item["url"] = url
        if message.type in ("photo", "GIF", "sticker", "link"):
            item["thumb"] = url
    return {**item, **_of_attachment(message)}


def _of_attachment(message: Message) -> dict[str, object]:
    """What the calls tell of a link or a position beside the words."""
    payload = message.attachments[0]["payload"] if message.attachments else {}
    if message.type == "location":
        return {"location": payload["coordinates"]}
    if message.type == "link":
        return {"description": payload["description"]}
    return {}
