"""Endings that the bytes bear out, and none that a machine would run."""

from __future__ import annotations

import io
import zipfile

import pytest

from functions.core.file_names import safe_ending


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"#!AMR\n", "amr"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90", "mp3"),
        (b"\xff\xf1\x50", "aac"),
        (b"OggS\x00", "ogg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "bin"),
        (b"\x00\x00\x00\x18ftypisom", "mp4"),
        (b"\x00\x00\x00\x18ftypM4A ", "m4a"),
        (b"\x1aE\xdf\xa3", "webm"),
        (zipped("word/document.xml"), "docx"),
        (zipped("xl/workbook.xml"), "xlsx"),
        (zipped("a.exe"), "zip"),
        (b"MZ\x90\x00", "bin"),
        (b"<html>", "bin"),
        (b"#!/bin/sh", "bin"),
        (b"\xd0\xcf\x11\xe0", "bin"),
        (b"", "bin"),
    ],
)
def test_ending_follows_the_bytes(data: bytes, ending: str) -> None:
    assert safe_ending(data) == ending
