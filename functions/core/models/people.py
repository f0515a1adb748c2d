"""Officers, their sessions, and the alarms that call for a human."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    OFFICER = "officer"
    COMMANDER = "commander"


@dataclass(frozen=True)
class Officer:
    unit_id: str
    user_id: str
    """The officer's Zalo id, scoped to the unit's OA."""
    name: str = field(repr=False)
    role: Role


@dataclass(frozen=True)
class Session:
    """A signed-in officer; `session_id` is the cookie's value and is never stored plain."""

    session_id: str = field(repr=False)
    csrf_token: str = field(repr=False)
    officer: Officer
    expires_at: datetime


@dataclass(frozen=True)
class OpenAlarm:
    """A call for a human that nobody has cleared yet."""

    code: str
    unit_id: str
    opened_at: datetime
    told_at: datetime | None = None
    """When it went out by e-mail as well."""
