"""The system's clock: the one place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's time; it may be wrong by years, so nothing durable may depend on it."""

    def now(self) -> datetime:
        return datetime.now(UTC)
