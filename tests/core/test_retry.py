"""How long to wait before trying again (design D4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.retry import LONGEST, retry_delay


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(-1, 2), (0, 2), (1, 2), (2, 5), (3, 10), (4, 20), (5, 40), (6, 60), (7, 60), (10**9, 60)],
)
def test_wait_grows_to_a_minute_with_up_to_a_fifth_taken_off(attempts: int, seconds: int) -> None:
    waits = [retry_delay(attempts).total_seconds() for _ in range(50)]

    assert all(seconds * 0.8 <= wait <= seconds for wait in waits)
    assert len(set(waits)) > 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [(0.0, 0), (1.5, 1.5), (59.9, 59.9), (60.0, 60), (3600.0, 60), (-5.0, 0), (1e300, 60)],
)
def test_what_the_provider_asked_for_goes_first_up_to_a_minute(
    asked: float, seconds: float
) -> None:
    assert retry_delay(6, asked) == timedelta(seconds=seconds)


def test_endless_wait_is_a_minute() -> None:
    assert retry_delay(1, float("inf")) == LONGEST == timedelta(seconds=60)
