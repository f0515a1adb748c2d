"""The sweeper beside servers that do not answer: it goes on ringing, and ends in time."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.test_commands import installed as installed  # noqa: PLC0414 - a fixture
from tests.system import BINHYEN, System

UNIT = {
    "unit_id": "phuong-tan-an",
    "oa_id": "1",
    "group_id": "g",
    "access_token": "access",
    "refresh_token": "refresh",
    "expires_at": "2036-01-01T00:00:00+07:00",
}


@pytest.fixture
def silent_zalo() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        yield listener


def connect(installed: System, folder: Path) -> None:
    file = folder / "import.json"
    app = {"app_id": "a", "secret_key": "s", "oa_secret_key": "o"}
    file.write_text(json.dumps({"app": app, "units": [UNIT]}), encoding="utf-8")
    done = installed.run("oa", "import", str(file))
    assert done.returncode == 0, done.stderr


def test_a_sweeper_in_the_middle_of_reading_back_ends_at_once(
    installed: System,
    silent_zalo: socket.socket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"http://127.0.0.1:{silent_zalo.getsockname()[1]}"
    told = installed.environment | {"BINHYEN_ZALO_API_URL": url, "BINHYEN_ZALO_SANDBOX": "0"}
    monkeypatch.setattr(System, "environment", told)
    connect(installed, tmp_path)

    with subprocess.Popen([BINHYEN, "sweep"], env=told, stderr=subprocess.PIPE) as sweeper:
        asked, _ = silent_zalo.accept()
        with asked:
            begun = time.monotonic()
            sweeper.send_signal(signal.SIGTERM)
            _, said = sweeper.communicate(timeout=10)
            took = time.monotonic() - begun

    assert took < 5
    assert (sweeper.returncode, said) == (0, b"")
