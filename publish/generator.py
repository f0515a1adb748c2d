"""Running MkDocs as it is, in a process of its own, once per build and only when it must."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from publish.errors import PublishError

_TIMEOUT_SECONDS = 300
# Given whole, so that a build depends on nothing of the caller's environment.
_ENVIRONMENT = {
    "NO_MKDOCS_2_WARNING": "1",
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
}


class Generator:
    """A run of the generator, begun at once, so that other work can be done meanwhile.

    It builds strictly. Never with -q: that hides strict failures. Leaving the block ends it.
    """

    def __init__(self, configuration: Path) -> None:
        self._built = configuration.parent / "html"
        self._log = (configuration.parent / "generator.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(configuration)],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Generator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def finish(self) -> Path:
        """Wait, and return the folder of built pages.

        Raises PublishError with what the generator said.
        """
        try:
            status = self._process.wait(_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise PublishError([f"the generator took longer than {_TIMEOUT_SECONDS} s"]) from None
        if status != 0:
            self._log.seek(0)
            raise PublishError(_complaints(self._log.read()))
        return self._built


def _complaints(output: str) -> list[str]:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("WARNING", "ERROR"))]
    return marked or lines[-10:] or ["the generator failed without a word"]
