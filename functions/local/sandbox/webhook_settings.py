"""Where webhook events go, and what is to happen to them on their way."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlsplit

from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.signing import RIGHT, SIGNINGS
from functions.local.sandbox.state import get_document, put_document

SEND = "send"
HOLD = "hold"
DROP = "drop"
MOST_COPIES = 100

MOST_SENDERS = 4

_DOCUMENT = "webhook"


@dataclass(frozen=True)
class WebhookSettings:
    """`url` empty: nobody has asked for events, and none are made."""

    url: str = ""
    is_off: bool = False
    """Zalo gave up after the last repeat (W5); saving the URL again switches it on."""
    mode: str = SEND
    """`hold` keeps new events back until they are released, `drop` loses them."""
    copies: int = 1
    """How often each new event is posted (W6)."""
    sign: str = RIGHT
    """How new events are signed, see `signing.SIGNINGS` (W2)."""
    senders: int = 1
    """How many events may be under way at once; with one they come in order."""
    retry_seconds: tuple[float, ...] = (30, 300, 900, 1_800, 3_600)
    """How long after each failed attempt the next one comes, by the sandbox's clock (W5)."""
    retry_when: str = "any"
    """`any` failure, or only where the receiver was `unreachable`: the sources disagree."""
    timeout_seconds: float = 2.0
    """How long the receiver has to answer (W4)."""

    @property
    def is_on(self) -> bool:
        return bool(self.url) and not self.is_off


def load_webhook(db: sqlite3.Connection) -> WebhookSettings:
    document = get_document(db, _DOCUMENT)
    if "retry_seconds" in document:
        document["retry_seconds"] = tuple(document["retry_seconds"])
    return WebhookSettings(**document)


def save_webhook(db: sqlite3.Connection, settings: WebhookSettings) -> None:
    put_document(db, _DOCUMENT, asdict(settings))


def point_webhook(db: sqlite3.Connection, url: str) -> None:
    """Save the URL, as at Zalo's console: it also switches a stopped webhook on again."""
    _check_url(url)
    save_webhook(db, replace(load_webhook(db), url=url, is_off=False))


def change_webhook(db: sqlite3.Connection, wanted: dict[str, Any]) -> WebhookSettings:
    """Set the named settings and keep the others; a bad name or value changes nothing."""
    known = {field.name for field in fields(WebhookSettings)} - {"is_off"}
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise ControlError(f"unknown fields {unknown}")
    values = dict(wanted)
    if isinstance(values.get("retry_seconds"), list):
        values["retry_seconds"] = tuple(values["retry_seconds"])
    if "url" in values:
        _check_url(values["url"])
        values["is_off"] = False
    settings = replace(load_webhook(db), **values)
    _check(settings)
    save_webhook(db, settings)
    return settings


def _check_url(url: object) -> None:
    if not isinstance(url, str):
        raise ControlError("url takes a string")
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if url and not is_web:
        raise ControlError("url takes an http or https address, or nothing")


def _check(settings: WebhookSettings) -> None:
    delays = settings.retry_seconds
    checks = {
        "mode is send, hold or drop": settings.mode in (SEND, HOLD, DROP),
        f"copies is 1 to {MOST_COPIES}": _is_int(settings.copies, MOST_COPIES),
        f"sign is one of {SIGNINGS}": settings.sign in SIGNINGS,
        f"senders is 1 to {MOST_SENDERS}": _is_int(settings.senders, MOST_SENDERS),
        "retry_seconds is a list of seconds": isinstance(delays, tuple)
        and all(_is_number(seconds, 0, 86_400) for seconds in delays),
        "retry_when is any or unreachable": settings.retry_when in ("any", "unreachable"),
        "timeout_seconds is 0.05 to 60": _is_number(settings.timeout_seconds, 0.05, 60),
    }
    broken = [text for text, holds in checks.items() if not holds]
    if broken:
        raise ControlError("; ".join(broken))


def _is_int(value: object, most: int) -> bool:
    return type(value) is int and 1 <= value <= most


def _is_number(value: object, low: float, high: float) -> bool:
    return type(value) in (int, float) and low <= float(str(value)) <= high
