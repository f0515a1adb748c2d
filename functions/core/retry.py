"""How long to wait before trying again; a value, so that nothing sleeps inside a job."""

from __future__ import annotations

import random
from datetime import timedelta

LONGEST = timedelta(seconds=60)
"""Design D4: delivery never exhausts, so it knocks about once a minute."""

_TABLE = (2, 5, 10, 20, 40, 60)
"""Seconds after the first, second, … failure; the last one repeats."""


def retry_delay(attempts: int, retry_after: float | None = None) -> timedelta:
    """Return the wait after so many attempts: what the provider asked for, else the table
    with up to a fifth of jitter taken off, so that many units do not knock at once."""
    if retry_after is not None:
        return timedelta(seconds=min(max(retry_after, 0.0), LONGEST.total_seconds()))
    seconds = _TABLE[min(max(attempts, 1), len(_TABLE)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.8, 1.0))  # noqa: S311 no secret
