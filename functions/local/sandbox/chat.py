"""People at their phones: writing to the OA or in its group, following, leaving."""

from __future__ import annotations

import sqlite3

from functions.local.sandbox import ids
from functions.local.sandbox.directory import Oa, User, group_of_oa, oa_by_id, user_by_id
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.events import (
    tell_disbanded,
    tell_followed,
    tell_member_wrote,
    tell_of_member,
    tell_person_wrote,
    tell_withdrew,
)
from functions.local.sandbox.messages import Content, post_to_group, post_to_oa
from functions.local.sandbox.quota import record_interaction
from functions.local.sandbox.switches import load_switches

RESIDENT = "resident"


def require_person(db: sqlite3.Connection, user_id: str) -> User:
    user = user_by_id(db, user_id)
    if user is None:
        raise ControlError("no such user", 404)
    return user


def oa_of(db: sqlite3.Connection, user: User) -> Oa:
    """The one OA that knows this person; the table's reference says there is one."""
    oa = oa_by_id(db, user.oa_id)
    if oa is None:
        raise ControlError("no such OA", 404)
    return oa


def add_resident(db: sqlite3.Connection, oa: Oa, name: str, *, follows: bool) -> User:
    """Make a person whom the OA has never heard from, and who is not in its group."""
    user_id = ids.new_long_id()
    db.execute(
        "INSERT INTO users (user_id, oa_id, name, role, is_follower, in_group)"
        " VALUES (?, ?, ?, ?, ?, 0)",
        (user_id, oa.oa_id, name, RESIDENT, follows),
    )
    return require_person(db, user_id)


def write_to_oa(db: sqlite3.Connection, user: User, content: Content, at_ms: int) -> str:
    """The person writes to the OA, which opens the window, and it is told so."""
    oa = oa_of(db, user)
    _record_interaction(db, user, at_ms)
    message_id = post_to_oa(db, user, content, at_ms)
    tell_person_wrote(db, oa, user, content, message_id, at_ms)
    return message_id


def write_in_group(db: sqlite3.Connection, user: User, content: Content, at_ms: int) -> str:
    """The person, who must be a member, writes in the OA's group."""
    if not user.in_group:
        raise ControlError("not a member of the group", 409)
    oa, group = oa_of(db, user), group_of_oa(db, user.oa_id)
    if load_switches(db).group_post_opens_window:
        _record_interaction(db, user, at_ms)
    message_id = post_to_group(db, user, group, content, at_ms)
    tell_member_wrote(db, oa, user, group, content, message_id, at_ms)
    return message_id


def set_following(db: sqlite3.Connection, user: User, follows: bool, now_ms: int) -> None:
    """The person follows the OA, which counts as an interaction, or ceases to."""
    db.execute("UPDATE users SET is_follower = ? WHERE user_id = ?", (follows, user.user_id))
    if follows:
        _record_interaction(db, user, now_ms)
    tell_followed(db, oa_of(db, user), user, follows, now_ms)


def set_blocking(db: sqlite3.Connection, user: User, blocks: bool) -> None:
    """The person blocks the OA or takes that back; Zalo tells of neither."""
    standing = "blocked" if blocks else "active"
    db.execute("UPDATE users SET standing = ? WHERE user_id = ?", (standing, user.user_id))


def withdraw(db: sqlite3.Connection, user: User, now_ms: int) -> None:
    """The person withdraws consent to the use of their data."""
    tell_withdrew(db, oa_of(db, user), user, now_ms)


def set_membership(db: sqlite3.Connection, user: User, joins: bool, now_ms: int) -> None:
    """The person comes into the OA's group or leaves it; nothing happens twice."""
    if user.in_group == joins:
        return
    db.execute("UPDATE users SET in_group = ? WHERE user_id = ?", (joins, user.user_id))
    tell_of_member(db, oa_of(db, user), group_of_oa(db, user.oa_id), user, joins, now_ms)


def disband_group(db: sqlite3.Connection, oa: Oa, now_ms: int) -> None:
    """The group exists no more; sends to it are refused as to a disabled one (-237)."""
    db.execute("UPDATE groups SET enabled = 0 WHERE oa_id = ?", (oa.oa_id,))
    tell_disbanded(db, oa, group_of_oa(db, oa.oa_id), now_ms)


def _record_interaction(db: sqlite3.Connection, user: User, at_ms: int) -> None:
    # A message that was under way for hours must not close a window opened meanwhile.
    if user.last_interaction_ms is None or user.last_interaction_ms <= at_ms:
        record_interaction(db, user.user_id, at_ms)
