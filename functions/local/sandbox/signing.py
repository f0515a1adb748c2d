"""The signature of a webhook event (section 5.2), and the ways in which a forger gets it wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets

from functions.local.sandbox.directory import App

RIGHT = "right"
SIGNINGS = (
    RIGHT,
    "upper-hex",  # right all the same
    "bare",  # right all the same, without `mac=`
    "none",
    "empty",
    "wrong-key",
    "app-secret",
    "hmac",
    "re-serialised",
    "one-byte-changed",
)


def sign(body: bytes, app: App, how: str) -> tuple[bytes, str | None]:
    """The body to send and the value of its `X-ZEvent-Signature`, None for no such header."""
    if how == "none":
        return body, None
    if how == "empty":
        return body, ""
    if how == "bare":
        return body, _mac(body, app.app_id, app.oa_secret_key)
    if how == "upper-hex":
        return body, f"mac={_mac(body, app.app_id, app.oa_secret_key).upper()}"
    if how == "wrong-key":
        return body, f"mac={_mac(body, app.app_id, secrets.token_urlsafe(15))}"
    if how == "app-secret":
        return body, f"mac={_mac(body, app.app_id, app.secret_key)}"
    if how == "hmac":
        digest = hmac.new(app.oa_secret_key.encode(), body, hashlib.sha256).hexdigest()
        return body, f"mac={digest}"
    if how == "re-serialised":
        spaced = json.dumps(json.loads(body)).encode()
        return body, f"mac={_mac(spaced, app.app_id, app.oa_secret_key)}"
    signature = f"mac={_mac(body, app.app_id, app.oa_secret_key)}"
    return (_one_byte_changed(body) if how == "one-byte-changed" else body), signature


def _mac(body: bytes, app_id: str, key: str) -> str:
    return mac_of(
        str(_field(body, "app_id", app_id)), body, str(_field(body, "timestamp", "")), key
    )


def mac_of(app_id: str, body: bytes, timestamp: str, key: str) -> str:
    """Plain SHA-256 over the four in a row, no HMAC."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + key.encode()).hexdigest()


def _field(body: bytes, name: str, default: str) -> object:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        # A drill may send anything; then only the raw bytes stand in the signature.
        return default
    return parsed.get(name, default) if isinstance(parsed, dict) else default


def _one_byte_changed(body: bytes) -> bytes:
    """The last letter or figure replaced by another; what was JSON mostly remains so."""
    changed = bytearray(body)
    for place in range(len(changed) - 1, -1, -1):
        if chr(changed[place]).isascii() and chr(changed[place]).isalnum():
            changed[place] = ord("1") if changed[place] != ord("1") else ord("2")
            return bytes(changed)
    return bytes(changed) + b" "
