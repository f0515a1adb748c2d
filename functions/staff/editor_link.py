"""The way on to the editor: an origin of its own, with a session of its own (design D7)."""

from __future__ import annotations

from flask import Response, make_response, redirect

from functions.core.errors import NotFoundError
from functions.core.models import Officer
from functions.core.signin import issue_link
from functions.core.viet_nam import day_of
from functions.staff.guard import current_session, require_csrf_token
from functions.staff.services import StaffServices
from functions.web.answers import page, words
from functions.web.audience import Audience, audience

ADDRESS = "/can-bo/sua-trang"


def may_edit(officer: Officer, services: StaffServices) -> bool:
    """Tell whether there is an editor, and pages of the officer's unit to edit."""
    today = day_of(services.cases.clock.now())
    with_pages = (unit.unit_id for unit in services.units.with_pages(today))
    return services.editor is not None and officer.unit_id in with_pages


class EditorLinkViews:
    """The routes with what they share."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services

    @audience(Audience.STAFF)
    def issue(self) -> Response:
        """Answer with a one-time link for this officer; a redirect may not leave our origin."""
        require_csrf_token()
        session, editor = current_session(), self._services.editor
        if editor is None or not may_edit(session.officer, self._services):
            raise NotFoundError("editor")
        response = page(
            "editor_link.html.j2",
            signed_in=session,
            unit_name=words().office(self._services.units.get(session.officer.unit_id)),
            address=f"{editor.url}/vao/{issue_link(session.officer, editor.signin)}",
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @audience(Audience.STAFF)
    def back_to_list(self) -> Response:
        """Lead who opens the form's address, as a phone does that reloads it, to the list."""
        return make_response(redirect("/can-bo/", 303))
