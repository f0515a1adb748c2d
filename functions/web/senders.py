"""Telling senders apart without keeping who they are (design D12).

An address is only ever seen as a keyed hash; the key lives in memory, changes every hour,
and is gone after two.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import threading
from datetime import timedelta

from functions.core.ports import Clock

KEY_LIFE = timedelta(hours=1)


class SenderHashes:
    """Makes the hashes; one per process.

    Behind a proxy, a loopback address is the proxy's own: it was not told to pass on the
    sender's. Then nobody is told apart, rather than everybody taken for one.
    """

    def __init__(self, clock: Clock, *, behind_proxy: bool = False) -> None:
        self._clock = clock
        self._behind_proxy = behind_proxy
        self._lock = threading.Lock()
        self._made_at = clock.now()
        self._present = secrets.token_bytes(32)
        self._previous = secrets.token_bytes(32)

    def sender_hashes(self, address: str | None, user_agent: str) -> tuple[bytes, ...]:
        """Return the hashes of address and user agent under this hour's and the last key;
        none where the address is not known."""
        if not self._is_known(address):
            return ()
        sender = f"{address or ''}\0{user_agent}".encode(errors="replace")
        return tuple(hmac.digest(key, sender, "sha256") for key in self._keys())

    def address_hash(self, address: str | None) -> bytes | None:
        """Return the hash under which the attempts of an address are counted this hour; None
        where the address is not known."""
        if not self._is_known(address):
            return None
        network = _network_of(address or "").encode(errors="replace")
        return hmac.digest(self._keys()[0], network, "sha256")

    def _is_known(self, address: str | None) -> bool:
        return not (self._behind_proxy and _is_loopback(address or ""))

    def _keys(self) -> tuple[bytes, bytes]:
        with self._lock:
            age = self._clock.now() - self._made_at
            # A clock that was set back also ends the hour.
            if age >= KEY_LIFE or age < timedelta(0):
                self._renew(age)
            return self._present, self._previous

    def _renew(self, age: timedelta) -> None:
        is_recent = KEY_LIFE <= age < 2 * KEY_LIFE
        self._previous = self._present if is_recent else secrets.token_bytes(32)
        self._present = secrets.token_bytes(32)
        self._made_at = self._clock.now()


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True


def _network_of(address: str) -> str:
    """One subscriber of IPv6 holds a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
