"""Photos that a browser posts straight into a bucket, by a form that we signed."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from functions.core.errors import FieldError, InvalidInputError, NotFoundError
from functions.core.models import UploadTicket
from functions.core.ports import Clock
from functions.core.submissions import MAX_PHOTO_BYTES
from functions.stores.s3 import bucket_errors_translated, read_object

if TYPE_CHECKING:
    from functions.stores.aws_clients import AwsClients

LIFE = timedelta(minutes=10)
"""A slow phone sends five photos one after the other."""

CONTENT_TYPE = "application/octet-stream"
"""What every upload is called, so that no browser ever shows it; what it is, is found out
when the tip takes it."""

_ID = re.compile(r"[0-9a-f]{32}")


class S3UploadStore:
    """The port UploadStore. The signature fixes name, type, size and end of an upload, and
    the bucket's own rules encrypt it and remove it after a day."""

    def __init__(self, clients: AwsClients, bucket: str, clock: Clock) -> None:
        self._clients = clients
        self._bucket = bucket
        self._clock = clock

    def open_ticket(self, size: int) -> UploadTicket:
        if not 1 <= size <= MAX_PHOTO_BYTES:
            raise InvalidInputError((FieldError("size", "out_of_range"),))
        upload_id = secrets.token_hex(16)
        # The answer to the upload is short, and no redirect to anywhere.
        fixed = {"Content-Type": CONTENT_TYPE, "success_action_status": "201"}
        with bucket_errors_translated():
            signed = self._clients.s3.generate_presigned_post(
                Bucket=self._bucket,
                Key=_name(upload_id),
                Fields=dict(fixed),
                Conditions=[
                    ["content-length-range", 1, size],
                    *({name: value} for name, value in fixed.items()),
                ],
                ExpiresIn=int(LIFE.total_seconds()),
            )
        expires_at = self._clock.now() + LIFE
        return UploadTicket(upload_id, signed["url"], dict(signed["fields"]), expires_at)

    def take(self, upload_id: str) -> bytes:
        if _ID.fullmatch(upload_id) is None:
            raise NotFoundError("no such upload")
        # One byte more than allowed, so that too long a photo is seen to be too long.
        return read_object(self._clients, self._bucket, _name(upload_id), MAX_PHOTO_BYTES + 1)

    def drop(self, upload_id: str) -> None:
        if _ID.fullmatch(upload_id) is None:
            return
        with bucket_errors_translated():
            self._clients.s3.delete_object(Bucket=self._bucket, Key=_name(upload_id))


def _name(upload_id: str) -> str:
    return f"uploads/{upload_id}"
