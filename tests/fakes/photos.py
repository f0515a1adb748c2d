"""A photo cleaner that needs no picture: what comes out says what went in."""

from __future__ import annotations

from functions.core.errors import ToolUnavailableError


class MemoryCleaner:
    """The port PhotoCleaner; originals that begin with `broken` cannot be opened."""

    def __init__(self) -> None:
        self.failures = 0
        """How many calls still fail because the machine cannot do it; -1: all."""

    def clean(self, original: bytes) -> bytes | None:
        if self.failures:
            self.failures -= 1
            raise ToolUnavailableError("no-memory")
        if original.startswith(b"broken"):
            return None
        return b"clean " + original
