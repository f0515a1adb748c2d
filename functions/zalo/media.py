"""Fetching what people sent from where Zalo holds it (section 5.3 of the reference).

The address comes out of a message, so it is as little trusted as the message: only listed
hosts (`media_hosts`), a name looked up once and the connection made to that very address with
the certificate checked against the name, no redirect followed, nothing unpacked, and limits on
size and time that do not rest on what the server says. No address is ever logged.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import HTTPResponse

from functions.core.errors import RetryableProviderError
from functions.zalo.media_hosts import AllowedHost, IpAddress, Target, target_of
from functions.zalo.transport import connect_failure

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 40.0
"""For one file once connected: a slow host must not outlast the lease of the job."""

_READ_BYTES = 64 * 1024
_MOST_ADDRESSES = 3
_LATER = frozenset({408, 425, 429})

Resolve = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class ZaloMediaFetcher:
    """The port MediaFetcher; `hosts` as in the settings: `host` or `*.suffix`, either with
    `:port`. Each fetch is one request without repeat."""

    def __init__(
        self,
        hosts: tuple[str, ...],
        *,
        connect_timeout: float = CONNECT_SECONDS,
        read_timeout: float = READ_SECONDS,
        total_timeout: float = TOTAL_SECONDS,
        resolve: Resolve = look_up,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = tuple(AllowedHost.parse(host) for host in hosts)
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total_timeout = total_timeout
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()

    def fetch(self, url: str, most_bytes: int) -> bytes | None:
        """Return what lies at the address; None when it may not or can never be had: a host
        that is not allowed, a redirect, nothing there, too large.

        Raises RetryableProviderError when it may be had later.
        """
        target = target_of(url, self._allowed)
        if target is None:
            return None
        addresses = self._addresses(target)
        if not all(target.may_be_at(address) for address in addresses):
            return None
        connection = self._connect(target, addresses)
        try:
            return self._ask(connection, target, most_bytes)
        finally:
            connection.close()

    def _addresses(self, target: Target) -> list[IpAddress]:
        try:
            found = [ipaddress.ip_address(text) for text in self._resolve(target.host, target.port)]
        except (OSError, ValueError):
            found = []
        if not found:
            raise RetryableProviderError("dns")
        return found

    def _connect(self, target: Target, addresses: list[IpAddress]) -> HTTPConnection:
        failure = ""
        for address in addresses[:_MOST_ADDRESSES]:
            connection = self._connection(target, str(address))
            try:
                connection.connect()
            except (HTTPError, OSError) as exc:
                connection.close()
                failure = connect_failure(exc)
            else:
                return connection
        raise RetryableProviderError(failure)

    def _connection(self, target: Target, address: str) -> HTTPConnection:
        if not target.is_tls:
            return HTTPConnection(address, target.port, timeout=self._connect_timeout)
        return HTTPSConnection(
            address,
            target.port,
            timeout=self._connect_timeout,
            ssl_context=self._tls,
            cert_reqs="CERT_REQUIRED",
            server_hostname=target.host,
        )

    def _ask(self, connection: HTTPConnection, target: Target, most_bytes: int) -> bytes | None:
        connection.timeout = self._read_timeout
        with _Deadline(connection.sock, self._total_timeout) as deadline:
            failure, body = _converse(connection, target, most_bytes)
        # Cut off by the deadline, an answer can look complete, or broken by the other side.
        if deadline.is_over:
            failure = "timeout"
        if failure:
            raise RetryableProviderError(failure)
        return body


def _converse(
    connection: HTTPConnection, target: Target, most_bytes: int
) -> tuple[str, bytes | None]:
    """Return what went wrong for now, and the body; an error may quote the answer and is not
    passed on."""
    headers = {"Host": target.authority, "User-Agent": "binhyen", "Connection": "close"}
    # Asked for as it is, and never unpacked: a small answer must not become a huge one.
    headers["Accept-Encoding"] = "identity"
    try:
        connection.request("GET", target.path, headers=headers, preload_content=False)
        with closing(connection.getresponse()) as response:
            return _read(response, most_bytes)
    except (TimeoutError, ReadTimeoutError):
        return "timeout", None
    except (HTTPError, HTTPException, OSError):
        return "connection-lost", None


def _read(response: HTTPResponse, most_bytes: int) -> tuple[str, bytes | None]:
    if response.status >= 500 or response.status in _LATER:
        return f"http-{response.status}", None
    encoding = response.headers.get("Content-Encoding", "identity")
    if response.status != 200 or encoding.lower() != "identity":
        return "", None
    if (response.length_remaining or 0) > most_bytes:
        return "", None
    body = bytearray()
    while piece := response.read1(_READ_BYTES, decode_content=False):
        body += piece
        if len(body) > most_bytes:
            return "", None
    return "", bytes(body)


class _Deadline:
    """Ends a conversation from outside when its time is up, wherever it stands.

    Time limits of a socket are for each read: a server that drips its headers would never run
    into one. What was read by then is worthless, for it ends as if it were complete.
    """

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock = sock
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.is_over = False

    def _end(self) -> None:
        self.is_over = True
        # The plain socket's own: that of a TLS socket would take its state away under a reader.
        with suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
