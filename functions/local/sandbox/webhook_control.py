"""The part of `/control` about webhook events: where they go and what befalls them.

GET    webhook                         the settings, and how many events are in which state
POST   webhook                         fields of `webhook_settings.WebhookSettings`: url, mode,
                                       copies, sign, senders, retry_seconds, retry_when, …
GET    webhook/events?since=ID&unit=U  events made, with body, signature and state, oldest first
GET    webhook/attempts?since=ID       posts: status (null: no answer in time), milliseconds
POST   webhook/release                 {"order": "kept" | "reversed" | "shuffled", "copies"}:
                                       what `hold` kept back goes out
POST   webhook/repeat                  {"event_id", "times"}: an event of the past once more
POST   webhook/send                    {"body" | "raw" | "raw_base64", "sign", "fill",
                                       "headers"}: post this now and tell how it was taken

`sign` is one of `signing.SIGNINGS`. `fill` adds app id and timestamp where `body` lacks them.
An event whose URL is empty is not made at all.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.directory import load_app
from functions.local.sandbox.errors import ControlError
from functions.local.sandbox.outbox import (
    attempts_since,
    compact,
    counts,
    events_since,
    record_attempt,
    release,
    repeat,
)
from functions.local.sandbox.reading import json_body, number_argument
from functions.local.sandbox.signing import RIGHT, SIGNINGS, sign
from functions.local.sandbox.state import State
from functions.local.sandbox.webhook_sender import post
from functions.local.sandbox.webhook_settings import MOST_COPIES, change_webhook, load_webhook

_MOST_SHOWN = 1_000
_ORDERS = ("kept", "reversed", "shuffled")


def add_webhook(control: Blueprint, state: State, clock: SandboxClock) -> None:
    """Settings, what was sent, and posts by hand."""
    _add_settings(control, state)
    _add_views(control, state)
    _add_orders(control, state, clock)
    _add_post_by_hand(control, state, clock)


def _add_settings(control: Blueprint, state: State) -> None:
    @control.get("/webhook")
    def webhook() -> Response:
        with state.transaction() as db:
            return jsonify({**asdict(load_webhook(db)), "events": counts(db)})

    @control.post("/webhook")
    def set_webhook() -> Response:
        wanted = json_body()
        with state.transaction() as db:
            return jsonify({**asdict(change_webhook(db, wanted)), "events": counts(db)})


def _add_views(control: Blueprint, state: State) -> None:
    @control.get("/webhook/events")
    def events() -> Response:
        since, limit = number_argument("since", 0), number_argument("limit", _MOST_SHOWN)
        with state.transaction() as db:
            found = events_since(db, since, min(limit, _MOST_SHOWN), request.args.get("unit"))
        return jsonify({"events": found, "last": found[-1]["id"] if found else since})

    @control.get("/webhook/attempts")
    def attempts() -> Response:
        since, limit = number_argument("since", 0), number_argument("limit", _MOST_SHOWN)
        with state.transaction() as db:
            found = attempts_since(db, since, min(limit, _MOST_SHOWN))
        return jsonify({"attempts": found, "last": found[-1]["id"] if found else since})


def _add_orders(control: Blueprint, state: State, clock: SandboxClock) -> None:
    @control.post("/webhook/release")
    def let_go() -> Response:
        wanted = json_body()
        order, copies = wanted.get("order", "kept"), _times(wanted, "copies")
        if order not in _ORDERS:
            raise ControlError(f"order takes one of {_ORDERS}")
        with state.transaction() as db:
            released = release(db, order, copies, clock.now_ms())
        return jsonify({"released": released})

    @control.post("/webhook/repeat")
    def once_more() -> tuple[str, int]:
        wanted = json_body()
        event_id, times = wanted.get("event_id"), _times(wanted, "times")
        if type(event_id) is not int:
            raise ControlError("event_id takes a number")
        with state.transaction() as db:
            repeat(db, event_id, times, clock.now_ms())
        return "", 204


def _add_post_by_hand(control: Blueprint, state: State, clock: SandboxClock) -> None:
    @control.post("/webhook/send")
    def send() -> Response:
        wanted = json_body()
        headers = wanted.get("headers", {})
        how = wanted.get("sign", RIGHT)
        if not isinstance(headers, dict) or how not in SIGNINGS:
            raise ControlError(f"headers takes an object, sign one of {SIGNINGS}")
        with state.transaction() as db:
            app, settings = load_app(db), load_webhook(db)
        if app is None or not settings.url:
            raise ControlError("no app, or no webhook URL", 409)
        body = _body(wanted, app.app_id, clock.now_ms())
        try:
            body, signature = sign(body, app, how)
        except ValueError as exc:
            raise ControlError("this body cannot be signed so") from exc
        own = {} if signature is None else {"X-ZEvent-Signature": signature}
        texts = {str(name): str(value) for name, value in headers.items()}
        outcome = post(settings.url, body, {**own, **texts}, settings.timeout_seconds)
        with state.transaction() as db:
            record_attempt(db, None, outcome, clock.now_ms(), "by-hand")
        return jsonify(asdict(outcome))


def _times(wanted: dict[str, Any], name: str) -> int:
    times = wanted.get(name, 1)
    if type(times) is not int or not 1 <= times <= MOST_COPIES:
        raise ControlError(f"{name} takes 1 to {MOST_COPIES}")
    return times


def _body(wanted: dict[str, Any], app_id: str, now_ms: int) -> bytes:
    """The bytes to post, as given or from an object."""
    if isinstance(wanted.get("raw"), str):
        return str(wanted["raw"]).encode("utf-8", "surrogatepass")
    if isinstance(wanted.get("raw_base64"), str):
        try:
            return base64.b64decode(wanted["raw_base64"], validate=True)
        except (binascii.Error, ValueError) as exc:
            raise ControlError("raw_base64 is not valid") from exc
    if "body" not in wanted:
        raise ControlError("send body, raw or raw_base64")
    body = wanted["body"]
    if wanted.get("fill") and isinstance(body, dict):
        body = {"app_id": app_id, "timestamp": str(now_ms), **body}
    try:
        return compact(body)
    except UnicodeEncodeError as exc:
        raise ControlError("half of a surrogate pair: send raw_base64") from exc
