"""Photos uploaded before their tip, in memory."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.core.errors import NotFoundError
from functions.core.models import UploadTicket
from functions.core.ports import Clock

TICKET_LIFE = timedelta(minutes=15)
KEPT = timedelta(days=1)


@dataclass
class _Place:
    largest: int
    expires_at: datetime
    photo: bytes | None = None
    came_at: datetime | None = None


@dataclass
class MemoryUploads:
    """The port UploadStore; `receive` is what a browser's upload does."""

    clock: Clock
    _places: dict[str, _Place] = field(default_factory=dict)

    def open_ticket(self, size: int) -> UploadTicket:
        upload_id = secrets.token_hex(16)
        expires_at = self.clock.now() + TICKET_LIFE
        self._places[upload_id] = _Place(size, expires_at)
        return UploadTicket(
            upload_id, "https://uploads.example/box", {"key": f"uploads/{upload_id}"}, expires_at
        )

    def receive(self, upload_id: str, photo: bytes) -> bool:
        """Keep the photo if a ticket allows it; tell whether it did."""
        place = self._places.get(upload_id)
        now = self.clock.now()
        if place is None or now >= place.expires_at or not 1 <= len(photo) <= place.largest:
            return False
        place.photo, place.came_at = photo, now
        return True

    def take(self, upload_id: str) -> bytes:
        place = self._places.get(upload_id)
        if place is None or place.photo is None or place.came_at is None:
            raise NotFoundError("upload")
        if self.clock.now() - place.came_at >= KEPT:
            raise NotFoundError("upload")
        return place.photo

    def drop(self, upload_id: str) -> None:
        self._places.pop(upload_id, None)
