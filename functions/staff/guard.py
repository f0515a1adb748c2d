"""Who may pass: the officer's cookie, and whether a POST comes from a page of our own."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from flask import Response, abort, current_app, g, request

from functions.core.errors import NotFoundError
from functions.core.models import Session
from functions.core.signin import SESSION_LIFE, SignInServices, open_session
from functions.staff.forms import FORMS
from functions.staff.labels import field_label
from functions.web.answers import page
from functions.web.app import SiteSettings
from functions.web.audience import Audience, audience_of
from functions.web.fields import read_fields
from functions.web.origins import READS, OwnOrigin

COOKIE = "binhyen_session"
COOKIE_PATH = "/can-bo"
CONTINUED = "tiep"
"""Marks the second, same-site try of a visit that came without a cookie."""


class Guard:
    """Stands before every request of the staff app."""

    def __init__(self, services: SignInServices, site: SiteSettings) -> None:
        self._services = services
        self._site = site
        # The sign-in page sends no referrer, and browsers then hide the origin of its form as
        # well. Who holds the unspent secret needs no other proof.
        self._own = OwnOrigin(site.public_url, hidden_at="spend_link")

    def require_own_page(self) -> None:
        """Refuse a POST that another site's page makes in the officer's name."""
        self._own.require()

    def require_session(self) -> Response | None:
        """Let only signed-in officers see the views that are for staff; of who asks for an
        address that is none, know whether they are one."""
        if request.method == "OPTIONS" or _is_for_others(request.endpoint):
            return None
        try:
            g.session = open_session(request.cookies.get(COOKIE, ""), self._services)
        except NotFoundError:
            return signed_out(typed=typed_into_act()) if request.endpoint else None
        return None

    def let_in(self, session: Session, response: Response) -> None:
        """Hand the session to the browser, for this host and these pages only."""
        response.set_cookie(
            COOKIE,
            session.session_id,
            max_age=int(SESSION_LIFE.total_seconds()),
            path=COOKIE_PATH,
            secure=self._site.is_https,
            httponly=True,
            samesite="Strict",
        )

    def show_out(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(
            COOKIE,
            path=COOKIE_PATH,
            secure=self._site.is_https,
            httponly=True,
            samesite="Strict",
        )


def require_csrf_token() -> None:
    """Refuse a form that did not come from a page of this session."""
    if not has_csrf_token(read_fields(request, ("csrf_token",))):
        abort(403)


def has_csrf_token(sent: Mapping[str, str]) -> bool:
    """Tell whether the form came from a page of this session."""
    typed = sent.get("csrf_token", "")
    return hmac.compare_digest(
        typed.encode("utf-8", "replace"), current_session().csrf_token.encode()
    )


def current_session() -> Session:
    """Return the session that `require_session` opened."""
    session: Session = g.session
    return session


def signed_out(link_failed: bool = False, typed: Mapping[str, str] | None = None) -> Response:
    """Say how to sign in, and give back what was `typed` into a form of a case.

    A visit that a link on another site began carries no SameSite=Strict cookie, though the
    officer may well be signed in: the page asks for itself once more, now from our own site.
    """
    from_elsewhere = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    return page(
        "signed_out.html.j2",
        401,
        here=f"{request.path}?{CONTINUED}=1" if request.method in READS else "",
        again=from_elsewhere and request.method in READS and CONTINUED not in request.args,
        link_failed=link_failed,
        typed=typed or {},
        action=request.path,
        field_label=field_label,
    )


def _is_for_others(endpoint: str | None) -> bool:
    if endpoint is None:
        return False
    return audience_of(current_app.view_functions[endpoint]) is not Audience.STAFF


def typed_into_act() -> dict[str, str]:
    """Return what was typed into the form of an act: the request's own body, and nothing else."""
    act_name = (request.view_args or {}).get("act_name", "")
    if request.method in READS or act_name not in FORMS:
        return {}
    sent = read_fields(request, FORMS[act_name].fields)
    return {name: value for name, value in sent.items() if value.strip()}
