"""Photos are told apart by their first bytes, without any image library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.photos.sniff import HEAD_LENGTH, sniff_format
from tests.photos.pictures import encoded, heic, scene

FORMATS = {"jpeg", "png", "webp", "heic", "gif", None}


def file_type_box(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp"), ("GIF", "gif")]
)
def test_real_files_are_named_by_their_head(kind: str, name: str) -> None:
    head = encoded(scene(16, 16), kind)[:HEAD_LENGTH]

    assert sniff_format(head) == name


def test_real_heic_is_named_by_its_head() -> None:
    head = heic(scene(64, 64))[:HEAD_LENGTH]

    assert sniff_format(head) == "heic"


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"])
def test_every_heic_brand_is_known(brand: bytes) -> None:
    assert sniff_format(file_type_box(brand, b"mif1", b"heic")) == "heic"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><svg/>",
        b"PK\x03\x04\x14\x00\x00\x00",
        b"GIF88a\x01\x00\x01\x00",
        b"BM\x36\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x89PNG\r\r\n\x1a",
        b" \xff\xd8\xff\xe0",
        file_type_box(b"isom", b"mp42"),
        file_type_box(b"mp42", b"heic"),
        file_type_box(b"qt  "),
        file_type_box(b"avif", b"mif1", b"miaf"),
        file_type_box(b"mif1", b"avif", b"miaf"),
        file_type_box(b"msf1", b"miaf", b"avis"),
    ],
)
def test_everything_else_is_no_photo(head: bytes) -> None:
    assert sniff_format(head) is None


def test_avif_brand_outside_the_file_type_box_does_not_count() -> None:
    head = file_type_box(b"heic", b"mif1") + b"avif"

    assert sniff_format(head) == "heic"


@given(st.binary(max_size=80))
def test_any_bytes_get_an_answer(head: bytes) -> None:
    assert sniff_format(head) in FORMATS


@pytest.mark.parametrize("module", ["functions.photos.sniff", "functions.photos.runner"])
def test_no_image_library_is_loaded_outside_the_child(module: str) -> None:
    root = Path(__file__).resolve().parents[2]
    program = (
        f"import sys; sys.path.append({str(root)!r}); import {module}; "
        "print([name for name in sys.modules if name.startswith(('PIL', 'pi_heif', '_pi_heif'))])"
    )

    found = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"
