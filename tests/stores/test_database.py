from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.errors import ConflictError, StoreUnavailableError
from functions.stores.sqlite.database import Database, from_micros, to_micros
from functions.stores.write_lock import THREAD_NAME
from tests.stores.children import child
from tests.stores.kit import migrated_database


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def database(data_dir: Path) -> Iterator[Database]:
    database = migrated_database(data_dir)
    yield database
    database.close()


def insert_alarm(connection: sqlite3.Connection, code: str) -> None:
    connection.execute("INSERT INTO alarms (code, unit_id, opened_at) VALUES (?, '', 0)", (code,))


def add_alarm(database: Database, code: str) -> None:
    with database.write() as connection:
        insert_alarm(connection, code)


def alarms(database: Database) -> list[str]:
    with database.read() as connection:
        return [row["code"] for row in connection.execute("SELECT code FROM alarms")]


def schema_version(database: Database) -> int:
    with database.read() as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


@given(time=st.datetimes(timezones=st.just(UTC)))
def test_time_comes_back_to_the_microsecond(time: datetime) -> None:
    assert from_micros(to_micros(time)) == time


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2026, 11, 20))


def test_time_of_any_zone_comes_back_in_utc() -> None:
    hanoi = timezone(timedelta(hours=7))

    time = from_micros(to_micros(datetime(1970, 1, 1, 7, 0, 1, tzinfo=hanoi)))

    assert time == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert time.tzinfo is UTC


def test_connections_are_set_up_for_safety(database: Database) -> None:
    with database.read() as connection:
        values = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "journal_mode", "synchronous", "trusted_schema", "secure_delete",
                "foreign_keys", "busy_timeout",
            )
        }  # fmt: skip

    assert values == {
        "journal_mode": "truncate",
        "synchronous": 2,
        "trusted_schema": 0,
        "secure_delete": 1,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_folder_and_files_are_for_this_account_only(database: Database, data_dir: Path) -> None:
    add_alarm(database, "one")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data_dir.iterdir()}
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert modes == {"binhyen.db": 0o600, "binhyen.db-journal": 0o600, "write.lock": 0o600}


def test_what_is_written_is_read_by_another_connection(database: Database, data_dir: Path) -> None:
    add_alarm(database, "one")

    assert alarms(Database(data_dir)) == ["one"]


def test_error_undoes_the_whole_write(database: Database) -> None:
    def write_then_change_ones_mind() -> None:
        with database.write() as connection:
            insert_alarm(connection, "one")
            raise ConflictError

    with pytest.raises(ConflictError):
        write_then_change_ones_mind()

    add_alarm(database, "two")
    assert alarms(database) == ["two"]


def test_broken_statement_is_told_as_an_unavailable_store(database: Database) -> None:
    add_alarm(database, "one")

    with pytest.raises(StoreUnavailableError) as raised:
        add_alarm(database, "one")

    assert isinstance(raised.value.__cause__, sqlite3.IntegrityError)
    assert alarms(database) == ["one"]


def test_read_sees_one_state_throughout(database: Database, data_dir: Path) -> None:
    add_alarm(database, "one")
    impatient = Database(data_dir, timeout_seconds=0.05)

    def change() -> None:
        with impatient.write() as connection:
            connection.execute("DELETE FROM alarms")

    with database.read() as connection, ThreadPoolExecutor(1) as pool:
        before = connection.execute("SELECT count(*) FROM alarms").fetchone()[0]
        change_failed = pool.submit(change).exception()
        after = connection.execute("SELECT count(*) FROM alarms").fetchone()[0]

    assert (before, after) == (1, 1)
    assert isinstance(change_failed, StoreUnavailableError)


@pytest.mark.parametrize("outer", ["read", "write"])
@pytest.mark.parametrize("inner", ["read", "write"])
def test_transactions_do_not_nest(database: Database, outer: str, inner: str) -> None:
    with getattr(database, outer)(), pytest.raises(RuntimeError), getattr(database, inner)():
        pass

    add_alarm(database, "afterwards")
    assert alarms(database) == ["afterwards"]


