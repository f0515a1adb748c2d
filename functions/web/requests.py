"""The request class of every app: bounded, and it writes nothing to a disk."""

from __future__ import annotations

import io
from typing import IO

import flask
from werkzeug.formparser import FormDataParser

MAX_FORM_PARTS = 60
"""A form has a dozen fields and five photos."""

MAX_TEXT_BODY = 512 * 1024
"""For everything but photos: far more than the longest text, so that one that is too long
can still be shown again."""

MAX_FILE_BYTES = 10 * 1024 * 1024


class BoundedRequest(flask.Request):
    """Keeps uploads in memory, where they are not left behind unsealed, and cuts them off."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BoundedFile(MAX_FILE_BYTES + 1)

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        # Else a broken form would look like an empty one.
        parser.silent = False
        return parser


class BoundedFile(io.BytesIO):
    """Keeps the first `limit` bytes and swallows the rest: enough to see that it is too large."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        super().write(memoryview(data)[: max(0, self._limit - self.tell())])
        return len(data)
