"""The editor itself."""

from __future__ import annotations

from flask import Flask

from functions.content.services import ContentServices


def add_routes(app: Flask, services: ContentServices) -> None:
    """Add the routes."""
