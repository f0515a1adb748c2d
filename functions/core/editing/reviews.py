"""Which pages have to be looked at again, and when: decided from plain data alone."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from functions.core.models.content import PageKind, PagePath, ReviewItem

AHEAD = timedelta(days=30)
"""A review is told of this long before its day."""

FACTS_MONTHS = 3
"""Until facts are looked at again where nobody sets another day."""

UNIT_MONTHS = 6
"""What a unit says about itself is to be confirmed as often as this."""

OPEN_NOTICE = timedelta(days=30)
"""A notice without a last day is asked about after so long."""

FACTS = frozenset({PageKind.PROCEDURE, PageKind.GUIDE, PageKind.WARNING, PageKind.TOP})


@dataclass(frozen=True)
class PageDates:
    """What has to be known of one published page; pages of one kind have only some of the days."""

    page: PagePath
    title: str
    next_review_on: date | None = None
    """Of a page of facts."""
    checked_on: date | None = None
    """When the unit last confirmed what it says about itself."""
    begins_on: date | None = None
    """The first day of a notice."""
    ends_on: date | None = None
    """Its last day; None: it stands until somebody ends it."""


def due(pages: Iterable[PageDates], on: date) -> list[ReviewItem]:
    """Return what is to be looked at again on a day, the longest overdue first.

    Pages of facts are listed from 30 days before their day on, what a unit says of itself
    once half a year has passed (never confirmed: always), and notices that have no last day.
    """
    items = [
        ReviewItem(page.page, page.title, day.isoformat() if day else "")
        for page in pages
        for is_due, day in [_due_day(page, on)]
        if is_due
    ]
    return sorted(items, key=lambda item: (item.due_on, item.page.path))


def due_for_unit(pages: Iterable[PageDates], unit_id: str, on: date) -> list[ReviewItem]:
    """Return what one unit has to look at again; with an empty id what all units share."""
    return due((page for page in pages if page.page.unit_id == unit_id), on)


def is_overdue(item: ReviewItem, on: date) -> bool:
    """Tell whether the day has passed already, or never was."""
    return item.due_on < on.isoformat()


def next_review(kind: PageKind, on: date) -> date:
    """Return when a page of this kind is usually to be looked at again after that day."""
    return _months_later(on, UNIT_MONTHS if kind is PageKind.UNIT else FACTS_MONTHS)


def _due_day(page: PageDates, on: date) -> tuple[bool, date | None]:
    """Tell whether the page is due, and since or until when; None: since always.

    It has an answer for any day: one page must not hide all the others.
    """
    kind = page.page.kind
    if kind in FACTS:
        return page.next_review_on is None or page.next_review_on <= on + AHEAD, page.next_review_on
    if kind is PageKind.UNIT:
        if page.checked_on is None:
            return True, None
        ends = _months_later(page.checked_on, UNIT_MONTHS)
        return ends < on, ends
    if kind is PageKind.NOTICE and page.begins_on is not None and page.ends_on is None:
        asked = _days_later(page.begins_on, OPEN_NOTICE)
        return asked < on, asked
    return False, None


def _days_later(day: date, days: timedelta) -> date:
    """Return the day some days later, or the last one that there is."""
    return day + min(days, date.max - day)


def _months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month where it is shorter.

    After the last month that there is comes none: then its last day.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
