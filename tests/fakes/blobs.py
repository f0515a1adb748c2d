"""Blobs in memory."""

from __future__ import annotations

from datetime import datetime

from functions.core.errors import FieldError, InvalidInputError, NotFoundError
from functions.core.ports import Clock
from functions.stores.files import is_blob_key


class MemoryBlobStore:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._blobs: dict[str, bytes] = {}
        self._stored_at: dict[str, datetime] = {}

    def put(self, key: str, data: bytes) -> None:
        if not is_blob_key(key):
            raise InvalidInputError((FieldError("blob_key", "malformed"),))
        self._blobs[key] = data
        self._stored_at[key] = self._clock.now()

    def get(self, key: str) -> bytes:
        try:
            return self._blobs[key]
        except KeyError as exc:
            raise NotFoundError("no such blob") from exc

    def wipe(self, key: str) -> None:
        self._blobs.pop(key, None)
        self._stored_at.pop(key, None)

    def keys_older_than(self, before: datetime) -> list[str]:
        now = self._clock.now()
        for key, stored_at in self._stored_at.items():
            self._stored_at[key] = min(stored_at, now)
        return sorted(key for key, stored_at in self._stored_at.items() if stored_at < before)
