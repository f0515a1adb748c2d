"""A clean photo shows the same picture and carries nothing else."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from functions.photos.clean import clean_image
from functions.photos.errors import UnreadablePhotoError
from tests.photos.originals import MARKED, UNCOMMON, marked_profile
from tests.photos.pictures import (
    MARKER,
    assert_only_pixels,
    bomb_png,
    encoded,
    gps_exif,
    mean_difference,
    opened,
    png_chunk,
    scene,
)


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


@pytest.mark.parametrize("original", MARKED.values(), ids=MARKED.keys())
def test_nothing_but_the_picture_survives(original: bytes) -> None:
    clean = clean_image(original)

    assert_only_pixels(clean)
    assert b"PK\x03\x04" not in clean
    assert opened(clean).size == (320, 200)
    assert mean_difference(opened(clean), scene()) < 6


def test_markers_are_in_the_originals_to_begin_with() -> None:
    hidden = {name for name, original in MARKED.items() if MARKER not in original}

    assert hidden == set()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_stands_as_the_camera_was_held(kind: str, orientation: int) -> None:
    original = encoded(scene(), kind, exif=gps_exif(orientation))
    upright = ImageOps.exif_transpose(opened(original))
    assert upright is not None

    clean = opened(clean_image(original))

    assert clean.size == upright.size
    assert mean_difference(clean, upright) < 4


@given(st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_broken_exif_costs_only_the_exif(exif: bytes) -> None:
    original = encoded(scene(40, 30), "JPEG", exif=b"Exif\x00\x00" + exif)

    clean = clean_image(original)

    assert_only_pixels(clean)


@pytest.mark.parametrize(
    "exif", [b"II*\x00", b"MM\x00*\xff\xff\xff\xff", b"II*\x00\x08\x00\x00\x00\xff"]
)
def test_exif_cut_short_costs_only_the_exif(exif: bytes) -> None:
    original = encoded(scene(40, 30), "JPEG", exif=b"Exif\x00\x00" + exif)

    assert opened(clean_image(original)).size == (40, 30)


def test_senseless_orientation_is_taken_as_upright() -> None:
    letters = b"\x12\x01\x02\x00\x03\x00\x00\x00abc\x00"
    tiff = b"II*\x00\x08\x00\x00\x00" + b"\x01\x00" + letters + bytes(4)
    original = encoded(scene(40, 30), "JPEG", exif=b"Exif\x00\x00" + tiff)

    assert opened(clean_image(original)).size == (40, 30)


def test_same_original_gives_same_bytes() -> None:
    original = encoded(scene(), "JPEG", exif=gps_exif())

    assert clean_image(original) == clean_image(original)


def test_longest_edge_is_2048() -> None:
    wide, tall = encoded(scene(3000, 900), "PNG"), encoded(scene(900, 3000), "PNG")

    assert opened(clean_image(wide)).size == (2048, 614)
    assert opened(clean_image(tall)).size == (614, 2048)


def test_small_photo_is_not_blown_up() -> None:
    clean = opened(clean_image(encoded(Image.new("RGB", (1, 1), "red"), "PNG")))

    assert clean.size == (1, 1)
    assert mean_difference(clean, Image.new("RGB", (1, 1), "red")) < 6


def test_hair_thin_photo_keeps_one_pixel_of_breadth() -> None:
    clean = opened(clean_image(encoded(Image.new("L", (40_000, 1), 200), "PNG")))

    assert clean.size == (2048, 1)


@pytest.mark.parametrize("size", [(2600, 2400), (2048, 2048)])
def test_noise_is_made_to_fit(size: tuple[int, int]) -> None:
    original = encoded(noise(*size), "JPEG", quality=80)

    clean = clean_image(original)

    assert_only_pixels(clean)
    assert max(opened(clean).size) >= 1024


@pytest.mark.parametrize(("original", "expected"), UNCOMMON.values(), ids=UNCOMMON.keys())
def test_uncommon_modes_look_as_they_should(original: bytes, expected: Image.Image) -> None:
    clean = clean_image(original)

    assert_only_pixels(clean)
    assert opened(clean).mode == "RGB"
    assert mean_difference(opened(clean), expected) < 6


def test_sixteen_bit_colour_png_keeps_its_look() -> None:
    row = b"\x00" + b"\xff\xff\x80\x00\x00\x00" * 32
    header = (32).to_bytes(4, "big") * 2 + bytes([16, 2, 0, 0, 0])
    original = (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(row * 32))
        + png_chunk(b"IEND", b"")
    )

    clean = opened(clean_image(original))

    assert mean_difference(clean, Image.new("RGB", (32, 32), (255, 128, 0))) < 4


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation_is_taken(kind: str) -> None:
    frames = [Image.new("RGB", (64, 48), (shade, 0, 0)) for shade in range(10, 240, 5)]
    original = encoded(scene(64, 48), kind, save_all=True, append_images=frames)

    clean = opened(clean_image(original))

    assert mean_difference(clean, scene(64, 48)) < 8


def test_gif_of_very_many_frames_costs_no_more_than_its_first() -> None:
    dot = encoded(Image.new("L", (1, 1)), "GIF")
    frame = dot[dot.index(b",") : -1]

    clean = clean_image(dot[:-1] + frame * 200_000 + b";")

    assert opened(clean).size == (1, 1)


def test_webp_of_too_many_frames_is_refused() -> None:
    animation = encoded(
        Image.new("L", (2, 2)),
        "WEBP",
        save_all=True,
        append_images=[Image.new("L", (2, 2), (index + 1) % 2 * 255) for index in range(1_000)],
    )

    with pytest.raises(UnreadablePhotoError, match="too-many-frames"):
        clean_image(animation)


def test_profile_colours_become_srgb() -> None:
    """A profile that swaps red and green must turn a red picture green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")
    original = encoded(Image.new("RGB", (32, 32), "red"), "PNG", icc_profile=swapped)

    clean = opened(clean_image(original))

    assert mean_difference(clean, Image.new("RGB", (32, 32), (0, 255, 0))) < 4


@pytest.mark.parametrize(
    "profile",
    [MARKER, marked_profile()[:200], marked_profile()],
    ids=["words", "cut", "other mode"],
)
def test_profile_that_does_not_fit_is_dropped(profile: bytes) -> None:
    original = encoded(scene().convert("L"), "JPEG", icc_profile=profile)

    clean = clean_image(original)

    assert_only_pixels(clean)
    assert mean_difference(opened(clean), scene().convert("L")) < 6


@pytest.mark.parametrize("size", [(20_000, 20_000), (50_001, 1_000), (10_000, 5_001)])
def test_too_many_pixels_are_refused_by_the_header(size: tuple[int, int]) -> None:
    bomb = bomb_png(*size)
    assert len(bomb) < 200_000

    with pytest.raises(UnreadablePhotoError, match="too-large"):
        clean_image(bomb)


def test_fifty_megapixels_are_still_taken() -> None:
    clean = opened(clean_image(bomb_png(10_000, 5_000)))

    assert clean.size == (2048, 1024)


@pytest.mark.parametrize(
    "original",
    [b"", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"BM" + bytes(60)],
    ids=["nothing", "PDF", "SVG", "BMP"],
)
def test_what_is_no_photo_is_refused_unopened(original: bytes) -> None:
    with pytest.raises(UnreadablePhotoError, match="unknown-format"):
        clean_image(original)
