"""Posting a photo as a browser does: the ticket's fields in order, the file last."""

from __future__ import annotations

from collections.abc import Mapping

import urllib3

from functions.core.models import UploadTicket


def post_form(
    ticket: UploadTicket, photo: bytes, forged: Mapping[str, str | None] | None = None
) -> int:
    """Post the ticket's form, with `forged` fields in it (None leaves one out); return the
    status of the answer."""
    fields = {**ticket.fields, **(forged or {})}
    sent: list[tuple[str, str | tuple[str, bytes, str]]] = [
        (name, value) for name, value in fields.items() if value is not None
    ]
    sent.append(("file", ("photo.jpg", photo, "image/jpeg")))
    body, content_type = urllib3.encode_multipart_formdata(sent)
    answer = urllib3.request(
        "POST", ticket.url, body=body, headers={"Content-Type": content_type}, retries=False
    )
    return answer.status
