"""Uploads (15.4): one part `file`, judged by size and by its first bytes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from functions.local.sandbox import ids
from functions.local.sandbox.calls import MULTIPART_TYPE, Answer, Context, Part, success
from functions.local.sandbox.clock import DAY
from functions.local.sandbox.directory import Oa
from functions.local.sandbox.errors import ZaloError

MEDIA_LIFE = 7 * DAY
_MIB = 1_048_576
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class _Kind:
    limit: int
    magic: tuple[tuple[bytes, str], ...]
    refusal: str


_KINDS = {
    "image": _Kind(
        _MIB,
        ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png")),
        "file invalid, only png/jpeg",
    ),
    "gif": _Kind(
        5 * _MIB,
        ((b"GIF87a", "image/gif"), (b"GIF89a", "image/gif")),
        "file invalid, only gif",
    ),
    "file": _Kind(
        5 * _MIB,
        (
            (b"%PDF-", "application/pdf"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
            (b"PK\x03\x04", _DOCX),
        ),
        "file invalid, only pdf/doc/docx",
    ),
}


@dataclass(frozen=True)
class Media:
    """One uploaded file."""

    media_id: str
    oa_id: str
    kind: str
    mime_type: str
    file_name: str
    content: bytes
    created_ms: int


def take_upload(ctx: Context, oa: Oa, kind: str) -> Answer:
    """Keep the file and answer the id to send it by (U1, U2)."""
    part = _the_one_file(ctx)
    rules = _KINDS[kind]
    if len(part.content) > rules.limit:
        raise ZaloError(-210, "file exceeds the limit")
    mime_type = next((mime for magic, mime in rules.magic if part.content.startswith(magic)), None)
    if mime_type is None:
        raise ZaloError(-201, rules.refusal)
    media_id = ids.new_file_token() if kind == "file" else ids.new_attachment_id()
    ctx.db.execute(
        "INSERT INTO media (media_id, oa_id, kind, mime_type, file_name, content, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (media_id, oa.oa_id, kind, mime_type, part.file_name, part.content, ctx.now_ms),
    )
    return success({"token" if kind == "file" else "attachment_id": media_id})


def _the_one_file(ctx: Context) -> Part:
    parts = ctx.call.parts
    if ctx.call.content_type != MULTIPART_TYPE:
        raise ZaloError(-201, "Content-Type must be multipart/form-data")
    if len(parts) != 1 or parts[0].name != "file" or parts[0].file_name is None:
        raise ZaloError(-201, "file is invalid!")
    return parts[0]


def media_by_id(db: sqlite3.Connection, media_id: str) -> Media | None:
    row = db.execute("SELECT * FROM media WHERE media_id = ?", (media_id,)).fetchone()
    return None if row is None else Media(*row)


def require_media(ctx: Context, oa: Oa, media_id: str, kind: str) -> Media:
    """The OA's own upload of this kind, not older than 7 days (M6)."""
    media = media_by_id(ctx.db, media_id)
    if media is None or media.oa_id != oa.oa_id or media.kind != kind:
        raise ZaloError(-201, "attachment_id is invalid!")
    if ctx.now_ms - media.created_ms > MEDIA_LIFE:
        raise ZaloError(-100, "attachment_id was expired")
    return media
