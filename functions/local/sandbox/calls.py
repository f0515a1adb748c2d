"""One call to the API and its answer, as plain values apart from Flask."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Request

from functions.local.sandbox.directory import App, Oa
from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.limits import RateMeter
from functions.local.sandbox.server import original_header_name
from functions.local.sandbox.switches import Switches

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
MULTIPART_TYPE = "multipart/form-data"


@dataclass(frozen=True)
class Part:
    """One part of a multipart body; `file_name` is None for a plain field."""

    name: str
    file_name: str | None
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """What came in, read whole before anything is decided."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content_type: str
    body: bytes
    form: dict[str, str]
    parts: tuple[Part, ...]

    def header(self, name: str) -> str:
        """A header by its name in lower case; empty when absent."""
        return self.headers.get(name, "")

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object, refused with -201 when it is anything else (T5)."""
        if self.content_type != JSON_TYPE:
            raise ZaloError(-201, "Content-Type must be application/json")
        try:
            parsed = parse_json(self.body.decode("utf-8"))
        except ValueError as exc:
            raise ZaloError(-201, "body is invalid!") from exc
        if not isinstance(parsed, dict):
            raise ZaloError(-201, "body is invalid!")
        return parsed


def parse_json(text: str) -> object:
    """Any JSON value; a ValueError for what no store could keep (half of a surrogate pair)."""
    try:
        parsed: object = json.loads(text)
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc
    return parsed


def read_call(request: Request) -> Call:
    """Read a request whole, its multipart parts too."""
    # The raw bytes first: form parsing then works on this copy, and the record keeps them.
    body = request.get_data(cache=True)
    parts = [
        Part(name, file.filename, file.content_type or "", file.read())
        for name, file in request.files.items(multi=True)
    ]
    form = request.form.to_dict()
    if request.mimetype == MULTIPART_TYPE:
        parts += [Part(name, None, "", value.encode()) for name, value in form.items()]
    return Call(
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        headers={original_header_name(k): v for k, v in request.headers.items()},
        content_type=request.mimetype,
        body=body,
        form=form if request.mimetype == FORM_TYPE else {},
        parts=tuple(parts),
    )


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def with_headers(self, headers: dict[str, str]) -> Answer:
        return replace(self, headers={**self.headers, **headers})

    def error_code(self) -> int | None:
        """The `error` of a JSON answer, for the record."""
        if self.content_type != JSON_TYPE:
            return None
        code = json.loads(self.body).get("error")
        return None if code is None else int(code)


def json_answer(payload: dict[str, Any]) -> Answer:
    return Answer(200, JSON_TYPE, json.dumps(payload, ensure_ascii=False).encode())


def success(data: object = None) -> Answer:
    """Zalo's envelope of a success; `data` is left out when there is none (T1)."""
    payload = {} if data is None else {"data": data}
    return json_answer({**payload, "error": 0, "message": "Success"})


def plain_answer(status: int, text: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", text.encode(), headers or {})


@dataclass(frozen=True)
class Context:
    """All that a route may use; `db` stands in the one transaction of this call."""

    db: sqlite3.Connection
    call: Call
    now_ms: int
    app: App
    switches: Switches
    public_url: str
    meter: RateMeter


Handler = Callable[[Context], Answer]
OaHandler = Callable[[Context, Oa], Answer]


@dataclass(frozen=True)
class Route:
    """One path of the API: which methods it knows and who answers."""

    methods: frozenset[str]
    handler: Handler


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
