"""A sandbox over real HTTP for each test, with a clock the test moves."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from functions.local.sandbox.app import TEMPLATES, create_app
from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.provisioning import Names, Unit, ensure_provisioned
from functions.local.sandbox.server import SandboxServer
from functions.local.sandbox.state import State
from functions.local.sandbox.webhook_sender import WebhookSender
from tests.sandbox.client import Caller
from tests.sandbox.receiver import Receiver

UNITS = [
    Unit("phuong-tuy-hoa", "Phường Tuy Hòa"),
    Unit("xa-ea-kar", "Xã Ea Kar"),
    Unit("tinh-dak-lak", "Tỉnh Đắk Lắk"),
]
CALLBACK = "http://127.0.0.1:8000/zalo/callback"


class FrozenClock(SandboxClock):
    """Stands at 21 November 2026, 08:15 in Viet Nam, until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at_ms = 1_795_223_700_000

    def now_ms(self) -> int:
        return self.at_ms + int(self.offset_seconds * 1_000)

    def advance(self, *, seconds: float = 0, hours: float = 0, days: float = 0) -> None:
        self.at_ms += int((seconds + hours * 3_600 + days * 86_400) * 1_000)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def sandbox(tmp_path: Path, clock: FrozenClock) -> Iterator[Caller]:
    state = State(tmp_path / "state")
    stopping = threading.Event()
    server = SandboxServer(0)
    public_url = f"http://127.0.0.1:{server.port}"
    with state.transaction() as db:
        names = Names.load(TEMPLATES / "names.json")
        ensure_provisioned(db, UNITS, names, clock.now_ms(), CALLBACK)
    server.start(create_app(state, clock, public_url, stopping))
    sender = WebhookSender(state, clock, stopping)
    sender.start()
    caller = Caller(public_url)
    yield caller
    caller.close()
    stopping.set()
    server.stop()
    state.close()
    sender.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def webhook(sandbox: Caller, receiver: Receiver) -> Receiver:
    """The receiver, registered for all events; a busy machine gets more than the two seconds."""
    sandbox.control("webhook", url=receiver.url, timeout_seconds=10)
    return receiver


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 91, 211)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="session")
def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()
