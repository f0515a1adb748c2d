"""The part of `/control` that changes what app, OAs, groups and people are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Blueprint, Response, jsonify, request

from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.directory import (
    Oa,
    User,
    group_of_oa,
    load_app,
    oa_by_unit,
    save_app,
    user_by_id,
    users_of_oa,
)
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.messages import Content, post_to_group
from functions.local.sandbox.quota import record_interaction
from functions.local.sandbox.state import State
from functions.local.sandbox.switches import change_switches, load_switches


@dataclass(frozen=True)
class Column:
    """A field a drill may set: its type, and the values it may take if they are few."""

    type: type
    choices: tuple[object, ...] = ()
    nullable: bool = False


_OA_FIELDS = {
    "disabled": Column(bool),
    "verified": Column(bool),
    "package_ok": Column(bool),
    "permissions": Column(str),
    "quota_total": Column(int),
    "quota_left": Column(int),
}
_GROUP_FIELDS = {"enabled": Column(bool), "valid_through_ms": Column(int)}
_USER_FIELDS = {
    "standing": Column(str, ("active", "blocked", "banned", "restricted")),
    "is_follower": Column(bool),
    "last_interaction_ms": Column(int, nullable=True),
}
_APP_FIELDS = {
    "active": Column(bool),
    "api_enabled": Column(bool),
    "callback_url": Column(str),
}


def json_body() -> dict[str, Any]:
    """The JSON object sent, or a refusal that says what was wrong with it."""
    if request.mimetype != "application/json":
        raise ControlError("send Content-Type: application/json", 415)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ControlError("send a JSON object")
    return body


def require_unit_oa(db: sqlite3.Connection, unit_id: object) -> Oa:
    """The OA of the unit named by the caller."""
    oa = oa_by_unit(db, unit_id) if isinstance(unit_id, str) else None
    if oa is None:
        raise ControlError("no such unit", 404)
    return oa


def add_settings(control: Blueprint, state: State, clock: SandboxClock) -> None:
    """Switches, app, OAs, groups and people."""
    _add_app(control, state)
    _add_oas(control, state)
    _add_users(control, state, clock)


def _add_app(control: Blueprint, state: State) -> None:
    @control.get("/switches")
    def switches() -> Response:
        with state.transaction() as db:
            return jsonify(asdict(load_switches(db)))

    @control.post("/switches")
    def set_switches() -> Response:
        wanted = json_body()
        with state.transaction() as db:
            return jsonify(asdict(change_switches(db, wanted)))

    @control.post("/app")
    def set_app() -> tuple[str, int]:
        wanted = _checked(json_body(), _APP_FIELDS)
        with state.transaction() as db:
            app = load_app(db)
            if app is None:
                raise ControlError("no app yet", 404)
            save_app(db, replace(app, **wanted))
        return "", 204


def _add_oas(control: Blueprint, state: State) -> None:
    @control.post("/oas/<unit_id>")
    def set_oa(unit_id: str) -> tuple[str, int]:
        wanted = _checked(json_body(), _OA_FIELDS)
        with state.transaction() as db:
            _update(db, "oas", "oa_id", require_unit_oa(db, unit_id).oa_id, wanted)
        return "", 204

    @control.post("/groups/<unit_id>")
    def set_group(unit_id: str) -> tuple[str, int]:
        wanted = _checked(json_body(), _GROUP_FIELDS)
        with state.transaction() as db:
            _update(db, "groups", "oa_id", require_unit_oa(db, unit_id).oa_id, wanted)
        return "", 204


def _add_users(control: Blueprint, state: State, clock: SandboxClock) -> None:
    @control.get("/users/<unit_id>")
    def users(unit_id: str) -> Response:
        with state.transaction() as db:
            found = users_of_oa(db, require_unit_oa(db, unit_id).oa_id)
        return jsonify({"users": [asdict(user) for user in found]})

    @control.post("/users/<user_id>")
    def set_user(user_id: str) -> tuple[str, int]:
        wanted = _checked(json_body(), _USER_FIELDS)
        with state.transaction() as db:
            user = _require_user(db, user_id)
            if "last_interaction_ms" in wanted:
                record_interaction(db, user.user_id, clock.now_ms())
            _update(db, "users", "user_id", user.user_id, wanted)
        return "", 204

    @control.post("/users/<user_id>/group-message")
    def speak(user_id: str) -> tuple[Response, int]:
        text = json_body().get("text")
        if not isinstance(text, str) or not text:
            raise ControlError("text takes a string")
        with state.transaction() as db:
            user = _require_user(db, user_id)
            group = group_of_oa(db, user.oa_id)
            message_id = post_to_group(db, user, group, Content("text", text), clock.now_ms())
        return jsonify({"message_id": message_id}), 201


def _require_user(db: sqlite3.Connection, user_id: str) -> User:
    user = user_by_id(db, user_id)
    if user is None:
        raise ControlError("no such user", 404)
    return user


def _checked(wanted: dict[str, Any], known: dict[str, Column]) -> dict[str, Any]:
    for name, value in wanted.items():
        if name not in known:
            raise ControlError(f"unknown field {name!r}")
        column = known[name]
        if value is None and column.nullable:
            continue
        if type(value) is not column.type:
            raise ControlError(f"{name} takes a {column.type.__name__}")
        if column.choices and value not in column.choices:
            raise ControlError(f"{name} takes one of {column.choices}")
    return wanted


def _update(
    db: sqlite3.Connection, table: str, key: str, key_value: str, wanted: dict[str, Any]
) -> None:
    # Table and key are written above, the names have passed `_checked`: no text from outside.
    setter: Callable[[str], str] = "{} = ?".format
    if wanted:
        db.execute(
            f"UPDATE {table} SET {', '.join(map(setter, wanted))} WHERE {key} = ?",  # noqa: S608
            (*wanted.values(), key_value),
        )
