"""Failures below `/api/`, as JSON with a sentence in `error`: scripts read nothing else."""

from __future__ import annotations

from flask import Flask, Response, request

from functions.content.answers import json_problem

_CODES = {
    # Whoever is refused before a view was reached sent another session's token, or none.
    403: "stale-page",
    404: "not-found",
    409: "conflict",
    413: "too-large",
    429: "too-many",
    503: "unavailable",
}
_KEPT_HEADERS = ("Allow", "Retry-After")


def answer_errors_in_json(app: Flask) -> None:
    """Put sentences in the place of the error pages that `functions.web.errors` draws."""
    app.after_request(_in_json)


def _in_json(response: Response) -> Response:
    if not request.path.startswith("/api/") or response.status_code < 400 or _has_error(response):
        return response
    answer = json_problem(response.status_code, _CODES.get(response.status_code, "unreadable"))
    for name in _KEPT_HEADERS:
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    return answer


def _has_error(response: Response) -> bool:
    document = response.get_json(silent=True)
    return isinstance(document, dict) and "error" in document
