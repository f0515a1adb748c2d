"""`GET /api/openapi.json`: the contract of the public routes, kept true by a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response

from functions.web.audience import Audience, audience
from functions.yaml_files import read_yaml

_DOCUMENT = Path(__file__).with_name("openapi.yml")


def load_document(public_url: str) -> dict[str, Any]:
    """Return the OpenAPI document of this server."""
    document = read_yaml(_DOCUMENT)
    document["servers"] = [{"url": public_url}]
    return document


def add_openapi(app: Flask, public_url: str) -> None:
    """Add the route; the document is read and written once."""
    body = json.dumps(load_document(public_url), ensure_ascii=False)

    @audience(Audience.PUBLIC)
    def show_openapi() -> Response:
        return Response(body, mimetype="application/json")

    app.add_url_rule("/api/openapi.json", view_func=show_openapi)
