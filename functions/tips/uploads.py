"""Photos that go straight to the store: leave to upload them, and the tip that names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from functions.core.errors import FieldError, InvalidInputError
from functions.core.models import TipDraft
from functions.core.submissions import MAX_PHOTO_BYTES, MAX_PHOTOS
from functions.core.tips import Receipt, submit_tip
from functions.core.uploads import UploadServices, find_earlier, settle_uploads, take_upload
from functions.tips.intake import UNREADABLE, Submission, kind_errors
from functions.web.fields import JSON, has_empty_body, read_json_object

PHOTO_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/gif"}
)
MISSING = FieldError("photos", "upload_missing")
TOO_MANY = FieldError("photos", "too_many")

Read = Callable[[Submission], TipDraft]
"""Turns a submission into a draft; raises InvalidInputError."""


def read_sizes(request: Request) -> list[int]:
    """Return the size of each photo that somebody wants to upload.

    Raises InvalidInputError, and the HTTP errors 413 and 415.
    """
    if request.mimetype != JSON and not has_empty_body(request):
        raise UnsupportedMediaType
    document = read_json_object(request)
    if document is None:
        raise InvalidInputError((UNREADABLE,))
    photos = document.get("photos")
    if not isinstance(photos, list):
        raise InvalidInputError((FieldError("photos", "required" if not photos else "wrong_type"),))
    if not photos:
        raise InvalidInputError((FieldError("photos", "required"),))
    if len(photos) > MAX_PHOTOS:
        raise InvalidInputError((TOO_MANY,))
    return [_size_of(photo) for photo in photos]


def _size_of(photo: object) -> int:
    """Return the size of one wanted photo. Raises InvalidInputError."""
    if not isinstance(photo, dict):
        raise InvalidInputError((FieldError("photos", "wrong_type"),))
    size, kind = photo.get("size"), photo.get("type")
    if not isinstance(size, int) or isinstance(size, bool) or not isinstance(kind, str):
        raise InvalidInputError((FieldError("photos", "wrong_type"),))
    if kind.lower() not in PHOTO_TYPES or size < 1:
        raise InvalidInputError((FieldError("photos", "unsupported_type"),))
    if size > MAX_PHOTO_BYTES:
        raise InvalidInputError((FieldError("photos", "too_large"),))
    return size


@dataclass(frozen=True)
class UploadedTips:
    """Takes tips that name uploads, each treated exactly like a photo of the form."""

    services: UploadServices

    def submit(
        self, submission: Submission, read: Read, sender_hashes: tuple[bytes, ...]
    ) -> Receipt:
        """Take the tip. Raises InvalidInputError, ConflictError and StoreUnavailableError."""
        named = _draft_without_uploads(submission, read)
        earlier = self._earlier(named, submission)
        if earlier is not None:
            return earlier
        whole = self._with_uploads(submission)
        if MISSING in whole.errors:
            # The same act may have ended while this one was under way.
            earlier = self._earlier(named, submission)
            if earlier is not None:
                return earlier
        receipt = submit_tip(read(whole), sender_hashes, self.services.submit)
        if named is not None:
            settle_uploads(named, submission.upload_ids, receipt, self.services)
        return receipt

    def _earlier(self, named: TipDraft | None, submission: Submission) -> Receipt | None:
        if named is None:
            return None
        return find_earlier(named, submission.upload_ids, self.services)

    def _with_uploads(self, submission: Submission) -> Submission:
        """Return the submission with the uploads behind its own photos, in the order named."""
        if len(submission.photos) + len(submission.upload_ids) > MAX_PHOTOS:
            return replace(submission, errors=(*submission.errors, TOO_MANY))
        taken = [take_upload(one, self.services) for one in submission.upload_ids]
        photos = [photo for photo in taken if photo is not None]
        missing = (MISSING,) if None in taken else ()
        errors = (*submission.errors, *missing, *kind_errors(photos))
        return replace(submission, photos=(*submission.photos, *photos), errors=errors)


def _draft_without_uploads(submission: Submission, read: Read) -> TipDraft | None:
    try:
        return read(submission)
    except InvalidInputError:
        return None
