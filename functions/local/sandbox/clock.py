"""The sandbox's own clock, which a drill can move."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

VIETNAM = timezone(timedelta(hours=7))


class SandboxClock:
    """Milliseconds since 1970 as Zalo counts them, plus an offset a drill may set."""

    def __init__(self, offset_seconds: float = 0) -> None:
        self.offset_seconds = offset_seconds

    def now_ms(self) -> int:
        # The sandbox is a separate program and does not import the project's clock.
        real = time.time()  # noqa: TID251
        return int((real + self.offset_seconds) * SECOND)


def iso(at_ms: int) -> str:
    """The instant in ISO 8601 with an offset, UTC."""
    return datetime.fromtimestamp(at_ms / SECOND, UTC).isoformat(timespec="seconds")


def vietnam_time(at_ms: int, pattern: str) -> str:
    """The instant as a phone in Viet Nam would show it."""
    return datetime.fromtimestamp(at_ms / SECOND, VIETNAM).strftime(pattern)
