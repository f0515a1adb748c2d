"""What people send besides words (sections 5.3 and 5.6): to text, media, position or sticker."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType

from functions.core.events import Media
from functions.core.models import Location, MediaKind
from functions.zalo.loose_json import JsonObject, clean_line, clean_text, part, parts, read_object
from functions.zalo.media_hosts import LONGEST_URL

LONGEST_NAME = 200

_KINDS = MappingProxyType(
    {
        "image": MediaKind.PHOTO,
        "gif": MediaKind.PHOTO,
        "audio": MediaKind.VOICE,
        "video": MediaKind.VIDEO,
        "file": MediaKind.FILE,
    }
)
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,30})?")
_URL = re.compile(r"https?://[!-~]+", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """A message taken apart."""

    text: str = field(default="", repr=False)
    media: tuple[Media, ...] = ()
    location: Location | None = None
    is_sticker: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.media or self.location or self.is_sticker)


def read_content(message: JsonObject, kind: str) -> Content:
    """Take a message apart; `kind` is what the event's name says of it, for an attachment that
    does not say so itself.

    Addresses of links, what a caption says and phones of business cards follow the words.
    """
    lines = [clean_text(message.get("text"))]
    media: list[Media] = []
    location: Location | None = None
    kinds = {kind}
    for attachment in parts(message, "attachments"):
        said = attachment.get("type")
        own_kind = said.lower() if isinstance(said, str) else kind
        kinds.add(own_kind)
        payload = part(attachment, "payload")
        lines += _words(own_kind, payload)
        media += _media(own_kind, payload)
        location = location or _location(part(payload, "coordinates"))
    return Content(_joined(lines), tuple(media), location, "sticker" in kinds)


def _words(kind: str, payload: JsonObject) -> list[str]:
    """Return what the attachment adds to the text."""
    if kind == "video":
        return [clean_text(payload.get("description"))]
    if kind not in ("link", "business_card"):
        return []
    card = _card(payload.get("description"))
    if card is None:
        return [clean_text(payload.get("description")), clean_line(payload.get("url"), LONGEST_URL)]
    phone = clean_line(card.get("phone"), LONGEST_NAME)
    return [phone or clean_line(payload.get("url"), LONGEST_URL)]


def _card(description: object) -> JsonObject | None:
    """Return what the description of a business card holds: JSON within JSON (5.3)."""
    return read_object(description) if isinstance(description, str) else None


def _media(kind: str, payload: JsonObject) -> list[Media]:
    """Return the medium, of a picture without an address its small copy."""
    if kind not in _KINDS:
        return []
    url = _url(payload.get("url"))
    if not url and _KINDS[kind] is MediaKind.PHOTO:
        url = _url(payload.get("thumbnail"))
    return [Media(_KINDS[kind], url, clean_line(payload.get("name"), LONGEST_NAME))] if url else []


def _url(value: object) -> str:
    usable = isinstance(value, str) and len(value) <= LONGEST_URL and _URL.fullmatch(value)
    return value if usable and isinstance(value, str) else ""


def _location(coordinates: JsonObject) -> Location | None:
    degrees = []
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = coordinates.get(name)
        if not isinstance(value, str) or not _DEGREES.fullmatch(value):
            return None
        if abs(float(value)) > most:
            return None
        degrees.append(float(value))
    return Location(*degrees)


def _joined(lines: list[str]) -> str:
    """Put each line once: the words of a link's message usually are its address."""
    text = ""
    for line in lines:
        if line not in text:
            text = f"{text}\n{line}" if text else line
    return text
