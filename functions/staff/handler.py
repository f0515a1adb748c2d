"""The function `staff`: officers sign in, see their unit's tips, and open one. Read only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Response, abort, make_response, redirect, request

from functions.core.cases import PAGE, CaseServices, list_cases, open_case, open_photo
from functions.core.errors import NotFoundError
from functions.core.signin import SignInServices, end_session, spend_link
from functions.core.units import UnitRegister
from functions.staff.guard import Guard, current_session, require_csrf_token, signed_out
from functions.web.answers import page, words
from functions.web.app import SiteSettings, create_app
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields
from functions.web.limits import WRONG_LINKS, MemoryRateLimiter
from functions.web.senders import SenderHashes

_HOME = "/can-bo/"
_LOCAL_PAGE = re.compile(r"/can-bo/[A-Za-z0-9/-]{0,100}")


@dataclass(frozen=True)
class StaffServices:
    signin: SignInServices
    cases: CaseServices
    units: UnitRegister


def create_staff_app(services: StaffServices, site: SiteSettings) -> Flask:
    """Make the app of the pages under `/can-bo/`."""
    app = create_app(__name__, site)
    guard = Guard(services.signin, site)
    app.before_request(guard.require_own_page)
    app.before_request(guard.require_session)
    app.after_request(_hide_link_from_referrers)
    views = _Views(services, guard, site)
    app.add_url_rule("/can-bo/vao/<secret>", view_func=views.show_link)
    app.add_url_rule("/can-bo/vao", view_func=views.spend_link, methods=["POST"])
    app.add_url_rule("/can-bo/ra", view_func=views.sign_out, methods=["POST"])
    app.add_url_rule("/can-bo/", view_func=views.list_cases)
    app.add_url_rule("/can-bo/tin/<card_code>", view_func=views.show_case)
    app.add_url_rule("/can-bo/tin/<card_code>/anh/<int:position>", view_func=views.show_photo)
    return app


class _Views:
    """The routes with what they share."""

    def __init__(self, services: StaffServices, guard: Guard, site: SiteSettings) -> None:
        self._services = services
        self._guard = guard
        self._senders = SenderHashes(services.signin.clock, behind_proxy=site.has_proxy)
        self._limiter = MemoryRateLimiter(services.signin.clock)

    @audience(Audience.PUBLIC)
    def show_link(self, secret: str) -> Response:
        """Show a button and nothing else: a preview of the link must not use it up."""
        return page("sign_in.html.j2", secret=secret, next=_local(request.args.get("next")))

    @audience(Audience.PUBLIC)
    def spend_link(self) -> Response:
        """Use the link up and let the officer in."""
        sender = self._senders.address_hash(request.remote_addr)
        self._limiter.check(WRONG_LINKS, sender)
        typed = read_fields(request, ("secret", "next"))
        try:
            session = spend_link(typed.get("secret", ""), self._services.signin)
        except NotFoundError:
            self._limiter.count_failure(WRONG_LINKS, sender)
            return signed_out(link_failed=True)
        response = make_response(redirect(_local(typed.get("next")), 303))
        self._guard.let_in(session, response)
        return response

    @audience(Audience.STAFF)
    def sign_out(self) -> Response:
        """End the session."""
        require_csrf_token()
        end_session(current_session(), self._services.signin)
        response = make_response(redirect(_HOME, 303))
        self._guard.show_out(response)
        return response

    @audience(Audience.STAFF)
    def list_cases(self) -> Response:
        """Show the unit's tips, newest first, a page at a time."""
        session = current_session()
        cases = list_cases(session.officer, _before(), self._services.cases)
        return page(
            "cases.html.j2",
            signed_in=session,
            unit_name=self._unit_name(session.officer.unit_id),
            cases=cases,
            older=cases[-1].received_at.isoformat() if len(cases) == PAGE else "",
        )

    @audience(Audience.STAFF)
    def show_case(self, card_code: str) -> Response:
        """Show one tip of the officer's unit; the read is logged first."""
        session = current_session()
        view = open_case(session.officer, card_code.upper(), self._services.cases)
        return page(
            "case.html.j2",
            signed_in=session,
            unit_name=self._unit_name(session.officer.unit_id),
            addressed_to=self._unit_name(view.tip.addressed_unit_id),
            tip=view.tip,
            deliveries=view.deliveries,
        )

    @audience(Audience.STAFF)
    def show_photo(self, card_code: str, position: int) -> Response:
        """Show one clean photo; the read is logged first."""
        code = card_code.upper()
        photo = open_photo(current_session().officer, code, position, self._services.cases)
        response = make_response(photo)
        response.mimetype = "image/jpeg"
        response.headers.set("Content-Disposition", "inline", filename=f"{code}-{position}.jpg")
        return response

    def _unit_name(self, unit_id: str) -> str:
        return words().office(self._services.units.get(unit_id))


def _hide_link_from_referrers(response: Response) -> Response:
    """Let no request from a page whose address holds a secret say where it came from."""
    if request.path.startswith("/can-bo/vao"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _local(address: str | None) -> str:
    """Return the address if it is a page of ours to go on to, else the list."""
    return address if address and _LOCAL_PAGE.fullmatch(address) else _HOME


def _before() -> datetime | None:
    """Return the time before which the page of the list begins."""
    typed = request.args.get("truoc")
    if not typed:
        return None
    try:
        before = datetime.fromisoformat(typed)
    except ValueError:
        abort(400)
    if before.tzinfo is None:
        abort(400)
    return before
