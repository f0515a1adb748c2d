"""What goes wrong, turned into answers: never a stack trace, never a 500."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from functions import logs
from functions.core.errors import (
    ConflictError,
    NotFoundError,
    StoreUnavailableError,
    TooManyRequestsError,
)
from functions.web.answers import error_answer

RETRY_SECONDS = 30
"""When to try again after a 503: full disks and restarts are seen to by then, or not soon."""

Unavailable = Callable[[], Response]
ErrorAnswer = Callable[[int], Response]


def register_error_handlers(
    app: Flask, unavailable: Unavailable | None, answer: ErrorAnswer = error_answer
) -> None:
    """Install the answers; `unavailable` draws the app's own page for a 503, `answer` that of
    every other status, and of a 503 where there is no `unavailable`."""

    def refuse(error: HTTPException) -> Response | HTTPException:
        status = error.code or 500
        if status < 400:
            return error  # a redirect of the router
        response = answer(status if status < 500 else 503)
        if status == 405 and error.get_response().headers.get("Allow"):
            response.headers["Allow"] = error.get_response().headers["Allow"]
        return response

    def not_found(_: NotFoundError) -> Response:
        return answer(404)

    def conflict(_: ConflictError) -> Response:
        return answer(409)

    def too_many(error: TooManyRequestsError) -> Response:
        response = answer(429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    def not_stored(error: StoreUnavailableError) -> Response:
        logs.warning("store-unavailable", route=request.endpoint, code=error.code)
        return try_later()

    def crashed(error: Exception) -> Response:
        logs.crash("request-crashed", error, route=request.endpoint)
        return try_later()

    def try_later() -> Response:
        response = unavailable() if unavailable else answer(503)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    app.register_error_handler(HTTPException, refuse)
    app.register_error_handler(NotFoundError, not_found)
    app.register_error_handler(ConflictError, conflict)
    app.register_error_handler(TooManyRequestsError, too_many)
    app.register_error_handler(StoreUnavailableError, not_stored)
    app.register_error_handler(Exception, crashed)
