"""Running MkDocs as it is, in a process of its own, once per build."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from publish.errors import PublishError

_TIMEOUT_SECONDS = 300
# Given whole, so that a build depends on nothing of the caller's environment.
_ENVIRONMENT = {
    "NO_MKDOCS_2_WARNING": "1",
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
}


def run_generator(configuration: Path) -> Path:
    """Build strictly and return the folder of built pages.

    Raises PublishError with what the generator said. Never with -q: that hides strict failures.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(configuration)]
    try:
        run = subprocess.run(  # noqa: S603 - our own interpreter and a path of ours
            command,
            env=_ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PublishError([f"the generator took longer than {_TIMEOUT_SECONDS} s"]) from None
    if run.returncode != 0:
        raise PublishError(_complaints(run.stdout + run.stderr))
    return configuration.parent / "html"


def _complaints(output: str) -> list[str]:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("WARNING", "ERROR"))]
    return marked or lines[-10:] or ["the generator failed without a word"]
