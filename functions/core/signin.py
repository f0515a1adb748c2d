"""How an officer gets in: a one-time link, spent by a button, opens a session (design D8)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from functions.core.errors import NotFoundError
from functions.core.models import Officer, Session
from functions.core.ports import Clock, MacKeys, OfficerStore

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)
_SECRET_BYTES = 32
_LONGEST_SECRET = 200
_MARK_LENGTH = 16


class Door(StrEnum):
    """What a link or a session opens; one that opens the cases opens no editor (design D7)."""

    CASES = ""
    EDITOR = "editor-"


@dataclass(frozen=True)
class SignInServices:
    officers: OfficerStore
    mac: MacKeys
    clock: Clock
    door: Door = Door.CASES


def find_officer(unit_id: str, user_id: str | None, services: SignInServices) -> Officer:
    """Return the officer meant; without a user id only where the unit has exactly one.

    Raises NotFoundError.
    """
    officers = services.officers.officers(unit_id)
    matches = [officer for officer in officers if user_id in (None, officer.user_id)]
    if len(matches) != 1:
        raise NotFoundError("officer")
    return matches[0]


def issue_link(officer: Officer, services: SignInServices) -> str:
    """Return the secret of a new link: good for ten minutes, once, for this officer."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    services.officers.add_link(
        _hash(services, "signin-link", secret), officer, services.clock.now() + LINK_LIFE
    )
    return secret


def spend_link(secret: str, services: SignInServices) -> Session:
    """Use the link up and return the new session with its cookie value.

    Raises NotFoundError alike for unknown, spent and expired links.
    """
    if len(secret) > _LONGEST_SECRET:
        raise NotFoundError("link")
    now = services.clock.now()
    session_id = secrets.token_urlsafe(_SECRET_BYTES)
    csrf_token = secrets.token_urlsafe(_SECRET_BYTES)
    officer = services.officers.spend_link(
        _hash(services, "signin-link", secret),
        _hash(services, "session", session_id),
        csrf_token,
        now,
        now + SESSION_LIFE,
    )
    return Session(session_id, csrf_token, officer, now + SESSION_LIFE)


def open_session(session_id: str, services: SignInServices) -> Session:
    """Return the live session of a cookie value. Raises NotFoundError."""
    if not session_id or len(session_id) > _LONGEST_SECRET:
        raise NotFoundError("session")
    session = services.officers.session(
        _hash(services, "session", session_id), services.clock.now()
    )
    return replace(session, session_id=session_id)


def end_session(session: Session, services: SignInServices) -> None:
    services.officers.end_session(_hash(services, "session", session.session_id))


def session_mark(session: Session, services: SignInServices) -> str:
    """Return what tells this session's acts from another's, and nothing of who it is."""
    return _hash(services, "session-mark", session.session_id).hex()[:_MARK_LENGTH]


def _hash(services: SignInServices, purpose: str, secret: str) -> bytes:
    return services.mac.digest(f"{services.door}{purpose}", secret.encode())
