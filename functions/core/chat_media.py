"""What a resident sends beside words: fetched while Zalo holds it, kept sealed before anything
names it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core.errors import RetryableProviderError
from functions.core.events import Media
from functions.core.models import Attachment, AttachmentState, Claim, MediaKind
from functions.core.work import WorkServices, hold

PATIENCE = timedelta(minutes=10)
"""So long after the event a photo may still come; then officers see that one is missing."""

_MIB = 1024 * 1024
MOST_PHOTO_BYTES = 10 * _MIB
MOST_FILE_BYTES = 20 * _MIB


@dataclass(frozen=True)
class Piece:
    """One thing of a message; its id is the same each time the event is handled."""

    attachment_id: str
    media: Media


@dataclass(frozen=True)
class Fetched:
    attachments: tuple[Attachment, ...]
    """What is settled now, in order: kept durably, or never to be had."""
    error: str = ""
    """Why the rest did not come yet; empty: there is no rest."""


def pieces_of(event_id: str, media: Sequence[Media]) -> list[Piece]:
    return [
        Piece(hashlib.sha256(f"{event_id}\0{index}".encode()).hexdigest()[:32], one)
        for index, one in enumerate(media)
    ]


def fetch(
    pieces: Collection[Piece], received_at: datetime, claim: Claim, services: WorkServices
) -> Fetched:
    """Fetch each piece and keep it; what nobody can have, or not in time, is unreadable.

    Raises StoreUnavailableError and LeaseLostError.
    """
    settled: list[Attachment] = []
    error = ""
    for piece in pieces:
        hold(claim, services)
        try:
            data = services.media.fetch(piece.media.url, _most_bytes(piece.media.kind))
        except RetryableProviderError as exc:
            if services.clock.now() - received_at < PATIENCE:
                error = exc.code
                continue
            data = None
        settled.append(_keep(piece, data, services))
    return Fetched(tuple(settled), error)


def _keep(piece: Piece, data: bytes | None, services: WorkServices) -> Attachment:
    """Positions are set where the piece is added to its tip."""
    kind = piece.media.kind
    if data is None:
        return Attachment(piece.attachment_id, 0, AttachmentState.UNREADABLE, "", kind=kind)
    blob_key = uuid.uuid4().hex
    services.blobs.put(blob_key, data)
    is_photo = kind is MediaKind.PHOTO
    state = AttachmentState.ORIGINAL if is_photo else AttachmentState.KEPT
    return Attachment(piece.attachment_id, 0, state, blob_key, kind=kind)


def _most_bytes(kind: MediaKind) -> int:
    return MOST_PHOTO_BYTES if kind is MediaKind.PHOTO else MOST_FILE_BYTES
