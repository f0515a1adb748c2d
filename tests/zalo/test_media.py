"""Fetching what people sent, from real servers that behave and servers that do not."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from functions.core.errors import RetryableProviderError
from functions.core.ports import MediaFetcher
from functions.zalo.media import ZaloMediaFetcher, look_up
from tests.zalo.certificates import Certificate
from tests.zalo.conftest import everything_told_by
from tests.zalo.stub_http import (
    Behaviour,
    StubServer,
    hang,
    raw,
    raw_then_hang,
    raw_then_reset,
    reply,
)

PHOTO = bytes(range(256)) * 1_000
OK = b"HTTP/1.1 200 OK\r\n"
MOST = 1_000_000


def fetcher(stub: StubServer, **limits: float) -> ZaloMediaFetcher:
    return ZaloMediaFetcher((f"127.0.0.1:{stub.port}",), **limits)


def fetch(stub: StubServer, path: str = "/a.jpg", most: int = MOST) -> bytes | None:
    return fetcher(stub).fetch(stub.url + path, most)


def failure(fetcher: MediaFetcher, url: str, most: int = MOST) -> RetryableProviderError:
    with pytest.raises(RetryableProviderError) as caught:
        fetcher.fetch(url, most)
    return caught.value


def drip(start: bytes, piece: bytes) -> Behaviour:
    """Send a little again and again, until the other side has had enough."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        connection.settimeout(0.01)
        with suppress(BrokenPipeError, ConnectionResetError):
            while True:
                connection.sendall(piece)
                try:
                    if not connection.recv(1):
                        return
                except TimeoutError:
                    continue

    return behave


def test_photo_comes_whole(stub: StubServer) -> None:
    stub.will(reply(PHOTO, Content_Type="image/jpeg"))

    found = fetch(stub, "/9/a.jpg?x=1&y=%20")

    assert found == PHOTO
    [request] = stub.received
    assert (request.method, request.target, request.body) == ("GET", "/9/a.jpg?x=1&y=%20", b"")
    assert request.headers == {
        "host": f"127.0.0.1:{stub.port}",
        "user-agent": "binhyen",
        "accept-encoding": "identity",
        "connection": "close",
    }


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"\r\n" + PHOTO,
        OK + b"Content-Length: 256000\r\nContent-Encoding: identity\r\n\r\n" + PHOTO,
        OK + b"Transfer-Encoding: chunked\r\n\r\n3e800\r\n" + PHOTO + b"\r\n0\r\n\r\n",
    ],
    ids=["until the end", "by length", "in chunks"],
)
def test_every_framing_is_read(stub: StubServer, answer: bytes) -> None:
    stub.will(raw(answer))

    assert fetch(stub) == PHOTO


@pytest.mark.parametrize(
    "answer",
    [
        reply(PHOTO),
        raw(OK + b"\r\n" + PHOTO),
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n3e800\r\n" + PHOTO + b"\r\n0\r\n\r\n"),
        raw_then_hang(OK + b"Content-Length: 256000\r\n\r\n"),
        drip(OK + b"\r\n", PHOTO),
    ],
    ids=["by length", "until the end", "in chunks", "by its own word", "without end"],
)
def test_what_is_too_large_is_left(stub: StubServer, answer: Behaviour) -> None:
    stub.will(answer)

    assert fetch(stub, most=len(PHOTO) - 1) is None


def test_what_is_just_small_enough_is_taken(stub: StubServer) -> None:
    stub.will(reply(PHOTO))

    assert fetch(stub, most=len(PHOTO)) == PHOTO


def test_nothing_is_unpacked(stub: StubServer) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    stub.will(reply(bomb, Content_Encoding="gzip"), reply(bomb))

    assert fetch(stub) is None
    assert fetch(stub) == bomb


@pytest.mark.parametrize("status", [201, 204, 206, 300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("there", ["same", "other"])
def test_no_redirect_is_followed(stub: StubServer, status: int, there: str) -> None:
    with StubServer() as other:
        place = f"{(stub if there == 'same' else other).url}/b.jpg"
        stub.will(reply(b"", status, Location=place))

        found = ZaloMediaFetcher((f"127.0.0.1:{stub.port}", f"127.0.0.1:{other.port}")).fetch(
            f"{stub.url}/a.jpg", MOST
        )

        assert found is None
        assert len(stub.received) + len(other.received) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 451])
