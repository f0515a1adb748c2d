"""Which pages are due to be looked at again, from plain data."""

from __future__ import annotations

from datetime import date

import pytest

from functions.core.editing.reviews import (
    PageDates,
    due,
    due_for_unit,
    is_overdue,
    next_review,
)
from functions.core.models.content import PageKind, PagePath, ReviewItem

TODAY = date(2026, 11, 20)
WARD, OTHER = "phuong-tan-an", "xa-ea-kly"


def page(kind: PageKind, unit_id: str = "", slug: str = "trang") -> PagePath:
    return PagePath(f"site/{unit_id or kind}/{slug}.md", kind, unit_id, slug)


def facts(next_review_on: date | None, kind: PageKind = PageKind.PROCEDURE) -> PageDates:
    return PageDates(page(kind), "Một trang", next_review_on=next_review_on)


def unit(checked_on: date | None, unit_id: str = WARD) -> PageDates:
    return PageDates(page(PageKind.UNIT, unit_id), "Một đơn vị", checked_on=checked_on)


def notice(begins_on: date, ends_on: date | None = None) -> PageDates:
    found = page(PageKind.NOTICE, WARD)
    return PageDates(found, "Một thông báo", begins_on=begins_on, ends_on=ends_on)


def days(pages: list[PageDates]) -> list[str]:
    return [item.due_on for item in due(pages, TODAY)]


@pytest.mark.parametrize(
    "kind", [PageKind.PROCEDURE, PageKind.GUIDE, PageKind.WARNING, PageKind.TOP]
)
def test_pages_of_facts_are_listed_from_thirty_days_before_on(kind: PageKind) -> None:
    last, too_early = date(2026, 12, 20), date(2026, 12, 21)

    assert days([facts(last, kind)]) == ["2026-12-20"]
    assert days([facts(too_early, kind)]) == []
    assert days([facts(date(2025, 1, 1), kind)]) == ["2025-01-01"]


def test_page_of_facts_without_a_day_counts_as_never_reviewed() -> None:
    assert days([facts(None)]) == [""]


def test_unit_page_is_due_when_never_confirmed_or_more_than_six_months_ago() -> None:
    assert days([unit(None)]) == [""]
    assert days([unit(date(2026, 5, 20))]) == []
    assert days([unit(date(2026, 5, 19))]) == ["2026-11-19"]


def test_notice_is_asked_about_when_it_has_no_last_day_after_a_month() -> None:
    assert days([notice(date(2026, 10, 20))]) == ["2026-11-19"]
    assert days([notice(date(2026, 10, 21))]) == []
    assert days([notice(date(2026, 1, 1), date(2026, 2, 1))]) == []


@pytest.mark.parametrize("day", [date.min, date.max])
def test_page_with_a_day_at_the_end_of_all_days_hides_no_other(day: date) -> None:
    odd = [notice(day), unit(day), facts(day), notice(day, day)]
    usual = facts(date(2026, 11, 1), PageKind.GUIDE)

    found = due([*odd, usual], TODAY)

    assert "2026-11-01" in [item.due_on for item in found]
    assert len(found) == (4 if day == date.min else 1)


@pytest.mark.parametrize("kind", [PageKind.NEWS, PageKind.OUTCOME, PageKind.PICTURE])
def test_posts_and_pictures_are_never_due(kind: PageKind) -> None:
    assert days([PageDates(page(kind, WARD), "Một tin", begins_on=date(2020, 1, 1))]) == []


def test_longest_overdue_stands_first() -> None:
    pages = [facts(date(2026, 12, 1)), unit(None), facts(date(2026, 10, 1))]

    assert days(pages) == ["", "2026-10-01", "2026-12-01"]


def test_unit_is_told_of_its_own_pages_only_and_the_empty_id_of_shared_ones() -> None:
    pages = [facts(date(2026, 11, 1)), unit(None), unit(None, OTHER)]

    assert [item.page.unit_id for item in due_for_unit(pages, WARD, TODAY)] == [WARD]
    assert [item.page.kind for item in due_for_unit(pages, "", TODAY)] == [PageKind.PROCEDURE]


@pytest.mark.parametrize(
    ("due_on", "late"), [("", True), ("2026-11-19", True), ("2026-11-20", False)]
)
def test_day_itself_is_not_late_yet(due_on: str, late: bool) -> None:
    assert is_overdue(ReviewItem(page(PageKind.UNIT, WARD), "Một đơn vị", due_on), TODAY) is late


@pytest.mark.parametrize(
    ("kind", "on", "then"),
    [
        (PageKind.PROCEDURE, date(2026, 11, 20), date(2027, 2, 20)),
        (PageKind.GUIDE, date(2026, 11, 30), date(2027, 2, 28)),
        (PageKind.WARNING, date(2027, 11, 30), date(2028, 2, 29)),
        (PageKind.UNIT, date(2026, 8, 31), date(2027, 2, 28)),
    ],
)
def test_next_review_is_some_months_later_but_never_in_the_month_after(
    kind: PageKind, on: date, then: date
) -> None:
    assert next_review(kind, on) == then
