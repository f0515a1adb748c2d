"""What an officer is told where nothing is: a tip that never was looks like one of another unit."""

from __future__ import annotations

from flask import Response, g

from functions.staff.guard import current_session, typed_into_act
from functions.staff.labels import field_label
from functions.staff.services import StaffServices
from functions.web.answers import error_answer, page, wants_json, words


class Missing:
    """Answers a 404 to whoever is signed in as to an officer, with what they had typed."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services

    def show(self, _: Exception) -> Response:
        """Show the one page for all that the officer's unit does not have."""
        if "session" not in g or wants_json():
            return error_answer(404)
        session = current_session()
        return page(
            "case_unknown.html.j2",
            404,
            signed_in=session,
            unit_name=words().office(self._services.units.get(session.officer.unit_id)),
            typed=typed_into_act(),
            field_label=field_label,
        )
