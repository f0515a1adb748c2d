"""Where officers, their links and sessions are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from functions.core.models import Officer, Session


class OfficerStore(Protocol):
    """Enrolled officers, their sign-in links and sessions, and the log of what they read."""

    def enroll(self, officer: Officer, now: datetime) -> None:
        """Add or update; the same user of the same unit stays one officer, enrolled at the
        latest time given."""
        ...

    def dismiss(self, unit_id: str, user_id: str, left_at: datetime) -> bool:
        """End the enrolment, all links and sessions at once; False where there is none, or it
        began after `left_at`."""
        ...

    def officers(self, unit_id: str) -> list[Officer]: ...

    def officer(self, unit_id: str, user_id: str) -> Officer | None: ...

    def add_link(self, link_hash: bytes, officer: Officer, expires_at: datetime) -> None: ...

    def spend_link(
        self,
        link_hash: bytes,
        session_hash: bytes,
        csrf_token: str,
        now: datetime,
        session_expires_at: datetime,
    ) -> Officer:
        """Use the link up and open the session in one atomic write.

        Raises NotFoundError when unknown, spent, expired, or the officer is gone.
        """
        ...

    def session(self, session_hash: bytes, now: datetime) -> Session:
        """Return a live session of a still enrolled officer (with an empty `session_id`).
        Raises NotFoundError."""
        ...

    def end_session(self, session_hash: bytes) -> None: ...

    def log_read(self, officer: Officer, tip_id: str, what: str, now: datetime) -> None:
        """Record durably that the officer saw `what` ("case" or "photo-1") of the tip."""
        ...

    def reads(self, tip_id: str) -> list[tuple[str, str, datetime]]:
        """Return (user id, what, at) of each read, oldest first."""
        ...
