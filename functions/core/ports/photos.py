"""Where photos lie, and who cleans them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from functions.core.models import UploadTicket


class BlobStore(Protocol):
    """Sealed bytes under keys of our own; durable when `put` returns."""

    def put(self, key: str, data: bytes) -> None:
        """Seal and store durably; an existing key is replaced. Raises StoreUnavailableError."""
        ...

    def get(self, key: str) -> bytes:
        """Return the unsealed bytes. Raises NotFoundError."""
        ...

    def wipe(self, key: str) -> None:
        """Remove the bytes; a missing key is no error."""
        ...

    def keys_older_than(self, before: datetime) -> list[str]:
        """Return keys stored before that time, for the sweep of orphans."""
        ...


class UploadStore(Protocol):
    """Photos that a browser puts into the store itself, before the tip that names them.

    They wait unsealed by us (the store encrypts them) until a tip takes them, at most a day.
    """

    def open_ticket(self, size: int) -> UploadTicket:
        """Return leave to upload one photo of at most `size` bytes within some minutes."""
        ...

    def take(self, upload_id: str) -> bytes:
        """Return what was uploaded. Raises NotFoundError when it never came or is gone, and
        StoreUnavailableError."""
        ...

    def drop(self, upload_id: str) -> None:
        """Remove it; a missing one is no error."""
        ...


class PhotoCleaner(Protocol):
    def clean(self, original: bytes) -> bytes | None:
        """Return a clean JPEG of at most 1,000,000 bytes, None when it cannot be opened.

        Raises ToolUnavailableError when that could not be found out now.
        """
        ...
