"""Errors carry what their reader needs and no words of anybody."""

from __future__ import annotations

from functions.core.errors import (
    FieldError,
    InvalidInputError,
    RetryableProviderError,
    TooManyRequestsError,
)


def test_too_many_requests_says_how_long_to_wait() -> None:
    error = TooManyRequestsError(30)

    assert error.retry_after == 30
    assert str(error) == "retry after 30 s"


def test_provider_error_says_no_more_than_its_code() -> None:
    error = RetryableProviderError("-32", 5.0)

    assert (str(error), error.code, error.retry_after) == ("-32", "-32", 5.0)


def test_invalid_input_names_fields_and_codes_only() -> None:
    error = InvalidInputError((FieldError("text", "required"), FieldError("photos", "too_many")))

    assert str(error) == "text:required, photos:too_many"
