"""One app, and for each unit an OA with a group, an administrator and two officers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.local.sandbox import ids
from functions.local.sandbox.clock import DAY, iso
from functions.local.sandbox.directory import (
    App,
    Oa,
    all_oas,
    group_of_oa,
    load_app,
    oa_by_unit,
    save_app,
    users_of_oa,
)
from functions.local.sandbox.errors import SandboxError
from functions.local.sandbox.tokens import current_pair, issue_pair

_UNIT_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ASSET_LIFE = 365 * DAY
_ENROLLED_ROLES = ("officer", "commander")


class BadUnitsError(SandboxError):
    """The list of units cannot be read as one."""


@dataclass(frozen=True)
class Unit:
    """A unit that is to have an OA."""

    unit_id: str
    name: str


@dataclass(frozen=True)
class Names:
    """The Vietnamese words of provisioning, from `names.json` beside the templates."""

    family: tuple[str, ...]
    middle: tuple[str, ...]
    given: tuple[str, ...]
    kinds: tuple[str, ...]
    oa: str
    group: str

    @staticmethod
    def load(path: Path) -> Names:
        words = json.loads(path.read_text(encoding="utf-8"))
        return Names(
            family=tuple(words["family"]),
            middle=tuple(words["middle"]),
            given=tuple(words["given"]),
            kinds=tuple(words["kinds"]),
            oa=words["oa"],
            group=words["group"],
        )

    def person(self) -> str:
        return " ".join(secrets.choice(part) for part in (self.family, self.middle, self.given))

    def oa_name(self, unit_name: str) -> str:
        """Name the police of a place after it; other bodies bear a name of their own."""
        kind, _, rest = unit_name.partition(" ")
        if not rest or kind not in self.kinds:
            return unit_name
        return self.oa.format(unit=f"{kind.lower()} {rest}")


def read_units(path: Path) -> list[Unit]:
    """The units of a JSON file `[{"unit_id", "name"}, …]`; further fields are ignored."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        units = [Unit(row["unit_id"], row["name"]) for row in rows]
    except (OSError, ValueError, LookupError, TypeError) as exc:
        raise BadUnitsError(f"{path}: not a list of unit_id and name") from exc
    for unit in units:
        if not isinstance(unit.unit_id, str) or not _UNIT_ID.fullmatch(unit.unit_id):
            raise BadUnitsError(f"{path}: bad unit_id {unit.unit_id!r}")
        if not isinstance(unit.name, str) or not unit.name.strip():
            raise BadUnitsError(f"{path}: {unit.unit_id} has no name")
    if len({unit.unit_id for unit in units}) != len(units):
        raise BadUnitsError(f"{path}: a unit_id stands twice")
    return units


def ensure_provisioned(
    db: sqlite3.Connection, units: list[Unit], names: Names, now_ms: int, callback_url: str
) -> None:
    """Make the app and the missing units' OAs; what exists keeps its ids and tokens."""
    app = load_app(db) or App(ids.new_long_id(), ids.new_secret(), ids.new_secret())
    if callback_url:
        app = App(**{**vars(app), "callback_url": callback_url})
    save_app(db, app)
    for unit in units:
        if oa_by_unit(db, unit.unit_id) is None:
            _add_oa(db, unit, names, now_ms)


def _add_oa(db: sqlite3.Connection, unit: Unit, names: Names, now_ms: int) -> None:
    oa_id, oa_name = ids.new_long_id(), names.oa_name(unit.name)
    db.execute(
        "INSERT INTO oas (oa_id, unit_id, unit_name, name) VALUES (?, ?, ?, ?)",
        (oa_id, unit.unit_id, unit.name, oa_name),
    )
    db.execute(
        "INSERT INTO groups (group_id, oa_id, name, link, asset_id, valid_through_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            ids.new_hex_id(),
            oa_id,
            names.group.format(oa=oa_name),
            f"https://zalo.me/g/{ids.new_link_code()}",
            ids.new_hex_id(),
            now_ms + _ASSET_LIFE,
        ),
    )
    for role in ("admin", *_ENROLLED_ROLES):
        db.execute(
            "INSERT INTO users (user_id, oa_id, name, role, last_interaction_ms)"
            " VALUES (?, ?, ?, ?, ?)",
            (ids.new_long_id(), oa_id, names.person(), role, now_ms),
        )
    issue_pair(db, oa_id, now_ms)


def provision_document(db: sqlite3.Connection) -> dict[str, Any]:
    """What `binhyen oa import` takes, with the pair that lives at this moment."""
    app = load_app(db)
    if app is None:
        return {"app": {}, "units": []}
    return {
        "app": {
            "app_id": app.app_id,
            "secret_key": app.secret_key,
            "oa_secret_key": app.oa_secret_key,
        },
        "units": [_provision_unit(db, oa) for oa in all_oas(db)],
    }


def _provision_unit(db: sqlite3.Connection, oa: Oa) -> dict[str, Any]:
    pair = current_pair(db, oa.oa_id)
    return {
        "unit_id": oa.unit_id,
        "oa_id": oa.oa_id,
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "expires_at": iso(pair.expires_ms),
        "group_id": group_of_oa(db, oa.oa_id).group_id,
        "officers": [
            {"user_id": user.user_id, "name": user.name, "role": user.role}
            for user in users_of_oa(db, oa.oa_id)
            if user.role in _ENROLLED_ROLES
        ],
    }


def write_provision_file(path: Path, document: dict[str, Any]) -> None:
    """Write the document whole or not at all, readable by its owner only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
