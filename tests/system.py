"""The whole system as real processes: `binhyen serve` with the Zalo sandbox."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.ports import free_ports

PROJECT = Path(__file__).resolve().parent.parent
BINHYEN = PROJECT / ".venv" / "bin" / "binhyen"
READY_SECONDS = 90.0
"""The very first start builds the site."""


class System:
    """One installation below a folder; may be killed and started again.

    Without the editor all show the site that make has built; with it each builds its own.
    """

    def __init__(self, folder: Path, *, has_editor: bool = False) -> None:
        self.folder = folder
        self.has_editor = has_editor
        self.port = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox_url = f"http://127.0.0.1:{self.port + 1}"
        self.editor_url = f"http://127.0.0.1:{self.port + 2}"
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "serve.log"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "BINHYEN_DATA_DIR": str(self.folder / "data"),
            "BINHYEN_KEY_FILE": str(self.folder / "key"),
            "BINHYEN_PUBLIC_URL": self.url,
            "BINHYEN_PORT": str(self.port),
            "BINHYEN_ZALO_SANDBOX": "1",
            "NO_MKDOCS_2_WARNING": "1",
        }
        if self.has_editor:
            own["BINHYEN_BUILD_DIR"] = str(self.folder / "build")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BINHYEN")}
        return kept | own

    def start(self) -> None:
        """Start in a session of its own and wait until it is healthy."""
        if self.has_editor:
            take_over_build(self.folder / "build")
        command = [BINHYEN, "serve", *([] if self.has_editor else ["--without-editor"])]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_for(self.is_healthy, READY_SECONDS)
        if self.has_editor:
            self.wait_for(self.is_editor_healthy, READY_SECONDS)

    def stop(self) -> float:
        """End it as an operator does and return how many seconds that took."""
        if self.process is None or self.process.poll() is not None:
            return 0.0
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return time.monotonic() - begun

    def kill(self) -> None:
        """Kill the whole process group, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of this installation."""
        return subprocess.run(
            [BINHYEN, *arguments], env=self.environment, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip

    def is_healthy(self) -> bool:
        try:
            return bool(get_json(f"{self.url}/api/health") == {"status": "ok"})
        except OSError:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            return False

    def is_editor_healthy(self) -> bool:
        """Tell whether the editor answers; what is published may not be public yet."""
        try:
            return bool(get_json(f"{self.editor_url}/api/health") == {"status": "ok"})
        except OSError:
            return False

    def wait_for(self, condition: Callable[[], Any], seconds: float = 60.0) -> Any:
        """Wait until the condition gives something and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            result = condition()
            if result:
                return result
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s; the log says:\n{self.log.read_text()}")

    def group(self, unit_id: str) -> list[dict[str, Any]]:
        """Return what stands in the unit's Zalo group, oldest first."""
        document = get_json(f"{self.sandbox_url}/control/groups/{unit_id}/messages")
        return list(document["messages"])

    def control(self, path: str, body: object) -> Any:
        """Tell the sandbox how to behave."""
        return post_json(f"{self.sandbox_url}/control/{path}", body)[1]

    def submit(self, unit_id: str, **fields: object) -> tuple[int, Any]:
        """Send a tip as JSON."""
        return post_json(f"{self.url}/api/units/{unit_id}/tips", fields)

    def status(self) -> Any:
        return json.loads(self.run("status", "--json").stdout)


def get_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def post_json(url: str, body: object) -> tuple[int, Any]:
    """Return status and document, also for an error's answer."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def take_over_build(out: Path) -> None:
    """Give a new build folder what make has built: it takes seconds to do it again.

    The files are the same on the disk: a build takes names away and makes new files.
    """
    if out.exists():
        return
    own = shutil.ignore_patterns(".lock", "generator.log", "work-*", "content")
    try:
        shutil.copytree(PROJECT / "build", out, symlinks=True, ignore=own, copy_function=link_file)
    except OSError:  # another disk, or somebody builds there now
        shutil.rmtree(out, ignore_errors=True)


def link_file(source: str, target: str) -> None:
    """Copy a file, or a link, by giving it a second name."""
    os.link(source, target, follow_symlinks=False)
