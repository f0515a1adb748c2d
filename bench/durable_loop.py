"""Floor (b): a bare loop of the durable writes that one accepted tip needs.

What "the same durable writes" means here, and why:

- The photo's 300 KB go to a draft file, fsync, rename, fsync of the folder. The bytes are
  plain: sealing is work of ours, not of the disk. As in the product the files are spread over
  256 folders, so that threads do not queue at one folder.
- Then one SQLite transaction in journal mode TRUNCATE with synchronous FULL, under a lock
  for threads and processes, writes as many rows of the same size as a tip has: tip, submission,
  attachment, timeline entry, two jobs. The rows stand in one table without any index. The
  product's tables need a dozen, whose pages are journalled and written too; so this floor
  is lower than any useful store can reach, and the ratio counts our indexes against us.
- Each tip has a commit of its own, as a bare loop would; that the product lets tips which wait
  at once share one is part of what is measured.
- All threads use one connection, whose page cache is always right. There is one thread for
  each client; the lock makes the transactions take turns, the photos run side by side.

Run as a process by `bench.accept`: for each line "count clients" on stdin it prints a run.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import sqlite3
import sys
import threading
from pathlib import Path

from bench.runs import run_clients
from bench.tips import make_photo

ROW_BYTES = {"tip": 1100, "submission": 110, "attachment": 105, "timeline": 55, "job": 140}
_ROWS = ("tip", "submission", "attachment", "timeline", "job", "job")


class DurableLoop:
    """The bare writes, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in range(256):
            (folder / f"{name:02x}").mkdir(parents=True)
        self._photo = make_photo()
        self._rows = [(kind, os.urandom(ROW_BYTES[kind])) for kind in _ROWS]
        self._names = itertools.count()
        self._turn = threading.Lock()
        self._lock_file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._connection = sqlite3.connect(
            folder / "floor.db", isolation_level=None, check_same_thread=False
        )
        for statement in (
            "PRAGMA journal_mode = TRUNCATE",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE records (id INTEGER PRIMARY KEY, kind TEXT, body BLOB)",
        ):
            self._connection.execute(statement)

    def write_one(self) -> None:
        """Write what one tip needs; durable on return."""
        self._write_photo(next(self._names))
        self._write_rows()

    def _write_photo(self, number: int) -> None:
        folder = self._folder / f"{number % 256:02x}"
        draft = folder / f".{number}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, self._photo)
        os.fsync(descriptor)
        os.close(descriptor)
        draft.rename(folder / str(number))
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _write_rows(self) -> None:
        with self._turn:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO records (kind, body) VALUES (?, ?)", self._rows
            )
            self._connection.execute("COMMIT")
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)


def main(folder: Path) -> None:
    """Answer lines until stdin ends."""
    loop = DurableLoop(folder)
    print("ready", flush=True)
    for line in sys.stdin:
        count, clients = map(int, line.split())
        run = run_clients(loop.write_one, count, clients)
        print(json.dumps([run.seconds, run.latencies]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
