"""The error classes of the reference's section 9.1, and what gateways may say instead."""

from __future__ import annotations

import json
from datetime import UTC, datetime

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
from functions.zalo.answers import data_of, rate_limit_pause, whole_number
from functions.zalo.error_codes import OA_CODES
from functions.zalo.transport import Answer

NOW = datetime(2026, 11, 21, 8, 15, 40, 250_000, tzinfo=UTC)

# Copied from the table of section 9.1 by its "Class" column, apart from the code's own table.
RETRYABLE = (-32, -200, -214)
TOKEN = (-216, -220, 216, 401, -401)
PAYLOAD = (-100, -201, -210, -233, -248, -249)
CONFIG = (
    *(-202, -204, -205, -207, -208, -209, -212, -215, -219, -221, -223, -224, -235),
    *(-237, -238, -240, -241, -242, -403),
)
# "recipient", "window", "quota" and "schedule"; -320 and -321 concern messages to people (2.2).
THIS_PERSON = (-211, -213, -217, -218, -227, -230, -232, -234, -244, -305, -311, -320, -321)
EXPECTED: dict[int, type[ProviderError]] = {
    **dict.fromkeys(RETRYABLE, RetryableProviderError),
    **dict.fromkeys(TOKEN, TokenExpiredError),
    **dict.fromkeys(PAYLOAD, RejectedByProviderError),
    **dict.fromkeys(CONFIG, ChannelClosedError),
    **dict.fromkeys(THIS_PERSON, RecipientClosedError),
}


def answer(body: object, status: int = 200, retry_after: str = "") -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, raw, retry_after)


def failure(body: object, status: int = 200, retry_after: str = "") -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        data_of(answer(body, status, retry_after), NOW)
    return caught.value


@pytest.mark.parametrize("as_text", [False, True], ids=["number", "text"])
@pytest.mark.parametrize("code", EXPECTED)
def test_each_code_says_what_to_do(code: int, as_text: bool) -> None:
    error = failure({"error": str(code) if as_text else code, "message": "secret words"})

    assert type(error) is EXPECTED[code]
    assert error.code == str(code)
    assert str(error) == str(code)


def test_the_table_holds_these_codes_and_no_others() -> None:
    assert set(OA_CODES) == set(EXPECTED)


@pytest.mark.parametrize("code", [-9999, -124, 7])
def test_code_nobody_knows_is_retryable(code: int) -> None:
    error = failure({"error": code})

    assert type(error) is RetryableProviderError
    assert error.code == str(code)


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"message_id": "m"}, "error": 0, "message": "Success"},
        {"data": {"message_id": "m"}, "error": "0"},
        {"data": {"message_id": "m"}, "error": 0, "unheard_of": {"x": [1]}},
    ],
)
def test_error_zero_is_a_success(body: object) -> None:
    assert data_of(answer(body), NOW) == {"message_id": "m"}


def test_success_may_omit_its_data() -> None:
    assert data_of(answer({"error": 0, "message": "Success"}), NOW) is None


def test_byte_order_mark_does_no_harm() -> None:
    assert data_of(answer(b'\xef\xbb\xbf{"error":0,"data":1}'), NOW) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_error_number_outranks_the_status_below_500(status: int) -> None:
    assert type(failure({"error": -201}, status)) is RejectedByProviderError


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 101])
def test_server_failure_leaves_the_outcome_unknown_whatever_it_says(status: int) -> None:
    error = failure({"error": -201}, status)

    assert type(error) is OutcomeUnknownError
    assert error.code == f"http-{status}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html><body>Bad gateway</body></html>", "not-json"),
        (b'{"data":{"message_id":"81d7', "not-json"),
        (b"", "not-json"),
        (b"[]", "not-json"),
        (b"null", "not-json"),
        (b'"text"', "not-json"),
        (b"\xff\xfe\xfa", "not-json"),
        (b"[" * 100_000, "not-json"),
        (b'{"error":' + b"9" * 5000 + b"}", "not-json"),
        (b"{}", "no-error-code"),
        (b'{"data":{"message_id":"m"}}', "no-error-code"),
        (b'{"error":null}', "no-error-code"),
        (b'{"error":false}', "no-error-code"),
        (b'{"error":"none"}', "no-error-code"),
        (b'{"error":[]}', "no-error-code"),
        (b'{"error":10000000000}', "no-error-code"),
    ],
)
def test_success_status_without_a_readable_verdict_leaves_the_outcome_unknown(
    body: bytes, code: str
) -> None:
    error = failure(body)

    assert type(error) is OutcomeUnknownError
    assert error.code == code


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, TokenExpiredError),
        (408, RetryableProviderError),
        (413, RejectedByProviderError),
        (425, RetryableProviderError),
        (429, RetryableProviderError),
        *((status, ChannelClosedError) for status in (301, 302, 307, 400, 403, 404, 405, 431)),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b'{"error":0,"data":{}}'])
def test_refusing_status_without_an_error_number_says_what_to_do(
    status: int, expected: type[ProviderError], body: bytes
) -> None:
    error = failure(body, status)

    assert type(error) is expected
    assert error.code == f"http-{status}"


@pytest.mark.parametrize(
    "limited", [answer({"error": -32}), answer({"error": "-32"}), answer(b"", 429)]
)
def test_rate_limit_waits_for_the_next_full_minute(limited: Answer) -> None:
    with pytest.raises(RetryableProviderError) as caught:
        data_of(limited, NOW)

    assert caught.value.retry_after == 19.75


def test_rate_limit_on_the_full_minute_waits_a_whole_one() -> None:
    assert rate_limit_pause(answer(b""), NOW.replace(second=0, microsecond=0)) == 60.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("999999", 3600.0),
        ("Sat, 21 Nov 2026 08:16:00 GMT", 19.75),
        ("Sat, 21 Nov 2026 15:16:00 +0700", 19.75),
        ("Sat, 21 Nov 2026 08:16:00", 19.75),
        ("Sat, 21 Nov 2020 08:16:00 GMT", 0.0),
        ("soon", 19.75),
        ("Sat, 99 Nov 2026 08:16:00 GMT", 19.75),
    ],
)
@pytest.mark.parametrize(("status", "body"), [(429, b""), (200, b'{"error":-32}')])
def test_retry_after_comes_first_within_reason(
    header: str, seconds: float, status: int, body: bytes
) -> None:
    error = failure(body, status, header)

    assert isinstance(error, RetryableProviderError)
    assert error.retry_after == seconds


def test_passing_failure_names_no_time() -> None:
    error = failure({"error": -200})

    assert isinstance(error, RetryableProviderError)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (-216, -216),
        ("-216", -216),
        (" 5 ", 5),
        ("1_0", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        (1.0, None),
        (True, None),
        (None, None),
        (10**9, None),
        (-(10**12), None),
    ],
)
def test_only_whole_numbers_of_modest_size_are_read(value: object, expected: int | None) -> None:
    assert whole_number(value) == expected
