"""Port RateLimiter, in memory: counts what goes wrong, never what is right.

Many residents share one mobile address, so a limit is wide, or lets pass what is right however
much went wrong before. They hit only wrong receipt codes, wrong sign-in links, invalid forms,
and leave to upload, which costs before any tip comes. A valid tip is never counted nor refused.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from functions.core.errors import TooManyRequestsError
from functions.core.ports import Clock

MAX_SENDERS = 10_000
"""Who was seen longest ago is forgotten first, so that memory stays bounded."""


@dataclass(frozen=True)
class Limit:
    """So many failures of one kind, from one sender, within a window."""

    kind: str
    failures: int
    window: timedelta = timedelta(minutes=10)


WRONG_RECEIPTS = Limit("receipt", 20)
"""Of all routes that ask for a code; asked only where a code was wrong: a right one passes, so
that the limit may be narrow and yet shuts nobody out."""
WRONG_LINKS = Limit("link", 60)
INVALID_FORMS = Limit("form", 1_000)
UPLOAD_TICKETS = Limit("upload", 1_000)
"""Here every request counts; a tip needs one, or a few on a bad line."""


@dataclass
class _Window:
    begun_at: datetime
    failures: int


class MemoryRateLimiter:
    """Fixed windows per kind and sender; safe for threads."""

    def __init__(self, clock: Clock, max_senders: int = MAX_SENDERS) -> None:
        self._clock = clock
        self._max_senders = max_senders
        self._lock = threading.Lock()
        self._windows: OrderedDict[tuple[str, bytes], _Window] = OrderedDict()

    def check(self, limit: Limit, sender: bytes | None) -> None:
        """Raise TooManyRequestsError while the sender, if known, has failed too often."""
        if sender is None:
            return
        now = self._clock.now()
        with self._lock:
            window = self._live(limit, sender, now)
            if window is not None and window.failures >= limit.failures:
                left = window.begun_at + limit.window - now
                raise TooManyRequestsError(max(1, ceil(left.total_seconds())))

    def count_failure(self, limit: Limit, sender: bytes | None) -> None:
        """Note one failure."""
        if sender is None:
            return
        now = self._clock.now()
        with self._lock:
            window = self._live(limit, sender, now) or _Window(now, 0)
            window.failures += 1
            self._windows[limit.kind, sender] = window
            self._windows.move_to_end((limit.kind, sender))
            if len(self._windows) > self._max_senders:
                self._windows.popitem(last=False)

    def size(self) -> int:
        """Return how many windows are held."""
        return len(self._windows)

    def _live(self, limit: Limit, sender: bytes, now: datetime) -> _Window | None:
        window = self._windows.get((limit.kind, sender))
        if window is None or not timedelta(0) <= now - window.begun_at < limit.window:
            return None
        return window
