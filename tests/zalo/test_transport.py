"""Where an exchange breaks decides whether it may be repeated blindly."""

from __future__ import annotations

import gzip
import logging
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.core.errors import OutcomeUnknownError, RetryableProviderError
from functions.zalo.transport import (
    ANSWER_BYTES,
    Answer,
    BaseUrl,
    Call,
    Transport,
    is_header_value,
)
from tests.ports import free_port
from tests.zalo.stub_http import (
    Behaviour,
    StubServer,
    hang,
    raw,
    raw_then_hang,
    raw_then_reset,
    reply,
)

CALL = Call("POST", "/path?a=1", {"access_token": "T0KEN"}, b'{"x":1}')


def exchange(stub: StubServer, transport: Transport, call: Call = CALL) -> Answer:
    return transport.exchange(BaseUrl.parse(stub.url), call)


def test_request_reaches_the_server_byte_for_byte(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(b"ok"))

    answer = transport.exchange(BaseUrl.parse(stub.url + "/openapi/"), CALL)

    assert (answer.status, answer.body, answer.retry_after) == (200, b"ok", "")
    [request] = stub.received
    assert (request.method, request.target) == ("POST", "/openapi/path?a=1")
    assert request.body == b'{"x":1}'
    assert request.headers == {
        "host": f"127.0.0.1:{stub.port}",
        "accept-encoding": "identity",
        "user-agent": "binhyen",
        "connection": "close",
        "access_token": "T0KEN",
        "content-length": "7",
    }


def test_every_exchange_has_a_connection_of_its_own(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(b"1"), reply(b"2"))

    bodies = [exchange(stub, transport).body for _ in range(2)]

    assert bodies == [b"1", b"2"]
    assert stub.connections == 2


def test_redirect_is_an_answer_and_is_not_followed(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(b"", 302, Location=stub.url + "/elsewhere"))

    answer = exchange(stub, transport)

    assert answer.status == 302
    assert len(stub.received) == 1


def test_server_error_is_an_answer_and_is_not_repeated(
    stub: StubServer, transport: Transport
) -> None:
    stub.will(reply(b"", 503, Retry_After="7"))

    answer = exchange(stub, transport)

    assert (answer.status, answer.retry_after) == (503, "7")
    assert len(stub.received) == 1


def test_chunked_and_compressed_answers_are_read(stub: StubServer, transport: Transport) -> None:
    stub.will(
        raw(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        ),
        reply(gzip.compress(b"xin ch\xc3\xa0o"), Content_Encoding="gzip"),
    )

    bodies = [exchange(stub, transport).body for _ in range(2)]

    assert bodies == [b"abcde", "xin chào".encode()]


