"""How Vietnamese text is turned into an address and put into alphabetical order."""

from __future__ import annotations

import re
import unicodedata

# ’ in M’gar and its look-alikes separate nothing: people type cumgar and cu-mgar, never cu-m-gar.
_SILENT_SIGNS = dict.fromkeys(map(ord, "'’‘ʼ`´"))  # noqa: B005 - each sign stands for itself
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

# The dictionary's order: a ă â, e ê, o ô ơ, u ư (đ follows d and is handled apart).
_LETTER_MARKS = {"\u0306": 1, "\u0302": 2, "\u031b": 3}
# And of the tones: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

CollationKey = tuple[tuple[tuple[tuple[int, int, int], ...], ...], tuple[int, ...], str]


def slug_of(text: str) -> str:
    """Return `text` as an address: ASCII small letters and digits, words joined by `-`."""
    plain = text.translate(_SILENT_SIGNS).casefold().replace("đ", "d")
    letters = (sign for sign in unicodedata.normalize("NFD", plain) if sign.isascii())
    return _NOT_SLUG.sub("-", "".join(letters)).strip("-")


def collation_key(text: str) -> CollationKey:
    """Return a key that sorts names as a Vietnamese dictionary does.

    Words count before marks, marks of letters (ă, â) before tones; numbers sort by value, so
    that "Phường 9" stands before "Phường 10".
    """
    words: list[tuple[tuple[int, int, int], ...]] = []
    tones: list[int] = []
    for word in text.translate(_SILENT_SIGNS).casefold().split():
        if word.isascii() and word.isdigit():
            words.append(((0, int(word), 0),))
            tones.append(0)
            continue
        letters, word_tones = _ranks(word)
        words.append(letters)
        tones.extend(word_tones)
    return tuple(words), tuple(tones), text


def _ranks(word: str) -> tuple[tuple[tuple[int, int, int], ...], list[int]]:
    """Split a word into letters with their marks, and the tone over each letter."""
    letters: list[tuple[int, int, int]] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFD", word):
        if sign in _LETTER_MARKS and letters:
            kind, base, _ = letters[-1]
            letters[-1] = (kind, base, _LETTER_MARKS[sign])
        elif sign in _TONES and tones:
            tones[-1] = _TONES[sign]
        elif not unicodedata.combining(sign):
            letters.append((1, ord("d"), 1) if sign == "đ" else (1, ord(sign), 0))
            tones.append(0)
    return tuple(letters), tones
