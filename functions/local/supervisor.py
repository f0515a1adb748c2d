"""Starts the parts of one machine as processes, keeps them running, ends them together."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from functions import logs
from functions.config import Settings

STOP_SECONDS = 4.0
"""Then the rest is killed: all must be gone within 5 s, and nothing is lost by it."""

RESTART_SECONDS = 1.0
_TICK_SECONDS = 0.2


@dataclass
class Part:
    """One process, started again whenever it ends by itself."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = field(default=0.0)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        logs.info("started", process=self.name, pid=self.process.pid)

    def keep_running(self) -> None:
        """Start again what ended, but not over and over at once."""
        if self.process is None or self.process.poll() is None:
            return
        if time.monotonic() - self.started_at >= RESTART_SECONDS:
            logs.warning("ended", process=self.name, exit_code=self.process.returncode)
            self.start()


def binhyen_part(name: str, *arguments: str) -> Part:
    """Return a part that is a command of this program; it ends when this process does."""
    command = [sys.executable, "-m", "functions.local.cli", *arguments]
    return Part(name, [*command, "--child-of", str(os.getpid())])


def run_until(stopped: threading.Event, parts: list[Part]) -> None:
    """Start what has not started, keep all running until told to stop, then end all."""
    try:
        for part in parts:
            if part.process is None:
                part.start()
        while not stopped.wait(_TICK_SECONDS):
            for part in parts:
                part.keep_running()
    finally:
        end_all(parts)


def end_all(parts: list[Part]) -> None:
    """Ask every part to end, and kill what has not in time."""
    running = [part.process for part in parts if part.process and part.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def taken_ports(settings: Settings, has_editor: bool) -> list[int]:
    """Return which of the ports to be used are taken by somebody else."""
    ports = [settings.port]
    ports += [settings.sandbox_port] if settings.sandbox else []
    ports += [settings.editor_port] if has_editor else []
    return [port for port in ports if not _is_free(port)]


def wait_for_file(file: Path, seconds: float, stopped: threading.Event) -> bool:
    """Wait until a part has written a file that says it is ready."""
    deadline = time.monotonic() + seconds
    while not file.exists() and time.monotonic() < deadline and not stopped.wait(0.1):
        pass
    return file.exists()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
