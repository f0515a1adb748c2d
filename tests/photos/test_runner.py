"""Photos of every kind go through the child process: clean ones come out, bad ones are named."""

from __future__ import annotations

import io
import random
from concurrent.futures import ThreadPoolExecutor

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from functions.photos.errors import UnreadablePhotoError
from functions.photos.limits import ChildLimits
from functions.photos.runner import clean_photo
from tests.photos.originals import MARKED, UNCOMMON
from tests.photos.pictures import (
    GPS_IFD,
    assert_only_pixels,
    bomb_png,
    encoded,
    gps_exif,
    heic,
    mean_difference,
    opened,
    scene,
    slow_jpeg,
)


def first_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def resized_in_header(data: bytes, size: bytes) -> bytes:
    """Make a file claim 20,000 by 20,000 pixels where it says 320 by 200."""
    assert data.count(size) == 1
    claimed = (20_000).to_bytes(len(size) // 2, "big") * 2
    return data.replace(size, claimed)


@pytest.mark.parametrize("original", MARKED.values(), ids=MARKED.keys())
def test_nothing_but_the_picture_comes_through_the_child(original: bytes) -> None:
    clean = clean_photo(original)

    assert_only_pixels(clean)
    assert mean_difference(opened(clean), scene()) < 6


@pytest.mark.parametrize(("original", "expected"), UNCOMMON.values(), ids=UNCOMMON.keys())
def test_child_lacks_nothing_for_uncommon_modes(original: bytes, expected: Image.Image) -> None:
    """The child can load no module any more once it reads the photo."""
    clean = clean_photo(original)

    assert mean_difference(opened(clean), expected) < 6


def test_photos_are_cleaned_side_by_side() -> None:
    originals = [encoded(scene(320, 200 + at), "JPEG") for at in range(4)]

    with ThreadPoolExecutor(max_workers=4) as pool:
        cleaned = list(pool.map(clean_photo, originals))

    assert [opened(clean).height for clean in cleaned] == [200, 201, 202, 203]


def test_heic_with_gps_comes_clean_and_upright() -> None:
    upright = scene(320, 200)
    exif = gps_exif(orientation=6)
    original = heic(upright.transpose(Image.Transpose.ROTATE_90), exif=exif.tobytes())

    clean = clean_photo(original)

    assert_only_pixels(clean)
    assert opened(clean).size == (320, 200)
    assert mean_difference(opened(clean), upright) < 6


def test_main_picture_of_a_heic_with_several_is_taken() -> None:
    several = pillow_heif.from_pillow(Image.new("RGB", (64, 64), "blue"))
    several.add_from_pillow(scene())
    out = io.BytesIO()
    several.save(out, primary_index=1)

    clean = clean_photo(out.getvalue())

    assert opened(clean).size == (320, 200)
    assert mean_difference(opened(clean), scene()) < 6


def test_twelve_megapixel_photo_with_gps_fits_and_forgets() -> None:
    original = encoded(scene(4000, 3000), "JPEG", quality=90, exif=gps_exif())
    assert GPS_IFD in opened(original).getexif()

    clean = clean_photo(original)

    assert_only_pixels(clean)
    assert opened(clean).size == (2048, 1536)
    assert not opened(clean).getexif()
    assert mean_difference(opened(clean), scene(2048, 1536)) < 3


def test_twelve_megapixel_heic_is_taken() -> None:
    clean = clean_photo(heic(scene(4000, 3000)))

    assert_only_pixels(clean)
    assert opened(clean).size == (2048, 1536)


def test_forty_eight_megapixel_photo_is_taken() -> None:
    clean = clean_photo(encoded(scene(8064, 6048), "JPEG"))

    assert opened(clean).size == (2048, 1536)


@pytest.mark.parametrize(
    ("original", "code"),
    [
        (b"", "unknown-format"),
        (b"%PDF-1.7 named .jpg", "unknown-format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "unknown-format"),
        (first_half(encoded(scene(), "JPEG")), "damaged"),
        (first_half(encoded(scene(), "PNG")), "damaged"),
        (first_half(encoded(scene(), "WEBP")), "damaged"),
        (first_half(encoded(scene(), "GIF")), "damaged"),
        (first_half(heic(scene())), "damaged"),
        (b"\xff\xd8\xff" + random.Random(3).randbytes(5_000), "damaged"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500), "damaged"),
        (bomb_png(20_000, 20_000), "too-large"),
        (resized_in_header(encoded(scene(), "JPEG"), b"\x00\xc8\x01\x40"), "too-large"),
        (resized_in_header(heic(scene()), b"\x00\x00\x01\x40\x00\x00\x00\xc8"), "too-large"),
    ],
    ids=[
        "nothing",
        "PDF",
        "SVG",
        "cut JPEG",
        "cut PNG",
        "cut WebP",
        "cut GIF",
        "cut HEIC",
        "random bytes behind a JPEG head",
        "zeros behind a HEIC head",
        "bomb",
        "JPEG that boasts",
        "HEIC that boasts",
    ],
)
def test_bad_photo_is_unreadable_for_good(original: bytes, code: str) -> None:
    with pytest.raises(UnreadablePhotoError) as raised:
        clean_photo(original)

    assert raised.value.code == code


@given(at=st.integers(12, 900), junk=st.binary(min_size=1, max_size=40), kind=st.integers(0, 4))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_tampered_photo_is_cleaned_or_unreadable(at: int, junk: bytes, kind: int) -> None:
    original = TAMPERED_WITH[kind]
    tampered = original[:at] + junk + original[at + len(junk) :]

    try:
        clean = clean_photo(tampered)
    except UnreadablePhotoError:
        return

    assert_only_pixels(clean)


TAMPERED_WITH = [encoded(scene(64, 64), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")]
TAMPERED_WITH.append(heic(scene(64, 64)))


def test_photo_that_computes_too_long_is_unreadable() -> None:
    with pytest.raises(UnreadablePhotoError, match="out-of-time"):
        clean_photo(slow_jpeg(8_000), ChildLimits(cpu_seconds=1))

    assert_only_pixels(clean_photo(encoded(scene(), "JPEG")))


def test_photo_that_needs_too_much_memory_is_unreadable() -> None:
    original = bomb_png(7_000, 7_000)

    with pytest.raises(UnreadablePhotoError, match="out-of-memory"):
        clean_photo(original, ChildLimits(memory_bytes=110 * 1024 * 1024))

    assert opened(clean_photo(original)).size == (2048, 2048)
