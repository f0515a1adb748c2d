"""One commit for all threads that wait for one.

A commit costs five fsyncs whatever it holds. While one is under way, the threads that come
queue up their changes; whoever gets its turn next writes all of them in one transaction, and
the others find theirs done. Each returns only after the commit that holds its change.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from functions.core.errors import BinhyenError, StoreUnavailableError

Result = TypeVar("Result")


class GroupCommit:
    """Writes the changes of many threads together."""

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        """`transaction` begins a write and makes it durable on leaving; it must not wait
        for ever, for all others wait with it."""
        self._transaction = transaction
        self._guard = threading.Lock()
        self._waiting: list[_Change[Any]] = []
        self._lead = threading.Lock()

    def write(self, make: Callable[[sqlite3.Connection], Result]) -> Result:
        """Make a change, durable on return, and return what `make` returned.

        An error of the domain undoes this change alone. Any other error undoes the whole
        transaction; whoever else had a part in it gets a StoreUnavailableError.
        """
        own = _Change(make)
        with self._guard:
            self._waiting.append(own)
        with self._lead:
            if not own.is_over:
                self._write_all()
        return own.outcome()

    def _write_all(self) -> None:
        changes: list[_Change[Any]] = []
        try:
            # Gathered only inside: who comes while the lock is waited for comes in time.
            with self._transaction() as connection:
                changes = self._take_waiting()
                for change in changes:
                    change.apply(connection)
            for change in changes:
                change.is_durable = True
        finally:
            # Where not even the transaction began, nobody shall wait for the same in turn.
            for change in changes or self._take_waiting():
                change.is_over = True

    def _take_waiting(self) -> list[_Change[Any]]:
        with self._guard:
            waiting, self._waiting = self._waiting, []
        return waiting


class _Change(Generic[Result]):
    """One thread's part in a transaction."""

    def __init__(self, make: Callable[[sqlite3.Connection], Result]) -> None:
        self._make = make
        self._results: list[Result] = []
        self._error: BinhyenError | None = None
        self.is_over = False
        self.is_durable = False

    def apply(self, connection: sqlite3.Connection) -> None:
        """Make the change, and undo it alone where the domain refuses it."""
        connection.execute("SAVEPOINT change")
        try:
            self._results.append(self._make(connection))
        except BinhyenError as error:
            connection.execute("ROLLBACK TO change")
            self._error = error
        connection.execute("RELEASE change")

    def outcome(self) -> Result:
        """Return or raise what came of it.

        A refusal too counts only after the commit: it may rest on a change beside it.
        """
        if not self.is_durable:
            raise StoreUnavailableError("the common transaction failed")
        if self._error is not None:
            raise self._error
        return self._results[0]
