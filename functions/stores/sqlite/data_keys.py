"""The table of data keys, each wrapped by the master key."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from functions.core.errors import KeyUnavailableError
from functions.stores.keys import KEY_LENGTH, KeyWrapper
from functions.stores.sealing import KEY_ID_LENGTH, Sealer
from functions.stores.sqlite.database import Database

SEAL = "seal"


def no_blobs_elsewhere() -> bool:
    """Say that all blobs lie in the data folder."""
    return False


HoldsBlobs = Callable[[], bool]
"""Whether blobs lie outside the data folder, in a bucket; asked only while there is no key."""


def holds_sealed_data(database: Database, elsewhere: HoldsBlobs = no_blobs_elsewhere) -> bool:
    """Whether anything in the data folder, or elsewhere, needs the master key to be read again."""
    with database.read() as connection:
        keys = connection.execute("SELECT count(*) FROM data_keys").fetchone()[0]
    return keys > 0 or _holds_blobs(database.data_dir) or elsewhere()


def open_sealer(
    database: Database, wrapper: KeyWrapper, elsewhere: HoldsBlobs = no_blobs_elsewhere
) -> Sealer:
    """Return the sealer over the stored data keys; the first is made on first use.

    Raises KeyUnavailableError when they are wrapped by another master key, and when sealed
    files lie there without any data key, as after the loss of the database file: a fresh
    start would take those files for orphans and sweep them away.
    """
    if not _wrapped_keys(database, SEAL) and (_holds_blobs(database.data_dir) or elsewhere()):
        raise KeyUnavailableError("sealed files exist without their data keys")
    keys = load_or_make_keys(database, wrapper, SEAL)
    return Sealer(dict(keys), newest=keys[-1][0])


def load_or_make_keys(
    database: Database, wrapper: KeyWrapper, purpose: str
) -> list[tuple[bytes, bytes]]:
    """Return (key id, key) of the purpose, the newest last; make the first where none is."""
    wrapped_keys = _wrapped_keys(database, purpose)
    if not wrapped_keys:
        _make_first_key(database, wrapper, purpose)
        wrapped_keys = _wrapped_keys(database, purpose)
    return [
        (key_id, wrapper.unwrap(wrapped, _context(purpose, key_id)))
        for key_id, wrapped in wrapped_keys
    ]


def _wrapped_keys(database: Database, purpose: str) -> list[tuple[bytes, bytes]]:
    with database.read() as connection:
        rows = connection.execute(
            "SELECT key_id, wrapped FROM data_keys WHERE purpose = ? ORDER BY sequence",
            (purpose,),
        ).fetchall()
    return [(row["key_id"], row["wrapped"]) for row in rows]


def _make_first_key(database: Database, wrapper: KeyWrapper, purpose: str) -> None:
    key_id = os.urandom(KEY_ID_LENGTH)
    # Wrapped before the lock is taken: a key service may be slow.
    wrapped = wrapper.wrap(os.urandom(KEY_LENGTH), _context(purpose, key_id))
    with database.write() as connection:
        # Another process may have been first; then its key stands and this one is dropped.
        connection.execute(
            "INSERT INTO data_keys (key_id, purpose, wrapped) SELECT ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM data_keys WHERE purpose = ?)",
            (key_id, purpose, wrapped, purpose),
        )


def _context(purpose: str, key_id: bytes) -> str:
    return f"data_keys:{purpose}:{key_id.hex()}"


def _holds_blobs(data_dir: Path) -> bool:
    return any(path.is_file() for path in (data_dir / "blobs").glob("*/*"))