def test_what_is_not_there_never_comes(stub: StubServer, status: int) -> None:
    stub.will(reply(b"gone", status))

    assert fetch(stub) is None


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_is_not_there_now_may_come_later(stub: StubServer, status: int) -> None:
    stub.will(reply(b"busy", status))

    assert failure(fetcher(stub), stub.url).code == f"http-{status}"


@pytest.mark.parametrize(
    "behaviour",
    [
        raw(b""),
        raw(OK + b"Content-Length: 9999\r\n\r\n" + PHOTO[:100]),
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n3e800\r\n" + PHOTO[:100]),
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        raw_then_reset(OK + b"Content-Length: 9999\r\n\r\n" + PHOTO[:100]),
        raw(OK + b"X: " + b"a" * 100_000 + b"\r\n\r\n"),
    ],
    ids=["nothing", "short", "short chunk", "no chunk", "reset", "endless header"],
)
def test_broken_answer_may_come_whole_later(stub: StubServer, behaviour: Behaviour) -> None:
    stub.will(behaviour)

    assert failure(fetcher(stub), stub.url).code == "connection-lost"


@pytest.mark.parametrize(
    "behaviour", [hang, raw_then_hang(OK), raw_then_hang(OK + b"Content-Length: 9\r\n\r\nab")]
)
def test_silence_ends_with_the_time_for_one_read(stub: StubServer, behaviour: Behaviour) -> None:
    stub.will(behaviour)

    assert failure(fetcher(stub, read_timeout=0.2), stub.url).code == "timeout"


@pytest.mark.parametrize(
    "behaviour",
    [
        drip(b"", b"HTTP/1.1 200 OK ever and "),
        drip(OK, b"X: y\r\n"),
        drip(OK + b"X: ", b"y"),
        drip(OK + b"Content-Length: 99999999\r\n\r\n", b"a"),
        drip(OK + b"\r\n", b"a"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["status", "headers", "one header", "body", "open body", "chunks"],
)
def test_drip_ends_with_the_time_for_all(stub: StubServer, behaviour: Behaviour) -> None:
    stub.will(behaviour)
    begun = time.monotonic()

    error = failure(fetcher(stub, total_timeout=0.3), stub.url, 10**9)

    # Lines and numbers of headers are limited too, and may end it sooner.
    assert error.code in ("timeout", "connection-lost")
    assert time.monotonic() - begun < 5


def test_open_answer_that_was_cut_off_by_the_deadline_is_not_taken_for_whole(
    stub: StubServer,
) -> None:
    stub.will(raw_then_hang(OK + b"\r\n" + PHOTO))

    assert failure(fetcher(stub, total_timeout=0.2), stub.url).code == "timeout"


def test_server_that_is_not_there_may_come_later(stub: StubServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    gone = ZaloMediaFetcher((f"127.0.0.1:{port}",))

    assert failure(gone, f"http://127.0.0.1:{port}/a").code == "connect"


@pytest.mark.parametrize("url", ["https://evil.vn/a", "http://127.0.0.1:1/a", "x", ""])
def test_what_is_not_listed_is_neither_looked_up_nor_asked(stub: StubServer, url: str) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    hosts = ("*.zdn.vn", f"127.0.0.1:{stub.port}")
    assert ZaloMediaFetcher(hosts, resolve=resolve).fetch(url, MOST) is None
    assert asked == []
    assert stub.connections == 0


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
    ],
)
def test_name_that_leads_into_our_own_network_is_refused(
    stub: StubServer, addresses: list[str]
) -> None:
    host = f"f.zdn.vn:{stub.port}"
    inward = ZaloMediaFetcher((host,), resolve=lambda host, port: addresses)

    assert inward.fetch(f"https://{host}/a.jpg", MOST) is None
    assert stub.connections == 0


def test_connection_is_made_to_the_very_addresses_that_were_looked_up_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached: list[object] = []
    answers = iter([["8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9"], ["127.0.0.1"]])
    rebinding = ZaloMediaFetcher(("*.zdn.vn",), resolve=lambda host, port: next(answers))

    def unreachable(self: socket.socket, address: object) -> None:
        reached.append(address)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", unreachable)

    error = failure(rebinding, "https://f.zdn.vn/a.jpg")

    assert error.code == "connect"
    assert reached == [("8.8.8.8", 443), ("8.8.4.4", 443), ("1.1.1.1", 443)]
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "found", [OSError("no such name"), [], ["no address"]], ids=["error", "nothing", "nonsense"]
)
def test_name_that_cannot_be_looked_up_may_be_later(found: list[str] | OSError) -> None:
    def resolve(host: str, port: int) -> list[str]:
        if isinstance(found, OSError):
            raise found
        return found

    lost = ZaloMediaFetcher(("*.zdn.vn",), resolve=resolve)

    assert failure(lost, "https://f.zdn.vn/a.jpg").code == "dns"


