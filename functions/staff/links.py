"""Short-lived addresses of photos and files: good for one session, one attachment, ten minutes.

Who sends such an address on hands over nothing: it opens only with the cookie it was made for.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from functions.core.models import Session
from functions.core.ports import Clock, MacKeys

LIFE = timedelta(minutes=10)
_SIGNS = 32


class MediaLinks:
    def __init__(self, mac: MacKeys, clock: Clock) -> None:
        self._mac = mac
        self._clock = clock

    def address(self, session: Session, card_code: str, kind: str, position: int) -> str:
        """Return the address that `is_good` takes for ten minutes."""
        path = f"/can-bo/tin/{card_code}/{kind}/{position}"
        until = int((self._clock.now() + LIFE).timestamp())
        return f"{path}?h={until}&k={self._key(session, path, str(until))}"

    def is_ours(self, session: Session, path: str, until: str, key: str) -> bool:
        """Tell whether the address was made for this session, be it still good or not."""
        expected = self._key(session, path, until)
        return hmac.compare_digest(expected.encode(), key.encode())

    def is_good(self, until: str) -> bool:
        """Tell whether the time of an address that is ours has not passed."""
        return self._clock.now().timestamp() < int(until)

    def _key(self, session: Session, path: str, until: str) -> str:
        message = f"{session.session_id}\0{path}\0{until}"
        return self._mac.digest("media-link", message.encode()).hex()[:_SIGNS]
