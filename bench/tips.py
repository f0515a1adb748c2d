"""The tip that is sent over and over: a full form with one photo of 300 KB."""

from __future__ import annotations

import random
import secrets

UNIT = "phuong-tan-an"
PATH = f"/api/units/{UNIT}/tips"
PHOTO_BYTES = 300_000
BOUNDARY = "----bench-boundary-7d1f0c"

_FIELDS = {
    "category": "gay-roi",
    "urgency": "soon",
    "text": "Có người đánh nhau trước chợ, họ có hung khí. " * 6,
    "place": "cổng chợ Tân An",
    "area": "tổ dân phố 5",
    "latitude": "12.6667",
    "longitude": "108.0383",
    "occurred_at": "2026-11-19T21:00",
    "contact_name": "Nguyễn Thị Đào",
    "contact_phone": "0905 123 456",
}


def make_photo() -> bytes:
    """Return bytes that begin like a JPEG and go on like one: as good as random."""
    return b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(PHOTO_BYTES - 6) + b"\xff\xd9"


class TipRequests:
    """Writes the requests, each with a submission key of its own; else it were a repeat."""

    def __init__(self, port: int) -> None:
        fields = b"".join(_part(f'name="{name}"', value) for name, value in _FIELDS.items())
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"'
        photo = f"{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode() + make_photo()
        self._rest = fields + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
        length = len(_key_part(secrets.token_urlsafe(24)) + self._rest)
        self._head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
            f"Accept: application/json\r\nContent-Length: {length}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
        ).encode()

    def next(self) -> bytes:
        """Return a whole request, head and body."""
        return self._head + _key_part(secrets.token_urlsafe(24)) + self._rest


def _key_part(key: str) -> bytes:
    return _part('name="submission_key"', key)


def _part(name: str, value: str) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n".encode()
