"""Behaviour the sources disagree about: strict by default, the other reading by a switch."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.state import get_document, put_document

_ALLOWED: dict[str, tuple[object, ...]] = {
    "superseded_token_code": (-216, -220),
    "spent_refresh_code": (-14014, -14020, -118),
    "too_long_code": (-210, -201),
    "unsupported_type_code": (-233, -201),
    "out_of_quota_code": (-211, -320, -321),
    "leave_event": ("user_out_group", "user_leave_group"),
    "disband_event": ("delete_group", "disperse_group"),
}


@dataclass(frozen=True)
class Switches:
    """Each field names the rule it belongs to; the default is the strict reading."""

    superseded_token_code: int = -216  # T3a
    app_calls_per_minute: int = 4_000  # T7
    oa_calls_per_minute: int = 100  # T7
    appsecret_proof_required: bool = False  # T8
    expires_in_as_number: bool = False  # O5
    spent_refresh_code: int = -14014  # O6
    keep_refresh_token: bool = False  # O10
    too_long_code: int = -210  # M2, G3
    out_of_quota_code: int = -211  # M3
    unlimited_replies: bool = False  # M4
    unsupported_type_code: int = -233  # G3
    group_post_opens_window: bool = False  # M3, section 2.2
    numeric_timestamp: bool = False  # W9
    quote_ids_differ: bool = False  # W11
    leave_event: str = "user_out_group"  # W12
    disband_event: str = "delete_group"  # W12


def load_switches(db: sqlite3.Connection) -> Switches:
    return Switches(**get_document(db, "switches"))


def change_switches(db: sqlite3.Connection, wanted: dict[str, Any]) -> Switches:
    """Set the named switches and keep the others; a bad name or value changes nothing."""
    defaults = {field.name: field.default for field in fields(Switches)}
    for name, value in wanted.items():
        if name not in defaults:
            raise ControlError(f"unknown switch {name!r}")
        if type(value) is not type(defaults[name]):
            raise ControlError(f"switch {name!r} takes a {type(defaults[name]).__name__}")
        if name in _ALLOWED and value not in _ALLOWED[name]:
            raise ControlError(f"switch {name!r} takes one of {_ALLOWED[name]}")
    switches = replace(load_switches(db), **wanted)
    put_document(db, "switches", asdict(switches))
    return switches
