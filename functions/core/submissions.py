"""Reading a submission: from what was typed to a valid draft, or all its mistakes at once.

Text is normalised to NFC with LF line ends and otherwise kept to the letter: what a
resident wrote is evidence.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from functions.core.categories import CATEGORIES
from functions.core.errors import FieldError, InvalidInputError
from functions.core.models import (
    Contact,
    Location,
    MessageDraft,
    TipContent,
    TipDraft,
    Urgency,
)
from functions.core.viet_nam import VIET_NAM

MAX_TEXT = 5_000
MAX_LINE = {"place": 300, "area": 100, "contact_name": 100, "contact_phone": 30}
MAX_PHOTOS = 5
MAX_PHOTO_BYTES = 10 * 1024 * 1024

FIELDS = (
    "category", "text", "place", "area", "latitude", "longitude", "occurred_at", "urgency",
    "contact_name", "contact_phone", "sealed", "submission_key",
)  # fmt: skip

MESSAGE_FIELDS = ("receipt_code", "text", "message_key")

_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
_PHONE = re.compile(r"\+?[0-9](?:[ .\-]?[0-9]){2,19}")
_TRUE = frozenset({"1", "on", "true", "yes"})
_FALSE = frozenset({"", "0", "off", "false", "no"})


def read_draft(unit_id: str, fields: Mapping[str, str], photos: Sequence[bytes]) -> TipDraft:
    """Return the valid draft. Raises InvalidInputError naming every field that is wrong.

    `photos` were checked for kind where they came in; here only number and size count.
    """
    reader = _Reader(fields)
    category = reader.category()
    content = TipContent(
        text=reader.text(),
        place=reader.line("place"),
        area=reader.line("area"),
        occurred_at=reader.occurred_at(),
        location=reader.location(),
    )
    contact = Contact(name=reader.line("contact_name"), phone=reader.phone())
    draft = TipDraft(
        unit_id=unit_id,
        category=category,
        urgency=reader.urgency(),
        content=content,
        contact=contact,
        sealed=reader.flag("sealed"),
        photos=tuple(photos),
        submission_key=reader.key("submission_key"),
    )
    reader.check_photos(photos)
    reader.raise_mistakes()
    return draft


def read_message(fields: Mapping[str, str], photos: Sequence[bytes]) -> MessageDraft:
    """Return what a resident adds to their tip: a text, photos, or both.

    Raises InvalidInputError naming every field that is wrong. `photos` as for `read_draft`.
    """
    reader = _Reader(fields)
    text = reader.text(is_required=not photos)
    key = reader.key("message_key")
    reader.check_photos(photos)
    reader.raise_mistakes()
    return MessageDraft(text if text.strip() else "", tuple(photos), key)


def fingerprint(draft: TipDraft) -> bytes:
    """Return 32 bytes that are equal for equal content: fields after normalising and
    photo bytes in order; file names and MIME types do not count."""
    digest = hashlib.sha256()
    location = draft.content.location
    parts = [
        draft.unit_id, draft.category, draft.urgency, draft.content.text, draft.content.place,
        draft.content.area, draft.content.occurred_at,
        f"{location.latitude!r},{location.longitude!r}" if location else "",
        draft.contact.name, draft.contact.phone, "1" if draft.sealed else "0",
    ]  # fmt: skip
    for part in [part.encode() for part in parts] + list(draft.photos):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def normalise(typed: str) -> str:
    """Return the text in NFC with LF line ends."""
    return unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))


class _Reader:
    """Reads the fields one by one and collects what is wrong with each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self.errors: list[FieldError] = []

    def wrong(self, field: str, code: str) -> None:
        self.errors.append(FieldError(field, code))

    def _value(self, field: str) -> str:
        value = self._fields.get(field, "")
        if "\0" in value or any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
            self.wrong(field, "invalid_characters")
            return ""
        return normalise(value)

    def category(self) -> str:
        code = self._value("category").strip()
        if not code:
            self.wrong("category", "required")
        elif code not in CATEGORIES:
            self.wrong("category", "unknown")
        return code

    def raise_mistakes(self) -> None:
        if self.errors:
            raise InvalidInputError(tuple(self.errors))

    def text(self, *, is_required: bool = True) -> str:
        before = len(self.errors)
        text = self._value("text")
        if len(self.errors) == before:
            if is_required and not text.strip():
                self.wrong("text", "required")
            elif len(text) > MAX_TEXT:
                self.wrong("text", "too_long")
        return text

    def line(self, field: str) -> str:
        value = " ".join(self._value(field).split())
        if len(value) > MAX_LINE[field]:
            self.wrong(field, "too_long")
        return value

    def phone(self) -> str:
        before = len(self.errors)
        phone = self.line("contact_phone")
        if phone and len(self.errors) == before and not _PHONE.fullmatch(phone):
            self.wrong("contact_phone", "invalid")
        return phone

    def urgency(self) -> Urgency:
        value = self._value("urgency").strip()
        if value and value not in list(Urgency):
            self.wrong("urgency", "unknown")
            return Urgency.NORMAL
        return Urgency(value or Urgency.NORMAL)

    def occurred_at(self) -> str:
        """A date, or a date with a local time; any year, for a phone's clock may be wrong."""
        value = self._value("occurred_at").strip()
        try:
            if "T" in value or " " in value:
                at = datetime.fromisoformat(value)
                if at.tzinfo is not None:
                    # Shown as local time later, which the first and last day have not always.
                    at.astimezone(VIET_NAM)
            elif value:
                date.fromisoformat(value)
        except (ValueError, OverflowError):
            self.wrong("occurred_at", "invalid")
        return value

    def location(self) -> Location | None:
        latitude, longitude = self._value("latitude").strip(), self._value("longitude").strip()
        if not latitude and not longitude:
            return None
        try:
            location = Location(float(latitude), float(longitude))
        except ValueError:
            self.wrong("latitude" if longitude else "longitude", "invalid")
            return None
        if not (-90 <= location.latitude <= 90 and -180 <= location.longitude <= 180):
            self.wrong("latitude", "invalid")
        return location

    def flag(self, field: str) -> bool:
        value = self._value(field).strip().lower()
        if value not in _TRUE | _FALSE:
            self.wrong(field, "invalid")
        return value in _TRUE

    def key(self, field: str) -> str:
        key = self._value(field)
        if key and not _KEY.fullmatch(key):
            self.wrong(field, "invalid")
        return key

    def check_photos(self, photos: Sequence[bytes]) -> None:
        if len(photos) > MAX_PHOTOS:
            self.wrong("photos", "too_many")
        if any(len(photo) > MAX_PHOTO_BYTES for photo in photos):
            self.wrong("photos", "too_large")
