"""A message out of the form under a chat: words, files, a position, a quote."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage, MultiDict

from functions.local.sandbox.attachments import Attacher, content_of, keep_media
from functions.local.sandbox.directory import User
from functions.local.sandbox.errors import SandboxError
from functions.local.sandbox.messages import Content

_DEGREES = re.compile(r"-?[0-9]{1,3}([.,][0-9]{1,15})?")
_KINDS = ("image", "audio", "video")


class UnusableMessageError(SandboxError):
    """The form says nothing, or nothing that can be sent; `problem` names a sentence."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Draft:
    """What was typed, to be shown again when it could not be sent."""

    text: str = ""
    latitude: str = ""
    longitude: str = ""
    quote_id: str = ""


def read_draft(form: MultiDict[str, str]) -> Draft:
    # Browsers send CR LF for the ends of lines, phones' chat programs LF.
    text = form.get("loi", "").replace("\r\n", "\n").strip()
    return Draft(
        text=text,
        latitude=form.get("vi-do", "").strip(),
        longitude=form.get("kinh-do", "").strip(),
        quote_id=form.get("trich", ""),
    )


def contents_of(
    db: sqlite3.Connection,
    user: User,
    draft: Draft,
    files: list[FileStorage],
    public_url: str,
    now_ms: int,
) -> list[Content]:
    """The messages a phone makes of it: the words first, then one for each file and the position.

    Raises UnusableMessageError.
    """
    quote_id = draft.quote_id or None
    position = _position(draft)
    chosen = [file for file in files if file.filename]
    contents = [content_of("text", draft.text, (), quote_id)] if draft.text else []
    attacher = Attacher(db, user, public_url, now_ms)
    for file in chosen:
        kind = _kind_of(file)
        name = file.filename or ""
        media_id = keep_media(db, user, file.read(), name, now_ms, kind)
        made, attachment = attacher.make({"kind": kind, "media_id": media_id, "name": name})
        contents.append(content_of(made, "", (attachment,)))
    if position is not None:
        latitude, longitude = position
        wanted = {"kind": "location", "latitude": latitude, "longitude": longitude}
        made, attachment = attacher.make(wanted)
        contents.append(content_of(made, "", (attachment,)))
    if not contents:
        raise UnusableMessageError("trong")
    return contents


def _kind_of(file: FileStorage) -> str:
    if file.mimetype == "image/gif":
        return "gif"
    family = file.mimetype.partition("/")[0]
    return family if family in _KINDS else "file"


def _position(draft: Draft) -> tuple[str, str] | None:
    if not draft.latitude and not draft.longitude:
        return None
    degrees = []
    for text, most in ((draft.latitude, 90), (draft.longitude, 180)):
        plain = text.replace(",", ".")
        if not _DEGREES.fullmatch(text) or abs(float(plain)) > most:
            raise UnusableMessageError("vi-tri")
        degrees.append(plain)
    return degrees[0], degrees[1]
