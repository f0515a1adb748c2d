"""The function `sweep` on AWS Lambda: run by two schedules.

Each minute it only rings; to look for photos that no tip names it must list all photos there
are, so that is done seldom.
"""

from __future__ import annotations

from typing import Any

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.sweep.handler import ring, run_sweep

ONLY_RING = "ring"

logs.configure()
_services = Services(Settings.from_env()).sweep


def handler(event: dict[str, Any], context: Any) -> None:
    """Sweep once; a schedule that says so wants the ringing alone."""
    if event.get("task") == ONLY_RING:
        ring(_services)
    else:
        run_sweep(_services)


startup.done()
