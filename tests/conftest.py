"""What every test may use: nothing beyond this machine, and the whole system running."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws.engine import CREDENTIALS, Engine, ministack
from tests.system import System

_LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOCAL:
            raise AssertionError(f"a test reached for {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An AWS engine for the whole run; the credentials of the tests are set for this process."""
    with pytest.MonkeyPatch.context() as patch, ministack(tmp_path_factory.mktemp("aws")) as engine:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield engine


@pytest.fixture
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """`binhyen serve` with the Zalo sandbox, on ports and in a folder of its own."""
    running = System(tmp_path_factory.mktemp("system"))
    running.start()
    yield running
    running.stop()
