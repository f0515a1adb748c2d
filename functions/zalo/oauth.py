"""Exchange of a refresh token for a new pair: section 1.4 of the API reference."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    ReauthorizationError,
    RetryableProviderError,
)
from functions.core.models import TokenPair, ZaloApp
from functions.zalo.answers import (
    is_server_failure,
    is_success_status,
    json_object,
    rate_limit_pause,
    status_error,
    whole_number,
)
from functions.zalo.error_codes import (
    DEAD_REFRESH_TOKEN_CODES,
    OA_CODES,
    OAUTH_SETTINGS_CODES,
    CodeClass,
)
from functions.zalo.transport import Answer, BaseUrl, Call, Transport, is_header_value

ACCESS_TOKEN_SECONDS = 90_000
"""Section 1.4: 25 hours, where the answer does not say."""
_LONGEST_LIFE_SECONDS = 366 * 24 * 3600

_TEXT_FIELDS = ("error", "error_name", "error_description", "error_reason", "message")
_DEAD_TOKEN_WORDS = re.compile(r"refresh[\s_-]*token|invalid[\s_-]*grant", re.IGNORECASE)


class ZaloTokenIssuer:
    """The port TokenIssuer; `oauth_url` is `https://oauth.zaloapp.com`, or the sandbox."""

    def __init__(self, transport: Transport, oauth_url: str) -> None:
        self._transport = transport
        self._base = BaseUrl.parse(oauth_url)

    def exchange(self, app: ZaloApp, refresh_token: str, now: datetime) -> TokenPair:
        """Use the refresh token up and return the new pair.

        Section 1.4, `POST /v4/oa/access_token`; checked 2026-11-21. Raises as the port
        says; an answer that cannot be read, or holds no access token, is
        OutcomeUnknownError, for the old refresh token may be dead by then.
        """
        if not is_header_value(app.secret_key):
            raise ChannelClosedError("unusable-secret-key")
        headers = {
            "secret_key": app.secret_key,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        form = {
            "refresh_token": refresh_token,
            "app_id": app.app_id,
            "grant_type": "refresh_token",
        }
        call = Call("POST", "/v4/oa/access_token", headers, urlencode(form).encode())
        return _read_pair(self._transport.exchange(self._base, call), refresh_token, now)


def _read_pair(answer: Answer, old_refresh_token: str, now: datetime) -> TokenPair:
    if is_server_failure(answer):
        raise OutcomeUnknownError(f"http-{answer.status}")
    envelope = json_object(answer.body)
    if envelope is not None and _has_error(envelope):
        raise _refusal(envelope, answer, now)
    if not is_success_status(answer):
        raise status_error(answer, now)
    if envelope is None:
        raise OutcomeUnknownError("not-json")
    access_token = _token(envelope, "access_token")
    if not access_token:
        raise OutcomeUnknownError("no-access-token")
    return TokenPair(
        access_token=access_token,
        # Some answers leave it out: then the old one lives on (1.4).
        refresh_token=_token(envelope, "refresh_token") or old_refresh_token,
        expires_at=now + timedelta(seconds=_life_seconds(envelope.get("expires_in"))),
    )


def _has_error(envelope: dict[str, object]) -> bool:
    error = envelope.get("error")
    return bool(error) and whole_number(error) != 0


def _refusal(envelope: dict[str, object], answer: Answer, now: datetime) -> ProviderError:
    """Return what an error answer means; that the refresh token is dead outweighs all else.

    Numbers of section 9.1 other than the passing ones speak about app or OA. A number
    nobody knows is retryable: it is a definite no, and if the token died with it, the
    next try says so.
    """
    code = whole_number(envelope.get("error"))
    word = str(code) if code is not None else "unknown-error"
    if code in DEAD_REFRESH_TOKEN_CODES or _names_dead_token(envelope):
        return ReauthorizationError(word)
    if code is None:
        return OutcomeUnknownError(word)
    meaning = OA_CODES.get(code, CodeClass.TRANSIENT)
    if meaning is CodeClass.RATE:
        return RetryableProviderError(word, rate_limit_pause(answer, now))
    if code in OAUTH_SETTINGS_CODES or meaning is not CodeClass.TRANSIENT:
        return ChannelClosedError(word)
    return RetryableProviderError(word)


def _names_dead_token(envelope: dict[str, object]) -> bool:
    return any(_DEAD_TOKEN_WORDS.search(str(envelope.get(name, ""))) for name in _TEXT_FIELDS)


def _token(envelope: dict[str, object], name: str) -> str:
    value = envelope.get(name)
    return value if isinstance(value, str) and is_header_value(value) else ""


def _life_seconds(value: object) -> int:
    seconds = whole_number(value)
    if seconds is None or not 0 < seconds <= _LONGEST_LIFE_SECONDS:
        return ACCESS_TOKEN_SECONDS
    return seconds
