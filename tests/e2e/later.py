"""A system for which a test lets days go by."""

from __future__ import annotations

import os
from pathlib import Path

from tests.system import PROJECT, System

SHIFTED_CLOCK = PROJECT / "tests" / "shifted_clock"
DAY = 24 * 60 * 60


class ShiftedSystem(System):
    """Its processes, and the sandbox, take the time of a file for now."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._offset = folder / "clock-offset"

    @property
    def environment(self) -> dict[str, str]:
        shifted = {"PYTHONPATH": str(SHIFTED_CLOCK), "SHIFTED_CLOCK_FILE": str(self._offset)}
        return super().environment | shifted

    def let_pass(self, days: int = 0, seconds: int = 0) -> None:
        """Move Zalo's clock first: a pair that it gives out then is of the new day."""
        seconds += days * DAY
        self.control("clock", {"offset_seconds": seconds})
        draft = self._offset.with_suffix(".new")
        draft.write_text(str(seconds), encoding="ascii")
        os.replace(draft, self._offset)
