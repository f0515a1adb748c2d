"""Which addresses media may be fetched from: pure reading, nothing is looked up or opened.

A link in a message is what somebody wrote. So a link is compared as it is taken apart, never
as a string, and whatever could be taken apart in two ways is refused.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LONGEST_URL = 2_000

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"[!-\[\]-~]+")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_AUTHORITY = re.compile(
    rf"(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?"
)
_LONGEST_HOST = 253
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Target:
    """An address that may be fetched."""

    is_tls: bool
    host: str
    """In small letters; of an IPv6 address without brackets."""
    port: int
    path: str = field(repr=False)

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.is_tls else "http"]
        return host if self.port == usual else f"{host}:{self.port}"

    def may_be_at(self, address: IpAddress) -> bool:
        """Whether its host may stand at this address: a name only at a public one, so that no
        name leads to a service of our own network; what the settings list by number, there."""
        if _number(self.host) is not None:
            return address == _number(self.host)
        return address.is_loopback if is_loopback(self.host) else is_public(address)


@dataclass(frozen=True)
class AllowedHost:
    """One entry of the settings: `host`, `*.suffix`, either with `:port`."""

    host: str
    is_suffix: bool
    port: int | None

    @classmethod
    def parse(cls, entry: str) -> AllowedHost:
        """Take an entry apart. Raises ValueError."""
        is_suffix = entry.startswith("*.")
        host, port = _split_authority(entry.removeprefix("*."))
        return cls(host, is_suffix, port)

    def matches(self, host: str, port: int, usual_port: int) -> bool:
        """Whether these are its host and port; without one of its own only the usual one is."""
        # With its dot: `evilzdn.vn` does not lie below `zdn.vn`.
        is_host = host.endswith("." + self.host) if self.is_suffix else host == self.host
        return is_host and port == (self.port or usual_port)


def target_of(url: str, allowed: tuple[AllowedHost, ...]) -> Target | None:
    """Return what to fetch, None when it may not be: `http` becomes `https` (5.3), except for
    a loopback host that the settings name."""
    if len(url) > LONGEST_URL or not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = _split_authority(parts.netloc.lower())
    except ValueError:
        return None
    if parts.scheme not in _PORTS:
        return None
    is_tls = parts.scheme == "https" or not is_loopback(host)
    usual_port = _PORTS["https" if is_tls else "http"]
    if port is None or port == _PORTS[parts.scheme]:
        port = usual_port
    if not any(entry.matches(host, port, usual_port) for entry in allowed):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls, host, port, path)


def is_loopback(host: str) -> bool:
    address = _number(host)
    return host == "localhost" if address is None else address.is_loopback


def is_public(address: IpAddress) -> bool:
    """Whether anyone in the world would reach the same machine there.

    An IPv6 address that carries an IPv4 one for a gateway to unpack is as public as that.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.is_site_local or not all(is_public(found) for found in inner if found):
            return False
        if address in _NAT64:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def _split_authority(authority: str) -> tuple[str, int | None]:
    """Return host and port. Raises ValueError for user names, final dots and other signs."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None or len(found["host"]) > _LONGEST_HOST:
        raise ValueError("no plain host with an optional port")
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 1 <= port <= 65535:
        raise ValueError("no such port")
    host = found["host"]
    return (str(ipaddress.IPv6Address(host[1:-1])) if host.startswith("[") else host), port


def _number(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
