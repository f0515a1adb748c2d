"""What the tests of the SQLite stores share."""

from __future__ import annotations

from pathlib import Path

from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database

_KEY_ID = b"test-key"


def migrated_database(data_dir: Path, timeout_seconds: float = 10.0) -> Database:
    database = Database(data_dir, timeout_seconds)
    database.migrate()
    return database


def fixed_sealer() -> Sealer:
    """Return a sealer that every process of a test run agrees on."""
    return Sealer({_KEY_ID: bytes(range(32))}, newest=_KEY_ID)
