"""What a tip's words must lose before they go to Zalo (design D3).

Masked: the values of the contact fields wherever they occur, and long numbers (9–19 or
more digits, single blanks, dots or hyphens between), dates and times excepted. Masking
too much does no harm, the case page shows the full text; masking too little does. Signs
that nobody sees, as phones put around a copied number, must not hide a number: they go.
"""

from __future__ import annotations

import re
import unicodedata

from functions.core.models import Contact

MASK = "•••••"

_HYPHENS = r"\-\u2010-\u2015\u2212\ufe63\uff0d"
_BLANK = r"[^\S\n]"
_RUN = re.compile(rf"\d(?:(?:{_BLANK}|[.{_HYPHENS}])?\d){{8,}}")
_DATE = (
    r"(?:(?:0?[1-9]|[12]\d|3[01])[.\-](?:0?[1-9]|1[0-2])[.\-](?:19|20)\d\d"
    r"|(?:19|20)\d\d[.\-](?:0?[1-9]|1[0-2])[.\-](?:0?[1-9]|[12]\d|3[01]))"
)
_TIME = r"(?:[01]?\d|2[0-3])(?:[.][0-5]\d)?"
_DATES_ONLY = re.compile(
    rf"{_DATE}(?:(?:{_BLANK}|[{_HYPHENS}])(?:{_DATE}|{_TIME}))*|{_TIME}{_BLANK}{_DATE}"
)
_EDGE_DATE = re.compile(rf"^(?:{_DATE}{_BLANK})+|(?:{_BLANK}{_DATE})+$")
_LONG = 9

_UNMISTAKABLE = 6
"""A name or number of so many signs is masked inside longer words too; a short one, such
as "An", only where it stands alone."""


def mask(text: str, contact: Contact) -> str:
    """Return the text without contact values, long numbers and invisible signs, in NFC."""
    text = unicodedata.normalize("NFC", "".join(sign for sign in text if not _is_invisible(sign)))
    for value in (contact.name, contact.phone):
        text = _mask_value(text, value)
    return _RUN.sub(_mask_run, text)


def _mask_run(match: re.Match[str]) -> str:
    run = match.group()
    if _DATES_ONLY.fullmatch(run):
        return run
    edges = [edge.span() for edge in _EDGE_DATE.finditer(run)]
    start = edges[0][1] if edges and edges[0][0] == 0 else 0
    end = edges[-1][0] if edges and edges[-1][1] == len(run) else len(run)
    core = run[start:end]
    if sum(sign.isdigit() for sign in core) < _LONG:
        return run
    return run[:start] + MASK + run[end:]


def _mask_value(text: str, value: str) -> str:
    """Replace a contact value, however it is spaced, cased or marked."""
    signs = [_fold(sign) for sign in value if not _is_filler(sign)]
    signs = [sign for sign in signs if sign]
    if len(signs) < 2:
        return text
    folded, origin = _folded_with_origin(text)
    letters = "".join(signs)
    pattern = r"[\s.\-]*".join(map(re.escape, letters))
    if len(letters) < _UNMISTAKABLE:
        pattern = rf"(?<![^\W_]){pattern}(?![^\W_])"
    spans = [
        (origin[found.start()], origin[found.end() - 1] + 1)
        for found in re.finditer(pattern, folded)
    ]
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text


def _folded_with_origin(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each of its signs, where it stood in the text."""
    folded: list[str] = []
    origin: list[int] = []
    for index, sign in enumerate(text):
        for part in _fold(sign):
            folded.append(part)
            origin.append(index)
    return "".join(folded), origin


def _fold(sign: str) -> str:
    """Return the sign in lower case without marks and in its plain form: đ becomes d, a
    letter of another width or weight the usual one; an invisible sign vanishes."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold())
    return "".join(
        part
        for part in plain.replace("đ", "d")
        if unicodedata.category(part) != "Mn" and not _is_invisible(part)
    )


def _is_invisible(sign: str) -> bool:
    """Zero width, direction and other format signs."""
    return unicodedata.category(sign) == "Cf"


def _is_filler(sign: str) -> bool:
    return sign.isspace() or sign in ".-"
