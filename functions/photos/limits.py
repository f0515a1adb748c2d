"""What a photo may be at most, before and after cleaning, and what its child may use up."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PIXELS = 50_000_000
"""Phones with 48 megapixels exist."""

MAX_FRAMES = 1_000
"""More than any phone's animation; each frame costs memory for its description."""

MAX_EDGE = 2048

MAX_CLEAN_BYTES = 1_000_000
"""Zalo takes 1,048,576 bytes per image; the rest is left for the request around it."""


@dataclass(frozen=True)
class PictureForm:
    """What a cleaned picture is to be."""

    name: str
    file_format: str
    """As Pillow calls it."""
    begins_with: bytes
    ends_with: bytes
    max_edge: int = MAX_EDGE
    max_bytes: int = MAX_CLEAN_BYTES


_JPEG_ENDS = (b"\xff\xd8\xff", b"\xff\xd9")
_PNG_ENDS = (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")
# A picture in a page: sharp on any phone, and as large as publish/pictures.py lets pass.
_PAGE = (1200, 300 * 1024)

TIP_PHOTO = PictureForm("tip", "JPEG", *_JPEG_ENDS)
FORMS = {
    form.name: form
    for form in (
        TIP_PHOTO,
        PictureForm("page-jpeg", "JPEG", *_JPEG_ENDS, *_PAGE),
        PictureForm("page-png", "PNG", *_PNG_ENDS, *_PAGE),
        PictureForm("page-webp", "WEBP", b"RIFF", b"", *_PAGE),
    )
}


@dataclass(frozen=True)
class ChildLimits:
    """What one child process may use up.

    The hungriest photo within MAX_PIXELS, a WebP of 48 megapixels, takes 850 MiB and 2 s on the
    machine this was measured on; a 12-megapixel photo of a phone 120 to 170 MiB and 0.5 s.
    """

    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: int = 20
    wall_seconds: float = 60.0


DEFAULT_LIMITS = ChildLimits()
