"""`/control`: what tests and drills use to look inside and to change the weather.

Bound to loopback like everything here. Changes take `Content-Type: application/json`, which a
page of another origin cannot send unasked.

GET    provision                       the file for `binhyen oa import`, with the living pairs
GET    requests?since=ID&limit=N       recorded calls with a higher id, oldest first (T11)
GET    groups/UNIT/messages?after=SEQ  what stands in the group, oldest first
GET    media/ID                        the bytes of an upload
GET    users/ID/messages?after=SEQ     what stands in the chat of one person with the OA
GET    faults · POST faults            a rule as in `faults.Rule`; DELETE faults[/ID] clears
GET    clock · POST clock              {"offset_seconds"}
POST   expire                          {"unit_id", "token": "access" | "refresh" | "revoke"}
POST   consent                         {"unit_id"}: the administrator consents again, a new pair
GET    switches · POST switches        the fields of `switches.Switches`
POST   app · oas/UNIT · groups/UNIT    the columns listed in `settings`
GET    users/UNIT · POST users/ID      people, and their standing and last interaction

What people do is ordered as told in `people`, where events go as told in `webhook_control`.

An outage closes connections it has accepted. To have connections refused, stop the process: the
state outlives it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify

from functions.local.sandbox.chat import require_person
from functions.local.sandbox.clock import SandboxClock, iso
from functions.local.sandbox.directory import group_of_oa
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.events import tell_revoked
from functions.local.sandbox.faults import (
    StandingFault,
    add_fault,
    clear_fault,
    clear_faults,
    list_faults,
    parse_rule,
)
from functions.local.sandbox.history import media_url
from functions.local.sandbox.messages import Message, messages_after
from functions.local.sandbox.people import add_people
from functions.local.sandbox.provisioning import Names, provision_document
from functions.local.sandbox.reading import json_body, number_argument, require_unit_oa
from functions.local.sandbox.recorder import recorded_since
from functions.local.sandbox.settings import add_settings
from functions.local.sandbox.state import State, put_document
from functions.local.sandbox.tokens import expire, issue_pair
from functions.local.sandbox.uploads import media_by_id
from functions.local.sandbox.webhook_control import add_webhook

_MOST_REQUESTS = 1_000
_LONGEST_OFFSET_SECONDS = 10 * 365 * 86_400
_SHOWN_INLINE = ("image/jpeg", "image/png", "image/gif")


def control_blueprint(
    state: State, clock: SandboxClock, public_url: str, names: Names
) -> Blueprint:
    """All of `/control`."""
    control = Blueprint("control", __name__, url_prefix="/control")
    _add_views_of_state(control, state, public_url)
    _add_faults(control, state)
    _add_time_and_tokens(control, state, clock)
    add_settings(control, state, clock)
    add_people(control, state, clock, public_url, names)
    add_webhook(control, state, clock)
    control.register_error_handler(ControlError, _refuse)
    return control


def _refuse(exc: ControlError) -> tuple[Response, int]:
    return jsonify({"error": exc.message}), exc.status


def _add_views_of_state(control: Blueprint, state: State, public_url: str) -> None:
    def shown_messages(found: list[Message]) -> list[dict[str, Any]]:
        return [{**asdict(m), "image_url": media_url(public_url, m)} for m in found]

    @control.get("/provision")
    def provision() -> Response:
        with state.transaction() as db:
            return jsonify(provision_document(db))

    @control.get("/requests")
    def requests() -> Response:
        since = number_argument("since", 0)
        limit = min(number_argument("limit", _MOST_REQUESTS), _MOST_REQUESTS)
        with state.transaction() as db:
            found = recorded_since(db, since, limit)
        return jsonify({"requests": found, "last": found[-1]["id"] if found else since})

    @control.get("/groups/<unit_id>/messages")
    def group_messages(unit_id: str) -> Response:
        after = number_argument("after", 0)
        with state.transaction() as db:
            group = group_of_oa(db, require_unit_oa(db, unit_id).oa_id)
            found = messages_after(db, group.group_id, after)
        return jsonify({"group_id": group.group_id, "messages": shown_messages(found)})

    @control.get("/users/<user_id>/messages")
    def chat_messages(user_id: str) -> Response:
        after = number_argument("after", 0)
        with state.transaction() as db:
            found = messages_after(db, require_person(db, user_id).user_id, after)
        return jsonify({"user_id": user_id, "messages": shown_messages(found)})

    @control.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        with state.transaction() as db:
            found = media_by_id(db, media_id)
        if found is None:
            raise ControlError("no such media", 404)
        response = Response(found.content, content_type=found.mime_type)
        response.headers["Cache-Control"] = "private, max-age=86400, immutable"
        if found.mime_type not in _SHOWN_INLINE:
            response.headers["Content-Disposition"] = "attachment"
        return response


def _shown(fault: StandingFault) -> dict[str, Any]:
    return {
        "id": fault.id,
        **asdict(fault.rule),
        "remaining": fault.remaining,
        "hits": fault.hits,
    }


def _add_faults(control: Blueprint, state: State) -> None:
    @control.get("/faults")
    def faults() -> Response:
        with state.transaction() as db:
            return jsonify({"faults": [_shown(fault) for fault in list_faults(db)]})

    @control.post("/faults")
    def add() -> tuple[Response, int]:
        rule = parse_rule(json_body())
        with state.transaction() as db:
            if rule.unit_id is not None:
                require_unit_oa(db, rule.unit_id)
            return jsonify(_shown(add_fault(db, rule))), 201

    @control.delete("/faults")
    def clear_all() -> tuple[str, int]:
        with state.transaction() as db:
            clear_faults(db)
        return "", 204

    @control.delete("/faults/<int:fault_id>")
    def clear_one(fault_id: int) -> tuple[str, int]:
        with state.transaction() as db:
            if not clear_fault(db, fault_id):
                raise ControlError("no such fault", 404)
        return "", 204


def _add_time_and_tokens(control: Blueprint, state: State, clock: SandboxClock) -> None:
    def shown_time() -> Response:
        now = {"offset_seconds": clock.offset_seconds, "now": iso(clock.now_ms())}
        return jsonify({**now, "now_ms": clock.now_ms()})

    @control.get("/clock")
    def get_clock() -> Response:
        return shown_time()

    @control.post("/clock")
    def set_clock() -> Response:
        offset = json_body().get("offset_seconds")
        if isinstance(offset, bool) or not isinstance(offset, int | float):
            raise ControlError("offset_seconds takes a number")
        if not abs(offset) <= _LONGEST_OFFSET_SECONDS:
            raise ControlError("offset_seconds is more than ten years")
        with state.transaction() as db:
            put_document(db, "clock", {"offset_seconds": offset})
            clock.offset_seconds = offset
        return shown_time()

    @control.post("/expire")
    def expire_token() -> tuple[str, int]:
        body = json_body()
        what = body.get("token", "access")
        if what not in ("access", "refresh", "revoke"):
            raise ControlError("token takes access, refresh or revoke")
        with state.transaction() as db:
            oa = require_unit_oa(db, body.get("unit_id"))
            expire(db, oa.oa_id, what)
            if what == "revoke":
                tell_revoked(db, oa, clock.now_ms())
        return "", 204

    @control.post("/consent")
    def consent() -> tuple[str, int]:
        unit_id = json_body().get("unit_id")
        with state.transaction() as db:
            issue_pair(db, require_unit_oa(db, unit_id).oa_id, clock.now_ms())
        return "", 204
