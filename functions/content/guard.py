"""Who may pass: the editor's own cookie, and whether a change comes from a page of our own."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Response, abort, current_app, g, request

from functions.content.services import ContentServices
from functions.core.editing.permissions import editor_of
from functions.core.errors import NotAllowedError, NotFoundError
from functions.core.models import Session
from functions.core.models.content import Editor
from functions.core.signin import SESSION_LIFE, open_session, session_mark
from functions.core.units import PROVINCE_KIND
from functions.web.answers import page
from functions.web.app import SiteSettings
from functions.web.audience import Audience, audience_of
from functions.web.origins import READS, OwnOrigin

COOKIE = "binhyen_editor"
"""Other than that of `/can-bo`: neither opens the other's pages, even on one host."""

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
_MOST_TYPED = 250
"""No form of ours has more fields; what has comes from nobody who would miss it."""
_NOT_TYPED = frozenset({"base", "seen", "viec"})
"""Fields that a form carries along; they go back with it, and nobody has to read them."""

CONTINUED = "tiep"
"""Marks the second, same-site try of a visit that came without a cookie."""


FormAgain = Callable[..., Response]
View = TypeVar("View", bound=Callable[..., Any])


class EditorGuard:
    """Stands before every request of the editor's origin."""

    def __init__(self, services: ContentServices, site: SiteSettings) -> None:
        self._services = services
        self._site = site
        # The sign-in page sends no referrer, so browsers hide the origin of its form.
        self._own = OwnOrigin(site.public_url, hidden_at="spend_link")

    def require_own_page(self) -> None:
        """Refuse a change that another site's page makes in the editor's name."""
        self._own.require()

    def require_editor(self) -> Response | None:
        """Let only signed-in officers of units with pages pass, and their own forms."""
        if request.method == "OPTIONS" or request.endpoint is None:
            return None
        if audience_of(current_app.view_functions[request.endpoint]) is not Audience.STAFF:
            return None
        try:
            session = open_session(request.cookies.get(COOKIE, ""), self._services.signin)
        except NotFoundError:
            return signed_out()
        g.session = session
        g.editor = self._editor(session)
        if request.method not in READS and not _has_csrf_token(session):
            return _without_token()
        return None

    def let_in(self, session: Session, response: Response) -> None:
        """Hand the session to the browser, for this host only."""
        response.set_cookie(
            COOKIE,
            session.session_id,
            max_age=int(SESSION_LIFE.total_seconds()),
            path="/",
            secure=self._site.is_https,
            httponly=True,
            samesite="Strict",
        )

    def show_out(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(
            COOKIE, path="/", secure=self._site.is_https, httponly=True, samesite="Strict"
        )

    def _editor(self, session: Session) -> Editor:
        editing, officer = self._services.editing, session.officer
        with_pages = {unit.unit_id for unit in editing.units.with_pages(editing.today())}
        if officer.unit_id not in with_pages:
            raise NotAllowedError("unit")
        is_province = editing.units.get(officer.unit_id).kind is PROVINCE_KIND
        return editor_of(officer, is_province, session_mark(session, self._services.signin))


def form_again(draw: FormAgain) -> Callable[[View], View]:
    """Declare how a view's form is drawn again from what was typed, without doing anything."""

    def mark(view: View) -> View:
        view.form_again = draw  # type: ignore[attr-defined]  # read back by form_again_of
        return view

    return mark


def form_again_of(view: Callable[..., Any]) -> FormAgain | None:
    """Return how a view's form is drawn again, None where it cannot be."""
    return getattr(view, "form_again", None)


def current_editor() -> Editor:
    """Return who edits, as `require_editor` found them."""
    return cast(Editor, g.editor)


def current_session() -> Session:
    """Return the session that `require_editor` opened."""
    return cast(Session, g.session)


def signed_out(link_failed: bool = False) -> Response:
    """Say how to sign in, with what was typed where a form came without a session.

    A visit that a link on another site began carries no SameSite=Strict cookie, though the
    editor may well be signed in: the page asks for itself once more, now from our own site.
    """
    if request.path.startswith("/api/"):
        return _signed_out_json()
    from_elsewhere = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    is_read = request.method in READS
    typed = [] if is_read else [pair for pair in _typed() if pair[0] != CSRF_FIELD]
    return page(
        "editor/signed_out.html.j2",
        401,
        here=f"{request.path}?{CONTINUED}=1" if is_read else "",
        again=from_elsewhere and is_read and CONTINUED not in request.args,
        link_failed=link_failed,
        typed=[] if link_failed else typed,
        not_typed=_NOT_TYPED,
        action=request.path,
    )


def _signed_out_json() -> Response:
    from functions.content.answers import json_problem

    return json_problem(401, "signed-out")


def _typed() -> list[tuple[str, str]]:
    """Return every text of a form, in its order, for a field may have been emptied on purpose;
    of what is no form of ours nothing."""
    try:
        typed = list(request.form.items(multi=True))
    except ValueError:
        return []
    return typed if len(typed) <= _MOST_TYPED else []


def _has_csrf_token(session: Session) -> bool:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and not request.is_json:
        try:
            sent = request.form.get(CSRF_FIELD)
        except ValueError:  # a broken form
            sent = None
    return hmac.compare_digest((sent or "").encode("utf-8", "replace"), session.csrf_token.encode())


def _without_token() -> Response:
    """Do nothing that a form without a token of this session asks for.

    It may come from a session that ran out, with all that was typed: then it is drawn again.
    """
    again = form_again_of(current_app.view_functions[request.endpoint or ""])
    if again is None:
        abort(403)
    return again(**(request.view_args or {}))
