"""`GET /api/health`: whether this process can do its work, and not a word more."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, jsonify

from functions import logs
from functions.web.audience import Audience, audience


def add_health(app: Flask, is_healthy: Callable[[], bool]) -> None:
    """Add the route; a check that raises counts as ill."""

    @audience(Audience.PUBLIC)
    def show_health() -> tuple[Response, int]:
        if _ask(is_healthy):
            return jsonify(status="ok"), 200
        return jsonify(status="unavailable"), 503

    app.add_url_rule("/api/health", view_func=show_health)


def _ask(is_healthy: Callable[[], bool]) -> bool:
    try:
        return is_healthy()
    except Exception as error:  # noqa: BLE001 - part of the web error handling: ill, whatever it is
        logs.crash("health-check-crashed", error)
        return False
