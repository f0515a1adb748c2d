"""The one right to publish is waited for, but not for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.local.site_lock import held, lock_of


def test_who_waits_comes_next(tmp_path: Path) -> None:
    lock, order = lock_of(tmp_path), list[str]()

    def wait() -> None:
        with held(lock, 20):
            order.append("second")

    with held(lock):
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join(20)

    assert order == ["first", "second"]


def test_who_has_waited_long_enough_is_told(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)

    with held(lock), pytest.raises(StoreUnavailableError), held(lock, 0.1):
        pass

    with held(lock, 0.1):
        assert lock.exists()
