"""Moves the clock of the processes that find this folder on their PYTHONPATH.

The file named by SHIFTED_CLOCK_FILE says by how many seconds; it may change while they run. So
a test can let days go by for the real programs, which know nothing of it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from functions.clock import SystemClock

_OFFSET = Path(os.environ["SHIFTED_CLOCK_FILE"])


def _now(self: SystemClock) -> datetime:
    try:
        seconds = float(_OFFSET.read_text(encoding="ascii"))
    except FileNotFoundError:
        seconds = 0.0
    return datetime.now(UTC) + timedelta(seconds=seconds)


SystemClock.now = _now  # type: ignore[method-assign]  # that is what this module is for
