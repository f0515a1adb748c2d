"""Key-less submissions in memory."""

from __future__ import annotations

from datetime import datetime

from functions.core.ports import LONGEST_REMEMBERED


class MemoryRepeatGuard:
    def __init__(self) -> None:
        self._entries: dict[bytes, tuple[str, str, datetime]] = {}

    def remember(
        self, fingerprint: bytes, receipt_code: str, tip_id: str, expires_at: datetime
    ) -> None:
        self._entries[fingerprint] = (receipt_code, tip_id, expires_at)

    def recall(self, fingerprint: bytes, now: datetime) -> tuple[str, str] | None:
        entry = self._entries.get(fingerprint)
        if entry is None or not _is_live(entry[2], now):
            return None
        return entry[:2]

    def forget_expired(self, now: datetime) -> None:
        self._entries = {
            fingerprint: entry
            for fingerprint, entry in self._entries.items()
            if _is_live(entry[2], now)
        }


def _is_live(expires_at: datetime, now: datetime) -> bool:
    return now < expires_at <= now + LONGEST_REMEMBERED
