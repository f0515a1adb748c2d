"""The token exchange of section 1.4: a pair is used up by one answer, read or lost."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    ReauthorizationError,
    RetryableProviderError,
)
from functions.core.models import TokenPair, ZaloApp
from functions.core.ports import TokenIssuer
from functions.zalo.oauth import ZaloTokenIssuer
from functions.zalo.transport import Transport
from tests.zalo.conftest import NOW, everything_told_by
from tests.zalo.stub_http import Behaviour, StubServer, hang, raw, raw_then_reset, reply

APP = ZaloApp("1234567890123456789", "SECRET-APP-KEY", "SECRET-OA-KEY")
OLD = "SECRET-REFRESH-TOKEN+/="


def exchange(issuer: ZaloTokenIssuer, app: ZaloApp = APP) -> TokenPair:
    return issuer.exchange(app, OLD, NOW)


def failure(issuer: ZaloTokenIssuer, app: ZaloApp = APP) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        exchange(issuer, app)
    return caught.value


def test_issuer_keeps_the_port(issuer: ZaloTokenIssuer) -> None:
    port: TokenIssuer = issuer

    assert port is issuer


def test_exchange_is_asked_as_the_reference_shows(
    stub: StubServer, issuer: ZaloTokenIssuer
) -> None:
    stub.will(reply(b'{"access_token":"A2", "refresh_token":"R2", "expires_in":"90000"}'))

    pair = exchange(issuer)

    assert pair == TokenPair("A2", "R2", NOW + timedelta(hours=25))
    [request] = stub.received
    assert (request.method, request.target) == ("POST", "/v4/oa/access_token")
    assert request.headers["secret_key"] == "SECRET-APP-KEY"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "access_token" not in request.headers
    assert request.body == (
        b"refresh_token=SECRET-REFRESH-TOKEN%2B%2F%3D&app_id=1234567890123456789"
        b"&grant_type=refresh_token"
    )


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        ("3600", 3600),
        (3600, 3600),
        (None, 90_000),
        ("", 90_000),
        ("soon", 90_000),
        (0, 90_000),
        ("-5", 90_000),
        (999_999_999, 90_000),
        ([], 90_000),
    ],
)
def test_life_of_the_token_is_read_or_assumed(
    stub: StubServer, issuer: ZaloTokenIssuer, expires_in: object, seconds: int
) -> None:
    stub.will(reply({"access_token": "A", "refresh_token": "R", "expires_in": expires_in}))

    assert exchange(issuer).expires_at == NOW + timedelta(seconds=seconds)


def test_missing_life_is_25_hours(stub: StubServer, issuer: ZaloTokenIssuer) -> None:
    stub.will(reply({"access_token": "A", "refresh_token": "R"}))

    assert exchange(issuer).expires_at == NOW + timedelta(hours=25)


@pytest.mark.parametrize("extra", [{}, {"refresh_token": ""}, {"refresh_token": None}])
def test_missing_refresh_token_keeps_the_old_one(
    stub: StubServer, issuer: ZaloTokenIssuer, extra: dict[str, object]
) -> None:
    stub.will(reply({"access_token": "A", "expires_in": 90000, **extra}))

    assert exchange(issuer).refresh_token == OLD


@pytest.mark.parametrize("error", [0, "0", None, "", False])
def test_error_zero_beside_a_pair_is_a_success(
    stub: StubServer, issuer: ZaloTokenIssuer, error: object
) -> None:
    stub.will(reply({"access_token": "A", "refresh_token": "R", "error": error, "x": {}}))

    assert exchange(issuer).access_token == "A"


DEAD: list[object] = [
    # The reference's own answer first.
    {
        "error": -14014,
        "error_name": "Invalid refresh token.",
        "error_description": "...",
        "error_reason": "...",
        "ref_doc": "...",
    },
    {"error": -14014},
    {"error": "-14014"},
    {"error": -14020},
    {"error": -118, "error_name": "invalid_grant"},
    {"error": -14099, "error_name": "Refresh token expired"},
    {"error": -14099, "error_description": "The REFRESH TOKEN was used"},
    {"error": -14099, "error_reason": "refresh_token is invalid"},
    {"error": -14099, "message": "Invalid refresh-token"},
    {"error": -201, "message": "refresh_token is invalid!"},
    {"error": "invalid_grant"},
]


@pytest.mark.parametrize("body", DEAD)
@pytest.mark.parametrize("status", [200, 400, 401])
def test_dead_refresh_token_needs_a_new_consent(
    stub: StubServer, issuer: ZaloTokenIssuer, body: object, status: int
) -> None:
    stub.will(reply(body, status))

    assert type(failure(issuer)) is ReauthorizationError


@pytest.mark.parametrize(
    "code",
    [
        *(-14002, -14003, -14004, -14005, -14012, -14018, -14024, -201, -202, -204, -209),
        *(-212, -215, -216, -219, -221, -223, -224, -235, -242),
    ],
)
def test_refused_settings_close_the_channel(
    stub: StubServer, issuer: ZaloTokenIssuer, code: int
) -> None:
    stub.will(reply({"error": code, "error_name": "Invalid app", "message": "no"}))

    error = failure(issuer)

    assert type(error) is ChannelClosedError
    assert error.code == str(code)


@pytest.mark.parametrize("code", [-200, -14000, -1, 99])
def test_other_refusals_are_retryable(stub: StubServer, issuer: ZaloTokenIssuer, code: int) -> None:
    stub.will(reply({"error": code, "error_name": "Something else"}))

    error = failure(issuer)

    assert type(error) is RetryableProviderError
    assert error.code == str(code)


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [
        (reply({"error": -32}), 19.75),
        (reply({"error": -32}, 429, Retry_After="5"), 5.0),
        (reply(b"", 429), 19.75),
        (reply(b"", 429, Retry_After="5"), 5.0),
    ],
)
def test_rate_limit_says_when_to_come_back(
    stub: StubServer, issuer: ZaloTokenIssuer, behaviour: Behaviour, seconds: float
) -> None:
    stub.will(behaviour)

    error = failure(issuer)

    assert isinstance(error, RetryableProviderError)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 413])
@pytest.mark.parametrize("body", [b"<html>no</html>", b"{}"])
def test_refusing_status_without_an_error_number_closes_the_channel(
    stub: StubServer, issuer: ZaloTokenIssuer, status: int, body: bytes
) -> None:
    stub.will(reply(body, status))

    error = failure(issuer)

    assert type(error) is ChannelClosedError
    assert error.code == f"http-{status}"


CUT = b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"access_token":"A'
LOST: dict[str, tuple[Behaviour, str]] = {
    "http-500": (reply({"error": -14014}, 500), "http-500"),
    "http-502": (reply(b"<html></html>", 502), "http-502"),
    "page": (reply(b"<html>SECRET-NEW-TOKEN</html>"), "not-json"),
    "half an object": (reply(b'{"access_token":"SECRET-NEW-TOKEN'), "not-json"),
    "list": (reply(b"[]"), "not-json"),
    "empty": (reply(b""), "not-json"),
    "no token": (reply({"refresh_token": "SECRET-NEW-TOKEN"}), "no-access-token"),
    "empty object": (reply({}), "no-access-token"),
    "unusable token": (reply({"access_token": "two words"}), "no-access-token"),
    "token is no text": (reply({"access_token": 5}), "no-access-token"),
    "unreadable error": (reply({"error": "x", "access_token": "A"}), "unknown-error"),
    "body cut": (raw(CUT), "connection-lost"),
    "reset": (raw_then_reset(CUT), "connection-lost"),
    "closed": (raw(b""), "connection-lost"),
}


@pytest.mark.parametrize("case", LOST)
def test_lost_or_unreadable_answer_leaves_the_outcome_unknown(
    stub: StubServer, issuer: ZaloTokenIssuer, case: str
) -> None:
    behaviour, code = LOST[case]
    stub.will(behaviour)

    error = failure(issuer)

    assert type(error) is OutcomeUnknownError
    assert error.code == code
    assert len(stub.received) == 1


def test_answer_that_never_comes_leaves_the_outcome_unknown(stub: StubServer) -> None:
    stub.will(hang)

    error = failure(ZaloTokenIssuer(Transport(read_timeout=0.2), stub.url))

    assert type(error) is OutcomeUnknownError
    assert stub.arrived.acquire(timeout=10)
    assert len(stub.received) == 1


def test_exchange_that_never_left_is_retryable(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"

    error = failure(ZaloTokenIssuer(transport, url))

    assert type(error) is RetryableProviderError
    assert error.code == "connect"


@pytest.mark.parametrize("secret", ["", "two words", "a\r\nb: c", "khoá"])
def test_secret_that_cannot_stand_in_a_header_closes_the_channel(
    stub: StubServer, issuer: ZaloTokenIssuer, secret: str
) -> None:
    error = failure(issuer, ZaloApp("1", secret, ""))

    assert type(error) is ChannelClosedError
    assert error.code == "unusable-secret-key"
    assert stub.connections == 0


@pytest.mark.parametrize(
    "behaviour",
    [
        *(behaviour for behaviour, _ in LOST.values()),
        reply({"error": -14014, "error_description": f"{OLD} SECRET-APP-KEY"}),
        reply({"error": -14004, "error_description": f"{OLD} SECRET-APP-KEY"}),
        reply({"error": OLD}),
        raw(f"{OLD} SECRET-APP-KEY\r\n".encode()),
    ],
)
def test_no_error_tells_a_secret(
    stub: StubServer,
    issuer: ZaloTokenIssuer,
    caplog: pytest.LogCaptureFixture,
    behaviour: Behaviour,
) -> None:
    caplog.set_level(0)
    stub.will(behaviour)

    told = [*everything_told_by(failure(issuer)), caplog.text, repr(issuer)]

    assert not any("SECRET" in words for words in told)
