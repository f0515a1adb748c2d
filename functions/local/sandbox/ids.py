"""Identifiers that look like Zalo's, so that nothing learns to parse them."""

from __future__ import annotations

import secrets

_LOWEST_LONG_ID = 10**18
_LONG_ID_RANGE = 8 * 10**18


def new_long_id() -> str:
    """19 digits, as app, OA and user ids are; above 2^53 on purpose (T10)."""
    return str(_LOWEST_LONG_ID + secrets.randbelow(_LONG_ID_RANGE))


def new_hex_id() -> str:
    """20 hex digits, as message and group ids are."""
    return secrets.token_hex(10)


def new_attachment_id() -> str:
    """36 URL-safe signs, as an uploaded image gets."""
    return secrets.token_urlsafe(27)


def new_file_token() -> str:
    """120 URL-safe signs, as an uploaded document gets."""
    return secrets.token_urlsafe(90)


def new_secret() -> str:
    """20 signs, as app and OA secrets are."""
    return secrets.token_urlsafe(15)


def new_token() -> str:
    """A long opaque access or refresh token."""
    return secrets.token_urlsafe(150)


def new_code() -> str:
    """An authorisation code."""
    return secrets.token_urlsafe(64)


def new_link_code() -> str:
    """The last part of a group's invitation link."""
    return secrets.token_hex(5)