def test_refused_connection_was_surely_not_sent(transport: Transport) -> None:
    base = BaseUrl.parse(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(RetryableProviderError) as caught:
        transport.exchange(base, CALL)

    assert caught.value.code == "connect"


def test_unknown_host_was_surely_not_sent(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(RetryableProviderError) as caught:
        transport.exchange(BaseUrl.parse("http://zalo.invalid"), CALL)

    assert caught.value.code == "dns"


def test_impossible_host_name_was_surely_not_sent(transport: Transport) -> None:
    with pytest.raises(RetryableProviderError) as caught:
        transport.exchange(BaseUrl.parse(f"http://{'a' * 64}.invalid"), CALL)

    assert caught.value.code == "dns"


def test_connect_timeout_was_surely_not_sent() -> None:
    impatient = Transport(connect_timeout=0.2)
    with socket.socket() as listener, socket.socket() as filler:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filler.connect(listener.getsockname())  # the queue is full: further hands are not shaken
        base = BaseUrl.parse(f"http://127.0.0.1:{listener.getsockname()[1]}")

        with pytest.raises(RetryableProviderError) as caught:
            impatient.exchange(base, CALL)

    assert caught.value.code == "connect-timeout"


def test_read_timeout_after_the_request_arrived_leaves_the_outcome_unknown(
    stub: StubServer,
) -> None:
    stub.will(hang)

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(stub, Transport(read_timeout=0.2))

    assert caught.value.code == "timeout"
    assert stub.arrived.acquire(timeout=10)
    assert [request.body for request in stub.received] == [b'{"x":1}']


def test_answer_may_take_longer_than_connecting_may(stub: StubServer) -> None:
    stub.will(reply_after_silence(0.4, b"ok"))

    answer = exchange(stub, Transport(connect_timeout=0.2))

    assert answer.body == b"ok"


def reply_after_silence(seconds: float, body: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.settimeout(seconds)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        reply(body)(connection)

    return behave


def test_timeout_within_the_answer_leaves_the_outcome_unknown(stub: StubServer) -> None:
    stub.will(raw_then_hang(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"))

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(stub, Transport(read_timeout=0.2))

    assert caught.value.code == "timeout"


def test_dripping_answer_ends_at_its_deadline(stub: StubServer) -> None:
    stub.will(raw_then_hang(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"))

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(stub, Transport(answer_timeout=-1.0))

    assert caught.value.code == "timeout"


LOST = {
    "closed without an answer": raw(b""),
    "reset without an answer": raw_then_reset(b""),
    "closed within the status": raw(b"HTTP/1.1 20"),
    "reset within the body": raw_then_reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
    "closed within the body": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
    "closed within a chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"),
    "chunk without a length": raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n{"
    ),
    "two lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n{}"),
    "no HTTP at all": raw(b"SSH-2.0-something\r\n"),
    "endless header": raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000),
    "broken compression": reply(b"no gzip", Content_Encoding="gzip"),
}


@pytest.mark.parametrize("case", LOST)
def test_lost_answer_leaves_the_outcome_unknown(
    stub: StubServer, transport: Transport, case: str
) -> None:
    stub.will(LOST[case])

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(stub, transport)

    assert caught.value.code == "connection-lost"
    assert len(stub.received) == 1


def test_huge_answer_is_cut_off(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(b"x" * (ANSWER_BYTES + 1)))

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(stub, transport)

    assert caught.value.code == "too-large"


def test_answer_of_the_full_size_is_read(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(b"x" * ANSWER_BYTES))

    assert len(exchange(stub, transport).body) == ANSWER_BYTES


def test_compression_bomb_is_cut_off(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(gzip.compress(bytes(64 * 1024 * 1024), 9), Content_Encoding="gzip"))

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(stub, transport)

    assert caught.value.code == "too-large"


@settings(
    max_examples=60,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    head=st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n"]), tail=st.binary(max_size=200)
)
def test_whatever_the_server_says_only_our_errors_come_out(
    stub: StubServer, transport: Transport, head: bytes, tail: bytes
) -> None:
    stub.will(raw(head + tail))

    try:
        status = exchange(stub, transport).status
    except OutcomeUnknownError:
        status = 500

    assert 100 <= status <= 999


def test_errors_after_the_request_carry_no_cause(stub: StubServer, transport: Transport) -> None:
    stub.will(raw(b"TOP-SECRET of the provider\r\n"))

    with pytest.raises(OutcomeUnknownError) as caught:
        exchange(stub, transport)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_odd_headers_of_the_answer_are_not_logged(
    stub: StubServer, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stub.will(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n no header\r\nX: secret\r\n\r\n{}"))

    answer = exchange(stub, transport)

    assert answer.status == 200
    assert [record for record in caplog.records if record.name.startswith("urllib3")] == []


def test_values_of_calls_and_answers_do_not_print_what_they_carry() -> None:
    assert "T0KEN" not in repr(CALL)
    assert '"x"' not in repr(CALL)
    assert "body" not in repr(Answer(200, b"secret", "secret"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("aB-9._~+/=", True), ("", False), ("a b", False), ("a\r\nb: c", False), ("khoá", False)],
)
def test_only_visible_ascii_can_stand_in_a_header(value: str, expected: bool) -> None:
    assert is_header_value(value) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://openapi.zalo.me", BaseUrl("https", "openapi.zalo.me", None, "")),
        ("http://127.0.0.1:8001/openapi/", BaseUrl("http", "127.0.0.1", 8001, "/openapi")),
        ("http://[::1]:9/a/b", BaseUrl("http", "::1", 9, "/a/b")),
    ],
)
def test_base_url_is_taken_apart(url: str, expected: BaseUrl) -> None:
    assert BaseUrl.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "openapi.zalo.me",
        "ftp://openapi.zalo.me",
        "https://",
        "https://open api",
        "https://user:pw@host",
        "https://host/?q=1",
        "https://host/#f",
        "https://host/a b",
        "https://host:port",
    ],
)
def test_anything_else_is_no_base_url(url: str) -> None:
    with pytest.raises(ValueError):
        BaseUrl.parse(url)
