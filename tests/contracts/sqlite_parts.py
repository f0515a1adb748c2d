"""What every SQLite store of the contract suites is made of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functions.core.ports import MacKeys
from functions.stores.keys import FileKeyWrapper, open_key_file
from functions.stores.sealing import Sealer
from functions.stores.sqlite.data_keys import holds_sealed_data, open_sealer
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.mac_keys import SqliteMacKeys


@dataclass(frozen=True)
class SqliteParts:
    database: Database
    sealer: Sealer
    mac: MacKeys


def open_parts(folder: Path) -> SqliteParts:
    """Open the store of the folder as a process does at its start."""
    database = Database(folder / "data")
    database.migrate()
    wrapper: FileKeyWrapper = open_key_file(
        folder / "key", database.data_dir, holds_sealed_data(database)
    )
    return SqliteParts(database, open_sealer(database, wrapper), SqliteMacKeys(database, wrapper))


def file_contents(folder: Path) -> bytes:
    """Return every byte of the data folder, as somebody sees it who copied it."""
    return b"".join(
        path.read_bytes() for path in sorted((folder / "data").rglob("*")) if path.is_file()
    )


def race(attempts: list[Callable[[], object]]) -> list[object]:
    """Run the attempts in threads that start together; return their results or errors."""
    start = threading.Barrier(len(attempts))
    results: list[object] = [None] * len(attempts)

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = attempts[index]()
        except Exception as error:  # noqa: BLE001 the test looks at what was raised
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
