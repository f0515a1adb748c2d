"""Reading what officers type: a word after `#`, a card code beside it, and the rest.

Forgiving where nothing can be mistaken (tone marks, case, o for 0, l for 1, a missing
hyphen); where it could mean two cases it says so, and nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from functions.core.submissions import normalise
from functions.core.vietnamese import slug_of


class Word(StrEnum):
    """The officers' words (design 4.3), without tone marks."""

    TAKE = "nhan"
    START = "dang"
    ANSWER = "dap"
    ASK = "can"
    TRANSFER = "chuyen"
    CLOSE = "xong"


_WITH_WORDS = frozenset({Word.ANSWER, Word.ASK, Word.CLOSE})
"""What follows these is kept or read by a resident: a code in there is not the address."""

_SIGN_IN = frozenset({"vao", "dang-nhap"})

_MENTION = re.compile(r"\[@[^\[\]\s]{1,80}\]")
_HYPHENS = "\\-\u2010-\u2015\u2212\ufe63\uff0d"
_SIGNS = "[0-9A-TV-Za-tv-z]"
_CODE_SOURCE = (
    rf"(?<![^\W_])[Tt][Bb](?:[{_HYPHENS}]?|(?=\ {_SIGNS}{{0,5}}[0-9])\ )"
    rf"(?P<signs>{_SIGNS}{{6}})(?![^\W_])"
)
"""A blank in place of the hyphen only where a digit follows: "tb" begins ordinary words too."""
_CODE = re.compile(_CODE_SOURCE)
_BEFORE = re.compile(rf"\s*[\[(]?{_CODE_SOURCE}[\])]?[\s:,.;]*(?=#)")
_AFTER = re.compile(rf"[\s:,.;]*[\[(]?{_CODE_SOURCE}[\])]?[ \t:,.;]*")
_WORD = re.compile(r"\s*#[ \t]?(?P<word>[^\W\d_]\w*)")
_ALIKE = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Command:
    """What an officer asks for."""

    word: Word | None
    """None: a word that is no command."""
    codes: tuple[str, ...] = ()
    """The codes that it may be about, each once; several: unclear."""
    strays: tuple[str, ...] = ()
    """Codes in words that are kept or read by a resident."""
    text: str = field(default="", repr=False)


def read_command(typed: str) -> Command | None:
    """Return the command that a message is; None for plain talk."""
    text = _seen(_MENTION.sub(" ", storable(typed)))
    codes: list[str] = []
    before = _BEFORE.match(text)
    if before is not None:
        codes.append(_code(before))
        text = text[before.end() :]
    found = _WORD.match(text)
    if found is None:
        return None
    folded = slug_of(found["word"])
    if folded not in list(Word):
        return Command(None)
    word, text = Word(folded), text[found.end() :]
    while (after := _AFTER.match(text)) is not None:
        codes.append(_code(after))
        text = text[after.end() :]
    strays = codes_in(text)
    if word not in _WITH_WORDS:
        codes += strays
        strays = ()
        text = _CODE.sub(" ", text)
    return Command(word, tuple(dict.fromkeys(codes)), strays, text.lstrip(" \t\n:,;").rstrip())


def asks_to_sign_in(typed: str) -> bool:
    """Whether an officer asks for a sign-in link, in any of the ways people write it."""
    return slug_of(_seen(storable(typed))) in _SIGN_IN


def codes_in(text: str) -> tuple[str, ...]:
    """Return the card codes in a text as they are stored, each once, in order."""
    return tuple(dict.fromkeys(_code(found) for found in _CODE.finditer(text)))


def storable(typed: str) -> str:
    """Return the text in NFC with LF line ends, without what no store or channel takes: null
    bytes and halves of a sign."""
    return "".join(
        sign for sign in normalise(typed) if sign != "\0" and unicodedata.category(sign) != "Cs"
    )


def _seen(text: str) -> str:
    """Leave out signs that nobody sees; but a joiner is part of many emoji."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf" or sign == "\u200d")


def _code(found: re.Match[str]) -> str:
    return "TB-" + found["signs"].upper().translate(_ALIKE)
