"""Time in Viet Nam, which has no summer time: units, fees and notices go by its days."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

VIET_NAM = timezone(timedelta(hours=7))


def day_of(at: datetime) -> date:
    """Return the day in Viet Nam; `at` knows its zone."""
    return at.astimezone(VIET_NAM).date()