def test_writer_that_waits_too_long_is_told(database: Database, data_dir: Path) -> None:
    impatient = Database(data_dir, timeout_seconds=0.05)

    with database.write(), ThreadPoolExecutor(1) as pool:
        failure = pool.submit(add_alarm, impatient, "late").exception()

    assert isinstance(failure, StoreUnavailableError)
    add_alarm(impatient, "afterwards")
    assert alarms(database) == ["afterwards"]


def test_thread_that_waits_too_long_is_told(data_dir: Path) -> None:
    database = migrated_database(data_dir, timeout_seconds=0.05)

    with database.write(), ThreadPoolExecutor(1) as pool:
        failure = pool.submit(add_alarm, database, "late").exception()

    assert isinstance(failure, StoreUnavailableError)


def test_lock_whose_waiter_gave_up_goes_on_to_others(database: Database, data_dir: Path) -> None:
    impatient = Database(data_dir, timeout_seconds=0.05)
    with database.write(), ThreadPoolExecutor(3) as pool:
        failures = [pool.submit(add_alarm, impatient, "late").exception() for _ in range(3)]

    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join(5)
    add_alarm(migrated_database(data_dir), "afterwards")

    assert all(isinstance(failure, StoreUnavailableError) for failure in failures)
    assert alarms(database) == ["afterwards"]


def test_no_update_is_lost_between_threads_and_processes(
    database: Database, data_dir: Path
) -> None:
    def count_up(_: int) -> None:
        with database.write() as connection:
            count = connection.execute("PRAGMA application_id").fetchone()[0]
            connection.execute(f"PRAGMA application_id = {count + 1}")

    with child("count-up", data_dir, "20") as one, child("count-up", data_dir, "20") as two:
        one.go()
        two.go()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(count_up, range(20)))
        answers = [one.answer(), two.answer()]

    assert answers == ["counted", "counted"]
    with database.read() as connection:
        assert connection.execute("PRAGMA application_id").fetchone()[0] == 60


def test_second_migration_changes_nothing(database: Database, data_dir: Path) -> None:
    add_alarm(database, "one")
    version = schema_version(database)

    database.migrate()
    again = migrated_database(data_dir)

    assert version >= 2
    assert schema_version(again) == version
    assert alarms(again) == ["one"]


def test_two_processes_migrating_at_once_both_succeed(data_dir: Path) -> None:
    with child("migrate", data_dir) as one, child("migrate", data_dir) as two:
        one.go()
        two.go()
        answers = [one.answer(), two.answer()]

    assert answers == ["migrated", "migrated"]
    assert alarms(Database(data_dir)) == []


def test_database_in_another_journal_mode_is_brought_back(data_dir: Path) -> None:
    migrated_database(data_dir).close()
    other = sqlite3.connect(data_dir / "binhyen.db")
    other.execute("PRAGMA journal_mode = WAL")
    other.close()

    with Database(data_dir).read() as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]

    assert mode == "truncate"


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreUnavailableError):
        Database(tmp_path / "file" / "data").migrate()


def test_file_that_is_no_database_is_told(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "binhyen.db").write_bytes(b"no database at all" * 1000)

    with pytest.raises(StoreUnavailableError):
        Database(data_dir).migrate()


def test_old_sqlite_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))

    with pytest.raises(StoreUnavailableError):
        Database(data_dir)


def test_idle_connections_are_used_again(database: Database, data_dir: Path) -> None:
    open_files = Path(f"/proc/{os.getpid()}/fd")

    def count() -> int:
        names = [link.readlink().name for link in open_files.iterdir() if link.is_symlink()]
        return names.count("binhyen.db")

    alarms(database)
    before = count()
    for _ in range(5):
        alarms(database)

    assert count() == before
