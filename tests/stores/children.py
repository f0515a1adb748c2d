"""Processes beside the test's own: `python -m tests.stores.children COMMAND PATH ARGUMENT`.

Each says "ready", waits for a line, acts, and prints its answer, so that several can be let
go at the same moment.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from functions.core.errors import StoreUnavailableError
from functions.core.models import CaseEntry, Contact, EntryKind, TipContent, Via
from functions.stores.files import FileBlobStore
from functions.stores.keys import open_key_file
from functions.stores.sqlite import cases
from functions.stores.sqlite.data_keys import holds_sealed_data, open_sealer
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.mac_keys import SqliteMacKeys
from functions.stores.sqlite.tips import SqliteTipStore
from functions.stores.write_lock import WriteLock
from tests.fakes.clock import FrozenClock
from tests.fakes.new_tips import new_tip
from tests.stores.kit import fixed_sealer, migrated_database

_ROOT = Path(__file__).parents[2]


class Child:
    """A started process that waits to be let go."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin = process.stdin
        self._stdout = process.stdout

    def wait_until(self, line: str) -> None:
        assert self._stdout.readline() == f"{line}\n"

    def go(self) -> None:
        self._stdin.write("go\n")
        self._stdin.flush()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def answer(self) -> str:
        """Return what the child printed at last."""
        return self._stdout.read().strip()


@contextlib.contextmanager
def child(command: str, path: Path, argument: str = "") -> Iterator[Child]:
    """Start a child and wait until it is ready; it is gone on leaving."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stores.children", command, str(path), argument],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            started = Child(process)
            started.wait_until("ready")
            yield started
        finally:
            process.kill()


def _add(data_dir: Path, submission: str) -> str:
    store = SqliteTipStore(Database(data_dir), fixed_sealer())
    return "stored" if store.add(new_tip(submission=submission)) is None else "repeat"


def _count_up(data_dir: Path, times: str) -> str:
    database = Database(data_dir)
    for _ in range(int(times)):
        with database.write() as connection:
            count = connection.execute("PRAGMA application_id").fetchone()[0]
            connection.execute(f"PRAGMA application_id = {count + 1}")
    return "counted"


def _migrate(data_dir: Path, _: str) -> str:
    Database(data_dir).migrate()
    return "migrated"


def _start(data_dir: Path, key_file: str) -> str:
    """Do what a first start does, and print a value only these keys give."""
    database = migrated_database(data_dir)
    wrapper = open_key_file(Path(key_file), data_dir, holds_sealed_data(database))
    sealed = open_sealer(database, wrapper).seal(b"secret", "context")
    digest = SqliteMacKeys(database, wrapper).digest("receipt", b"message")
    return f"{sealed.hex()} {digest.hex()}"


def _write_until_killed(data_dir: Path, _: str) -> str:
    database = Database(data_dir)
    with database.write() as connection:
        # A cache of one page sends the changes to the disk long before the commit.
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("UPDATE tips SET sealed_content = zeroblob(200000)")
        print("writing", flush=True)
        sys.stdin.readline()
    return "committed"


def _act_until_killed(data_dir: Path, tip_id: str) -> str:
    database = Database(data_dir)
    tip = SqliteTipStore(database, fixed_sealer()).get(tip_id)
    after = replace(tip, revision=1, contact=Contact(), chat=None, unit_id="xa-ea-kly")
    entry = CaseEntry(
        "act-1", tip_id, 1, tip.received_at, EntryKind.TRANSFERRED, tip.unit_id, Via.GROUP
    )

    def stop_here(_: object, __: object) -> None:
        print("all but the job is written", flush=True)
        sys.stdin.readline()

    cases.insert_job = stop_here
    (job,) = new_tip(tip_id=tip_id).jobs
    cases.SqliteCaseStore(database, fixed_sealer()).change(tip, after, entry, (job,))
    return "committed"


def _hold_lock(lock_file: Path, _: str) -> str:
    with WriteLock(lock_file, timeout_seconds=10).held():
        print("holding", flush=True)
        sys.stdin.readline()
    return "let go"


def _add_on_a_full_disk(data_dir: Path, _: str) -> str:
    store = SqliteTipStore(Database(data_dir), fixed_sealer())
    large = new_tip(content=TipContent(text="đ" * 300_000), contact=Contact())
    with _no_file_grows_beyond((data_dir / "binhyen.db").stat().st_size):
        try:
            store.add(large)
        except StoreUnavailableError:
            refused = large.tip.tip_id not in store.all_ids()
        else:
            refused = False
    store.add(new_tip())
    return "refused, then stored" if refused else "stored"


def _put_on_a_full_disk(data_dir: Path, _: str) -> str:
    store = FileBlobStore(data_dir, fixed_sealer(), FrozenClock())
    with _no_file_grows_beyond(1000):
        try:
            store.put("new-blob", bytes(2000))
        except StoreUnavailableError as exc:
            return type(exc).__name__
    return "stored"


@contextlib.contextmanager
def _no_file_grows_beyond(size: int) -> Iterator[None]:
    """Let the kernel refuse writes, as on a full disk."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


_COMMANDS: dict[str, Callable[[Path, str], str]] = {
    "add": _add,
    "count-up": _count_up,
    "migrate": _migrate,
    "start": _start,
    "write-until-killed": _write_until_killed,
    "act-until-killed": _act_until_killed,
    "hold-lock": _hold_lock,
    "add-on-a-full-disk": _add_on_a_full_disk,
    "put-on-a-full-disk": _put_on_a_full_disk,
}


def main() -> None:
    command, path, argument = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    print(_COMMANDS[command](Path(path), argument), flush=True)
    # A test that failed midway closes its end; nothing is left to tidy up here.
    os._exit(0)


if __name__ == "__main__":
    main()
