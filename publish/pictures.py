"""Files beside the Markdown: only small pictures that tell nothing of where they were taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from publish.errors import Problem

LARGEST_KB = 300

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_GPS = 0x8825
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def picture_problems(name: str, content: bytes) -> Iterator[Problem]:
    """Yield what is wrong with one file that is no Markdown; a message has line 1."""
    file_name = name.rpartition("/")[2]
    if not _NAME.fullmatch(file_name):
        text = "the file name is no address; use letters without marks, 0-9, - and _"
        yield Problem(name, 1, text, "picture-name", name=file_name)
    size_kb = len(content) // 1024
    if size_kb > LARGEST_KB:
        size = f"{size_kb / 1024:.0f} MB" if size_kb > 1024 else f"{size_kb} KB"
        text = f"is {size}; make it smaller than {LARGEST_KB} KB, 1200 dots wide will do"
        yield Problem(
            name, 1, text, "picture-heavy", name=file_name, size=size, largest=f"{LARGEST_KB} KB"
        )
        return
    wanted = _FORMATS.get(Path(file_name).suffix.lower())
    if wanted is None:
        text = f"is no picture; only {', '.join(sorted(_FORMATS))} may lie beside a page"
        yield Problem(name, 1, text, "no-picture", name=file_name)
        return
    # Only now: most builds meet no new picture.
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=[wanted]) as picture:
            has_place = bool(picture.getexif().get_ifd(_GPS))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        text = f"cannot be opened as {wanted}; save the picture again"
        yield Problem(name, 1, text, "picture-unreadable", name=file_name)
        return
    if has_place:
        text = "tells where it was taken; save it without position (GPS)"
        yield Problem(name, 1, text, "picture-tells-place", name=file_name)
