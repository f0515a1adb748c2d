"""What every RepeatGuard does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.ports import RepeatGuard
from functions.stores.dynamodb.repeats import DynamoRepeatGuard
from functions.stores.sqlite.repeats import SqliteRepeatGuard
from tests.fakes.clock import START
from tests.fakes.repeats import MemoryRepeatGuard
from tests.stores.kit import fixed_sealer, migrated_database

END = START + timedelta(minutes=10)
MARK = b"\x00\xff fingerprint"
CODE = "12345678901234567890"


@contextmanager
def in_sqlite(folder: Path) -> Iterator[RepeatGuard]:
    database = migrated_database(folder / "data")
    yield SqliteRepeatGuard(database, fixed_sealer())
    database.close()


@pytest.fixture(params=["memory", "sqlite", "aws"])
def guard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RepeatGuard]:
    if request.param == "memory":
        yield MemoryRepeatGuard()
    elif request.param == "aws":
        yield DynamoRepeatGuard(request.getfixturevalue("engine").tables(), fixed_sealer())
    else:
        with in_sqlite(tmp_path) as guard:
            yield guard


@pytest.fixture(params=["memory", "sqlite"])
def sweeping_guard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RepeatGuard]:
    """The guards that forget when they are told to; DynamoDB does so by itself."""
    if request.param == "memory":
        yield MemoryRepeatGuard()
    else:
        with in_sqlite(tmp_path) as guard:
            yield guard


def test_remembered_submission_is_recalled(guard: RepeatGuard) -> None:
    guard.remember(MARK, CODE, "tip-1", END)

    assert guard.recall(MARK, START) == (CODE, "tip-1")
    assert guard.recall(b"another", START) is None


def test_newer_submission_takes_the_place_of_the_older(guard: RepeatGuard) -> None:
    guard.remember(MARK, CODE, "tip-1", END)

    guard.remember(MARK, CODE[::-1], "tip-2", END)

    assert guard.recall(MARK, START) == (CODE[::-1], "tip-2")


def test_submission_is_not_recalled_from_its_end_on(guard: RepeatGuard) -> None:
    guard.remember(MARK, CODE, "tip-1", END)

    assert guard.recall(MARK, END - timedelta(microseconds=1)) is not None
    assert guard.recall(MARK, END) is None


def test_forgetting_leaves_what_is_not_expired(guard: RepeatGuard) -> None:
    guard.remember(MARK, CODE, "tip-1", END)

    guard.forget_expired(END - timedelta(microseconds=1))

    assert guard.recall(MARK, START) == (CODE, "tip-1")


def test_end_set_by_a_clock_years_ahead_is_not_believed(guard: RepeatGuard) -> None:
    guard.remember(MARK, CODE, "tip-1", END + timedelta(days=10 * 365))

    assert guard.recall(MARK, START) is None


def test_expired_submission_is_forgotten_for_good(sweeping_guard: RepeatGuard) -> None:
    sweeping_guard.remember(MARK, CODE, "tip-1", END)
    sweeping_guard.remember(b"later", CODE, "tip-2", END + timedelta(minutes=1))

    sweeping_guard.forget_expired(END)

    assert sweeping_guard.recall(MARK, START) is None
    assert sweeping_guard.recall(b"later", START) == (CODE, "tip-2")


def test_end_set_by_a_clock_years_ahead_is_forgotten(sweeping_guard: RepeatGuard) -> None:
    years_ahead = END + timedelta(days=10 * 365)
    sweeping_guard.remember(MARK, CODE, "tip-1", years_ahead)

    sweeping_guard.forget_expired(START)

    assert sweeping_guard.recall(MARK, years_ahead - timedelta(minutes=5)) is None
