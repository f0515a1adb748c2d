"""The function `sweep` on AWS Lambda: run by two schedules.

Each minute it only rings and watches; to look for photos that no tip names it must list all
photos there are, so that is done seldom.
"""

from __future__ import annotations

from typing import Any

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.core.late import call_ladder
from functions.sweep.handler import WatchServices, ring, run_sweep, watch

ONLY_RING = "ring"

logs.configure()
_made = Services(Settings.from_env())
_services = _made.sweep
_ladder = _made.ladder
_watched = WatchServices(_made.tell, _made.read_back)


def handler(event: dict[str, Any], context: Any) -> None:
    """Sweep once; a schedule that says so wants no tidying."""
    if event.get("task") == ONLY_RING:
        ring(_services)
        call_ladder(_ladder)
        watch(_watched)
    else:
        run_sweep(_services)


startup.done()
