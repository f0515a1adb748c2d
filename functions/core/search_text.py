"""How typed Vietnamese is compared: words without marks, and the ways people mistype them.

The same steps stand in `templates/site/assets/javascripts/search-engine.js`; a test compares the
two over all known queries. Change both together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# ’ in M’gar and its look-alikes separate nothing: people type mgar.
_SILENT = frozenset("'’‘ʼ`´")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_BARRED = {"\u0111": "d", "\u0180": "b"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
# Both spellings are in use: ký and kí, lý and lí, quý and quí.
_LAST_Y = re.compile(r"^(?:qu|[hklmstv])?y$")
_DOUBLED = re.compile(r"([aeo])\1|^dd")
_TELEX_TONE = re.compile(r"([aeiouy][a-z]*?)[sfrxj]")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("^ngh", "ng"),
        ("^gh", "g"),
        ("^tr", "ch"),
        ("^s", "x"),
        ("^gi(?=[aeou])", "d"),
        ("^r", "d"),
        ("^k", "c"),
        ("n[gh]$", "n"),
        ("ch?$", "t"),
    )
)


@dataclass(frozen=True)
class Word:
    """One syllable or code: without marks, and with them in one order of writing."""

    plain: str
    marked: str


def words_of(text: str) -> list[Word]:
    """Return the words of a text; hoà and hòa, ký and kí come out alike."""
    words: list[Word] = []
    plain, marked, tone = "", "", ""
    for sign in unicodedata.normalize("NFD", text.lower()) + " ":
        if sign in _SILENT:
            continue
        base = _BARRED.get(sign, sign)
        if base in _PLAIN:
            plain += base
            marked += sign
        elif sign in _TONES:
            tone += sign
        elif "\u0300" <= sign <= "\u036f":
            marked += sign
        elif plain:
            words.append(_word(plain, marked + tone))
            plain, marked, tone = "", "", ""
        else:
            marked, tone = "", ""
    return words


def _word(plain: str, marked: str) -> Word:
    if _LAST_Y.match(plain):
        return Word(plain[:-1] + "i", marked.replace("y", "i"))
    return Word(plain, marked)


def without_telex(plain: str) -> str:
    """Return a word without the keys of the Telex keyboard: dangs, ddawng and dawngs are dang."""
    letters = _DOUBLED.sub(lambda match: match[0][0], plain)
    letters = letters[:1] + letters[1:].replace("w", "")
    letters = _TELEX_TONE.sub(r"\1", letters, count=1)
    return letters[:-1] + "i" if _LAST_Y.match(letters) else letters


def sound_of(plain: str) -> str:
    """Return one writing for syllables that many people pronounce, and so write, alike."""
    for pattern, sound in _SOUNDS:
        plain = pattern.sub(sound, plain)
    return plain


def is_one_slip_away(typed: str, meant: str) -> bool:
    """Tell whether one key too many, missing, wrong or swapped with its neighbour lies between."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    rest, other = typed[start:], meant[start:]
    if len(rest) != len(other):
        longer, shorter = (rest, other) if len(rest) > len(other) else (other, rest)
        return longer[1:] == shorter
    is_swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return rest[1:] == other[1:] or is_swapped
