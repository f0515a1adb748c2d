"""Files beside the Markdown: only small pictures that tell nothing of where they were taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

LARGEST_KB = 300

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_GPS = 0x8825
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def picture_problems(path: Path, name: str) -> Iterator[str]:
    """Yield what is wrong with one file that is no Markdown; a message has line 1."""
    if not _NAME.fullmatch(path.name):
        yield f"{name}:1: the file name is no address; use letters without marks, 0-9, - and _"
    size_kb = path.stat().st_size // 1024
    if size_kb > LARGEST_KB:
        size = f"{size_kb / 1024:.0f} MB" if size_kb > 1024 else f"{size_kb} KB"
        yield f"{name}:1: is {size}; make it smaller than {LARGEST_KB} KB, 1200 dots wide will do"
        return
    wanted = _FORMATS.get(path.suffix.lower())
    if wanted is None:
        yield f"{name}:1: is no picture; only {', '.join(sorted(_FORMATS))} may lie beside a page"
        return
    # Only now: most builds meet no new picture.
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=[wanted]) as picture:
            has_place = bool(picture.getexif().get_ifd(_GPS))
    except (UnidentifiedImageError, OSError):
        yield f"{name}:1: cannot be opened as {wanted}; save the picture again"
        return
    if has_place:
        yield f"{name}:1: tells where it was taken; save it without position (GPS)"
