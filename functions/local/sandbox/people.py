"""The part of `/control` where people act.

POST   oas/UNIT/residents              {"name", "follows"}: a new person; both may be left out
POST   users/ID/message                to the OA: {"text", "media", "location", "quoted_id",
                                       "together", "seconds_ago"}
POST   users/ID/group-message          the same in the OA's group, as a member
POST   users/ID/media                  multipart `file`: bytes to be sent by their `media_id`
POST   users/ID/follow · unfollow · block · unblock · withdraw · join-group · leave-group
POST   users/ID/submit-info            {"info": {…}} in either generation's fields
POST   groups/UNIT/disband             the group exists no more

`media` is a list as told in `attachments`. Each item is a message of its own, the text stands
with the first; `together` puts all into one event. `seconds_ago` makes what was under way so
long: its times are old, and it arrives now. `quoted_id` may be any id, also of no message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from functions.local.sandbox.attachments import Attacher, Attachment, content_of, keep_media
from functions.local.sandbox.chat import (
    add_resident,
    disband_group,
    oa_of,
    require_person,
    set_blocking,
    set_following,
    set_membership,
    withdraw,
    write_in_group,
    write_to_oa,
)
from functions.local.sandbox.clock import SECOND, SandboxClock
from functions.local.sandbox.directory import User
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.events import tell_submitted
from functions.local.sandbox.messages import Content
from functions.local.sandbox.provisioning import Names
from functions.local.sandbox.reading import json_body, refuse_other_origins, require_unit_oa
from functions.local.sandbox.state import State

_MESSAGE_FIELDS = frozenset({"text", "media", "location", "quoted_id", "together", "seconds_ago"})

Act = Callable[[sqlite3.Connection, User, int], None]
ACTS: dict[str, Act] = {
    "follow": lambda db, user, now_ms: set_following(db, user, True, now_ms),
    "unfollow": lambda db, user, now_ms: set_following(db, user, False, now_ms),
    "block": lambda db, user, now_ms: set_blocking(db, user, True),
    "unblock": lambda db, user, now_ms: set_blocking(db, user, False),
    "withdraw": withdraw,
    "join-group": lambda db, user, now_ms: set_membership(db, user, True, now_ms),
    "leave-group": lambda db, user, now_ms: set_membership(db, user, False, now_ms),
}


def add_people(
    control: Blueprint, state: State, clock: SandboxClock, public_url: str, names: Names
) -> None:
    """Residents and officers, and what they do at their phones."""
    _add_residents(control, state, names)
    _add_messages(control, state, clock, public_url)
    _add_acts(control, state, clock)


def _add_residents(control: Blueprint, state: State, names: Names) -> None:
    @control.post("/oas/<unit_id>/residents")
    def resident(unit_id: str) -> tuple[Response, int]:
        wanted = json_body()
        name, follows = wanted.get("name", names.person()), wanted.get("follows", False)
        if not isinstance(name, str) or not name.strip() or not isinstance(follows, bool):
            raise ControlError("name takes a string, follows true or false")
        with state.transaction() as db:
            user = add_resident(db, require_unit_oa(db, unit_id), name.strip(), follows=follows)
        return jsonify({"user_id": user.user_id, "name": user.name}), 201


def _add_messages(
    control: Blueprint, state: State, clock: SandboxClock, public_url: str
) -> None:  # fmt: skip
    def say(
        user_id: str, write: Callable[[sqlite3.Connection, User, Content, int], str]
    ) -> tuple[Response, int]:
        wanted = _checked(json_body())
        at_ms = clock.now_ms() - int(wanted.get("seconds_ago", 0) * SECOND)
        with state.transaction() as db:
            user = require_person(db, user_id)
            attacher = Attacher(db, user, public_url, at_ms)
            sent = [write(db, user, content, at_ms) for content in _contents(wanted, attacher)]
        return jsonify({"message_id": sent[0], "message_ids": sent}), 201

    @control.post("/users/<user_id>/message")
    def message(user_id: str) -> tuple[Response, int]:
        return say(user_id, write_to_oa)

    @control.post("/users/<user_id>/group-message")
    def group_message(user_id: str) -> tuple[Response, int]:
        return say(user_id, write_in_group)

    @control.post("/users/<user_id>/media")
    def take_file(user_id: str) -> tuple[Response, int]:
        refuse_other_origins()
        file = request.files.get("file")
        if file is None:
            raise ControlError("send multipart/form-data with a part `file`")
        with state.transaction() as db:
            user = require_person(db, user_id)
            now_ms = clock.now_ms()
            media_id = keep_media(db, user, file.read(), file.filename or "", now_ms)
        return jsonify({"media_id": media_id, "url": f"{public_url}/cdn/{media_id}"}), 201


def _add_acts(control: Blueprint, state: State, clock: SandboxClock) -> None:
    @control.post("/users/<user_id>/<act>")
    def do(user_id: str, act: str) -> tuple[str, int]:
        if act not in ACTS:
            raise ControlError("no such act", 404)
        # The type alone keeps out a page of another origin; there is nothing to read in it.
        json_body()
        with state.transaction() as db:
            ACTS[act](db, require_person(db, user_id), clock.now_ms())
        return "", 204

    @control.post("/users/<user_id>/submit-info")
    def submit_info(user_id: str) -> tuple[str, int]:
        info = json_body().get("info")
        if not isinstance(info, dict):
            raise ControlError("info takes an object")
        with state.transaction() as db:
            user = require_person(db, user_id)
            tell_submitted(db, oa_of(db, user), user, info, clock.now_ms())
        return "", 204

    @control.post("/groups/<unit_id>/disband")
    def disband(unit_id: str) -> tuple[str, int]:
        json_body()
        with state.transaction() as db:
            disband_group(db, require_unit_oa(db, unit_id), clock.now_ms())
        return "", 204


def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(wanted) - _MESSAGE_FIELDS)
    checks = {
        f"unknown fields {unknown}": not unknown,
        "text takes a string": isinstance(wanted.get("text", ""), str),
        "media takes a list": isinstance(wanted.get("media", []), list),
        "location takes an object": isinstance(wanted.get("location", {}), dict),
        "quoted_id takes a string": isinstance(wanted.get("quoted_id") or "", str),
        "together takes true or false": isinstance(wanted.get("together", False), bool),
        "seconds_ago takes a number": type(wanted.get("seconds_ago", 0)) in (int, float),
        "say something: text, media or location": any(
            wanted.get(name) for name in ("text", "media", "location")
        ),
    }
    broken = [text for text, holds in checks.items() if not holds]
    if broken:
        raise ControlError("; ".join(broken))
    return wanted


def _contents(wanted: dict[str, Any], attacher: Attacher) -> list[Content]:
    """The messages that this is on a phone, one for each medium."""
    text, quote_id = wanted.get("text", ""), wanted.get("quoted_id")
    ordered = list(wanted.get("media", []))
    if wanted.get("location"):
        ordered.append({"kind": "location", **wanted["location"]})
    made: list[tuple[str, Attachment]] = [attacher.make(item) for item in ordered]
    if not made:
        return [content_of("text", text, (), quote_id)]
    if wanted.get("together"):
        return [content_of(made[0][0], text, tuple(found for _, found in made), quote_id)]
    texts = [text] + [""] * (len(made) - 1)
    return [
        content_of(kind, words, (found,), quote_id)
        for (kind, found), words in zip(made, texts, strict=True)
    ]
