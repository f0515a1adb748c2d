"""Reading small forms of editors: what was typed becomes plain values, or mistakes with a code.

Values are texts in one plain form each (days as 2026-11-30, amounts as digits), so that what
was typed, what stood there and what stands there now can be compared.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

LONGEST_TITLE = 120
LONGEST_LINE = 300
LONGEST_TEXT = 20_000
_LONGEST_AMOUNT = 12

TELEPHONE = (
    r"(?:(?:\+84|0)(?:[ .\-]?[0-9]){9,10}"
    r"|1[89]00(?:[ .\-]?[0-9]){4}(?:(?:[ .\-]?[0-9]){2})?"
    r"|1[0-9]{2}|10[0-9]{2})"
)
"""One number that any telephone in Viet Nam can call: with its area code, of a call centre
(1900 0368), or short as 113 and 1022. templates/editor/fields.yml has the same for Decap."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""A day outside of these was mistyped."""

_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}")
_SITE = re.compile(r"https?://(?:[a-z0-9\-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#][^\s<>\"]*)?", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.I)
_WRITTEN_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_AMOUNT = re.compile(r"\d+|\d{1,3}(?:[. ,]\d{3})+")
_CURRENCY = re.compile(r"\s*(?:\u0111\u1ed3ng|\u0111|vn\u0111|vnd)\.?$", re.I)
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs"})
_LINE_ENDS = dict.fromkeys(map(ord, "\v\f\x85\u2028\u2029"), "\n")
_EMOJI = re.compile("[\u2300-\u27bf\u2b00-\u2bff\ufe0f\u20e3\U0001f000-\U0001faff]")
_CALLED = re.compile(TELEPHONE)
_STOPS = tuple(".,;:!?\u2026-\u2013")
"""Who ends a line with one of these has parted it from the next, or goes on with it."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong at one field; the catalogue has the sentence for the code."""

    field: str
    code: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


def clean_text(typed: str) -> str:
    """Return typed text in NFC with LF line ends, without signs that nobody can see."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.translate(_LINE_ENDS).replace("\t", " ").replace("\xa0", " ")
    return "".join(
        sign for sign in text if sign == "\n" or unicodedata.category(sign) not in _INVISIBLE
    )


def lines_as_one(text: str, between: str = "; ") -> str:
    """Return the lines of a text behind each other, parted where no line ended with a stop."""
    lines = [" ".join(line.split()) for line in clean_text(text).split("\n")]
    said = [line for line in lines if line]
    parted = [line + (" " if line.endswith(_STOPS) else between) for line in said[:-1]]
    return "".join([*parted, *said[-1:]])


class TypedValues:
    """Reads the fields of one form and collects what is wrong with each."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed
        self.mistakes: list[Mistake] = []

    def wrong(self, name: str, code: str, **values: str) -> None:
        self.mistakes.append(Mistake(name, code, values))

    def line(self, name: str, most: int = LONGEST_LINE, *, required: bool = False) -> str:
        """Return a text of one line; blanks and line ends become single blanks."""
        text = " ".join(clean_text(self._typed.get(name, "")).split())
        return self._sized(name, text, most, required)

    def joined_lines(self, name: str, most: int = LONGEST_LINE, between: str = "; ") -> str:
        """Return what a box of several rows says, as a text of one line."""
        text = lines_as_one(self._typed.get(name, ""), between)
        return self._sized(name, text, most, required=False)

    def text(self, name: str, most: int = LONGEST_TEXT, *, required: bool = False) -> str:
        """Return a text of many lines, without blanks at their ends."""
        lines = [line.rstrip() for line in clean_text(self._typed.get(name, "")).split("\n")]
        return self._sized(name, "\n".join(lines).strip("\n"), most, required)

    def title(self, name: str) -> str:
        """Return a title: a line with letters, and without pictures among them."""
        title = self.line(name, LONGEST_TITLE, required=True)
        if _EMOJI.search(title):
            self.wrong(name, "emoji")
        elif title and not any(sign.isalpha() for sign in title):
            self.wrong(name, "no-letters")
        return title

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """Return a code; empty where nothing is chosen."""
        value = self._typed.get(name, "").strip()
        if value and value not in allowed:
            self.wrong(name, "unknown-choice")
        return value

    def flag(self, name: str) -> str:
        """Return `yes` where a box is ticked, else nothing."""
        return "yes" if self._typed.get(name, "").strip() else ""

    def phone(self, name: str) -> str:
        """Return one telephone number as it was grouped."""
        phone = self.line(name)
        if phone and not can_be_called(phone):
            self.wrong(name, "phone")
        return phone

    def mail(self, name: str) -> str:
        address = self.line(name)
        if address and not _MAIL.fullmatch(address):
            self.wrong(name, "mail")
        return address

    def site(self, name: str) -> str:
        """Return the address of a web site, with https:// where it was left out."""
        address = self.line(name)
        if address and not _SCHEME.match(address):
            address = f"https://{address}"
        if address and not _SITE.fullmatch(address):
            self.wrong(name, "site")
        return address

    def day(self, name: str, *, required: bool = False) -> str:
        """Return a day as 2026-11-30; it may be typed as 30/11/2026."""
        typed = self.line(name, required=required)
        if not typed:
            return ""
        day = _day_of(typed)
        if day is None or not is_plausible(day):
            self.wrong(name, "day")
            return ""
        return day.isoformat()

    def amount(self, name: str, *, required: bool = False) -> str:
        """Return an amount of money in digits; it may be typed as 15.000 đồng."""
        typed = _CURRENCY.sub("", self.line(name, required=required))
        if not typed:
            return ""
        digits = re.sub(r"\D", "", typed)
        if not _AMOUNT.fullmatch(typed) or len(digits) > _LONGEST_AMOUNT or not digits.isascii():
            self.wrong(name, "amount")
            return ""
        return str(int(digits))

    def has_mistake(self, name: str) -> bool:
        return any(mistake.field == name for mistake in self.mistakes)

    def _sized(self, name: str, text: str, most: int, required: bool) -> str:
        if required and not text:
            self.wrong(name, "required")
        elif len(text) > most:
            self.wrong(name, "too-long", most=str(most), length=str(len(text)))
        return text


def can_be_called(phone: str) -> bool:
    """Tell whether a text is one telephone number, and has as many digits as it needs."""
    return _CALLED.fullmatch(phone) is not None


def is_plausible(day: date) -> bool:
    """Tell whether a day can have been meant."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def is_written_plainly(day: str) -> bool:
    """Tell whether a text is a day as 2026-11-30."""
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def _day_of(typed: str) -> date | None:
    written = _WRITTEN_DAY.fullmatch(typed)
    try:
        if written:
            return date(int(written[3]), int(written[2]), int(written[1]))
        return date.fromisoformat(typed) if len(typed) == len("2026-11-30") else None
    except ValueError:
        return None
