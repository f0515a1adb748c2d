"""What a page may say when it is saved: rules that the build does without.

The build has to draw whatever is published, also on the day after a fee has ended. Whoever saves
a page can mend it, so here more is asked for.

Fees. A fee may be open-ended; most are. But
- one whose law is in force up to a known day (a relief, as of circular 117/2026) ends with it;
- one that has ended is taken out, or another of the same case and channel follows it;
- of one case and channel only one is in force on any day;
- an amount that is new or changed names the law it comes from (free of charge needs none where
  nothing was paid before).

Days and telephones. A day lies in years that can have been meant. A unit's telephone that is new
or changed can be called; an old one keeps nobody from changing something else.

Marks. Whoever takes one away (`check: true`, the words in a text, `confidence: staff-check`) says
who checked it (`checked_by_role`) and when (`facts_checked_on`, later than what is public, or
today). So does a new page that calls itself certain.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from functions.core.editing.typed_values import (
    FIRST_YEAR,
    LAST_YEAR,
    can_be_called,
    is_plausible,
)
from publish.documents import Document, is_day, texts_in
from publish.errors import Problem
from publish.field_checks import Row, entries, entry_name, entry_problem, rows
from publish.laws import Law
from publish.marks import marks_by_key
from publish.page_checks import AMOUNTS

_LONGEST = {"title": 120, "short_title": 80, "description": 300, "summary": 500}
_LONGEST_OTHER = 2_000
_TITLES = ("title", "short_title")
_PHONES = ("duty_phone", "phone")
_EMOJI_PARTS = "\ufe0f\u20e3"
_FIRST_PICTURE = 0x2190
"""Signs before it, as § or °, stand in serious titles."""


@dataclass(frozen=True)
class Change:
    """A page as it is to be saved, and what was public before."""

    page: Document
    old: Document | None
    today: date


def text_problems(page: Document) -> Iterator[Problem]:
    """Yield texts that are too long, and titles with signs that are no letters."""
    for key, value in page.meta.items():
        limit = _LONGEST.get(key, _LONGEST_OTHER)
        if any(len(text) > limit for text in texts_in(value)):
            text = f"{key} is longer than {limit} signs; shorten it"
            yield page.problem(str(key), text, "too-long", limit=str(limit))
    for key in _TITLES:
        title = page.meta.get(key)
        found = next(filter(_is_no_letter, title), "") if isinstance(title, str) else ""
        if found:
            text = f"{key} holds {found!r}; use letters, digits and usual signs"
            # A sign that cannot be seen is told by its number.
            shown = found if found.isprintable() else f"U+{ord(found):04X}"
            yield page.problem(key, text, "sign-in-title", found=shown)


def day_problems(change: Change) -> Iterator[Problem]:
    """Yield days that cannot be."""
    meta = change.page.meta
    for place, day in _values(change.page):
        if is_day(day) and not is_plausible(day):
            text = f"{day.isoformat()} was mistyped; correct the year"
            yield change.page.problem(
                place.item or place.key,
                text,
                "day-implausible",
                place.key,
                found=_written(day),
                first=str(FIRST_YEAR),
                last=str(LAST_YEAR),
                **place.names,
            )
    for key in ("facts_checked_on", "checked_on"):
        checked = meta.get(key)
        if is_day(checked) and checked > change.today and checked != _old(change, key):
            text = f"{key} lies in the future; it is the day somebody looked"
            yield change.page.problem(key, text, "day-ahead")
    checked, review = meta.get("facts_checked_on"), meta.get("next_review_on")
    if is_day(checked) and is_day(review) and review <= checked:
        text = "next_review_on must lie after facts_checked_on"
        yield change.page.problem("next_review_on", text, "review-not-after")


def phone_problems(change: Change) -> Iterator[Problem]:
    """Yield a unit's telephones that nobody reaches, unless they are public so already."""
    before = [*_values(change.old)] if change.old else []
    known = {str(value) for place, value in before if place.last in _PHONES}
    for place, phone in _values(change.page):
        is_new = place.last in _PHONES and isinstance(phone, str) and phone not in known
        if is_new and not can_be_called(phone):
            text = f"{phone} has too few digits or too many; write it with its area code"
            yield change.page.problem(
                place.item or place.key, text, "telephone", place.key, **place.names
            )


def notice_problems(page: Document) -> Iterator[Problem]:
    """Yield a unit's own page that is over before it is public."""
    posted, ends = page.meta.get("posted_on"), page.meta.get("valid_until")
    if page.meta.get("valid_from") is None and is_day(posted) and is_day(ends) and ends < posted:
        text = "valid_until lies before posted_on; it is the last day"
        yield page.problem("valid_until", text, "ends-before-begin")


