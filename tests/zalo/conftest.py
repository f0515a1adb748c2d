from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from functions.zalo.client import ZaloClient
from functions.zalo.oauth import ZaloTokenIssuer
from functions.zalo.transport import Transport
from tests.zalo.stub_http import StubServer

NOW = datetime(2026, 11, 21, 8, 15, 40, 250_000, tzinfo=UTC)


@dataclass
class FixedClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def everything_told_by(error: BaseException | None) -> list[str]:
    """Return what the error and all that led to it would print."""
    words: list[str] = []
    while error is not None:
        words += [str(error), repr(error), repr(vars(error)), repr(error.args)]
        words += traceback.format_exception_only(error)
        error = error.__cause__ or error.__context__
    return words


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


@pytest.fixture(scope="session")
def transport() -> Transport:
    return Transport()


@pytest.fixture
def client(stub: StubServer, transport: Transport) -> ZaloClient:
    return ZaloClient(transport, stub.url, FixedClock())


@pytest.fixture
def issuer(stub: StubServer, transport: Transport) -> ZaloTokenIssuer:
    return ZaloTokenIssuer(transport, stub.url)
