from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from functions.core.models import OpenAlarm
from functions.stores.sqlite.alerts import SqliteAlerts
from functions.stores.sqlite.database import Database
from tests.fakes.clock import START, FrozenClock
from tests.stores.kit import migrated_database


def test_open_alarms_are_listed_oldest_first(tmp_path: Path) -> None:
    clock = FrozenClock()
    alerts = SqliteAlerts(migrated_database(tmp_path), clock, lambda code, unit: None)
    alerts.alarm("token-dead", "xa-ea-tul")
    alerts.alarm("store-slow", "")
    clock.advance(timedelta(minutes=1))
    alerts.alarm("channel-closed", "phuong-tan-an")
    alerts.clear("store-slow", "")

    assert alerts.open_alarms() == [
        OpenAlarm("token-dead", "xa-ea-tul", START),
        OpenAlarm("channel-closed", "phuong-tan-an", START + timedelta(minutes=1)),
    ]


def test_alarm_stays_open_over_a_restart(tmp_path: Path) -> None:
    raised: list[str] = []

    for _ in range(2):
        alerts = SqliteAlerts(
            migrated_database(tmp_path), FrozenClock(), lambda code, unit: raised.append(code)
        )
        alerts.alarm("token-dead", "xa-ea-tul")

    assert raised == ["token-dead"]


def test_alarm_raised_by_eight_threads_at_once_calls_once(tmp_path: Path) -> None:
    raised: list[str] = []
    alerts = SqliteAlerts(
        migrated_database(tmp_path), FrozenClock(), lambda code, unit: raised.append(code)
    )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: alerts.alarm("token-dead", "xa-ea-tul"), range(8)))

    assert raised == ["token-dead"]


def test_alarm_calls_even_when_the_store_cannot_write(tmp_path: Path) -> None:
    migrated_database(tmp_path).close()
    raised: list[str] = []
    alerts = SqliteAlerts(
        Database(tmp_path, timeout_seconds=0.05),
        FrozenClock(),
        lambda code, unit: raised.append(code),
    )

    with contextlib.ExitStack() as held, ThreadPoolExecutor(1) as pool:
        held.enter_context(Database(tmp_path).write())
        pool.submit(alerts.alarm, "disk-full", "").result()

    assert raised == ["disk-full"]
    assert alerts.open_alarms() == []