def fee_problems(change: Change, laws: Mapping[str, Law]) -> Iterator[Problem]:
    """Yield fees that break the rules above."""
    page, fees = change.page, rows(change.page, "fees")
    for fee in fees:
        begins: date | None = fee.get("valid_from")
        ends: date | None = fee.get("valid_until")
        law = laws.get(str(fee.get("basis")))
        if begins and ends and ends < begins:
            text = "valid_until lies before valid_from; it is the last day"
            yield entry_problem(page, "fees", fee, text, "ends-before-begin", "valid_until")
        elif law and law.in_force_to and (ends is None or ends > law.in_force_to):
            last = law.in_force_to
            text = f"its law ends on {last.isoformat()}; write valid_until, that day or earlier"
            yield entry_problem(
                page,
                "fees",
                fee,
                text,
                "fee-outlives-law",
                "valid_until",
                law=law.number or law.title,
                last=_written(last),
            )
        elif ends and ends < change.today and not _followed(fee, fees):
            text = "the fee has ended; write the amount of now or take it out"
            yield entry_problem(
                page, "fees", fee, text, "fee-ended", "valid_until", last=_written(ends)
            )
    for fee, other in zip(_in_time(fees), _in_time(fees)[1:], strict=False):
        if _who_pays(fee) == _who_pays(other) and _overlap(fee, other):
            text = "two fees of this case and channel at once; end one before the other begins"
            yield entry_problem(page, "fees", other, text, "fees-at-once", "valid_from")


def claim_problems(change: Change, mark: str) -> Iterator[Problem]:
    """Yield what is claimed without saying who says so: amounts, and marks that are gone."""
    page, old = change.page, change.old
    before = [(_who_pays(fee), _amounts(fee)) for fee in (rows(old, "fees") if old else [])]
    for fee in rows(page, "fees"):
        payer, amounts = _who_pays(fee), _amounts(fee)
        is_new = amounts and (payer, amounts) not in before
        was_paid = any(payer == who and any(paid) for who, paid in before)
        if is_new and not fee.get("basis") and (any(amounts) or was_paid):
            text = "the amount is new; name the law it comes from in basis"
            yield entry_problem(page, "fees", fee, text, "fee-needs-basis", "basis")
    if not _takes_marks_away(page, old, mark):
        return
    if not page.meta.get("checked_by_role"):
        text = "a mark is gone; say in checked_by_role who checked"
        yield page.problem("checked_by_role", text, "mark-needs-role")
    checked, last = page.meta.get("facts_checked_on"), _old(change, "facts_checked_on")
    if is_day(checked) and checked < change.today and is_day(last) and checked <= last:
        text = "a mark is gone; say in facts_checked_on when that was checked"
        yield page.problem("facts_checked_on", text, "mark-needs-day")


def _takes_marks_away(page: Document, old: Document | None, mark: str) -> bool:
    if old is None:
        return page.meta.get("confidence") == "high"
    marks = marks_by_key(page, mark)
    return any(count > marks[key] for key, count in marks_by_key(old, mark).items())


@dataclass(frozen=True)
class _Place:
    """Where a value stands in front matter."""

    key: str
    item: str = ""
    """The name of the entry, or the procedure a rule is about."""
    part: str = ""
    """The key in it."""

    @property
    def last(self) -> str:
        return self.part or self.key

    @property
    def names(self) -> Mapping[str, str]:
        """What a problem says of the place beside its key."""
        return {name: text for name in ("item", "part") if (text := getattr(self, name))}


def _values(page: Document) -> Iterator[tuple[_Place, Any]]:
    """Yield every single value, also those of entries and of a unit's rules."""
    for key, value in page.meta.items():
        if isinstance(value, Mapping):
            parts = [(str(item), rule) for item, rule in value.items() if isinstance(rule, Mapping)]
        else:
            parts = [(entry_name(row), row) for row in entries(value)]
            yield _Place(str(key)), value
        for item, row in parts:
            for part, single in row.items():
                yield _Place(str(key), item, str(part)), single


def _followed(fee: Row, fees: list[Row]) -> bool:
    return any(
        _who_pays(other) == _who_pays(fee)
        and other.get("valid_from")
        and other["valid_from"] > fee["valid_until"]
        for other in fees
    )


def _in_time(fees: list[Row]) -> list[Row]:
    """Return fees so that those of one case and channel stand together, the earliest first."""
    return sorted(fees, key=lambda fee: (str(_who_pays(fee)), fee.get("valid_from") or date.min))


def _overlap(fee: Row, other: Row) -> bool:
    """Tell whether one fee still holds when the next one begins."""
    return (fee.get("valid_until") or date.max) >= (other.get("valid_from") or date.min)


def _who_pays(fee: Row) -> tuple[object, object]:
    return fee.get("case"), fee.get("channel")


def _amounts(fee: Row) -> list[int]:
    return [fee[key] for key in AMOUNTS if fee.get(key) is not None]


def _old(change: Change, key: str) -> Any:
    return change.old.meta.get(key) if change.old else None


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _is_no_letter(sign: str) -> bool:
    """Tell whether a sign is an emoji or part of one, or cannot be seen."""
    kind = unicodedata.category(sign)
    if kind in {"So", "Sk"}:
        return ord(sign) >= _FIRST_PICTURE
    return kind in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} or sign in _EMOJI_PARTS
