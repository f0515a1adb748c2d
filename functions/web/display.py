"""How values are shown on pages: times of Viet Nam, and typed text without what browsers hate."""

from __future__ import annotations

from datetime import datetime

from functions.core.viet_nam import VIET_NAM

_REPLACEMENT = "\ufffd"


def local_time(at: datetime) -> str:
    """Return day and time in Viet Nam."""
    return f"{at.astimezone(VIET_NAM):%d/%m/%Y %H:%M}"


def typed_time(typed: str) -> str:
    """Return a typed ISO date or time as people write it, or as it stands if it is none."""
    try:
        at = datetime.fromisoformat(typed)
        if at.tzinfo is not None:
            at = at.astimezone(VIET_NAM)
    except (ValueError, OverflowError):
        return typed
    return f"{at:%d/%m/%Y %H:%M}" if len(typed) > len("2026-11-21") else f"{at:%d/%m/%Y}"


def displayable(typed: str) -> str:
    """Return text that can be sent: signs that no page can carry are replaced."""
    return "".join(
        _REPLACEMENT if sign == "\0" or 0xD800 <= ord(sign) <= 0xDFFF else sign for sign in typed
    )
