"""Reading JSON that others wrote: nothing in it is believed to be there, or to have its type.

Numbers are kept to the letter as they stood, so that an id above 2^53, a time and a degree
read the same whether they came with quotes or without, and no number is too long.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from functions.core.submissions import normalise

JsonObject = Mapping[str, object]

LONGEST_ID = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"[0-9]{1,16}")
_CONTROL_SIGNS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n"})
_NOTHING: JsonObject = {}

_LONGEST_RUN = 30
_JOINER = "\u034f"
"""Parts runs of more marks upon one letter than any language has (Unicode's stream-safe text).
To compose such a run takes quadratic time, and would hold up the queue."""


def read_object(body: bytes | str) -> JsonObject | None:
    """Return the JSON object, its numbers as strings; None when it is none.

    A byte that is no UTF-8 costs its letter, not the message: a signature is over the bytes.
    """
    text = body.decode("utf-8-sig", "replace") if isinstance(body, bytes) else body
    try:
        # Not strict: a line end within a string is no reason to lose the message.
        value = json.loads(text, strict=False, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def part(value: JsonObject, name: str) -> JsonObject:
    """Return the object below that name, an empty one where there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else _NOTHING


def parts(value: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects of the list below that name."""
    found = value.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def ident(value: object) -> str:
    """Return an id, "" when there is none that could be stored and shown."""
    usable = isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_ID
    return value if usable and isinstance(value, str) else ""


def moment(value: object) -> datetime | None:
    """Return the time that so many milliseconds since 1970 are."""
    if not isinstance(value, str) or not _MILLISECONDS.fullmatch(value):
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(value))
    except OverflowError:
        return None


def clean_text(value: object) -> str:
    """Return a text as it may be kept, all of it: NFC, LF, no control signs."""
    if not isinstance(value, str):
        return ""
    text = _stream_safe(value.encode("utf-8", "replace").decode())
    text = normalise(text.translate(_LINE_ENDS))
    return _CONTROL_SIGNS.sub(" ", text).strip()


def _stream_safe(text: str) -> str:
    signs: list[str] = []
    run = 0
    for sign in text:
        run = run + 1 if unicodedata.combining(sign) else 0
        if run > _LONGEST_RUN:
            signs.append(_JOINER)
            run = 1
        signs.append(sign)
    return "".join(signs)


def clean_line(value: object, most: int) -> str:
    """Return a text as one line; of a longer one its end, where a file's kind stands."""
    return " ".join(clean_text(value).split())[-most:]
