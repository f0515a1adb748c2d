"""Functions as real processes: the zip, unpacked read-only, under AWS's own runtime client.

They run with the Python that the virtual environment was made from, so what the zip lacks
is missing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lambdas.runtime_api import RuntimeApi

RUNTIME_CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")


class FunctionProcess:
    """One running function."""

    def __init__(self, api: RuntimeApi, process: subprocess.Popen[bytes], log: Path) -> None:
        self.api = api
        self.process = process
        self.log = log
        self.started_at = time.perf_counter()

    def invoke(self, event: Any, seconds: float = 30.0) -> Any:
        """Return what the handler makes of the event. Raises FunctionFailedError."""
        self.api.send(event, seconds)
        return self.api.wait().result

    def log_text(self) -> str:
        return self.log.read_text("utf-8", errors="replace")


Start = Callable[[str], FunctionProcess]
"""Starts a function by its name."""


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack as Lambda does: nothing in it can be written to."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def make_writable(folder: Path) -> None:
    """Let the unpacked folder be removed again."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def runtime_client(folder: Path) -> Path:
    """Return a folder with AWS's runtime client and what it needs, and nothing else."""
    folder.mkdir(exist_ok=True)
    for name in RUNTIME_CLIENT:
        spec = importlib.util.find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        with contextlib.suppress(FileExistsError):
            (folder / found.name).symlink_to(found)
    return folder


def lambda_env(task_root: Path, client: Path, own: Mapping[str, str]) -> dict[str, str]:
    """Return what a function finds in its environment; `own` are its settings."""
    return {
        "HOME": "/nonexistent",
        "LAMBDA_TASK_ROOT": str(task_root),
        "LANG": "en_US.UTF-8",
        "PATH": os.defpath,
        "PYTHONPATH": str(client),
        "TZ": ":UTC",
        **own,
    }


def command(handler: str, *flags: str) -> list[str]:
    """Return the command that Lambda runs, with the plain Python of this machine: without
    what is installed there (-S)."""
    python: str = getattr(sys, "_base_executable", sys.executable)
    return [python, "-S", *flags, "-m", "awslambdaric", handler]


@contextmanager
def running(
    handler: str, task_root: Path, env: Mapping[str, str], log: Path, *flags: str
) -> Iterator[FunctionProcess]:
    """Run the function until the block ends; what it logs goes to a file."""
    with (
        RuntimeApi() as api,
        log.open("ab") as output,
        subprocess.Popen(
            command(handler, *flags),
            cwd=task_root,
            env={**env, "AWS_LAMBDA_RUNTIME_API": api.address},
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            yield FunctionProcess(api, process, log)
        finally:
            process.kill()
