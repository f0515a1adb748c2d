"""The function `content`: Decap CMS with its back end, and small forms that need no script.

It stands on the machine that builds the site, also on AWS (design D5).
"""

from __future__ import annotations

from flask import Flask, Response, request

from functions.content import preview, quick
from functions.content.answers import error_page, json_problem, load_editor_words
from functions.content.decap import protocol, screen
from functions.content.desk import versions
from functions.content.guard import EditorGuard
from functions.content.services import ContentServices
from functions.content.signing_in import SignInViews
from functions.core.errors import (
    BinhyenError,
    InvalidContentError,
    MergeConflictError,
    NotAllowedError,
    PublishFailedError,
)
from functions.web.answers import page
from functions.web.app import SiteSettings, create_app
from functions.web.fields import URLENCODED
from functions.web.requests import MAX_TEXT_BODY

__all__ = ["ContentServices", "create_content_app"]

MAX_BODY = 16 * 1024 * 1024
"""A picture of 10 MB as base64, and the page around it."""

_STATUS: dict[type[BinhyenError], tuple[int, str]] = {
    NotAllowedError: (403, "not-allowed"),
    MergeConflictError: (409, "changed-by-another"),
    InvalidContentError: (422, "invalid"),
    PublishFailedError: (422, "not-built"),
}


def create_content_app(services: ContentServices, site: SiteSettings) -> Flask:
    """Make the app of the editor's origin; `site` is of that origin."""
    app = create_app(__name__, site, max_body=MAX_BODY, answer=error_page)
    words = load_editor_words(site.templates)
    app.extensions["binhyen_editor_words"] = words
    app.jinja_env.globals.update(
        editor_words=words, is_behind=services.is_behind, portal_url=services.public_url
    )
    guard = EditorGuard(services, site)
    app.before_request(_keep_plain_forms_small)
    app.before_request(guard.require_own_page)
    app.before_request(guard.require_editor)
    app.after_request(_hide_link_from_referrers)
    for error in _STATUS:
        app.register_error_handler(error, _refuse)
    doors = SignInViews(services, guard, site)
    app.add_url_rule("/vao/<secret>", view_func=doors.show_link)
    app.add_url_rule("/vao", view_func=doors.spend_link, methods=["POST"])
    app.add_url_rule("/ra", view_func=doors.sign_out, methods=["POST"])
    for part in (screen, protocol, preview, quick, versions):
        part.add_routes(app, services)
    return app


def _keep_plain_forms_small() -> None:
    """Leave large bodies to forms with pictures and to Decap: of a plain form nothing but the
    length of its body bounds how many fields it brings, and anybody may send one."""
    if request.mimetype == URLENCODED:
        request.max_content_length = MAX_TEXT_BODY


def _refuse(error: BinhyenError) -> Response:
    status, code = _STATUS[type(error)]
    problems = getattr(error, "problems", ())
    if request.path.startswith("/api/"):
        return json_problem(status, code, problems)
    return page("editor/refused.html.j2", status, code=code, problems=problems)


def _hide_link_from_referrers(response: Response) -> Response:
    """Let no request from a page whose address holds a secret say where it came from."""
    if request.path.startswith("/vao"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
