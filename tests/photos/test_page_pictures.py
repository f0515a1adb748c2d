"""Pictures of pages: whatever is sent, what is published is small and made of pixels only."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from PIL import Image

from functions.photos.pages import ChildPictureMaker
from tests.photos.originals import MARKED
from tests.photos.pictures import assert_only_pixels, bomb_png, encoded, opened

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def noise(size: tuple[int, int]) -> Image.Image:
    """Return the picture that is hardest to make small."""
    return Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3))


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("anh.png", b"x" * 1000)
    return out.getvalue()


@pytest.mark.parametrize("name", ["anh.jpg", "anh.png", "anh.webp"])
def test_a_large_picture_becomes_small_in_the_format_of_its_name(name: str) -> None:
    remade = ChildPictureMaker().remake(name, encoded(noise((1600, 1200)), "PNG"))

    assert remade is not None
    assert len(remade) <= 300 * 1024
    wanted = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name.rpartition(".")[2]]
    with Image.open(io.BytesIO(remade)) as picture:
        assert picture.format == wanted
        assert max(picture.size) <= 1200


def test_a_picture_keeps_no_place_no_name_and_no_comment() -> None:
    for original in list(MARKED.values())[:3]:
        remade = ChildPictureMaker().remake("anh.jpg", original)

        assert remade is not None
        assert_only_pixels(remade)


def test_a_small_drawing_stays_sharp_as_png() -> None:
    drawing = Image.new("RGB", (300, 200), "white")
    drawing.paste("navy", (20, 20, 120, 120))

    remade = ChildPictureMaker().remake("so-do.png", encoded(drawing, "PNG"))

    assert remade is not None
    assert opened(remade).convert("RGB").tobytes() == drawing.tobytes()


@pytest.mark.parametrize(
    "hostile",
    [SVG, a_zip(), b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, bomb_png(20_000, 20_000)],
    ids=["svg", "zip", "empty", "broken", "bomb"],
)
def test_what_is_no_picture_is_refused(hostile: bytes) -> None:
    assert ChildPictureMaker().remake("anh.png", hostile) is None


def test_a_name_of_another_kind_is_refused() -> None:
    assert ChildPictureMaker().remake("anh.svg", encoded(noise((10, 10)), "PNG")) is None
