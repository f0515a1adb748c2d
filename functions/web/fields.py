"""Reading small bodies: a form or a JSON object of texts, nothing else."""

from __future__ import annotations

import json
from typing import Any

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from functions.web.requests import MAX_TEXT_BODY

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
JSON = "application/json"


def read_fields(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    """Return the named texts of a small body; what cannot be read is as good as missing.

    Raises the HTTP errors 413 and 415.
    """
    request.max_content_length = MAX_TEXT_BODY
    if request.mimetype == JSON:
        document = read_json_object(request) or {}
        found = {name: document[name] for name in names if name in document}
        return {name: value for name, value in found.items() if _is_text(value)}
    if request.mimetype not in (MULTIPART, URLENCODED) and not has_empty_body(request):
        raise UnsupportedMediaType
    try:
        return {name: request.form[name] for name in names if name in request.form}
    except ValueError:
        return {}


def read_json_object(request: Request) -> dict[str, Any] | None:
    """Return the object of a JSON body, of a repeated name the first; None if it is none."""
    request.max_content_length = MAX_TEXT_BODY
    try:
        document = json.loads(request.get_data(), object_pairs_hook=_first_wins)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def has_empty_body(request: Request) -> bool:
    """Tell whether nothing was sent; such a body has no type."""
    return not request.mimetype and not request.content_length


def _is_text(value: object) -> bool:
    """Tell whether a JSON value is a text that can be written at all."""
    return isinstance(value, str) and not any(0xD800 <= ord(sign) <= 0xDFFF for sign in value)


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))
