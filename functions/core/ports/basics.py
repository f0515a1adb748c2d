"""The ports that nearly every use-case takes."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from functions.core.models import OpenAlarm


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        ...


class MacKeys(Protocol):
    def digest(self, purpose: str, message: bytes) -> bytes:
        """Return 32 bytes of HMAC-SHA-256 under the durable key of `purpose`.

        The keys are made at first use, stored wrapped, and never change: receipt codes
        and their stored hashes depend on them.
        """
        ...


class OperatorAlerts(Protocol):
    def alarm(self, code: str, unit_id: str) -> None:
        """Call for a human, once per code and unit until it is cleared; never raises."""
        ...

    def clear(self, code: str, unit_id: str) -> None: ...

    def mark_told(self, code: str, unit_id: str, at: datetime) -> None:
        """Note that an open alarm went out by e-mail; nothing where it is not open."""
        ...

    def open_alarms(self) -> list[OpenAlarm]:
        """Return the alarms that nobody cleared, oldest first."""
        ...
