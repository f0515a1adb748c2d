"""Running MkDocs as it is, in a process of its own, once per build and only when it must."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
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
    """A run of the generator, beside which other work can be done.

    It gets ready while the content is still being read. Leaving the block ends it.
    """

    def __init__(self, log: Path) -> None:
        self._built = Path()
        self._log = log.open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            # With -P modules of ours cannot take the place of the generator's.
            [
                *(sys.executable, "-P", str(Path(__file__).with_name("run_generator.py"))),
                str(os.getpid()),
            ],
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            text=True,
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
        self._process.communicate()
        self._log.close()

    def build(self, configuration: Path, *, strict: bool = True) -> None:
        """Let it build into the folder `html` beside its configuration.

        Unless `strict` a link that leads nowhere does not stop it.
        """
        self._built = configuration.parent / "html"
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        with suppress(BrokenPipeError):  # it has ended already; finish() tells why
            self._process.stdin.write(f"{'' if strict else '-'}{configuration}\n")
            self._process.stdin.flush()

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
