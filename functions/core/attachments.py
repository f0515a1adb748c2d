"""Photos are written before the record that names them, and taken back where none will.

What a crash or a failing disk leaves behind without a record is wiped by the sweep.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from functions.core.errors import StoreUnavailableError
from functions.core.models import Attachment
from functions.core.ports import BlobStore


def put_photos(
    attachments: Sequence[Attachment], photos: Sequence[bytes], blobs: BlobStore
) -> None:
    """Write each photo durably where its attachment says; all of them, or none is left.

    Raises StoreUnavailableError.
    """
    try:
        for attachment, photo in zip(attachments, photos, strict=True):
            blobs.put(attachment.blob_key, photo)
    except StoreUnavailableError:
        wipe_photos(attachments, blobs)
        raise


def wipe_photos(attachments: Sequence[Attachment], blobs: BlobStore) -> None:
    """Remove what can be removed now; the sweep takes the rest."""
    with contextlib.suppress(StoreUnavailableError):
        for attachment in attachments:
            blobs.wipe(attachment.blob_key)
