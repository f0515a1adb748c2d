"""The function `staff`: officers sign in, see what waits for their unit, and work on it."""

from __future__ import annotations

from flask import Flask, Response, request

from functions.core.errors import NotFoundError
from functions.staff.acting import ACT_NAMES, ActViews
from functions.staff.editor_link import ADDRESS as EDITOR_LINK
from functions.staff.editor_link import EditorLinkViews
from functions.staff.guard import Guard
from functions.staff.links import MediaLinks
from functions.staff.missing import Missing
from functions.staff.reading import ReadingViews
from functions.staff.services import EditorDoor, StaffServices
from functions.staff.signing_in import SignInViews
from functions.web.app import SiteSettings, create_app

__all__ = ["EditorDoor", "StaffServices", "create_staff_app"]

_CASE = "/can-bo/tin/<card_code>"


def create_staff_app(services: StaffServices, site: SiteSettings) -> Flask:
    """Make the app of the pages under `/can-bo/`."""
    app = create_app(__name__, site)
    guard = Guard(services.signin, site)
    app.before_request(guard.require_own_page)
    app.before_request(guard.require_session)
    app.after_request(_hide_link_from_referrers)
    missing = Missing(services)
    app.register_error_handler(404, missing.show)
    app.register_error_handler(NotFoundError, missing.show)
    _add_reading(app, services)
    _add_acts(app, services)
    link = EditorLinkViews(services)
    app.add_url_rule(EDITOR_LINK, view_func=link.issue, methods=["POST"])
    app.add_url_rule(EDITOR_LINK, view_func=link.back_to_list)
    doors = SignInViews(services.signin, guard, site)
    app.add_url_rule("/can-bo/vao/<secret>", view_func=doors.show_link)
    app.add_url_rule("/can-bo/vao", view_func=doors.spend_link, methods=["POST"])
    app.add_url_rule("/can-bo/ra", view_func=doors.sign_out, methods=["POST"])
    return app


def _add_reading(app: Flask, services: StaffServices) -> None:
    views = ReadingViews(services, MediaLinks(services.signin.mac, services.signin.clock))
    app.add_url_rule("/can-bo/", view_func=views.show_inbox)
    app.add_url_rule("/can-bo/bang-do", view_func=views.show_board)
    app.add_url_rule(_CASE, view_func=views.show_case)
    app.add_url_rule(f"{_CASE}/anh/<int:position>", view_func=views.show_photo)
    app.add_url_rule(f"{_CASE}/tep/<int:position>", view_func=views.give_file)


def _add_acts(app: Flask, services: StaffServices) -> None:
    views = ActViews(services, MediaLinks(services.signin.mac, services.signin.clock))
    one_of_them = f"<any({','.join(map(repr, ACT_NAMES))}):act_name>"
    app.add_url_rule(f"{_CASE}/{one_of_them}", view_func=views.do_act, methods=["POST"])
    app.add_url_rule(f"{_CASE}/{one_of_them}", view_func=views.back_to_case)


def _hide_link_from_referrers(response: Response) -> Response:
    """Let no request from a page whose address holds a secret say where it came from."""
    if request.path.startswith("/can-bo/vao"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
