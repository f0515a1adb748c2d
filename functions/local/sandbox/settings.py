"""The part of `/control` that changes what app, OAs, groups and people are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Blueprint, Response, jsonify

from functions.local.sandbox.chat import require_person
from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.directory import load_app, save_app, users_of_oa
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.quota import record_interaction
from functions.local.sandbox.reading import json_body, require_unit_oa
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
            user = require_person(db, user_id)
            if "last_interaction_ms" in wanted:
                record_interaction(db, user.user_id, clock.now_ms())
            _update(db, "users", "user_id", user.user_id, wanted)
        return "", 204


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
