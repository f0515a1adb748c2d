"""The doors of the editor: a one-time link in, a button out."""

from __future__ import annotations

import re

from flask import Response, make_response, redirect, request

from functions.content.desk.drawing import HOME
from functions.content.guard import EditorGuard, current_session, signed_out
from functions.content.services import ContentServices
from functions.core.errors import NotFoundError
from functions.core.signin import end_session, spend_link
from functions.web.answers import page
from functions.web.app import SiteSettings
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields
from functions.web.limits import WRONG_LINKS, MemoryRateLimiter
from functions.web.senders import SenderHashes

_LOCAL_PAGE = re.compile(r"/[A-Za-z0-9/-]{0,200}")


class SignInViews:
    """The routes with what they share."""

    def __init__(self, services: ContentServices, guard: EditorGuard, site: SiteSettings) -> None:
        self._services = services.signin
        self._guard = guard
        clock = services.signin.clock
        self._senders = SenderHashes(clock, behind_proxy=site.has_proxy)
        self._limiter = MemoryRateLimiter(clock)

    @audience(Audience.PUBLIC)
    def show_link(self, secret: str) -> Response:
        """Show a button and nothing else: a preview of the link must not use it up."""
        return page("editor/sign_in.html.j2", secret=secret, next=_local(request.args.get("next")))

    @audience(Audience.PUBLIC)
    def spend_link(self) -> Response:
        """Use the link up and let the officer in."""
        sender = self._senders.address_hash(request.remote_addr)
        self._limiter.check(WRONG_LINKS, sender)
        typed = read_fields(request, ("secret", "next"))
        try:
            session = spend_link(typed.get("secret", ""), self._services)
        except NotFoundError:
            self._limiter.count_failure(WRONG_LINKS, sender)
            return signed_out(link_failed=True)
        response = make_response(redirect(_local(typed.get("next")), 303))
        self._guard.let_in(session, response)
        return response

    @audience(Audience.STAFF)
    def sign_out(self) -> Response:
        """End the session."""
        end_session(current_session(), self._services)
        response = make_response(redirect(HOME, 303))
        self._guard.show_out(response)
        return response


def _local(address: str | None) -> str:
    """Return the address if it is a page of ours to go on to, else the home of editors."""
    is_ours = address and _LOCAL_PAGE.fullmatch(address) and not address.startswith("//")
    return address if is_ours and address else HOME
