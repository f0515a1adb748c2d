from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.stores.sqlite.commit_gate import CommitGate
from functions.stores.sqlite.database import Database
from tests.stores.kit import migrated_database


def enter(gate: CommitGate) -> str:
    with gate.reading():
        return "inside"


def commit(gate: CommitGate) -> str:
    with gate.committing():
        return "committed"


def add_alarm(database: Database, code: str) -> None:
    with database.write() as connection:
        connection.execute(
            "INSERT INTO alarms (code, unit_id, opened_at) VALUES (?, '', 0)", (code,)
        )


def codes(connection: sqlite3.Connection) -> list[str]:
    return [row["code"] for row in connection.execute("SELECT code FROM alarms")]


def test_readers_are_inside_together() -> None:
    gate = CommitGate(0.05)

    with gate.reading(), ThreadPoolExecutor(1) as pool:
        other = pool.submit(enter, gate).result()

    assert other == "inside"


def test_reader_waits_no_longer_than_said_for_a_commit() -> None:
    gate = CommitGate(0.05)

    with gate.committing(), ThreadPoolExecutor(1) as pool:
        failure = pool.submit(enter, gate).exception()

    assert isinstance(failure, StoreUnavailableError)
    assert enter(gate) == "inside"


def test_commit_waits_no_longer_than_said_for_readers_and_opens_again() -> None:
    gate = CommitGate(0.05)

    with gate.reading(), ThreadPoolExecutor(1) as pool:
        failure = pool.submit(commit, gate).exception()
        other_reader = pool.submit(enter, gate).result()

    assert isinstance(failure, StoreUnavailableError)
    assert other_reader == "inside"
    assert commit(gate) == "committed"


@pytest.mark.parametrize("error", [ValueError, StoreUnavailableError])
def test_error_inside_opens_the_gate(error: type[Exception]) -> None:
    gate = CommitGate(0.05)

    with pytest.raises(error), gate.reading():
        raise error
    with pytest.raises(error), gate.committing():
        raise error

    assert (enter(gate), commit(gate)) == ("inside", "committed")


def test_write_beside_a_read_of_the_same_process_waits_until_the_read_is_over(
    tmp_path: Path,
) -> None:
    database = migrated_database(tmp_path / "data")

    with ThreadPoolExecutor(1) as pool:
        with database.read() as connection:
            writing = pool.submit(add_alarm, database, "one")
            during = codes(connection)
        writing.result()

    with database.read() as connection:
        assert (during, codes(connection)) == ([], ["one"])


def test_many_readers_and_writers_of_one_process_all_come_through(tmp_path: Path) -> None:
    database = migrated_database(tmp_path / "data")

    def read(_: int) -> int:
        with database.read() as connection:
            return len(codes(connection))

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(add_alarm, database, f"alarm-{number}") for number in range(40)]
        counts = list(pool.map(read, range(200)))
        for write in writes:
            write.result()

    assert all(0 <= count <= 40 for count in counts)
    assert read(0) == 40
