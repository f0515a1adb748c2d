"""Numbers that show who somebody is: plates, telephones, numbers of papers and of accounts.

A telephone is an office's if a unit or the register of hotlines publishes it. A landline is
also if an office is named before it in the same sentence: hospitals and the province's
police have too many to list, and a mobile belongs to whoever carries it. Where a person
or a home is named between the two, it is a house's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from publish.plain_text import any_of, whole_words

_NEAR_BEFORE, _NEAR_BEHIND = 90, 60
"""So many signs before and behind a number say whose it is."""

_YEAR = r"(?:19|20)\d\d"
_AMOUNT = r"[1-9](?:\d{0,2}(?:[. ]\d{3}){1,5}|\d{3,15})(?!\d)"
_HARMLESS = (
    # Codes of files that were handed in.
    r"(?<![\w.])(?:\d{3}\.\d\d\.\d\d\.)?[A-Z]\d\d(?:\.\d{2,3}){0,3}-\d{6}-\d{4,6}(?!\d)",
    rf"(?<!\d)[0-3]?\d([./\-])[01]?\d\1{_YEAR}(?![.\-/]?\d)",
    rf"(?<!\d){_YEAR}-[01]\d-[0-3]\d(?![.\-/]?\d)",
    rf"(?<!\d){_YEAR} ?- ?{_YEAR}(?!\d)",
    r"(?<![\d.])[0-2]?\d\.[0-5]\d ?- ?[0-2]?\d\.[0-5]\d(?![.\d])",
    # Degrees of a place in Vietnam.
    r"(?<![\d.,])(?:[89]|1\d|2[0-3]|10[2-9]|11\d)\.\d{4,8}(?![\d.]| \d)",
)

_PLATE_END = r"(?:\d{3}[., \-]?\d{2}|\d{4})(?![\w/]|[.,]\d)"
_PLATE = re.compile(
    rf"(?<![\d/])\d{{2}}(?:[ \-.]{{0,3}}[A-Z\u0110]{{1,2}}\d?[ \-.]{{0,3}}"
    # In small letters only where it can be no measure: 15 kg 2000.
    rf"|-?[a-z\u0111]{{1,2}}(?:\d?[\-.]|\d (?=\d{{3}}\.?\d\d)|\d?(?=\d{{3}}\.\d\d)|\d(?=\d{{5}})))"
    rf"{_PLATE_END}"
)
_GAP = r"[ .()\-]{0,3}"
_PHONE = re.compile(
    rf"(?<!\d)\(?(?:(?:\+ ?\(?84\)?|84\)?)(?:{_GAP}0)?|0){_GAP}"
    rf"(?:2(?:{_GAP}\d){{8,9}}|[3-9](?:{_GAP}\d){{8}})(?!\d)"
    r"|(?<!\d)0\d{2,3}/\d{3}/\d{3,4}(?![/\d])"
    rf"|\+(?!84)[1-9](?:{_GAP}\d){{8,13}}(?!\d)"
)
# Looked for before telephones, which such a number in groups can look like.
_IDENTITY = re.compile(
    r"(?<!\d)(?!0\d{9})0(?:[ .\-]?\d){8}[ .\-]?\d{3}(?![ ./\-]?\d)|(?<!\d)0\d{11}(?!\d)"
)
_RUN = re.compile(r"(?<!\d)\d+(?:[ .\-]{1,3}\d+)*")
_SMALL_GROUP = re.compile(rf"\d\d?|11\d|{_YEAR}")
_SERVICE_LINE = re.compile(r"1[89]00(?:\d{4}|\d{6})")
_FEWEST_DIGITS = 9

PublicNumbers = Callable[[], Collection[str]]
"""Telephones of offices, digits only; asked for only where there is a telephone."""


@dataclass(frozen=True)
class NumberWords:
    """The words of `data/wording.yml` about numbers, made ready."""

    harmless: tuple[re.Pattern[str], ...]
    """Numbers that are anybody's to know."""
    named_number: re.Pattern[str]
    """A number too short to be known but for the word before it."""
    office: re.Pattern[str]
    private: re.Pattern[str]
    office_account: re.Pattern[str]


def number_words(words: Mapping[str, Any]) -> NumberWords:
    """Make the words of `data/wording.yml` ready."""
    currency = rf"{any_of(words['currency'])}(?! {any_of(words['no_currency'])})(?![\w/])"
    # Amounts: alone, and the first of “từ … đến … đồng”.
    amounts = rf"{_AMOUNT}(?: ?(?:{any_of(words['between_amounts'])}|[,\-]) ?{_AMOUNT}){{0,3}}"
    years = rf"{any_of(words['year'])} {_YEAR}(?!\d)"
    before = any_of(words["before_number"])
    return NumberWords(
        harmless=(
            *map(re.compile, _HARMLESS),
            re.compile(rf"(?<!\d)(?<!\d[.]){amounts} ?{currency}"),
            re.compile(years),
        ),
        named_number=re.compile(
            rf"{whole_words(chain(*words['number_words']))}(?: {before}|:){{0,4}} ?"
            r"(?P<number>[A-Z]?\d{6,8}(?!\d))"
        ),
        office=re.compile(whole_words(chain(*words["offices"]))),
        private=re.compile(whole_words(chain(*words["private_words"]))),
        office_account=re.compile(whole_words(words["office_accounts"])),
    )


def numbers_in(text: str, words: NumberWords) -> Iterator[tuple[str, int, str]]:
    """Yield code, place and writing of every plate, telephone and long number."""
    rest = text
    for harmless in words.harmless:
        rest = harmless.sub(_blank, rest)
    for code, pattern in (
        ("exposes-plate", _PLATE),
        ("exposes-number", _IDENTITY),
        ("exposes-phone", _PHONE),
        ("exposes-number", _RUN),
        ("exposes-number", words.named_number),
    ):
        for found in pattern.finditer(rest):
            if code != "exposes-number" or _is_number(found, text, words):
                yield code, found.start(), _written(found)
        if pattern is not _RUN:
            rest = pattern.sub(_blank, rest)


def _is_number(found: re.Match[str], text: str, words: NumberWords) -> bool:
    """Tell whether digits are the number of a paper, or of an account that is no office's."""
    groups = re.findall(r"\d+", found[0])
    digits = "".join(groups)
    if found.re is _RUN and (
        len(digits) < _FEWEST_DIGITS
        or all(map(_SMALL_GROUP.fullmatch, groups))
        or _SERVICE_LINE.fullmatch(digits)
    ):
        return False
    around = text[max(0, found.start() - _NEAR_BEFORE) : found.end() + _NEAR_BEHIND]
    return not words.office_account.search(around)


def is_offices(
    text: str, at: int, found: str, words: NumberWords, public_numbers: PublicNumbers
) -> bool:
    digits = re.sub(r"\D", "", found)
    national = re.sub(r"^840?", "0", digits)
    if national in public_numbers():
        return True
    sentence = re.split(r"[.;!?] ", text[max(0, at - _NEAR_BEFORE) : at])[-1]
    offices = [*words.office.finditer(sentence)]
    return (
        national.startswith("02")
        and bool(offices)
        and not words.private.search(sentence, offices[-1].end())
    )


def _written(found: re.Match[str]) -> str:
    shown = found.groupdict().get("number", found[0]).strip(" .-")
    return shown if shown.count("(") == shown.count(")") else shown.strip("()")


def _blank(found: re.Match[str]) -> str:
    # No blanks: those may stand within a number.
    return "#" * len(found[0])
