"""`/cdn`: the media host of the sandbox, with addresses that behave well and ill.

`/cdn/ID` is the file itself. `/cdn/WAY/ID` is how a fetcher must not be caught: see
`attachments.SERVINGS`. Every fetch stands in the record of calls.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Blueprint, Response, abort, redirect, request
from waitress.channel import ClientDisconnected
from werkzeug.wrappers import Response as AnyResponse

from functions.local.sandbox.attachments import SERVINGS
from functions.local.sandbox.calls import plain_answer, read_call
from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.faults import Subject
from functions.local.sandbox.recorder import record
from functions.local.sandbox.state import State
from functions.local.sandbox.uploads import Media, media_by_id

SLOW_SECONDS = 30
LARGE_SIZE = 256 * 1_048_576
_CHUNK = 1_048_576
_DRIP_SECONDS = 0.5
_INLINE = ("image/jpeg", "image/png", "image/gif")


def cdn_blueprint(state: State, clock: SandboxClock, stopping: threading.Event) -> Blueprint:
    """All of `/cdn`; `stopping` ends what is slow."""
    cdn = Blueprint("cdn", __name__, url_prefix="/cdn")

    def fetched(media_id: str, status: int) -> Media:
        """The file, its fetch written down."""
        with state.transaction() as db:
            media = media_by_id(db, media_id)
            subject = Subject(request.path, None, None if media is None else media.oa_id, None)
            answer = plain_answer(404 if media is None else status, "")
            record(db, clock.now_ms(), read_call(request), subject, None, answer)
        if media is None:
            abort(404)
        return media

    @cdn.get("/<media_id>")
    def plain(media_id: str) -> Response:
        return _whole(fetched(media_id, 200))

    @cdn.get("/<way>/<media_id>")
    def strange(way: str, media_id: str) -> AnyResponse:
        if way not in SERVINGS:
            abort(404)
        if way in ("missing", "error"):
            fetched(media_id, 404 if way == "missing" else 503)
            return Response("", 404 if way == "missing" else 503, content_type="text/plain")
        if way == "redirect":
            fetched(media_id, 302)
            return redirect(f"/cdn/{media_id}", code=302)
        return _served(fetched(media_id, 200), way, stopping)

    return cdn


def _served(media: Media, way: str, stopping: threading.Event) -> Response:
    if way == "slow":
        stopping.wait(SLOW_SECONDS)
        return _whole(media)
    if way == "drip":
        return _streamed(media, _drops(media.content, stopping), len(media.content))
    if way == "cut":
        return _streamed(media, _half(media.content), len(media.content))
    length = LARGE_SIZE if way == "declared" else None
    return _streamed(media, _padded(media.content, stopping), length)


def _whole(media: Media) -> Response:
    response = Response(media.content, content_type=media.mime_type)
    if media.mime_type not in _INLINE:
        response.headers["Content-Disposition"] = "attachment"
    return response


def _streamed(media: Media, pieces: Iterator[bytes], length: int | None) -> Response:
    response = Response(pieces, content_type=media.mime_type)
    if length is not None:
        response.headers["Content-Length"] = str(length)
    return response


def _drops(content: bytes, stopping: threading.Event) -> Iterator[bytes]:
    for place in range(len(content)):
        if stopping.wait(_DRIP_SECONDS):
            raise ClientDisconnected
        yield content[place : place + 1]


def _half(content: bytes) -> Iterator[bytes]:
    yield content[: len(content) // 2]
    raise ClientDisconnected


def _padded(content: bytes, stopping: threading.Event) -> Iterator[bytes]:
    """The file and then nothing but zeros, up to far more than anybody should take."""
    yield content
    sent = len(content)
    while sent < LARGE_SIZE:
        if stopping.is_set():
            raise ClientDisconnected
        piece = bytes(min(_CHUNK, LARGE_SIZE - sent))
        yield piece
        sent += len(piece)
