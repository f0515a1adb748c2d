"""A page's text as its reader sees it, for patterns that look for words and numbers.

A number with a no-break space in it, a name in italics or one broken over two lines reads as
any other. Each passage still knows the line of the file that every place of it came from.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FENCE = "---"
_QUOTED = re.compile(r"^[\s>]+")
_KEY = re.compile(r"\w+:(?:\s|$)")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s")
_STANDS_ALONE = re.compile(r"#|\||[-=|:\s]+$")

_TAG = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&#?\w{1,32};?")
# Where a link leads is not read, but for telephones: those are what it is about.
_TARGET = re.compile(r"\]\((?!tel:|sms:|https?://zalo\.me/)[^)\s]*")
_ADDRESS = re.compile(r"https?://(?!zalo\.me/)[^\s)>\"]+")
_MARKS = re.compile(r"[_*`~\\\[\]]+")
_SIGNS = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | dict.fromkeys(map(ord, "'‘ʼ´"), "’")  # noqa: B005 - each sign stands for itself
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")


@dataclass(frozen=True)
class Passage:
    """A paragraph, an entry of a list, a heading, a row of a table or a field."""

    text: str
    _starts: tuple[int, ...]
    """Where each line of the file begins in `text`."""
    _lines: tuple[int, ...]

    def line_at(self, offset: int) -> int:
        """Return the number of the file's line that this place of `text` came from."""
        return self._lines[bisect_right(self._starts, offset) - 1]


def passages(text: str) -> Iterator[Passage]:
    """Yield what a page says, without empty passages."""
    together: list[tuple[int, str]] = []
    fences = 0
    for number, line in enumerate(text.splitlines(), start=1):
        bare = _QUOTED.sub("", line)
        fences += line.rstrip() == _FENCE
        alone = _STANDS_ALONE.match(bare) is not None
        is_key = fences == 1 and _KEY.match(line) is not None
        if not bare or alone or is_key or _ITEM.match(bare):
            yield from _passage(together)
            together = []
        together.append((number, bare))
        if alone:
            yield from _passage(together)
            together = []
    yield from _passage(together)


def any_of(forms: Iterable[str]) -> str:
    """Return a pattern of any of these forms, in small letters or capitals; the longest wins."""
    longest_first = sorted(forms, key=len, reverse=True)
    return rf"(?i:{'|'.join(map(re.escape, longest_first))})"


def whole_words(forms: Iterable[str]) -> str:
    """Return a pattern of any of these forms where it is no part of a longer word."""
    return rf"(?<!\w){any_of(forms)}(?!\w)"


def _passage(lines: Iterable[tuple[int, str]]) -> Iterator[Passage]:
    starts, numbers, parts, length = [], [], [], 0
    for number, line in lines:
        plain = _plain(line)
        if plain:
            starts.append(length)
            numbers.append(number)
            parts.append(plain)
            length += len(plain) + 1
    if parts:
        yield Passage(" ".join(parts), tuple(starts), tuple(numbers))


def _plain(line: str) -> str:
    # Tags first: what stands between signs written as entities is text.
    shown = _ENTITY.sub(lambda found: html.unescape(found[0]), _TAG.sub(" ", line))
    # NFKC makes one of all kinds of digits and spaces.
    shown = _UNSEEN.sub("", unicodedata.normalize("NFKC", shown)).translate(_SIGNS)
    shown = _ADDRESS.sub(" ", _TARGET.sub("](", shown))
    return " ".join(_MARKS.sub("", shown).split())
