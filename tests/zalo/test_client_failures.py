"""What each call of the client says to do when it fails, and that it tells no secret."""

from __future__ import annotations

import socket

import pytest

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RecipientClosedError,
    RejectedByProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.zalo.client import ZaloClient
from functions.zalo.transport import Transport
from tests.zalo.asks import ALL, GROUP, SECRET_TEXT, SENDS, SENT, TO_A_PERSON, TOKEN, USER, failure
from tests.zalo.conftest import FixedClock, everything_told_by
from tests.zalo.stub_http import Behaviour, StubServer, hang, raw, raw_then_reset, reply

CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + SENT[:40]
LOST: dict[str, tuple[Behaviour, str]] = {
    "http-500": (reply(b"oops", 500), "http-500"),
    "http-502": (reply(b"<html>Bad gateway</html>", 502), "http-502"),
    "http-503": (reply(b"", 503, Retry_After="9"), "http-503"),
    "page": (reply(b"<!DOCTYPE html><title>Zalo</title>", Content_Type="text/html"), "not-json"),
    "half an object": (reply(SENT[:40]), "not-json"),
    "list": (reply(b"[]"), "not-json"),
    "headers cut": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "not-json"),
    "no verdict": (reply({"data": {"message_id": "m"}}), "no-error-code"),
    "body cut": (raw(CUT), "connection-lost"),
    "reset": (raw_then_reset(CUT), "connection-lost"),
    "huge": (reply(b" " * (2 * 1024 * 1024 + 1)), "too-large"),
}


@pytest.mark.parametrize("case", LOST)
@pytest.mark.parametrize("ask", ALL)
def test_lost_answer_is_unknown_for_sends_and_retryable_for_the_rest(
    stub: StubServer, client: ZaloClient, ask: str, case: str
) -> None:
    behaviour, code = LOST[case]
    stub.will(behaviour)

    error = failure(client, ALL[ask])

    assert type(error) is (OutcomeUnknownError if ask in SENDS else RetryableProviderError)
    assert error.code == code
    assert len(stub.received) == 1


@pytest.mark.parametrize("ask", ALL)
def test_answer_that_never_comes_is_unknown_for_sends_and_retryable_for_the_rest(
    stub: StubServer, ask: str
) -> None:
    stub.will(hang)
    client = ZaloClient(Transport(read_timeout=0.2), stub.url, FixedClock())

    error = failure(client, ALL[ask])

    assert type(error) is (OutcomeUnknownError if ask in SENDS else RetryableProviderError)
    assert error.code == "timeout"
    assert stub.arrived.acquire(timeout=10)
    assert len(stub.received) == 1


@pytest.mark.parametrize("ask", ALL)
def test_refused_connection_is_retryable_for_all(transport: Transport, ask: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"

    error = failure(ZaloClient(transport, url, FixedClock()), ALL[ask])

    assert type(error) is RetryableProviderError
    assert error.code == "connect"


VERDICTS: list[tuple[Behaviour, type[ProviderError], str]] = [
    (reply({"error": -32, "message": "limit"}), RetryableProviderError, "-32"),
    (reply({"error": -201, "message": "text is invalid!"}), RejectedByProviderError, "-201"),
    (reply({"error": -210}), RejectedByProviderError, "-210"),
    (reply({"error": -100}), RejectedByProviderError, "-100"),
    (reply({"error": -216}), TokenExpiredError, "-216"),
    (reply({"error": "-220", "data": {}}), TokenExpiredError, "-220"),
    (reply(b"no", 401), TokenExpiredError, "http-401"),
    (reply({"error": -237}), ChannelClosedError, "-237"),
    (reply({"error": -403}), ChannelClosedError, "-403"),
    (reply(b"404 page not found", 404), ChannelClosedError, "http-404"),
    (reply(b"", 405), ChannelClosedError, "http-405"),
    (reply(b"", 302, Location="https://elsewhere.invalid/"), ChannelClosedError, "http-302"),
]


@pytest.mark.parametrize(("behaviour", "expected", "code"), VERDICTS)
@pytest.mark.parametrize("ask", ALL)
def test_refusal_says_what_to_do_after_one_request(
    stub: StubServer,
    client: ZaloClient,
    ask: str,
    behaviour: Behaviour,
    expected: type[ProviderError],
    code: str,
) -> None:
    stub.will(behaviour)

    error = failure(client, ALL[ask])

    assert type(error) is expected
    assert error.code == code
    assert len(stub.received) == 1


@pytest.mark.parametrize("code", [-211, -213, -217, -230, -234, -320])
@pytest.mark.parametrize("ask", ALL)
def test_number_that_speaks_of_a_person_closes_only_that_person(
    stub: StubServer, client: ZaloClient, ask: str, code: int
) -> None:
    stub.will(reply({"error": code}))

    error = failure(client, ALL[ask])

    # A group has no window and no quota: there it is the channel that does not work.
    assert type(error) is (RecipientClosedError if ask in TO_A_PERSON else ChannelClosedError)
    assert error.code == str(code)


def test_rate_limit_waits_for_the_clocks_next_minute(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply({"error": -32}))

    error = failure(client, SENDS["text"])

    assert isinstance(error, RetryableProviderError)
    assert error.retry_after == 19.75


@pytest.mark.parametrize(
    "behaviour",
    [
        *(behaviour for behaviour, _ in LOST.values()),
        *(behaviour for behaviour, _, _ in VERDICTS),
        raw(f"{SECRET_TEXT} {TOKEN}\r\n".encode()),
        reply({"error": -201, "message": f"{SECRET_TEXT} {TOKEN} SECRET PIXELS"}),
        reply({"error": -403, "message": f"{SECRET_TEXT} {TOKEN} SECRET PIXELS"}),
        reply(f"{SECRET_TEXT} {TOKEN} SECRET PIXELS".encode()),
    ],
)
@pytest.mark.parametrize("ask", ALL)
def test_no_error_tells_what_was_sent_or_said(
    stub: StubServer,
    client: ZaloClient,
    caplog: pytest.LogCaptureFixture,
    ask: str,
    behaviour: Behaviour,
) -> None:
    caplog.set_level(0)
    stub.will(behaviour)

    error = failure(client, ALL[ask])

    told = [*everything_told_by(error), caplog.text, repr(client)]
    for secret in (TOKEN, SECRET_TEXT, "SECRET PIXELS", GROUP, USER, "81d74a9cd71d6f473608"):
        assert not any(secret in words for words in told)
