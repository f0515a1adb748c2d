"""The SQLite file of one machine: connections, transactions, migrations.

Journal mode TRUNCATE with synchronous FULL lost nothing in simulated power cuts: the old
pages are synced before the file is touched, the file before the journal is cut to zero, and
the cut itself is synced before COMMIT returns (DELETE with FULL leaves that to chance, and
WAL had a race up to SQLite 3.51.2 that could lose committed rows). There is one writer at a
time, so WAL's concurrent readers would gain little.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TypeVar

from functions.core.errors import StoreUnavailableError
from functions.stores.durable import make_folder, sync_folder
from functions.stores.sqlite.commit_gate import CommitGate
from functions.stores.sqlite.group_commit import GroupCommit
from functions.stores.write_lock import WriteLock

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""

Result = TypeVar("Result")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    # Sorting must leave nothing in a temporary file outside the data folder.
    "PRAGMA temp_store = MEMORY",
)


def to_micros(time: datetime) -> int:
    """Return an aware time as whole microseconds since 1970, as the tables hold it."""
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the aware UTC time of `to_micros`."""
    return _EPOCH + micros * _MICROSECOND


class Database:
    """Transactions on `data_dir/binhyen.db`; every failure is a StoreUnavailableError."""

    def __init__(self, data_dir: Path, timeout_seconds: float = 10.0) -> None:
        """`timeout_seconds` limits the wait for the write lock, and for readers to finish."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreUnavailableError(f"SQLite {sqlite3.sqlite_version} is too old")
        self.data_dir = data_dir
        self._file = data_dir / "binhyen.db"
        self._timeout = timeout_seconds
        self._lock = WriteLock(data_dir / "write.lock", timeout_seconds)
        self._gate = CommitGate(timeout_seconds)
        self._group = GroupCommit(self.write)
        self._idle: list[sqlite3.Connection] = []
        self._here = threading.local()

    def migrate(self) -> None:
        """Bring the tables up to date; safe to run again and from two processes at once.

        Tables of a newer program are left as they are: it only added to them, so that an
        older program goes on working (deploy/local/README.md). One that had to take something
        away says so in the table `schema_floor`. Raises StoreUnavailableError then.
        """
        try:
            make_folder(self.data_dir)
            _make_private_file(self._file)
            self._require_known_floor()
            for number, script in _migrations():
                with self.write() as connection:
                    if number > connection.execute("PRAGMA user_version").fetchone()[0]:
                        for statement in _statements(script):
                            connection.execute(statement)
                        connection.execute(f"PRAGMA user_version = {number:d}")
            sync_folder(self.data_dir)
        except OSError as exc:
            raise StoreUnavailableError("the data folder cannot be set up") from exc

    def _require_known_floor(self) -> None:
        """Refuse tables from which something was taken that this program still needs."""
        with self.read() as connection:
            has_floor = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_floor'"
            ).fetchone()
            floor = 0
            if has_floor:
                floor = connection.execute(
                    "SELECT COALESCE(MAX(number), 0) FROM schema_floor"
                ).fetchone()[0]
        if floor > newest_migration():
            raise StoreUnavailableError(
                f"the tables need a program that knows migration {floor}, this one knows"
                f" {newest_migration()}: go back to the newer program"
            )

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the store throughout.

        A long read keeps the writer from committing: fetch, leave, then work.
        """
        with self._alone_in_thread(), self._gate.reading(), self._connection() as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes are durable on leaving, and undone on an error."""
        with self._alone_in_thread(), self._lock.held(), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            with self._gate.committing():
                connection.execute("COMMIT")

    def write_together(self, make: Callable[[sqlite3.Connection], Result]) -> Result:
        """Make a change like `write`, in one commit with the changes of other threads.

        For what many do at once. `make` may run on another thread, and sees what was changed
        before it in the same transaction; see GroupCommit for what an error undoes.
        """
        self._refuse_nesting()
        return self._group.write(make)

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()

    @contextlib.contextmanager
    def _alone_in_thread(self) -> Iterator[None]:
        self._refuse_nesting()
        self._here.inside = True
        try:
            with self._errors_translated():
                yield
        finally:
            self._here.inside = False

    def _refuse_nesting(self) -> None:
        """Refuse a transaction inside another: a write inside a read would wait for itself."""
        if getattr(self._here, "inside", False):
            raise RuntimeError("transactions do not nest")

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend an idle connection; one that leaves without a commit is closed.

        Closing rolls back, and drops whatever state a failing disk left in it.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, timeout=self._timeout, isolation_level=None, check_same_thread=False
        )
        try:
            mode = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()[0]
            if mode != "truncate":
                raise StoreUnavailableError(f"the journal mode is {mode}, not truncate")
            for setting in _SETTINGS:
                connection.execute(setting)
        except BaseException:
            connection.close()
            raise
        connection.row_factory = sqlite3.Row
        return connection

    @staticmethod
    @contextlib.contextmanager
    def _errors_translated() -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as exc:
            raise StoreUnavailableError(f"{type(exc).__name__}: {exc}") from exc


def newest_migration() -> int:
    """Return the number of the newest migration that this program knows."""
    return max(number for number, _ in _migrations())


def library_version() -> tuple[int, ...]:
    """Return the version of the SQLite library."""
    return sqlite3.sqlite_version_info


def _make_private_file(path: Path) -> None:
    """Make the database file for this account only; SQLite's journal takes on its mode."""
    # Never opened when it exists: closing it would drop SQLite's own locks in this process.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _migrations() -> list[tuple[int, str]]:
    folder = resources.files("functions.stores") / "migrations"
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return sorted((int(file.name[:3]), file.read_text("utf-8")) for file in files)


def _statements(script: str) -> Iterator[str]:
    """Split a script at its statements; `executescript` would commit before each script."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError("a migration ends within a statement")
