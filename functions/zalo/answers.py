"""From an HTTP answer of the Open API to its data, or to the error that says what to do.

An answer that carries Zalo's own error number is definite, whatever its HTTP status below
500: nothing happened. Statuses of gateways on the way are read more carefully:

* 5xx, or a 2xx that is not Zalo's JSON (an HTML page, half an object): it may have happened.
* 408, 425, 429: it was not taken; wait and send again.
* 401: the token.
* 413: the body is too large, the one status that speaks about the content itself.
* every other 3xx and 4xx: the address or the set-up is wrong (404 is what an unknown path
  and a token in the query get). It closes the channel, so that an operator hears of it. It
  must not count as refused content: that would drop a tip for a mistyped setting.

A number that the reference does not know is retryable: an error answer is definite, and
waiting loses nothing.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RecipientClosedError,
    RejectedByProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.zalo.error_codes import OA_CODES, CodeClass
from functions.zalo.transport import Answer

LONGEST_WAIT_SECONDS = 3600.0
"""No `Retry-After` is believed beyond this: a slip there must not silence a unit for days."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_ERRORS: dict[CodeClass, type[ProviderError]] = {
    CodeClass.TRANSIENT: RetryableProviderError,
    CodeClass.TOKEN: TokenExpiredError,
    CodeClass.PAYLOAD: RejectedByProviderError,
    CodeClass.CONFIG: ChannelClosedError,
    CodeClass.QUOTA: RecipientClosedError,
    CodeClass.RECIPIENT: RecipientClosedError,
    CodeClass.SCHEDULE: RecipientClosedError,
    CodeClass.BUG: ChannelClosedError,
}


def data_of(answer: Answer, now: datetime) -> object:
    """Return the `data` of a success, None where it has none; raise for anything else.

    Sections 0 (envelope: a JSON object whose `error` is 0) and 9.1 of the reference.
    OutcomeUnknownError means that a send may have taken effect.
    """
    if is_server_failure(answer):
        raise OutcomeUnknownError(f"http-{answer.status}")
    envelope = json_object(answer.body)
    code = whole_number(envelope.get("error")) if envelope is not None else None
    if code:
        raise _code_error(code, answer, now)
    if not is_success_status(answer):
        raise _api_status_error(answer, now)
    if envelope is None:
        raise OutcomeUnknownError("not-json")
    if code is None:
        raise OutcomeUnknownError("no-error-code")
    return envelope.get("data")


def is_server_failure(answer: Answer) -> bool:
    """Whether the status leaves open what happened (5xx, and 1xx where an answer is due)."""
    return answer.status >= 500 or answer.status < 200


def is_success_status(answer: Answer) -> bool:
    return 200 <= answer.status < 300


def json_object(body: bytes) -> dict[str, object] | None:
    """Return the body as a JSON object, None when it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def whole_number(value: object) -> int | None:
    """Read a number that may arrive as a numeric string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip() if isinstance(value, str) or abs(value) < 10**9 else ""
    return int(text) if _NUMBER.fullmatch(text) else None


def status_error(answer: Answer, now: datetime) -> ProviderError:
    """Return what a 3xx or 4xx without Zalo's error number means at any endpoint."""
    code = f"http-{answer.status}"
    if answer.status == 429:
        return RetryableProviderError(code, rate_limit_pause(answer, now))
    if answer.status in (408, 425):
        return RetryableProviderError(code)
    return ChannelClosedError(code)


def rate_limit_pause(answer: Answer, now: datetime) -> float:
    """Return the seconds of `Retry-After`, else those to the next full minute.

    The counters are reset each minute (section 0, rate limit).
    """
    asked = _retry_after(answer.retry_after.strip(), now)
    if asked is not None:
        return min(max(asked, 0.0), LONGEST_WAIT_SECONDS)
    return 60.0 - now.second - now.microsecond / 1_000_000


def _code_error(code: int, answer: Answer, now: datetime) -> ProviderError:
    meaning = OA_CODES.get(code, CodeClass.TRANSIENT)
    if meaning is CodeClass.RATE:
        return RetryableProviderError(str(code), rate_limit_pause(answer, now))
    return _ERRORS[meaning](str(code))


def _api_status_error(answer: Answer, now: datetime) -> ProviderError:
    if answer.status == 401:
        return TokenExpiredError("http-401")
    if answer.status == 413:
        return RejectedByProviderError("http-413")
    return status_error(answer, now)


def _retry_after(value: str, now: datetime) -> float | None:
    seconds = whole_number(value)
    if seconds is not None:
        return float(seconds)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
