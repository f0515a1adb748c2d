"""An HTTP app as a Lambda function behind API Gateway: event (HTTP API, 2.0) → WSGI → answer.

The function is reached through CloudFront, which cannot pass the viewer's Host on to API
Gateway. So the app sees the host of the public address, whatever the event says: who asks
under another name was answered by CloudFront or API Gateway before.

The sender is the entry before the last of X-Forwarded-For: CloudFront wrote it, and API
Gateway wrote CloudFront's address behind it. What stands further ahead came from the sender
and is never believed. No header about forwarding reaches the app.

Who asks API Gateway itself could write both entries, and escapes CloudFront's limits. So
CloudFront names a secret, and what comes without it is refused before the app sees it.
"""

from __future__ import annotations

import hmac
import io
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Event = dict[str, Any]
Handler = Callable[[Event, Any], Event]

_TEXT = ("text/", "application/json")
_UNNAMED_STAGE = "$default"
_FROM_CLOUDFRONT = "x-binhyen-origin"
_NOT_PASSED_ON = ("host", "content-length", "transfer-encoding", "forwarded", _FROM_CLOUDFRONT)
_REFUSED: Event = {
    "statusCode": 403,
    "headers": {"cache-control": "no-store", "x-content-type-options": "nosniff"},
    "cookies": [],
    "isBase64Encoded": False,
    "body": "",
}


def serve_events(app: WsgiApp, public_url: str, secrets: Sequence[str] = ()) -> Handler:
    """Return the Lambda handler for an app that answers under the public address.

    Where there are secrets, an event that names none of them did not come through CloudFront.
    """
    known = [secret.encode() for secret in secrets]
    address = urlsplit(public_url)
    always = {
        "HTTP_HOST": address.netloc,
        "SCRIPT_NAME": "",
        "SERVER_NAME": address.hostname or "",
        "SERVER_PORT": str(address.port or (443 if address.scheme == "https" else 80)),
        "wsgi.errors": sys.stderr,
        "wsgi.multiprocess": False,
        "wsgi.multithread": False,
        "wsgi.run_once": False,
        "wsgi.url_scheme": address.scheme,
        "wsgi.version": (1, 0),
    }

    def handler(event: Event, context: Any) -> Event:
        if known and not _names_one_of(known, event):
            return _REFUSED
        status, fields = "", list[tuple[str, str]]()
        written: list[bytes] = []

        def start_response(
            line: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], None]:
            nonlocal status, fields
            status, fields = line, headers
            return written.append

        environ = always | _environ(event)
        chunks = app(environ, start_response)
        try:
            written += chunks
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"".join(written)
        return _answer(int(status[:3]), fields, body)

    return handler


def _names_one_of(secrets: list[bytes], event: Event) -> bool:
    named = (event.get("headers") or {}).get(_FROM_CLOUDFRONT, "").encode("utf-8", "surrogatepass")
    # All are compared, each in a time that tells nothing.
    return sum([hmac.compare_digest(named, secret) for secret in secrets]) > 0


def _environ(event: Event) -> dict[str, Any]:
    """Return what the event says, in the words of WSGI."""
    http, headers = event["requestContext"]["http"], event.get("headers") or {}
    body, length = _body(event)
    environ: dict[str, Any] = {
        "CONTENT_LENGTH": str(length),
        "PATH_INFO": _path(event),
        "QUERY_STRING": _latin1(event.get("rawQueryString") or ""),
        "REMOTE_ADDR": _sender(headers) or http.get("sourceIp", ""),
        "REQUEST_METHOD": http["method"],
        "SERVER_PROTOCOL": http.get("protocol", "HTTP/1.1"),
        "wsgi.input": body,
    }
    for name, value in headers.items():
        key = _environ_name(name)
        if key:
            environ[key] = _latin1(value)
    if event.get("cookies"):
        environ["HTTP_COOKIE"] = _latin1("; ".join(event["cookies"]))
    return environ


def _path(event: Event) -> str:
    """Return the path without the stage's name, its bytes each as one sign.

    API Gateway hands some paths on as typed and some with their escapes resolved.
    """
    path: str = event["rawPath"]
    stage = event["requestContext"].get("stage", _UNNAMED_STAGE)
    if stage != _UNNAMED_STAGE and f"{path}/".startswith(f"/{stage}/"):
        path = path[len(stage) + 1 :] or "/"
    if path.isascii() and "%" not in path:
        return path
    return unquote_to_bytes(path.encode("utf-8", "surrogatepass")).decode("latin-1")


def _sender(headers: dict[str, str]) -> str:
    """Return the viewer's address; nothing where no CloudFront stood in front."""
    passed = headers.get("x-forwarded-for", "").split(",")
    return passed[-2].strip() if len(passed) > 1 else ""


def _body(event: Event) -> tuple[io.BytesIO | _UnreadableBody, int]:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        plain = body.encode("utf-8", "surrogatepass")
        return io.BytesIO(plain), len(plain)
    try:
        decoded = b64decode(body, validate=True)
    except ValueError:
        return _UnreadableBody(), len(body)
    return io.BytesIO(decoded), len(decoded)


class _UnreadableBody(io.RawIOBase):
    """Breaks off where it is read, as a line does: the app answers 400 with its own page."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        raise OSError("the body cannot be read")


@lru_cache(maxsize=256)
def _environ_name(name: str) -> str:
    """Return the header's name in WSGI, none for one that the app must not see.

    An underscore would make a foreign header pass for another one.
    """
    name = name.lower()
    if name in _NOT_PASSED_ON or name.startswith("x-forwarded-"):
        return ""
    if "_" in name:
        return ""
    key = name.upper().replace("-", "_")
    return key if key == "CONTENT_TYPE" else f"HTTP_{key}"


def _latin1(value: str) -> str:
    """Return a text's bytes each as one sign: so WSGI wants it."""
    if value.isascii():
        return value
    return value.encode("utf-8", "surrogatepass").decode("latin-1")


def _answer(status: int, fields: list[tuple[str, str]], body: bytes) -> Event:
    """Return the answer in API Gateway's words; cookies one by one, bytes as base64."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in fields:
        name = name.lower()
        if name == "set-cookie":
            cookies.append(value)
        else:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    text = None
    if headers.get("content-type", "").startswith(_TEXT) and "content-encoding" not in headers:
        text = _text(body)
    return {
        "statusCode": status,
        "headers": headers,
        "cookies": cookies,
        "isBase64Encoded": text is None,
        "body": b64encode(body).decode() if text is None else text,
    }


def _text(body: bytes) -> str | None:
    """Return the body as text, None where it is none in UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
