"""One HTTP exchange with Zalo, and where it broke if it did.

The only module of the client that knows urllib3. What matters to a caller is whether the
request can have taken effect, so each exchange takes two separate steps on a connection of
its own: connecting (nothing can have happened: RetryableProviderError) and conversing
(anything can: OutcomeUnknownError). There is no pool on purpose. A kept-alive connection
that the server closed meanwhile fails at the first byte of the next request exactly like
one that broke halfway, and each such failure would cost a look-up in the group's history,
or, at the token endpoint, one of the two tries a refresh token has. One handshake for each
message is cheap beside that: an OA may make 100 calls a minute.

No exception says more than a short word of ours. Only connecting errors keep their cause,
for they name the host and nothing that was sent; the others may quote a line of the answer.
"""

from __future__ import annotations

import logging
import re
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.filepost import encode_multipart_formdata
from urllib3.response import HTTPResponse

from functions.core.errors import OutcomeUnknownError, ProviderError, RetryableProviderError

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
ANSWER_SECONDS = 20.0
"""For the whole body: a server that drips must not outlast the lease of the job."""
ANSWER_BYTES = 2 * 1024 * 1024
"""A page of 50 messages of 2,000 letters each is well below half of this."""

_READ_BYTES = 64 * 1024
_HOST = re.compile(r"[0-9A-Za-z._:-]+")
_PATH = re.compile(r"(/[!-~]*)?")
_HEADER_VALUE = re.compile(r"[!-~]+")

# This logger warns of odd answers by quoting their headers and the address called; ids and
# provider texts do not belong in any log.
logging.getLogger("urllib3.connection").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class BaseUrl:
    """Where a service answers, as the settings say, with any path in front of the calls."""

    scheme: str
    host: str
    port: int | None
    path: str

    @classmethod
    def parse(cls, url: str) -> BaseUrl:
        """Take an http or https address apart; ValueError when it is none.

        Whether http is allowed for that host is decided where settings are read.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        path = parts.path.rstrip("/")
        if parts.scheme not in ("http", "https"):
            raise ValueError("a base URL must be http or https")
        if not _HOST.fullmatch(host) or not _PATH.fullmatch(path):
            raise ValueError("a base URL needs a host, and a path without blanks")
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("a base URL takes no query, fragment or credentials")
        return cls(parts.scheme, host, parts.port, path)


@dataclass(frozen=True)
class Call:
    """One request below a base URL; `target` is its path with the encoded query."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back, complete."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = field(default="", repr=False)


class Transport:
    """Makes single exchanges: no retry, no redirect followed, TLS verified, answers capped."""

    def __init__(
        self,
        *,
        connect_timeout: float = CONNECT_SECONDS,
        read_timeout: float = READ_SECONDS,
        answer_timeout: float = ANSWER_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._answer_timeout = answer_timeout
        self._tls = tls or ssl.create_default_context()

    def exchange(self, base: BaseUrl, call: Call) -> Answer:
        """Send one request and return the whole answer, whatever its status.

        Raises RetryableProviderError when the request surely never left, and
        OutcomeUnknownError when it may have been processed and the answer was lost.
        """
        connection = self._connect(base)
        try:
            connection.timeout = self._read_timeout
            return self._converse(connection, base.path + call.target, call)
        finally:
            connection.close()

    def _connect(self, base: BaseUrl) -> HTTPConnection:
        connection: HTTPConnection
        if base.scheme == "https":
            connection = HTTPSConnection(
                base.host,
                base.port,
                timeout=self._connect_timeout,
                ssl_context=self._tls,
                cert_reqs="CERT_REQUIRED",
            )
        else:
            connection = HTTPConnection(base.host, base.port, timeout=self._connect_timeout)
        try:
            connection.connect()
        except (HTTPError, OSError) as exc:
            connection.close()
            raise RetryableProviderError(connect_failure(exc)) from exc
        return connection

    def _converse(self, connection: HTTPConnection, target: str, call: Call) -> Answer:
        headers = {"User-Agent": "binhyen", "Connection": "close", **call.headers}
        failure: ProviderError
        try:
            connection.request(
                call.method, target, body=call.body, headers=headers, preload_content=False
            )
            with closing(connection.getresponse()) as response:
                return self._read(response)
        except (TimeoutError, ReadTimeoutError):
            failure = OutcomeUnknownError("timeout")
        except (HTTPError, HTTPException, OSError):
            failure = OutcomeUnknownError("connection-lost")
        # Raised out here so that the cause, which may quote the answer, is not its context.
        raise failure

    def _read(self, response: HTTPResponse) -> Answer:
        deadline = time.monotonic() + self._answer_timeout
        body = bytearray()
        while piece := response.read1(_READ_BYTES):
            body += piece
            if len(body) > ANSWER_BYTES:
                raise OutcomeUnknownError("too-large")
            if time.monotonic() > deadline:
                raise OutcomeUnknownError("timeout")
        return Answer(response.status, bytes(body), response.headers.get("Retry-After", ""))


def is_header_value(value: str) -> bool:
    """Whether a token or key can stand in a header: visible ASCII, not empty."""
    return _HEADER_VALUE.fullmatch(value) is not None


def encode_file(field_name: str, file_name: str, data: bytes, mime: str) -> tuple[bytes, str]:
    """Return the multipart body that carries one file, and its content type."""
    return encode_multipart_formdata({field_name: (file_name, data, mime)})


def connect_failure(exc: Exception) -> str:
    """Return the word of ours for what went wrong before anything was sent."""
    if isinstance(exc, NameResolutionError | LocationParseError):
        return "dns"
    if isinstance(exc, NewConnectionError):  # to urllib3 a kind of ConnectTimeoutError
        return "connect"
    if isinstance(exc, ConnectTimeoutError | TimeoutError):
        return "connect-timeout"
    return "tls"
