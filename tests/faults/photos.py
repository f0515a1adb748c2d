"""Photos that the attempts send and get back."""

from __future__ import annotations

import io
import random

from PIL import Image

from tests.photos.pictures import encoded, gps_exif, scene


def jpeg(colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (48, 32), colour).save(file, "JPEG")
    return file.getvalue()


RED = jpeg((200, 10, 10))
BLUE = jpeg((10, 10, 200))
WITH_GPS = encoded(scene(), "JPEG", exif=gps_exif())
BROKEN = WITH_GPS[: len(WITH_GPS) // 2]


def noise(seed: int, edge: int) -> bytes:
    """Return a photo that cannot be packed: of the same seed always the same."""
    file = io.BytesIO()
    pixels = random.Random(seed).randbytes(edge * edge * 3)
    Image.frombytes("RGB", (edge, edge), pixels).save(file, "JPEG")
    return file.getvalue()
