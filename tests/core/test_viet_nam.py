"""Days of Viet Nam: one way to tell them, wherever the machine stands."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from functions.core.viet_nam import day_of
from functions.installed import PROJECT

OWN_WAYS = re.compile(r"hours=7\b|now\(\)\.date\(\)|date\.today\(\)")
OF_ITS_OWN = {
    "functions/core/viet_nam.py",
    # It stands for Zalo and knows nothing of the rest.
    "functions/local/sandbox/clock.py",
}


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 21, 16, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 17, 0, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_a_day_begins_seven_hours_before_greenwichs(at: datetime, day: date) -> None:
    assert day_of(at) == day


def test_nobody_tells_the_day_in_a_way_of_their_own() -> None:
    files = [
        file for folder in ("functions", "publish") for file in (PROJECT / folder).rglob("*.py")
    ]

    found = {
        name
        for file in files
        for name in [file.relative_to(PROJECT).as_posix()]
        if name not in OF_ITS_OWN and OWN_WAYS.search(file.read_text(encoding="utf-8"))
    }

    assert len(files) > 300
    assert found == set()
