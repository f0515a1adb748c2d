"""The function `zalo_webhook`: takes what Zalo posts and answers at once.

Zalo hears 200 whatever it was, also where nothing was kept: it warns of other answers, gives
up on an app that gives many, and its console cannot save an address that refuses an unsigned
trial (reference, 5.1). Only a genuine event that could not be stored gets a 503, so that it
comes again.
"""

from __future__ import annotations

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from functions import logs
from functions.core.receiving import (
    Received,
    ReceiveServices,
    Taken,
    receive_event,
    refuse_body,
)
from functions.web.app import SiteSettings, create_app
from functions.web.audience import Audience, audience

PATH = "/api/zalo/webhook"

MAX_BODY = 256 * 1024
"""Events are some kilobytes of JSON; photos come as addresses."""

_SIGNATURE = "X-ZEvent-Signature"


def create_webhook_app(services: ReceiveServices, site: SiteSettings) -> Flask:
    """Make the app of the one address that Zalo posts to."""
    app = create_app(__name__, site, MAX_BODY)

    @audience(Audience.ZALO)
    def receive() -> Response:
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            _log(refuse_body(services))
        else:
            _log(receive_event(body, request.headers.get(_SIGNATURE, ""), services))
        return jsonify(status="ok")

    app.add_url_rule(PATH, view_func=receive, methods=["POST"])
    return app


def _log(received: Received) -> None:
    """Log what was dropped, by what it was and never by what it said; anybody can send what
    does not verify, so that is counted only."""
    if received.taken in (Taken.UNTIMELY, Taken.UNKNOWN_OA):
        logs.warning("webhook-dropped", code=received.taken)
    elif received.event_name:
        logs.info("webhook-ignored", kind=received.event_name)
