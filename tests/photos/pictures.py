"""Pictures made for the tests, and what a clean JPEG must look like."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pillow_heif
from PIL import Image, ImageChops, ImageStat
from PIL.Image import Resampling
from PIL.TiffImagePlugin import IFDRational

MARKER = b"TIM-THAY-DAU-VET"
"""Planted wherever a format has room for words; it may never come out at the other end."""

GPS_IFD = 0x8825
MAKER = 0x010F
ORIENTATION = 0x0112

_ALLOWED_SEGMENTS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
_APP0_OF_JFIF = b"JFIF\x00\x01\x01"


def scene(width: int = 320, height: int = 200) -> Image.Image:
    """Paint four plain corners and a gradient: upside down or mirrored it looks different."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    half = (width // 2, height // 2)
    picture.paste("red", (0, 0, half[0], half[1]))
    picture.paste("green", (half[0], 0, width, half[1] // 2))
    picture.paste("blue", (0, half[1], half[0] // 2, height))
    return picture


def gps_exif(orientation: int = 1) -> Image.Exif:
    """Write what a phone writes: maker, orientation and where the photo was taken."""
    exif = Image.Exif()
    exif[MAKER] = MARKER.decode()
    exif[ORIENTATION] = orientation
    exif[GPS_IFD] = {
        1: "N",
        2: (IFDRational(12), IFDRational(40), IFDRational(1234, 100)),
        29: MARKER.decode(),
    }
    return exif


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Write a picture in one of Pillow's formats."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def heic(picture: Image.Image, **options: Any) -> bytes:
    """Write a HEIC, without registering the encoder's library as Pillow's reader."""
    out = io.BytesIO()
    fast = {"preset": "ultrafast"}
    pillow_heif.from_pillow(picture).save(out, quality=70, enc_params=fast, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """Open a clean photo as any viewer would."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    """Tell how far apart two pictures are, from 0 (the same) to 255."""
    small = other.convert("RGB").resize(one.size, Resampling.LANCZOS)
    channels = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), small)).mean
    return sum(channels) / len(channels)


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the segments of a JPEG up to its end mark; what follows the mark is kind 0."""
    assert jpeg[:2] == b"\xff\xd8"
    at = 2
    while True:
        assert jpeg[at] == 0xFF
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        yield kind, jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        if kind == 0xDA:
            end = jpeg.index(b"\xff\xd9", at)
            yield 0, jpeg[end + 2 :]
            return


def assert_only_pixels(clean: bytes) -> None:
    """Check that a clean photo carries tables and pixels, and nothing else at all."""
    found = list(segments(clean))
    assert {kind for kind, _ in found} - {0} <= _ALLOWED_SEGMENTS
    assert [body[:7] for kind, body in found if kind == 0xE0] == [_APP0_OF_JFIF]
    assert found[-1] == (0, b"")
    assert MARKER not in clean
    assert MARKER.decode().encode("utf-16-le") not in clean
    assert len(clean) <= 1_000_000


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Frame one chunk of a PNG."""
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def bomb_png(width: int, height: int) -> bytes:
    """Write a PNG of one bit a pixel that is tiny as a file and huge as a picture."""
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", packed)
        + png_chunk(b"IEND", b"")
    )


def slow_jpeg(repeats: int) -> bytes:
    """Repeat one scan of a progressive JPEG: a small file that keeps a decoder busy for long."""
    jpeg = encoded(Image.new("L", (7000, 7000), 120), "JPEG", progressive=True)
    at = 2
    while True:
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        end = at + 2 + length
        if kind == 0xDA:
            while jpeg[end] != 0xFF or jpeg[end + 1] == 0:
                end += 1
            first_coefficient = jpeg[at + 5 + 2 * jpeg[at + 4]]
            if first_coefficient > 0:
                return jpeg[:-2] + jpeg[at:end] * repeats + jpeg[-2:]
        at = end
