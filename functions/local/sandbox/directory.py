"""The app, the OAs, their groups and their people."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.state import get_document, put_document


@dataclass(frozen=True)
class App:
    """The one application that all OAs have approved."""

    app_id: str
    secret_key: str
    oa_secret_key: str
    active: bool = True
    api_enabled: bool = True
    callback_url: str = ""


@dataclass(frozen=True)
class Oa:
    """One unit's Official Account."""

    oa_id: str
    unit_id: str
    unit_name: str
    name: str
    disabled: bool
    verified: bool
    package_ok: bool
    permissions: frozenset[str]
    quota_total: int
    quota_left: int


@dataclass(frozen=True)
class Group:
    """One unit's group; a sandbox OA owns exactly one."""

    group_id: str
    oa_id: str
    name: str
    link: str
    asset_id: str
    enabled: bool
    valid_through_ms: int


@dataclass(frozen=True)
class User:
    """A person as one OA knows them; the id means nothing at another OA."""

    user_id: str
    oa_id: str
    name: str
    role: str
    standing: str
    is_follower: bool
    last_interaction_ms: int | None
    replies_used: int
    in_group: bool


def load_app(db: sqlite3.Connection) -> App | None:
    document = get_document(db, "app")
    return App(**document) if document else None


def save_app(db: sqlite3.Connection, app: App) -> None:
    put_document(db, "app", dict(vars(app)))


def all_oas(db: sqlite3.Connection) -> list[Oa]:
    return [_oa(row) for row in db.execute("SELECT * FROM oas ORDER BY rowid")]


def oa_by_id(db: sqlite3.Connection, oa_id: str) -> Oa | None:
    row = db.execute("SELECT * FROM oas WHERE oa_id = ?", (oa_id,)).fetchone()
    return None if row is None else _oa(row)


def oa_by_unit(db: sqlite3.Connection, unit_id: str) -> Oa | None:
    row = db.execute("SELECT * FROM oas WHERE unit_id = ?", (unit_id,)).fetchone()
    return None if row is None else _oa(row)


def group_by_id(db: sqlite3.Connection, group_id: str) -> Group | None:
    row = db.execute("SELECT * FROM groups WHERE group_id = ?", (group_id,)).fetchone()
    return None if row is None else _group(row)


def group_of_oa(db: sqlite3.Connection, oa_id: str) -> Group:
    """The OA's group; provisioning made it together with the OA."""
    return _group(db.execute("SELECT * FROM groups WHERE oa_id = ?", (oa_id,)).fetchone())


def user_by_id(db: sqlite3.Connection, user_id: str) -> User | None:
    row = db.execute("SELECT * FROM users WHERE user_id = ?", (user_id,)).fetchone()
    return None if row is None else _user(row)


def users_of_oa(db: sqlite3.Connection, oa_id: str) -> list[User]:
    rows = db.execute("SELECT * FROM users WHERE oa_id = ? ORDER BY position", (oa_id,))
    return [_user(row) for row in rows]


def members_of_group(db: sqlite3.Connection, oa_id: str) -> list[User]:
    """The people in the OA's group; residents and those who left are not."""
    return [user for user in users_of_oa(db, oa_id) if user.in_group]


def require_group(db: sqlite3.Connection, oa: Oa, group_id: str) -> Group:
    """The OA's own group, else -403: another OA's group looks like none at all (G1, O11)."""
    group = group_by_id(db, group_id)
    if group is None or group.oa_id != oa.oa_id:
        raise ZaloError(-403, "OA is not in this group")
    return group


def require_user(db: sqlite3.Connection, oa: Oa, user_id: str) -> User:
    """The person as this OA knows them: -201 unknown to all, -213 known to another (O11)."""
    user = user_by_id(db, user_id)
    if user is None:
        raise ZaloError(-201, "user_id is invalid!")
    if user.oa_id != oa.oa_id:
        raise ZaloError(-213, "User has not followed OA")
    return user


def _oa(row: sqlite3.Row) -> Oa:
    return Oa(
        oa_id=row["oa_id"],
        unit_id=row["unit_id"],
        unit_name=row["unit_name"],
        name=row["name"],
        disabled=bool(row["disabled"]),
        verified=bool(row["verified"]),
        package_ok=bool(row["package_ok"]),
        permissions=frozenset(filter(None, row["permissions"].split(","))),
        quota_total=row["quota_total"],
        quota_left=row["quota_left"],
    )


def _group(row: sqlite3.Row) -> Group:
    return Group(
        group_id=row["group_id"],
        oa_id=row["oa_id"],
        name=row["name"],
        link=row["link"],
        asset_id=row["asset_id"],
        enabled=bool(row["enabled"]),
        valid_through_ms=row["valid_through_ms"],
    )


def _user(row: sqlite3.Row) -> User:
    return User(
        user_id=row["user_id"],
        oa_id=row["oa_id"],
        name=row["name"],
        role=row["role"],
        standing=row["standing"],
        is_follower=bool(row["is_follower"]),
        last_interaction_ms=row["last_interaction_ms"],
        replies_used=row["replies_used"],
        in_group=bool(row["in_group"]),
    )
