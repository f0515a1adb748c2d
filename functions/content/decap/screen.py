"""The editor itself: its page, its scripts, and a configuration made for who asks."""

from __future__ import annotations

import json

from flask import Flask, Response, abort, jsonify, request

from functions.content.decap.config import DecapConfig, preview_names
from functions.content.decap.files import FOLDER, EditorFiles, smallest
from functions.content.guard import current_editor, current_session
from functions.content.services import ContentServices
from functions.core.editing.permissions import is_approver, is_province
from functions.core.errors import NotAllowedError
from functions.core.models.content import Editor
from functions.core.unit import Unit
from functions.web.answers import page
from functions.web.audience import Audience, audience
from functions.yaml_files import read_yaml

UNIT_QUERY = "don-vi"

POLICY = "; ".join(
    (
        "default-src 'none'",
        # Decap makes the checks of its configuration out of text.
        "script-src 'self' 'unsafe-eval'",
        # Its styles are put in by script, rule by rule.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' blob:",
        "frame-src 'self' blob:",
        "worker-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def add_routes(app: Flask, services: ContentServices) -> None:
    """Add the routes."""
    views = DecapViews(services)
    app.add_url_rule("/", view_func=views.show_editor)
    app.add_url_rule("/config.yml", view_func=views.show_config)
    app.add_url_rule("/api/session", view_func=views.show_session)
    app.add_url_rule(f"{FOLDER}<name>", view_func=views.send_file)


class DecapViews:
    """The routes with what they share."""

    def __init__(self, services: ContentServices) -> None:
        self._services = services
        templates = services.project / "templates"
        self._files = EditorFiles(templates)
        self._words = read_yaml(templates / "editor" / "decap.yml")
        self._config = DecapConfig(services)

    @audience(Audience.STAFF)
    def show_editor(self) -> Response:
        """Show the page that Decap takes over."""
        editor = current_editor()
        unit_id = self._unit_id(editor)
        response = page(
            "editor/decap.html.j2",
            files=self._files,
            words=self._words,
            unit=self._services.editing.units.get(unit_id),
            units=self._units() if is_province(editor) else [],
            labels=self._config.labels(editor, unit_id),
            previews=preview_names(editor, unit_id),
            session=current_session(),
            role=editor.role.value,
            may_publish=is_approver(editor),
            today=self._services.editing.today().isoformat(),
        )
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @audience(Audience.STAFF)
    def show_config(self) -> Response:
        """Answer with Decap's configuration for this editor; JSON is YAML too."""
        editor = current_editor()
        config = self._config.made_for(editor, self._unit_id(editor))
        response = smallest(json.dumps(config, ensure_ascii=False).encode("utf-8"))
        response.headers["Content-Type"] = "text/yaml; charset=utf-8"
        return response

    @audience(Audience.STAFF)
    def show_session(self) -> Response:
        """Answer with what a page that is still open needs after signing in anew elsewhere."""
        editor = current_editor()
        return jsonify(
            csrf_token=current_session().csrf_token, unit=editor.unit_id, role=editor.role.value
        )

    @audience(Audience.PUBLIC)
    def send_file(self, name: str) -> Response:
        """Answer with a script or a style sheet."""
        return self._files.answer(f"{FOLDER}{name}") or abort(404)

    def _unit_id(self, editor: Editor) -> str:
        """Return the unit whose pages are to be edited: one's own, or any for the province."""
        wanted = request.args.get(UNIT_QUERY) or editor.unit_id
        known = {unit.unit_id for unit in self._units()}
        if wanted not in known or (wanted != editor.unit_id and not is_province(editor)):
            raise NotAllowedError("unit")
        return wanted

    def _units(self) -> list[Unit]:
        """Return the units that have pages to edit."""
        editing = self._services.editing
        return editing.units.with_pages(editing.today())
