"""Lengths of time as officers say them: days, hours or minutes, and how far a clock is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core.deadlines import Clocks, is_due_soon
from functions.core.models import TipStatus
from functions.web.answers import words

_HOUR = timedelta(hours=1)
_DAYS_FROM = 48 * _HOUR


@dataclass(frozen=True)
class Due:
    """How a legal clock stands."""

    code: str
    """"late", "soon" or "far", for the eye."""
    text: str


def span(length: timedelta) -> str:
    """Return the length in whole minutes, hours or days, whichever says enough."""
    if length < _HOUR:
        code, count = "minutes", max(1, length // timedelta(minutes=1))
    elif length < _DAYS_FROM:
        code, count = "hours", length // _HOUR
    else:
        code, count = "days", length // timedelta(days=1)
    return words().staff["spans"][code].format(count=count)


def due_words(
    due_at: datetime | None, status: TipStatus, now: datetime, clocks: Clocks
) -> Due | None:
    """Return how far the clock of a tip is, None where none runs."""
    if due_at is None:
        return None
    sentences = words().staff["due"]
    if due_at <= now:
        return Due("late", sentences["late"].format(span=span(now - due_at)))
    code = "soon" if is_due_soon(due_at, status, now, clocks) else "far"
    return Due(code, sentences["left"].format(span=span(due_at - now)))
