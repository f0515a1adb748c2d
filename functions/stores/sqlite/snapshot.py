"""A whole copy of the database while others go on using it, and whether a copy is sound."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from functions.core.errors import StoreUnavailableError
from functions.stores.sqlite.database import Database


@contextlib.contextmanager
def snapshot(database: Database, file: Path) -> Iterator[set[str]]:
    """Copy the database into a new file and give the keys of the photos that the copy names.

    Nobody commits until the block is left, and a photo is wiped only after the commit that
    names another in its place: what the copy names is still there inside the block. Others
    wait meanwhile, so the block must be short. Raises StoreUnavailableError.
    """
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as copy:
        # The copy is checked before it counts, so it need not survive a power cut.
        copy.execute("PRAGMA synchronous = OFF")
        with database.write() as connection:
            # By a connection of its own: SQLite copies from none that may be writing.
            with _opened(database.data_dir / "binhyen.db") as source:
                source.backup(copy)
            rows = connection.execute("SELECT blob_key FROM attachments WHERE blob_key != ''")
            yield {row[0] for row in rows}


def schema_version(file: Path) -> int:
    """Return the number of the newest migration that the file has seen."""
    with _opened(file) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def damages(file: Path) -> list[str]:
    """Return what SQLite finds wrong with the file, an empty list where it is sound.

    The words are SQLite's own: numbers of pages and names of tables, never what they hold.
    """
    try:
        with _opened(file) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except StoreUnavailableError as error:
        return [str(error)]
    return [words for words in found if words != "ok"] + [
        f"a row of {row[0]} points nowhere" for row in broken[:10]
    ]


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open for reading only; a missing file is an error and not an empty database."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        ) as connection:
            yield connection
    except sqlite3.Error as exc:
        raise StoreUnavailableError(f"{type(exc).__name__}: {exc}") from exc
