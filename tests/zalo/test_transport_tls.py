"""TLS is verified, and a handshake that fails is known to have sent nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.core.errors import OutcomeUnknownError, RetryableProviderError
from functions.zalo.transport import Answer, BaseUrl, Call, Transport
from tests.zalo.certificates import Certificate
from tests.zalo.stub_http import StubServer, raw_then_reset, reply

CALL = Call("POST", "/path", {"access_token": "T0KEN"}, b'{"x":1}')


def exchange(stub: StubServer, transport: Transport) -> Answer:
    return transport.exchange(BaseUrl.parse(stub.url), CALL)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate(tmp_path, "127.0.0.1")


@pytest.fixture
def tls_stub(certificate: Certificate) -> Iterator[StubServer]:
    with StubServer(tls=certificate.server()) as server:
        yield server


def test_trusted_certificate_lets_the_request_through(
    tls_stub: StubServer, certificate: Certificate
) -> None:
    tls_stub.will(reply(b"ok"))

    answer = exchange(tls_stub, Transport(tls=certificate.trusted()))

    assert answer.body == b"ok"


def test_untrusted_certificate_stops_before_anything_is_sent(
    tls_stub: StubServer, transport: Transport
) -> None:
    with pytest.raises(RetryableProviderError) as caught:
        exchange(tls_stub, transport)

    assert caught.value.code == "tls"
    assert tls_stub.received == []


def test_certificate_for_another_host_stops_before_anything_is_sent(tmp_path: Path) -> None:
    other = Certificate(tmp_path, "127.0.0.2")
    with StubServer(tls=other.server()) as server:
        with pytest.raises(RetryableProviderError) as caught:
            exchange(server, Transport(tls=other.trusted()))

        assert server.received == []

    assert caught.value.code == "tls"


def test_handshake_that_never_answers_was_surely_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base = BaseUrl.parse(f"https://127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(RetryableProviderError) as caught:
            Transport(connect_timeout=0.2).exchange(base, CALL)

    assert caught.value.code == "connect-timeout"


def test_answer_lost_under_tls_leaves_the_outcome_unknown(
    tls_stub: StubServer, certificate: Certificate
) -> None:
    tls_stub.will(raw_then_reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"))

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(tls_stub, Transport(tls=certificate.trusted()))

    assert caught.value.code == "connection-lost"
    assert len(tls_stub.received) == 1


def test_plain_server_behind_https_was_surely_not_sent(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = BaseUrl.parse(f"https://127.0.0.1:{listener.getsockname()[1]}")
        plain = threading.Thread(target=greet_in_plain_text, args=(listener,))
        plain.start()

        with pytest.raises(RetryableProviderError) as caught:
            transport.exchange(base, CALL)

        plain.join()

    assert caught.value.code == "tls"


def greet_in_plain_text(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
