"""What people type or paste, made the plain text that pages hold."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Word and web pages paste them along; they break search, links and comparison unseen.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# They join the parts of one emoji; between letters nobody means them.
# Each run is looked at once: a long one must not take the time of its length squared.
_JOINER = re.compile(
    r"(?<=[\w\s])[\u200c\u200d]+|^[\u200c\u200d]+|(?<![\u200c\u200d])[\u200c\u200d]++$",
    re.MULTILINE,
)


def clean_text(typed: str) -> str:
    """Return text in NFC, its lines ended by LF, without signs nobody sees.

    No-break spaces stay: they are meant, as between a number and its unit.
    """
    text = _LINE_ENDS.sub("\n", typed)
    text = _INVISIBLE.sub("", _LONE_SURROGATE.sub("\ufffd", text))
    return unicodedata.normalize("NFC", _JOINER.sub("", text))


@lru_cache(8192)
def clean_value(typed: str) -> str:
    """Return the text of one field: clean, and without blanks around it."""
    return clean_text(typed).strip(" \t\n")
