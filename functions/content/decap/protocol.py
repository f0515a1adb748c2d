"""Decap's proxy protocol: one address, and in each call an action with its parameters.

Decap's own client (backend `proxy`) decides what is sent and what has to come back; what is
checked here is checked again for every path of every call, whatever the client shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, jsonify, request

from functions.content.answers import json_problem
from functions.content.decap import protocol_drafts, protocol_entries, protocol_media
from functions.content.decap.protocol_calls import Call, Params, RefusedError, read_json
from functions.content.guard import current_editor
from functions.content.json_errors import answer_errors_in_json
from functions.content.services import ContentServices
from functions.web.audience import Audience, audience

ADDRESS = "/api/v1"

Answerer = Callable[[Call], Any]


def _about_itself(_: Call) -> Any:
    return {"repo": "binh-yen", "publish_modes": ["editorial_workflow"], "type": "binh-yen"}


def _no_preview(_: Call) -> Any:
    return None  # the preview beside the form is the preview


def _no_notes(_: Call) -> Any:
    return {"notes": []}


def _no_metadata(_: Call) -> Any:
    return {"metadata": None}


def _refuse_note(_: Call) -> Any:
    raise RefusedError(422, "no-notes")  # else it would seem to be kept


ACTIONS: Mapping[str, Answerer] = {
    "info": _about_itself,
    "getDeployPreview": _no_preview,
    "getNotes": _no_notes,
    "addNote": _refuse_note,
    "updateNote": _refuse_note,
    "deleteNote": _refuse_note,
    "toggleNoteResolution": _refuse_note,
    "getPRMetadata": _no_metadata,
    **protocol_entries.ACTIONS,
    **protocol_drafts.ACTIONS,
    **protocol_media.ACTIONS,
}


def add_routes(app: Flask, services: ContentServices) -> None:
    """Add the one route of the protocol, and let every failure below `/api/` be JSON."""

    @audience(Audience.STAFF)
    def call_action() -> Response:
        try:
            body = Params(read_json(request.get_data()))
            answer = ACTIONS.get(body.text("action"))
            if answer is None:
                raise RefusedError(422, "unknown-action")
            params = body.part("params")
            return jsonify(answer(Call(params, current_editor(), services.editing)))
        except RefusedError as refused:
            return json_problem(refused.status, refused.code, **refused.more)

    app.add_url_rule(ADDRESS, view_func=call_action, methods=["POST"], endpoint="decap_call")
    answer_errors_in_json(app)
