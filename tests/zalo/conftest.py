from __future__ import annotations

import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from functions.clock import SystemClock
from functions.core.models import ZaloApp
from functions.zalo.client import ZaloClient
from functions.zalo.oauth import ZaloTokenIssuer
from functions.zalo.transport import Transport
from tests.zalo.sandbox_units import UNITS, Unit, control
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


@pytest.fixture(scope="module")
def sandbox_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sandbox")
    units = folder / "units.json"
    units.write_text(json.dumps(UNITS), encoding="utf-8")
    command = [sys.executable, "-m", "functions.local.sandbox", "--port", "0"]
    command += ["--state", str(folder / "state"), "--units", str(units), "--exit-with-parent"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rstrip("/")
        process.terminate()


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(count())


@pytest.fixture
def unit(sandbox_url: str, numbers: Iterator[int], transport: Transport) -> Unit:
    document = control(sandbox_url, "provision")
    row, app = document["units"][next(numbers)], document["app"]
    return Unit(
        url=sandbox_url,
        unit_id=row["unit_id"],
        oa_id=row["oa_id"],
        group_id=row["group_id"],
        officer_id=row["officers"][0]["user_id"],
        access_token=row["access_token"],
        refresh_token=row["refresh_token"],
        app=ZaloApp(app["app_id"], app["secret_key"], app["oa_secret_key"]),
        client=ZaloClient(transport, sandbox_url + "/openapi", SystemClock()),
        issuer=ZaloTokenIssuer(transport, sandbox_url + "/oauth"),
    )


@pytest.fixture
def told(unit: Unit) -> Unit:
    """A unit whose events are made, signed, and kept back."""
    control(unit.url, "webhook", {"url": "http://127.0.0.1:9/webhook", "mode": "hold"})
    return unit
