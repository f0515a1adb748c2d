"""The legal clocks of a tip (design 4.4): when the next step is due."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core.models import Tip, TipStatus

CLOSED = frozenset(
    {TipStatus.RESOLVED, TipStatus.OUT_OF_SCOPE, TipStatus.DUPLICATE, TipStatus.ERASED}
)


@dataclass(frozen=True)
class Clocks:
    """How long each step may take; a province may set other times.

    Taking a tip within a day also keeps the three working days for telling its sender so.
    """

    classify: timedelta = timedelta(hours=24)
    decide: timedelta = timedelta(days=20)
    decide_extended_months: int = 2
    soon: timedelta = timedelta(hours=48)
    """So long before its end a clock counts as due soon; the first one from its middle on."""


STANDARD = Clocks()


def is_closed(tip: Tip) -> bool:
    return tip.status in CLOSED


def next_due(tip: Tip, clocks: Clocks) -> datetime | None:
    """Return when the next clock of the tip as it stands runs out, None once it is closed.

    All clocks run from receipt, whoever has the tip: a transfer stops none of them.
    """
    if is_closed(tip):
        return None
    if tip.status in (TipStatus.RECEIVED, TipStatus.TRANSFERRED):
        return tip.received_at + clocks.classify
    if tip.case.is_extended:
        return _months_later(tip.received_at, clocks.decide_extended_months)
    return tip.received_at + clocks.decide


def is_due_soon(due_at: datetime | None, status: TipStatus, now: datetime, clocks: Clocks) -> bool:
    """Whether the clock ends within the time set for its kind, but has not ended."""
    if due_at is None or due_at <= now:
        return False
    is_first = status in (TipStatus.RECEIVED, TipStatus.TRANSFERRED)
    ahead = clocks.classify / 2 if is_first else clocks.soon
    return due_at - now <= ahead


def _months_later(at: datetime, months: int) -> datetime:
    """Return the same day so many months on, or that month's last day."""
    index = at.month - 1 + months
    year, month = at.year + index // 12, index % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
