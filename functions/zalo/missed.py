"""From an item of a history to the event that its webhook would have been (sections 4.3, 5, 6).

The event bears the message's own id, so that it and its webhook are one event. What a history
does not tell is missing in it: which message was quoted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from functions.core.models import UnitChannel
from functions.zalo.webhook import FROM_MEMBER, FROM_RESIDENT

HistoryItem = Mapping[str, object]

_KINDS = MappingProxyType(
    {
        "text": "text",
        "photo": "image",
        "gif": "gif",
        "voice": "audio",
        "video": "video",
        "link": "link",
        "links": "link",
        "sticker": "sticker",
        "location": "location",
        "file": "file",
    }
)
"""What a history calls a message, and what a webhook calls it. An item of another kind says less
than its webhook, and would take its place."""


def is_from_person(item: HistoryItem) -> bool:
    """Whether a person wrote it; the `src` of the OA's own posts is 0."""
    return item.get("src") in (1, "1")


def person_of(item: HistoryItem) -> str:
    """Return the person at the other end of a chat, "" when none is named."""
    return id_text(item.get("from_id" if is_from_person(item) else "to_id"))


def event_of(item: HistoryItem, channel: UnitChannel, group_id: str, now_ms: int) -> bytes | None:
    """Return the event, None for what the OA wrote and what cannot be told apart again.

    An empty `group_id` means the chat with one person; `now_ms` stands in for a time that
    cannot be read.
    """
    kind = _KINDS.get(str(item.get("type")).lower())
    message_id, sender = id_text(item.get("message_id")), id_text(item.get("from_id"))
    if not is_from_person(item) or kind is None or not message_id or not sender:
        return None
    message: dict[str, object] = {"msg_id": message_id, "text": item.get("message")}
    if kind != "text":
        message["attachments"] = [{"type": kind, "payload": each} for each in _payloads(kind, item)]
    event = {
        "oa_id": channel.oa_id,
        "event_name": (FROM_MEMBER if group_id else FROM_RESIDENT) + kind,
        "sender": {"id": sender},
        "recipient": {"id": group_id or channel.oa_id},
        "message": message,
        "timestamp": str(time_ms(item) or now_ms),
    }
    return json.dumps(event).encode()


def time_ms(item: HistoryItem) -> int | None:
    """Return the item's time in milliseconds since 1970."""
    text = id_text(item.get("time"))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None


def id_text(value: object) -> str:
    """Return an id as a string: these calls show some as numbers above 2^53."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return str(value) if isinstance(value, str) or abs(value) < 10**30 else ""


def _payloads(kind: str, item: HistoryItem) -> list[dict[str, object]]:
    links = item.get("links")
    if kind == "link" and isinstance(links, list):
        return [_payload(kind, link) for link in links if isinstance(link, dict)]
    return [_payload(kind, item)]


def _payload(kind: str, item: HistoryItem) -> dict[str, object]:
    payload = {"url": item.get("url"), "thumbnail": item.get("thumb")}
    payload["description"] = item.get("description")
    if kind == "file":
        payload["name"] = item.get("description") or item.get("message")
    if kind == "location":
        payload["coordinates"] = _coordinates(item.get("location"))
    return payload


def _coordinates(location: object) -> object:
    """Return the position; the reference does not say whether it is JSON within JSON, as other
    fields of Zalo are."""
    if not isinstance(location, str):
        return location
    try:
        return json.loads(location)
    except (ValueError, RecursionError):
        return None
