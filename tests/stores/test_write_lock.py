from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.stores.write_lock import WriteLock
from tests.stores.children import child


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "write.lock"


def take(path: Path, timeout_seconds: float) -> str:
    with WriteLock(path, timeout_seconds).held():
        return "taken"


def test_lock_held_by_another_process_is_waited_for_no_longer_than_said(path: Path) -> None:
    with child("hold-lock", path) as holder:
        holder.go()
        holder.wait_until("holding")

        with pytest.raises(StoreUnavailableError):
            take(path, 0.05)


def test_waiter_gets_the_lock_when_the_other_process_lets_go(path: Path) -> None:
    with child("hold-lock", path) as holder, ThreadPoolExecutor(1) as pool:
        holder.go()
        holder.wait_until("holding")
        waiting = pool.submit(take, path, 30)

        holder.go()

        assert holder.answer() == "let go"
        assert waiting.result() == "taken"


def test_killed_process_lets_go(path: Path) -> None:
    with child("hold-lock", path) as holder, ThreadPoolExecutor(1) as pool:
        holder.go()
        holder.wait_until("holding")
        waiting = pool.submit(take, path, 30)

        holder.kill()

        assert waiting.result() == "taken"


def test_error_inside_lets_go(path: Path) -> None:
    def fail() -> None:
        with WriteLock(path, 1).held():
            raise ValueError

    with pytest.raises(ValueError):
        fail()

    assert take(path, 0.05) == "taken"


def test_lock_file_that_cannot_be_made_keeps_no_thread_waiting(tmp_path: Path) -> None:
    lock = WriteLock(tmp_path / "missing" / "write.lock", 0.05)

    for _ in range(2):
        with pytest.raises(FileNotFoundError), lock.held():
            pass
