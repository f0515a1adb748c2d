"""The call limits per minute (T7): 4,000 for the app, 100 for one OA."""

from __future__ import annotations

from functions.local.sandbox.clock import MINUTE
from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.switches import Switches

_APP = ""


class RateMeter:
    """Counts calls of the running minute; used only inside a state transaction's turn.

    The counts live in memory: a restart forgives at most one minute.
    """

    def __init__(self) -> None:
        self._minute = 0
        self._calls: dict[str, int] = {}

    def count_app(self, now_ms: int, switches: Switches) -> None:
        if now_ms // MINUTE != self._minute:
            self._minute = now_ms // MINUTE
            self._calls = {}
        limit = switches.app_calls_per_minute
        self._count(_APP, limit, "Your application reached limit call api")

    def count_oa(self, oa_id: str, switches: Switches) -> None:
        self._count(oa_id, switches.oa_calls_per_minute, "Your OA reached limit call api")

    def headers(self, oa_id: str | None, switches: Switches) -> dict[str, str]:
        """What every answer of the API carries: the limit that this caller meets first."""
        limit = switches.app_calls_per_minute if oa_id is None else switches.oa_calls_per_minute
        used = self._calls.get(oa_id or _APP, 0)
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": str(max(0, limit - used))}

    def _count(self, key: str, limit: int, message: str) -> None:
        if self._calls.get(key, 0) >= limit:
            raise ZaloError(-32, message)
        self._calls[key] = self._calls.get(key, 0) + 1
