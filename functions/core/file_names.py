"""Names for what is handed out as it came: ours, with an ending that the bytes themselves bear
out. Never the sender's name, and never an ending that a machine would run."""

from __future__ import annotations

_UNKNOWN = "bin"
_STARTS = (
    (b"%PDF-", "pdf"),
    (b"#!AMR", "amr"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf1", "aac"),
    (b"\xff\xf9", "aac"),
    (b"OggS", "ogg"),
    (b"\x1aE\xdf\xa3", "webm"),
)
_IN_ZIP = ((b"word/document.xml", "docx"), (b"xl/workbook.xml", "xlsx"))


def safe_ending(data: bytes) -> str:
    """Return an ending of the short list of recordings and documents, else `bin`."""
    for start, ending in _STARTS:
        if data.startswith(start):
            return ending
    if data[4:8] == b"ftyp":
        return "m4a" if data[8:12] == b"M4A " else "mp4"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data.startswith(b"PK\x03\x04"):
        # The names of what is in a zip stand in it as they are.
        return next((ending for name, ending in _IN_ZIP if name in data), "zip")
    return _UNKNOWN
