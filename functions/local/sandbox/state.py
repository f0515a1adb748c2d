"""Everything the sandbox remembers, in one SQLite file.

One process holds the folder (a file lock), one connection writes, and every call runs in one
transaction under one lock. TRUNCATE with synchronous FULL loses nothing that was answered and
avoids the WAL reset race of the SQLite versions in use.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.local.sandbox.errors import SandboxError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS oas (
    oa_id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL UNIQUE,
    unit_name TEXT NOT NULL,
    name TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    verified INTEGER NOT NULL DEFAULT 1,
    package_ok INTEGER NOT NULL DEFAULT 1,
    permissions TEXT NOT NULL DEFAULT 'message,group,user',
    quota_total INTEGER NOT NULL DEFAULT 500,
    quota_left INTEGER NOT NULL DEFAULT 500
) STRICT;
CREATE TABLE IF NOT EXISTS groups (
    group_id TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL UNIQUE REFERENCES oas,
    name TEXT NOT NULL,
    link TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    valid_through_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS users (
    position INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    oa_id TEXT NOT NULL REFERENCES oas,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    standing TEXT NOT NULL DEFAULT 'active',
    is_follower INTEGER NOT NULL DEFAULT 1,
    last_interaction_ms INTEGER,
    replies_used INTEGER NOT NULL DEFAULT 0,
    in_group INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE IF NOT EXISTS token_pairs (
    generation INTEGER PRIMARY KEY AUTOINCREMENT,
    oa_id TEXT NOT NULL REFERENCES oas,
    access_token TEXT NOT NULL UNIQUE,
    refresh_token TEXT NOT NULL UNIQUE,
    issued_ms INTEGER NOT NULL,
    refresh_issued_ms INTEGER NOT NULL,
    access_expired INTEGER NOT NULL DEFAULT 0,
    access_dead INTEGER NOT NULL DEFAULT 0,
    refresh_dead INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL REFERENCES oas,
    challenge TEXT,
    issued_ms INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS media (
    media_id TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL REFERENCES oas,
    kind TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    file_name TEXT NOT NULL,
    content BLOB NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    oa_id TEXT NOT NULL REFERENCES oas,
    group_id TEXT,
    user_id TEXT,
    src INTEGER NOT NULL,
    from_id TEXT NOT NULL,
    from_name TEXT NOT NULL,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    media_id TEXT,
    url TEXT,
    mentions TEXT NOT NULL DEFAULT '[]',
    time_ms INTEGER NOT NULL,
    quote_id TEXT,
    attachments TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_group ON messages (group_id, seq);
CREATE INDEX IF NOT EXISTS messages_by_user ON messages (user_id, seq);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL,
    remaining INTEGER,
    hits INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS webhook_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_name TEXT NOT NULL,
    unit_id TEXT,
    body BLOB NOT NULL,
    signature TEXT,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    made_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS webhook_events_due ON webhook_events (state, due_ms, id);
CREATE TABLE IF NOT EXISTS webhook_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id INTEGER,
    event_name TEXT NOT NULL,
    unit_id TEXT,
    at_ms INTEGER NOT NULL,
    num_retry INTEGER NOT NULL,
    status INTEGER,
    milliseconds INTEGER NOT NULL,
    problem TEXT NOT NULL
) STRICT;
"""

_ADDED_COLUMNS = (
    ("users", "in_group", "INTEGER NOT NULL DEFAULT 1"),
    ("messages", "quote_id", "TEXT"),
    ("messages", "attachments", "TEXT NOT NULL DEFAULT '[]'"),
)
"""What state files of earlier versions lack, in the order in which it came."""


class StateTakenError(SandboxError):
    """Another sandbox holds this folder."""


class StateClosedError(SandboxError):
    """The sandbox is ending: nothing is read or written any more."""


class State:
    """The one connection to the state file; `transaction` is the only way in."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock_file = os.open(folder / "sandbox.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(self._lock_file)
            raise StateTakenError(f"another sandbox is using {folder}") from exc
        self._turn = threading.Lock()
        self._closed = False
        self._changes = 0
        self._changed = threading.Condition()
        self._db = _open_database(folder / "sandbox.sqlite")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One turn at the state: committed durably on leaving, rolled back on an exception."""
        with self._turn:
            if self._closed:
                raise StateClosedError("the sandbox is ending")
            before = self._db.total_changes
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            if self._db.total_changes != before:
                self._tell_of_change()

    @property
    def changes(self) -> int:
        """How often something was written; read it before looking for what there is to do."""
        return self._changes

    def wait_for_change(self, seen: int, seconds: float) -> None:
        """Wait until something has been written since `changes` was `seen`, or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen, seconds)

    def _tell_of_change(self) -> None:
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Wait for the running turn, then let go of file and lock."""
        with self._turn:
            self._closed = True
            self._db.close()
        self._tell_of_change()
        os.close(self._lock_file)


def _open_database(path: Path) -> sqlite3.Connection:
    # Made by hand first: SQLite would make it readable by all, and it holds tokens.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = TRUNCATE")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA foreign_keys = ON")
    db.executescript(_SCHEMA)
    _add_columns(db)
    return db


def _add_columns(db: sqlite3.Connection) -> None:
    for table, column, kind in _ADDED_COLUMNS:
        known = {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}
        if column not in known:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def get_document(db: sqlite3.Connection, name: str) -> dict[str, Any]:
    """A small JSON document by name; empty when it was never written."""
    row = db.execute("SELECT body FROM documents WHERE name = ?", (name,)).fetchone()
    if row is None:
        return {}
    document: dict[str, Any] = json.loads(row["body"])
    return document


def put_document(db: sqlite3.Connection, name: str, body: dict[str, Any]) -> None:
    """Write the document whole."""
    db.execute(
        "INSERT INTO documents (name, body) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET body = excluded.body",
        (name, json.dumps(body, ensure_ascii=False)),
    )
