"""What officers see: the inbox, a case, its photos and files, the province's red board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, abort, make_response, request

from functions.core.cases import PAGE, list_cases, open_file, open_photo
from functions.core.errors import NotFoundError
from functions.core.file_names import safe_ending
from functions.core.inbox import Inbox, Tab, open_inbox
from functions.core.models import OpenAlarm, TipSummary
from functions.core.red_board import alarms_of, is_of_province, open_board
from functions.staff.acting import ACT_NAMES
from functions.staff.drawing import draw_case
from functions.staff.editor_link import may_edit
from functions.staff.forms import CARD_CODE
from functions.staff.guard import current_session
from functions.staff.links import MediaLinks
from functions.staff.services import StaffServices
from functions.staff.spans import Due, due_words, span
from functions.web.answers import page, words
from functions.web.audience import Audience, audience

ALL = "tat-ca"
TABS = {
    "moi": Tab.NEW,
    "cua-toi": Tab.MINE,
    "sap-het-han": Tab.SOON,
    "qua-han": Tab.LATE,
    "phoi-hop": Tab.JOINT,
}


class ReadingViews:
    """The routes with what they share."""

    def __init__(self, services: StaffServices, links: MediaLinks) -> None:
        self._services = services
        self._links = links

    @audience(Audience.STAFF)
    def show_inbox(self) -> Response:
        """Show what waits for the unit under one heading, and the counts of all."""
        officer, chosen = current_session().officer, request.args.get("muc", "moi")
        if chosen not in (*TABS, ALL):
            abort(404)
        cases, before, start = self._services.cases, _before(), _start()
        inbox = open_inbox(officer, cases)
        if chosen == ALL:
            rows = list_cases(officer, before, cases)
            older = f"truoc={rows[-1].received_at.isoformat()}" if len(rows) == PAGE else ""
        else:
            listed = inbox.tabs[TABS[chosen]]
            rows = list(listed[start : start + PAGE])
            older = f"tu={start + PAGE}" if len(listed) > start + PAGE else ""
        return self._page(
            "cases.html.j2",
            chosen=chosen,
            counts=_counts(inbox),
            rows=rows,
            older=older.replace("+", "%2B"),
            inbox=inbox,
            due=self._due,
            alarms=self._said(alarms_of(officer, cases)),
            has_board=is_of_province(officer, cases),
            has_editor=may_edit(officer, self._services),
            is_first=not (start or before),
            done=_done(),
            done_code=_done_code(),
        )

    @audience(Audience.STAFF)
    def show_board(self) -> Response:
        """Show the province which units cannot be reached or are late."""
        board = open_board(current_session().officer, self._services.cases)
        by_unit: dict[str, list[OpenAlarm]] = {}
        for alarm in board.alarms:
            by_unit.setdefault(alarm.unit_id, []).append(alarm)
        return self._page(
            "red_board.html.j2",
            alarms={unit_id: self._said(alarms) for unit_id, alarms in by_unit.items()},
            late=board.late,
            since=self._since,
        )

    @audience(Audience.STAFF)
    def show_case(self, card_code: str) -> Response:
        """Show one tip of the officer's unit; the read is logged first."""
        session = current_session()
        return draw_case(session, card_code.upper(), self._services, self._links, done=_done())

    @audience(Audience.STAFF)
    def show_photo(self, card_code: str, position: int) -> Response:
        """Show one clean photo; the read is logged first."""
        code = card_code.upper()
        if not self._is_good_link(code, "anh", position):
            return _gone(code)
        photo = open_photo(current_session().officer, code, position, self._services.cases)
        response = make_response(photo)
        response.mimetype = "image/jpeg"
        response.headers.set("Content-Disposition", "inline", filename=f"{code}-{position}.jpg")
        return response

    @audience(Audience.STAFF)
    def give_file(self, card_code: str, position: int) -> Response:
        """Hand out a recording or file to be saved, never shown; the read is logged first."""
        code = card_code.upper()
        if not self._is_good_link(code, "tep", position):
            return _gone(code)
        data = open_file(current_session().officer, code, position, self._services.cases)
        response = make_response(data)
        response.mimetype = "application/octet-stream"
        name = f"{code}-{position}.{safe_ending(data)}"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    def _is_good_link(self, card_code: str, kind: str, position: int) -> bool:
        """Tell whether the address is still good. Raises NotFoundError where it is none of ours."""
        path = f"/can-bo/tin/{card_code}/{kind}/{position}"
        until, key = request.args.get("h", ""), request.args.get("k", "")
        if not self._links.is_ours(current_session(), path, until, key):
            raise NotFoundError("link")
        return self._links.is_good(until)

    def _page(self, template: str, **values: Any) -> Response:
        session = current_session()
        return page(
            template,
            signed_in=session,
            unit_name=self._office(session.officer.unit_id),
            office=self._office,
            **values,
        )

    def _office(self, unit_id: str) -> str:
        return words().office(self._services.units.get(unit_id))

    def _due(self, row: TipSummary) -> Due | None:
        cases = self._services.cases
        return due_words(row.due_at, row.status, cases.clock.now(), cases.clocks)

    def _since(self, at: datetime) -> str:
        return span(self._services.cases.clock.now() - at)

    def _said(self, alarms: list[OpenAlarm]) -> list[tuple[str, OpenAlarm, str]]:
        """Return for each alarm its sentence, itself, and for how long it has stood."""
        sentences = words().staff["alarms"]
        return [
            (sentences.get(one.code, sentences["any"]), one, self._since(one.opened_at))
            for one in alarms
        ]


def _counts(inbox: Inbox) -> Mapping[str, int]:
    return {slug: len(inbox.tabs[tab]) for slug, tab in TABS.items()}


def _gone(card_code: str) -> Response:
    """Say that an address of ours is too old, and where a fresh one is."""
    return page("link_gone.html.j2", 404, card_code=card_code)


def _done() -> str:
    """Return the act that just succeeded, as the address tells."""
    done = request.args.get("xong", "")
    return done if done in ACT_NAMES else ""


def _done_code() -> str:
    code = request.args.get("ma", "")
    return code if CARD_CODE.fullmatch(code) else ""


def _start() -> int:
    """Return where the page of a heading's list begins."""
    typed = request.args.get("tu", "0")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        abort(400)
    return int(typed)


def _before() -> datetime | None:
    """Return the time before which the page of all tips begins."""
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
