"""Cleaning a tip's photos, off the accept path (promise 7)."""

from __future__ import annotations

import hashlib
import uuid

from functions.core.errors import ToolUnavailableError
from functions.core.models import Attachment, AttachmentState, Claim
from functions.core.retry import retry_delay
from functions.core.work import Done, Outcome, Postponed, WorkServices, hold

MOST_TRIES = 20
"""About a quarter of an hour. Then the photo counts as unreadable, so that the rest of the
tip is not kept waiting by a picture that brings the cleaner down each time."""


def clean_photos(claim: Claim, services: WorkServices) -> Outcome:
    """Clean each original, name the clean copy durably, then wipe the original.

    A photo that cannot be opened costs the tip nothing: it is marked and wiped. A crash at
    any point leaves either the original named or the clean copy named; an unnamed blob is
    swept later.
    """
    for attachment in services.tips.get(claim.job.subject_id).attachments:
        if attachment.state is not AttachmentState.ORIGINAL:
            continue
        hold(claim, services)
        try:
            _clean_one(attachment, services)
        except ToolUnavailableError:
            if claim.job.attempts < MOST_TRIES:
                due_at = services.clock.now() + retry_delay(claim.job.attempts)
                return Postponed(due_at, "photo-tool")
            _record_unreadable(attachment, services)
    return Done()


def _clean_one(attachment: Attachment, services: WorkServices) -> None:
    clean = services.cleaner.clean(services.blobs.get(attachment.blob_key))
    if clean is None:
        _record_unreadable(attachment, services)
        return
    clean_key = uuid.uuid4().hex
    services.blobs.put(clean_key, clean)
    services.tips.set_attachment(
        attachment.attachment_id,
        AttachmentState.CLEAN,
        blob_key=clean_key,
        clean_sha256=hashlib.sha256(clean).hexdigest(),
    )
    services.blobs.wipe(attachment.blob_key)


def _record_unreadable(attachment: Attachment, services: WorkServices) -> None:
    services.tips.set_attachment(
        attachment.attachment_id, AttachmentState.UNREADABLE, blob_key="", clean_sha256=""
    )
    services.blobs.wipe(attachment.blob_key)
