"""Answers that come in two forms: a page for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, jsonify, make_response, render_template, request

from functions.core.errors import FieldError
from functions.web.words import PageWords, Words

EMERGENCY_PHONE = "113"


def words() -> Words:
    """Return the catalogue of the running app."""
    loaded: Words = current_app.extensions["binhyen_words"]
    return loaded


def wants_json() -> bool:
    """Tell whether the caller asked for JSON; who accepts anything gets the page."""
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds, "text/html") == "application/json"


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a page of `templates/pages`."""
    return make_response(render_template(template, **values), status)


def json_errors(errors: Sequence[FieldError], status: int, form: str = "", **more: Any) -> Response:
    """Answer with the one form that errors have in JSON; `form` as for `Words.mistake`."""
    listed = [
        {
            "field": error.field,
            "code": error.code,
            "message": words().mistake(error.field, error.code, form),
        }
        for error in errors
    ]
    return _json({"errors": listed} | more, status)


def error_answer(status: int, phone: str = EMERGENCY_PHONE) -> Response:
    """Answer with what the catalogue says for this status."""
    return said_answer(status, words().page(status), phone)


def said_answer(
    status: int,
    said: PageWords,
    phone: str = EMERGENCY_PHONE,
    template: str = "error.html.j2",
    **values: Any,
) -> Response:
    """Answer with these words, as a page of `template` or as JSON."""
    text = said.text.format(phone=phone)
    if wants_json():
        listed = [{"field": "", "code": said.code, "message": text}]
        more = {"phone": phone} if status == 503 else {}
        return _json({"errors": listed} | more, status)
    return page(template, status, title=said.title, text=text, phone=phone, **values)


def _json(document: dict[str, Any], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    return response
