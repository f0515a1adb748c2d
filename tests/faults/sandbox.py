"""The Zalo sandbox as a process of its own, with a group for every attempt."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.clock import SystemClock
from functions.installed import PROJECT, load_units
from tests.sandbox.client import TOKEN, Caller

UNITS = 24
NO_LIMIT = 1_000_000


class Sandbox:
    """Starts and stops it; what it holds outlives a stop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        communes = load_units().communes(SystemClock().now().date())[:UNITS]
        rows = [{"unit_id": unit.unit_id, "name": unit.name} for unit in communes]
        (folder / "units.json").write_text(json.dumps(rows), encoding="utf-8")
        self._free: queue.Queue[str] = queue.Queue()
        for unit in communes:
            self._free.put(unit.unit_id)
        self._process: subprocess.Popen[str] | None = None
        self._reading = threading.Lock()
        self._seen = 0
        self._exchanges: list[Any] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "functions.local.sandbox", "--port", str(self.port)]
        command += ["--state", str(self._folder / "state")]
        command += ["--units", str(self._folder / "units.json"), "--exit-with-parent"]
        self._process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip().rstrip("/")
        self.port = int(address.rpartition(":")[2])
        self.control("switches", oa_calls_per_minute=NO_LIMIT, app_calls_per_minute=NO_LIMIT)

    def stop(self) -> None:
        if self._process is not None:
            with self._process as process:
                process.terminate()
            self._process = None

    @contextmanager
    def unit(self) -> Iterator[str]:
        """Lend a unit that no other attempt uses meanwhile, with a living token pair."""
        unit_id = self._free.get(timeout=60)
        try:
            self.control("consent", unit_id=unit_id)
            yield unit_id
        finally:
            self._clear_faults_of(unit_id)
            self._free.put(unit_id)

    def control(self, path: str, **payload: Any) -> None:
        with self._caller() as caller:
            caller.control(path, **payload)

    def faults(self) -> list[Any]:
        with self._caller() as caller:
            return list(caller.get("/control/faults").json["faults"])

    def clear_faults(self) -> None:
        with self._caller() as caller:
            assert caller.send("DELETE", "/control/faults").status == 204

    def _clear_faults_of(self, unit_id: str) -> None:
        """The next attempt gets the unit as new; one beside it keeps the faults of its own."""
        for fault in self.faults():
            if fault["unit_id"] == unit_id:
                with self._caller() as caller:
                    caller.send("DELETE", f"/control/faults/{fault['id']}")

    def import_file(self, unit_id: str) -> Any:
        """Return what `binhyen oa import` takes for this unit, with the pair of this moment."""
        with self._caller() as caller:
            document = caller.provision()
        units = [row for row in document["units"] if row["unit_id"] == unit_id]
        return {"app": document["app"], "units": units}

    def messages(self, unit_id: str, after: int = 0) -> list[Any]:
        with self._caller() as caller:
            found = caller.get(f"/control/groups/{unit_id}/messages", after=after).json
        return list(found["messages"])

    def last_message(self, unit_id: str) -> int:
        return max((message["seq"] for message in self.messages(unit_id)), default=0)

    def image(self, message: Any) -> bytes:
        with self._caller() as caller:
            return caller.get(f"/control/media/{message['media_id']}").body

    def exchanges(self, unit_id: str) -> list[Any]:
        """Return all calls of the token endpoint for this unit's OA so far, oldest first."""
        self._read_requests()
        return [exchange for exchange in self._exchanges if exchange["unit_id"] == unit_id]

    def settle(self) -> None:
        """Let a call that a killed process had sent take effect: it came before these."""
        with self._caller() as caller:
            for _ in range(3):
                caller.get("/control/clock")

    def _read_requests(self) -> None:
        with self._reading, self._caller() as caller:
            while True:
                answer = caller.get("/control/requests", since=self._seen).json
                if not answer["requests"]:
                    return
                self._seen = answer["last"]
                self._exchanges += [row for row in answer["requests"] if row["path"] == TOKEN]

    @contextmanager
    def _caller(self) -> Iterator[Caller]:
        caller = Caller(self.url)
        try:
            yield caller
        finally:
            caller.close()
