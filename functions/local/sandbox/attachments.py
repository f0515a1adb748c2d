"""What people send besides text: kept here, and served as Zalo's media hosts would (5.3).

An attachment is ordered as {"kind", …}:

image, gif, audio, video, file    base64, media_id (of `POST users/ID/media`) or url; `name`;
                                  `serve`, one of SERVINGS, is how its address behaves
location                          latitude, longitude
sticker                           id
link                              url, description
business_card                     phone
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import mimetypes
import sqlite3
from collections.abc import Callable
from typing import Any

from functions.local.sandbox import ids
from functions.local.sandbox.directory import User
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.messages import Content
from functions.local.sandbox.uploads import Media, media_by_id

SERVINGS = ("plain", "redirect", "slow", "drip", "cut", "missing", "error", "large", "declared")
"""As it is; 302; an answer that is late, comes in drops, or breaks off; 404; 503; endless, its
size not told or told."""

USERS_MEDIA = "from-user"
"""The kind of what people sent: an OA cannot send it on by its id."""

_CONVERSATION_TYPES = {
    "text": "text",
    "image": "photo",
    "gif": "GIF",
    "audio": "voice",
    "video": "nosupport",
    "file": "file",
    "sticker": "sticker",
    "link": "link",
    "location": "location",
    "business_card": "link",
}
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_TYPE_BY_KIND = {"image": "image/jpeg", "gif": "image/gif", "audio": "audio/amr"}

Attachment = dict[str, Any]


def keep_media(
    db: sqlite3.Connection, user: User, content: bytes, name: str, now_ms: int, kind: str = "file"
) -> str:
    """Keep the bytes and answer the id they are served under."""
    by_magic = next((mime for magic, mime in _MAGIC if content.startswith(magic)), None)
    by_name = mimetypes.guess_type(name)[0]
    mime_type = by_magic or _TYPE_BY_KIND.get(kind) or by_name or "application/octet-stream"
    media_id = ids.new_attachment_id()
    db.execute(
        "INSERT INTO media (media_id, oa_id, kind, mime_type, file_name, content, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (media_id, user.oa_id, USERS_MEDIA, mime_type, name, content, now_ms),
    )
    return media_id


def content_of(
    kind: str, text: str, attachments: tuple[Attachment, ...], quote_id: str | None = None
) -> Content:
    """A person's message, in the words of the events and of the conversation calls."""
    payload = attachments[0]["payload"] if attachments else {}
    shown = text
    if kind == "file":
        shown = str(payload.get("name", ""))
    return Content(
        type=_CONVERSATION_TYPES[kind],
        text=shown,
        kind=kind,
        url=payload.get("url"),
        quote_id=quote_id,
        attachments=attachments,
    )


class Attacher:
    """Makes attachments of what a drill orders."""

    def __init__(self, db: sqlite3.Connection, user: User, public_url: str, now_ms: int) -> None:
        self._db = db
        self._user = user
        self._public_url = public_url
        self._now_ms = now_ms

    def make(self, wanted: object) -> tuple[str, Attachment]:
        """The kind and the attachment, or a refusal that says what was wrong."""
        makers: dict[str, Callable[[dict[str, Any]], Attachment]] = {
            "location": self._location,
            "sticker": self._sticker,
            "link": self._link,
            "business_card": self._business_card,
        }
        if not isinstance(wanted, dict) or wanted.get("kind") not in _CONVERSATION_TYPES:
            raise ControlError(f"media takes objects with a kind of {sorted(_CONVERSATION_TYPES)}")
        kind = str(wanted["kind"])
        if kind == "text":
            raise ControlError("text goes without media")
        return kind, makers.get(kind, self._media)(wanted)

    def _media(self, wanted: dict[str, Any]) -> Attachment:
        kind, name = wanted["kind"], str(wanted.get("name", ""))
        media = self._kept(wanted, kind, name)
        url = wanted.get("url") if media is None else self._address(media, wanted)
        if not isinstance(url, str):
            raise ControlError("media takes base64, media_id or url")
        payload: dict[str, str] = {"url": url}
        if kind in ("image", "gif", "video"):
            payload["thumbnail"] = url
        if kind == "video":
            payload["description"] = str(wanted.get("description", ""))
        if kind == "file":
            payload |= _file_facts(media, name)
        attachment: Attachment = {"type": kind, "payload": payload}
        return attachment if media is None else {**attachment, "media_id": media.media_id}

    def _kept(self, wanted: dict[str, Any], kind: str, name: str) -> Media | None:
        if "url" in wanted:
            return None
        media_id = wanted.get("media_id")
        if media_id is None:
            content = _decoded(wanted.get("base64"))
            media_id = keep_media(self._db, self._user, content, name, self._now_ms, kind)
        media = media_by_id(self._db, str(media_id))
        if media is None or media.oa_id != self._user.oa_id:
            raise ControlError("no such media", 404)
        return media

    def _address(self, media: Media, wanted: dict[str, Any]) -> str:
        serving = wanted.get("serve", "plain")
        if serving not in SERVINGS:
            raise ControlError(f"serve takes one of {SERVINGS}")
        way = "" if serving == "plain" else f"{serving}/"
        return f"{self._public_url}/cdn/{way}{media.media_id}"

    def _location(self, wanted: dict[str, Any]) -> Attachment:
        place = {name: str(wanted.get(name, "")) for name in ("latitude", "longitude")}
        if not all(place.values()):
            raise ControlError("a location takes latitude and longitude")
        return {"type": "location", "payload": {"coordinates": place}}

    def _sticker(self, wanted: dict[str, Any]) -> Attachment:
        sticker_id = str(wanted.get("id", "21979"))
        url = f"https://stickers.invalid/{sticker_id}.png"
        return {"type": "sticker", "payload": {"id": sticker_id, "url": url}}

    def _link(self, wanted: dict[str, Any]) -> Attachment:
        payload = {name: str(wanted.get(name, "")) for name in ("thumbnail", "description", "url")}
        return {"type": "link", "payload": payload}

    def _business_card(self, wanted: dict[str, Any]) -> Attachment:
        phone = str(wanted.get("phone", "84900000000"))
        card = {"phone": phone, "qrCodeUrl": "https://qr.invalid/x"}
        payload = {
            "thumbnail": "https://qr.invalid/x.jpg",
            "description": json.dumps(card),
            "url": f"https://zalo.me/{phone}",
        }
        return {"type": "link", "payload": payload}


def _file_facts(media: Media | None, name: str) -> dict[str, str]:
    content = b"" if media is None else media.content
    name = name or ("" if media is None else media.file_name)
    return {
        "name": name,
        "size": str(len(content)),
        # The reference's own choice of digest for this field.
        "checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "type": name.rpartition(".")[2],
    }


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise ControlError("media takes base64, media_id or url")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ControlError("base64 is not valid") from exc
