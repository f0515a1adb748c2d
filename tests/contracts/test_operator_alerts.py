"""What every OperatorAlerts does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.models import OpenAlarm
from functions.core.ports import OperatorAlerts
from functions.stores.dynamodb.alerts import DynamoAlerts
from functions.stores.sqlite.alerts import SqliteAlerts
from tests.fakes.alerts import MemoryAlerts
from tests.fakes.clock import START, FrozenClock
from tests.stores.kit import migrated_database


@dataclass(frozen=True)
class Subject:
    alerts: OperatorAlerts
    raised: list[tuple[str, str]]
    """The calls a human got."""


@pytest.fixture(params=["memory", "sqlite", "aws"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if request.param == "memory":
        alerts = MemoryAlerts()
        yield Subject(alerts, alerts.raised)
        return
    raised: list[tuple[str, str]] = []

    def log(code: str, unit_id: str) -> None:
        raised.append((code, unit_id))

    if request.param == "aws":
        tables = request.getfixturevalue("engine").tables()
        yield Subject(DynamoAlerts(tables, FrozenClock(), log), raised)
        return
    database = migrated_database(tmp_path / "data")
    yield Subject(SqliteAlerts(database, FrozenClock(), log), raised)
    database.close()


def test_repeated_alarm_calls_once(subject: Subject) -> None:
    subject.alerts.alarm("token-dead", "phuong-tan-an")
    subject.alerts.alarm("token-dead", "phuong-tan-an")

    assert subject.raised == [("token-dead", "phuong-tan-an")]


def test_each_code_and_unit_calls_for_itself(subject: Subject) -> None:
    subject.alerts.alarm("token-dead", "phuong-tan-an")
    subject.alerts.alarm("token-dead", "xa-ea-tul")
    subject.alerts.alarm("channel-closed", "phuong-tan-an")

    assert len(subject.raised) == 3


def test_cleared_alarm_calls_again(subject: Subject) -> None:
    subject.alerts.alarm("token-dead", "phuong-tan-an")

    subject.alerts.clear("token-dead", "phuong-tan-an")
    subject.alerts.alarm("token-dead", "phuong-tan-an")

    assert len(subject.raised) == 2


def test_clearing_one_alarm_leaves_the_others_open(subject: Subject) -> None:
    subject.alerts.alarm("token-dead", "phuong-tan-an")

    subject.alerts.clear("token-dead", "xa-ea-tul")
    subject.alerts.clear("channel-closed", "phuong-tan-an")
    subject.alerts.alarm("token-dead", "phuong-tan-an")

    assert len(subject.raised) == 1


def test_open_alarms_are_those_that_nobody_cleared(subject: Subject) -> None:
    for code, unit_id in (("token-dead", "xa-ea-tul"), ("token-dead", "phuong-tan-an")):
        subject.alerts.alarm(code, unit_id)
    subject.alerts.alarm("channel-closed", "xa-ea-tul")
    subject.alerts.clear("token-dead", "xa-ea-tul")

    alarms = subject.alerts.open_alarms()

    assert alarms == [
        OpenAlarm("channel-closed", "xa-ea-tul", START),
        OpenAlarm("token-dead", "phuong-tan-an", START),
    ]


def test_an_alarm_that_went_out_by_mail_says_so_until_it_is_cleared(subject: Subject) -> None:
    told_at = START + timedelta(minutes=3)
    for code in ("token-dead", "channel-closed"):
        subject.alerts.alarm(code, "phuong-tan-an")

    subject.alerts.mark_told("token-dead", "phuong-tan-an", told_at)
    subject.alerts.alarm("token-dead", "phuong-tan-an")
    told = subject.alerts.open_alarms()
    subject.alerts.clear("token-dead", "phuong-tan-an")
    subject.alerts.alarm("token-dead", "phuong-tan-an")

    assert told == [
        OpenAlarm("channel-closed", "phuong-tan-an", START),
        OpenAlarm("token-dead", "phuong-tan-an", START, told_at),
    ]
    assert [alarm.told_at for alarm in subject.alerts.open_alarms()] == [None, None]


def test_an_alarm_that_is_not_open_cannot_be_told(subject: Subject) -> None:
    subject.alerts.mark_told("token-dead", "phuong-tan-an", START)

    assert subject.alerts.open_alarms() == []
    assert subject.raised == []
