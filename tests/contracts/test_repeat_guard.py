"""What every RepeatGuard does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.ports import RepeatGuard
from functions.stores.sqlite.repeats import SqliteRepeatGuard
from tests.fakes.clock import START
from tests.fakes.repeats import MemoryRepeatGuard
from tests.stores.kit import fixed_sealer, migrated_database

END = START + timedelta(minutes=10)
MARK = b"\x00\xff fingerprint"
CODE = "12345678901234567890"


@pytest.fixture(params=["memory", "sqlite"])
def guard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RepeatGuard]:
    if request.param == "memory":
        yield MemoryRepeatGuard()
        return
    database = migrated_database(tmp_path / "data")
    yield SqliteRepeatGuard(database, fixed_sealer())
    database.close()


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


def test_expired_submission_is_forgotten_for_good(guard: RepeatGuard) -> None:
    guard.remember(MARK, CODE, "tip-1", END)
    guard.remember(b"later", CODE, "tip-2", END + timedelta(minutes=1))

    guard.forget_expired(END)

    assert guard.recall(MARK, START) is None
    assert guard.recall(b"later", START) == (CODE, "tip-2")


def test_end_set_by_a_clock_years_ahead_is_not_believed(guard: RepeatGuard) -> None:
    years_ahead = END + timedelta(days=10 * 365)
    guard.remember(MARK, CODE, "tip-1", years_ahead)

    recalled = guard.recall(MARK, START)
    guard.forget_expired(START)

    assert recalled is None
    assert guard.recall(MARK, years_ahead - timedelta(minutes=5)) is None
