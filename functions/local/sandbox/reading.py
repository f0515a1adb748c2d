"""Reading what a call to `/control` or a form asks for, each mistake named."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import urlsplit

from flask import abort, request

from functions.local.sandbox.directory import Oa, oa_by_unit
from functions.local.sandbox.errors import ControlError


def json_body() -> dict[str, Any]:
    """The JSON object sent, or a refusal that says what was wrong with it."""
    if request.mimetype != "application/json":
        raise ControlError("send Content-Type: application/json", 415)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ControlError("send a JSON object")
    return body


def number_argument(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise ControlError(f"{name} takes a number")
    return int(text)


def require_unit_oa(db: sqlite3.Connection, unit_id: object) -> Oa:
    """The OA of the unit named by the caller."""
    oa = oa_by_unit(db, unit_id) if isinstance(unit_id, str) else None
    if oa is None:
        raise ControlError("no such unit", 404)
    return oa


def refuse_other_origins() -> None:
    """A page of another origin may not make changes here with somebody's browser."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
