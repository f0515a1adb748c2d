from __future__ import annotations

from datetime import UTC

from functions.clock import SystemClock


def test_system_clock_tells_aware_utc_and_goes_on() -> None:
    clock = SystemClock()

    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second
