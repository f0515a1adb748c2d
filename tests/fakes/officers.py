"""Officers, links, sessions and the log of reads in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core.errors import NotFoundError
from functions.core.models import Officer, Session

LONGEST_LINK = timedelta(hours=1)
LONGEST_SESSION = timedelta(days=1)

_Key = tuple[str, str]


@dataclass(frozen=True)
class _Door:
    """A link or a session: whose it is, and how long it is open."""

    key: _Key
    expires_at: datetime
    csrf_token: str = ""


class MemoryOfficerStore:
    """The port OfficerStore."""

    def __init__(self) -> None:
        self._officers: dict[_Key, Officer] = {}
        self._enrolled_at: dict[_Key, datetime] = {}
        self._links: dict[bytes, _Door] = {}
        self._sessions: dict[bytes, _Door] = {}
        self._reads: list[tuple[str, str, str, datetime]] = []
        self._lock = threading.Lock()

    def enroll(self, officer: Officer, now: datetime) -> None:
        with self._lock:
            key = _key(officer)
            self._officers[key] = officer
            self._enrolled_at[key] = max(self._enrolled_at.get(key, now), now)

    def dismiss(self, unit_id: str, user_id: str, left_at: datetime) -> bool:
        with self._lock:
            key = (unit_id, user_id)
            if key not in self._officers or self._enrolled_at[key] > left_at:
                return False
            del self._officers[key], self._enrolled_at[key]
            for doors in (self._links, self._sessions):
                for door_hash in [one for one, door in doors.items() if door.key == key]:
                    del doors[door_hash]
            return True

    def officer(self, unit_id: str, user_id: str) -> Officer | None:
        return self._officers.get((unit_id, user_id))

    def officers(self, unit_id: str) -> list[Officer]:
        found = [one for one in self._officers.values() if one.unit_id == unit_id]
        return sorted(found, key=lambda one: (self._enrolled_at[_key(one)], one.user_id))

    def add_link(self, link_hash: bytes, officer: Officer, expires_at: datetime) -> None:
        if _key(officer) not in self._officers:
            raise NotFoundError("no such officer")
        self._links[link_hash] = _Door(_key(officer), expires_at)

    def spend_link(
        self,
        link_hash: bytes,
        session_hash: bytes,
        csrf_token: str,
        now: datetime,
        session_expires_at: datetime,
    ) -> Officer:
        with self._lock:
            link = self._links.get(link_hash)
            if link is None or not now < link.expires_at <= now + LONGEST_LINK:
                raise NotFoundError("no such link")
            del self._links[link_hash]
            self._sessions[session_hash] = _Door(link.key, session_expires_at, csrf_token)
            return self._officers[link.key]

    def session(self, session_hash: bytes, now: datetime) -> Session:
        door = self._sessions.get(session_hash)
        if door is None or not now < door.expires_at <= now + LONGEST_SESSION:
            raise NotFoundError("no such session")
        return Session("", door.csrf_token, self._officers[door.key], door.expires_at)

    def end_session(self, session_hash: bytes) -> None:
        self._sessions.pop(session_hash, None)

    def log_read(self, officer: Officer, tip_id: str, what: str, now: datetime) -> None:
        self._reads.append((tip_id, officer.user_id, what, now))

    def reads(self, tip_id: str) -> list[tuple[str, str, datetime]]:
        return [read[1:] for read in self._reads if read[0] == tip_id]


def _key(officer: Officer) -> _Key:
    return officer.unit_id, officer.user_id
