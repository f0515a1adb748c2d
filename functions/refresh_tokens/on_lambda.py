"""The function `refresh_tokens` on AWS Lambda: run by a schedule."""

from __future__ import annotations

from typing import Any

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.core.tokens import EXPIRING
from functions.refresh_tokens.handler import refresh

logs.configure()
_services = Services(Settings.from_env())
_refresh = _services.refresh


def handler(event: dict[str, Any], context: Any) -> None:
    """Renew the pairs whose time has come, and ring for the jobs that waited for one."""
    if refresh(_refresh):
        for unit_id in _refresh.jobs.due_units(_refresh.clock.now()):
            _services.queue.ring(unit_id)
    # In the words that an alarm counts: a pair this old should have been renewed long ago.
    counts = _refresh.tokens.counts(_refresh.clock.now() + EXPIRING)
    if counts["expiring"]:
        logs.warning("tokens-expiring", count=counts["expiring"])


startup.done()
