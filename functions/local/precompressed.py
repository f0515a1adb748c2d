"""Chooses the compressed file that the build made beside a file, for browsers that take it."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Response, request, send_file

_SUFFIX = ".gz"


def send_smallest(file: Path) -> Response:
    """Answer with a file, compressed where the browser takes that and the build made one.

    Says by `Vary` that the answer depends on what the browser takes, so that no cache between
    gives the compressed one to another.
    """
    compressed = file.with_name(file.name + _SUFFIX)
    if not compressed.is_file():
        return send_file(file, conditional=True, etag=True)
    if request.accept_encodings["gzip"] > 0:
        response = send_file(
            compressed, mimetypes.guess_type(file.name)[0], conditional=True, etag=True
        )
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = send_file(file, conditional=True, etag=True)
    response.headers["Vary"] = "Accept-Encoding"
    return response
