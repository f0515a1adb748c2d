from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.core.errors import ConflictError, StoreUnavailableError
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.group_commit import GroupCommit
from tests.stores.kit import migrated_database

Make = Callable[[sqlite3.Connection], str]


class Group:
    """A group commit over a real store whose first transaction begins when the test says so."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commit = GroupCommit(self._transaction)
        self.begin = threading.Event()
        self.transactions = 0
        self.broken = False
        self.locked = False

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        assert self.begin.wait(10)
        if self.locked:
            raise StoreUnavailableError("somebody else holds the lock")
        self.transactions += 1
        with self.database.write() as connection:
            yield connection
            if self.broken:
                raise sqlite3.OperationalError("disk I/O error")

    def write_at_once(self, *makes: Make) -> list[Future[str]]:
        """Have every change wait for the same transaction, in this order, then let it begin."""
        with ThreadPoolExecutor(len(makes)) as pool:
            futures = []
            for number, make in enumerate(makes, start=1):
                futures.append(pool.submit(self.commit.write, make))
                self._wait_for_waiting(number)
            self.begin.set()
        return futures

    def _wait_for_waiting(self, number: int) -> None:
        deadline = time.monotonic() + 10
        while len(self.commit._waiting) < number:
            assert time.monotonic() < deadline
            threading.Event().wait(0.001)

    def rows(self) -> list[str]:
        with self.database.read() as connection:
            return [row["code"] for row in connection.execute("SELECT code FROM alarms")]


@pytest.fixture
def group(tmp_path: Path) -> Group:
    return Group(migrated_database(tmp_path / "data"))


def insert(code: str) -> Make:
    def make(connection: sqlite3.Connection) -> str:
        connection.execute(
            "INSERT INTO alarms (code, unit_id, opened_at) VALUES (?, '', 0)", (code,)
        )
        return code

    return make


def insert_then_refuse(code: str) -> Make:
    def make(connection: sqlite3.Connection) -> str:
        insert(code)(connection)
        raise ConflictError

    return make


def test_changes_that_wait_at_once_share_one_transaction(group: Group) -> None:
    futures = group.write_at_once(insert("a"), insert("b"), insert("c"))

    assert [future.result() for future in futures] == ["a", "b", "c"]
    assert group.transactions == 1
    assert group.rows() == ["a", "b", "c"]


def test_refused_change_undoes_itself_alone(group: Group) -> None:
    one, refused, two = group.write_at_once(insert("a"), insert_then_refuse("b"), insert("c"))

    assert isinstance(refused.exception(), ConflictError)
    assert (one.result(), two.result()) == ("a", "c")
    assert group.rows() == ["a", "c"]


def test_change_sees_the_one_before_it(group: Group) -> None:
    def count(connection: sqlite3.Connection) -> str:
        return str(connection.execute("SELECT count(*) FROM alarms").fetchone()[0])

    _, counted = group.write_at_once(insert("a"), count)

    assert counted.result() == "1"


def test_nobody_is_told_done_when_the_commit_fails(group: Group) -> None:
    group.broken = True

    futures = group.write_at_once(insert("a"), insert("b"))

    failures = [type(future.exception()) for future in futures]
    assert failures == [StoreUnavailableError, StoreUnavailableError]
    assert group.rows() == []


def test_refusal_counts_for_nothing_when_the_commit_fails(group: Group) -> None:
    group.broken = True

    _, refused = group.write_at_once(insert("a"), insert_then_refuse("b"))

    assert isinstance(refused.exception(), StoreUnavailableError)


def test_broken_statement_undoes_all_and_is_told_to_all(group: Group) -> None:
    futures = group.write_at_once(insert("a"), insert("a"), insert("b"))

    assert all(isinstance(future.exception(), StoreUnavailableError) for future in futures)
    assert group.rows() == []


def test_lock_that_is_not_to_be_had_is_waited_for_once_by_all(group: Group) -> None:
    group.locked = True

    futures = group.write_at_once(insert("a"), insert("b"))

    assert all(isinstance(future.exception(), StoreUnavailableError) for future in futures)
    assert group.transactions == 0


def test_after_a_failure_the_next_change_is_written(group: Group) -> None:
    group.broken = True
    group.write_at_once(insert("a"))
    group.broken = False

    assert group.commit.write(insert("b")) == "b"

    assert group.rows() == ["b"]


def test_change_inside_a_read_is_refused(group: Group) -> None:
    with group.database.read(), pytest.raises(RuntimeError):
        group.database.write_together(insert("a"))

    assert group.database.write_together(insert("b")) == "b"
