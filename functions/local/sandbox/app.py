"""The Flask application: the three API prefixes, `/control`, `/cdn` and the pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request
from jinja2 import StrictUndefined
from waitress.channel import ClientDisconnected
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from functions.local.sandbox.calls import read_call
from functions.local.sandbox.cdn import cdn_blueprint
from functions.local.sandbox.chat_pages import chat_blueprint
from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.control import control_blueprint
from functions.local.sandbox.gate import Gate
from functions.local.sandbox.pages import pages_blueprint
from functions.local.sandbox.provisioning import Names
from functions.local.sandbox.server import MAX_API_BODY, MAX_BODY
from functions.local.sandbox.state import State

TEMPLATES = Path(__file__).resolve().parents[3] / "templates" / "sandbox"

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(
    state: State, clock: SandboxClock, public_url: str, stopping: threading.Event
) -> Flask:
    """The application over an opened state; `stopping` ends every artificial delay at once."""
    app = Flask(
        __name__,
        template_folder=str(TEMPLATES),
        static_folder=str(TEMPLATES / "static"),
        static_url_path="/static",
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 20
    # Against a page that points its own name at this machine.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", urlsplit(public_url).hostname or ""]
    names = Names.load(TEMPLATES / "names.json")
    app.register_blueprint(control_blueprint(state, clock, public_url, names))
    app.register_blueprint(pages_blueprint(state))
    app.register_blueprint(chat_blueprint(state, clock, public_url, names))
    app.register_blueprint(cdn_blueprint(state, clock, stopping))
    _add_api(app, Gate(state, clock, public_url), stopping)
    app.register_error_handler(NotFound, _show_not_found)
    app.register_error_handler(RequestEntityTooLarge, _show_too_large)
    app.after_request(_harden)
    return app


def _add_api(app: Flask, gate: Gate, stopping: threading.Event) -> None:
    def api(**_path: str) -> Response:
        request.max_content_length = MAX_API_BODY
        outcome = gate.serve(read_call(request))
        stopping.wait(outcome.wait_seconds)
        if outcome.cut:
            return Response(_CutOff())
        answer = outcome.answer
        response = Response(answer.body, answer.status, content_type=answer.content_type)
        response.headers.update(answer.headers)
        return response

    for prefix in ("openapi", "oauth", "business"):
        app.add_url_rule(
            f"/{prefix}/<path:rest>",
            endpoint=prefix,
            view_func=api,
            methods=_METHODS,
            provide_automatic_options=False,
        )


class _CutOff:
    """A body that ends the connection before its first byte.

    Waitress has sent no header by then either: on this exception it closes the connection, and
    the caller sees it end without an answer.
    """

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        raise ClientDisconnected


def _show_not_found(_error: NotFound) -> tuple[str, int]:
    return render_template("khong-thay.html"), 404


def _show_too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    return render_template("qua-lon.html"), 413


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
