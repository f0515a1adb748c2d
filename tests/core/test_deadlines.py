"""When the next step of a tip is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.core.deadlines import STANDARD, Clocks, is_closed, is_due_soon, next_due
from functions.core.models import CaseState, Tip, TipStatus
from tests.fakes.new_tips import new_tip

RECEIVED = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def a_tip(status: TipStatus, *, received_at: datetime = RECEIVED, is_extended: bool = False) -> Tip:
    tip = new_tip(status=status, received_at=received_at).tip
    return replace(tip, case=CaseState(is_extended=is_extended))


@pytest.mark.parametrize("status", [TipStatus.RECEIVED, TipStatus.TRANSFERRED])
def test_a_tip_nobody_took_is_due_a_day_after_its_receipt(status: TipStatus) -> None:
    assert next_due(a_tip(status), STANDARD) == RECEIVED + DAY


@pytest.mark.parametrize(
    "status", [TipStatus.ACKNOWLEDGED, TipStatus.IN_PROGRESS, TipStatus.NEED_INFO]
)
def test_a_tip_in_work_is_to_be_decided_within_twenty_days(status: TipStatus) -> None:
    assert next_due(a_tip(status), STANDARD) == RECEIVED + 20 * DAY


@pytest.mark.parametrize(
    "status",
    [TipStatus.RESOLVED, TipStatus.OUT_OF_SCOPE, TipStatus.DUPLICATE, TipStatus.ERASED],
)
def test_a_closed_tip_is_never_due(status: TipStatus) -> None:
    tip = a_tip(status, is_extended=True)

    assert is_closed(tip)
    assert next_due(tip, STANDARD) is None


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        ("2026-11-20", "2027-01-20"),
        ("2026-12-31", "2027-02-28"),
        ("2027-12-30", "2028-02-29"),
        ("2026-06-30", "2026-08-30"),
        ("2026-10-31", "2026-12-31"),
        ("2026-12-01", "2027-02-01"),
    ],
)
def test_an_extended_tip_is_due_on_the_same_day_two_months_on_or_the_months_last(
    received_on: str, due_on: str
) -> None:
    received_at = datetime.fromisoformat(f"{received_on}T09:15:00+00:00")
    tip = a_tip(TipStatus.IN_PROGRESS, received_at=received_at, is_extended=True)

    assert next_due(tip, STANDARD) == datetime.fromisoformat(f"{due_on}T09:15:00+00:00")


def test_a_province_may_set_other_times() -> None:
    clocks = Clocks(classify=2 * HOUR, decide=5 * DAY, decide_extended_months=14)

    assert next_due(a_tip(TipStatus.RECEIVED), clocks) == RECEIVED + 2 * HOUR
    assert next_due(a_tip(TipStatus.IN_PROGRESS), clocks) == RECEIVED + 5 * DAY
    extended = next_due(a_tip(TipStatus.IN_PROGRESS, is_extended=True), clocks)
    assert extended == datetime(2028, 1, 20, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "ahead", "is_soon"),
    [
        (TipStatus.RECEIVED, 12 * HOUR + MICROSECOND, False),
        (TipStatus.RECEIVED, 12 * HOUR, True),
        (TipStatus.TRANSFERRED, HOUR, True),
        (TipStatus.IN_PROGRESS, 48 * HOUR + MICROSECOND, False),
        (TipStatus.IN_PROGRESS, 48 * HOUR, True),
        (TipStatus.IN_PROGRESS, MICROSECOND, True),
        (TipStatus.IN_PROGRESS, timedelta(0), False),
        (TipStatus.IN_PROGRESS, -HOUR, False),
    ],
)
def test_due_soon_is_the_end_of_a_clock_and_not_after_it(
    status: TipStatus, ahead: timedelta, is_soon: bool
) -> None:
    assert is_due_soon(RECEIVED + ahead, status, RECEIVED, STANDARD) is is_soon


def test_what_is_never_due_is_not_due_soon() -> None:
    assert not is_due_soon(None, TipStatus.RESOLVED, RECEIVED, STANDARD)