def test_next_address_is_tried_when_one_does_not_answer(stub: StubServer) -> None:
    stub.will(reply(PHOTO))
    host = f"localhost:{stub.port}"
    both = ZaloMediaFetcher((host,), resolve=lambda host, port: ["::1", "127.0.0.1"])

    assert both.fetch(f"http://{host}/a.jpg", MOST) == PHOTO
    assert stub.received[0].headers["host"] == host


def test_system_itself_looks_names_up() -> None:
    assert "127.0.0.1" in look_up("127.0.0.1", 80)


@pytest.fixture
def tls_stub(tmp_path: Path) -> Iterator[tuple[StubServer, Certificate]]:
    certificate = Certificate(tmp_path, "localhost")
    with StubServer(tls=certificate.server()) as server:
        yield server, certificate


def over_tls(stub: StubServer, certificate: Certificate | None) -> ZaloMediaFetcher:
    return ZaloMediaFetcher(
        (f"localhost:{stub.port}",),
        resolve=lambda host, port: ["127.0.0.1"],
        tls=certificate and certificate.trusted(),
    )


def test_certificate_is_checked_against_the_name(
    tls_stub: tuple[StubServer, Certificate],
) -> None:
    stub, certificate = tls_stub
    stub.will(reply(PHOTO))

    found = over_tls(stub, certificate).fetch(f"https://localhost:{stub.port}/a", MOST)

    assert found == PHOTO


def test_certificate_of_the_address_is_not_enough(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path, "127.0.0.1")
    with StubServer(tls=certificate.server()) as stub:
        error = failure(over_tls(stub, certificate), f"https://localhost:{stub.port}/a")

        assert stub.received == []

    assert error.code == "tls"


def test_untrusted_certificate_gets_no_request(tls_stub: tuple[StubServer, Certificate]) -> None:
    stub, _ = tls_stub

    error = failure(over_tls(stub, None), f"https://localhost:{stub.port}/a")

    assert error.code == "tls"
    assert stub.received == []


def test_drip_under_tls_ends_with_the_time_for_all(
    tls_stub: tuple[StubServer, Certificate],
) -> None:
    stub, certificate = tls_stub
    stub.will(raw_then_hang(OK + b"\r\n" + PHOTO))
    limited = ZaloMediaFetcher(
        (f"localhost:{stub.port}",),
        resolve=lambda host, port: ["127.0.0.1"],
        total_timeout=0.3,
        tls=certificate.trusted(),
    )

    assert failure(limited, f"https://localhost:{stub.port}/a").code == "timeout"


@pytest.mark.parametrize(
    "behaviour",
    [
        reply(PHOTO),
        reply(b"SECRET", 503),
        reply(b"SECRET", 302, Location="https://elsewhere.invalid/SECRET"),
        raw(b"SECRET SECRET\r\n"),
        raw(OK + b"SECRET header\r\n\r\n"),
        raw(OK + b"Content-Length: SECRET\r\n\r\nSECRET"),
    ],
)
def test_no_address_or_answer_is_told(
    stub: StubServer, caplog: pytest.LogCaptureFixture, behaviour: Behaviour
) -> None:
    caplog.set_level(0)
    stub.will(behaviour)
    told: list[str] = []

    try:
        fetch(stub, "/SECRET?SECRET")
    except RetryableProviderError as error:
        told = everything_told_by(error)

    assert not any("SECRET" in words for words in [*told, caplog.text])
