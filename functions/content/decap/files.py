"""The scripts and style sheets of the editor; each has its hash in its address, for ever."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Response, request

FOLDER = "/bien-tap/"
"""Where their addresses begin."""

_NAMES = (
    "editor.css",
    "editor-session.js",
    "editor-kept.js",
    "decap/decap-cms.js",
    "editor-backend.js",
    "editor-widgets.js",
    "editor-boxes.js",
    "editor-preview.js",
    "editor.js",
)
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOR_EVER = "public, max-age=31536000, immutable"
_HASH_LENGTH = 16


@dataclass(frozen=True)
class EditorFile:
    """One file as it is served."""

    name: str
    content: bytes

    @cached_property
    def address(self) -> str:
        stem, _, ending = self.name.rpartition("/")[2].rpartition(".")
        digest = hashlib.sha256(self.content).hexdigest()[:_HASH_LENGTH]
        return f"{FOLDER}{stem}.{digest}.{ending}"

    @cached_property
    def compressed(self) -> bytes:
        """The content as gzip: made once, when first asked for."""
        return gzip.compress(self.content, 9, mtime=0)


class EditorFiles:
    """All of them, read once at the start: Decap alone is 5 MB, a third of that compressed."""

    def __init__(self, templates: Path) -> None:
        files = [EditorFile(name, (templates / "editor" / name).read_bytes()) for name in _NAMES]
        self._by_address = {file.address: file for file in files}
        self.styles = [file.address for file in files if file.name.endswith(".css")]
        self.scripts = [file.address for file in files if file.name.endswith(".js")]
        """In the order in which they have to run."""

    def answer(self, address: str) -> Response | None:
        """Return the file of an address; None where there is none."""
        file = self._by_address.get(address)
        if file is None:
            return None
        response = smallest(file.content, lambda: file.compressed)
        response.headers["Content-Type"] = _TYPES[Path(file.name).suffix]
        response.headers["Cache-Control"] = _FOR_EVER
        return response


def smallest(content: bytes, compressed: Callable[[], bytes] | None = None) -> Response:
    """Answer with content, as gzip where the browser takes it.

    Says by `Vary` that the answer depends on that, so that no cache between mixes them up.
    """
    if request.accept_encodings["gzip"] > 0:
        response = Response(compressed() if compressed else gzip.compress(content, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(content)
    response.headers["Vary"] = "Accept-Encoding"
    return response
