"""Serves the published site from its folder, with the headers that every page must carry."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, Response, request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from functions.web.app import SiteSettings, create_app
from functions.web.audience import Audience, audience
from functions.web.headers import content_security_policy

ASSET_AGE_SECONDS = 3600


def create_site_app(site_folder: Path, site: SiteSettings) -> Flask:
    """Make the app; `site_folder` may be a link that is switched while the app runs."""
    app = create_app(__name__, site)

    @audience(Audience.PUBLIC)
    def show_page(path: str = "") -> WerkzeugResponse:
        root = site_folder.resolve()
        file = _find(root, path)
        if file is None:
            return _not_found(root)
        if file.is_dir():
            return redirect(f"/{path}/", code=308)
        return _page(root, file)

    app.add_url_rule("/", view_func=show_page, endpoint="home")
    app.add_url_rule("/<path:path>", view_func=show_page, endpoint="page")
    return app


def _find(root: Path, path: str) -> Path | None:
    """Return the file of an address, the folder where its slash is missing, else None."""
    joined = safe_join(str(root), path) if "\0" not in path else None
    if joined is None:
        return None
    file = Path(joined)
    if path == "" or path.endswith("/"):
        file = file / "index.html"
    if file.is_dir() and not (file / "index.html").is_file():
        return None
    return file if file.exists() else None


def _page(root: Path, file: Path) -> Response:
    response = send_file(file, conditional=True, etag=True)
    response.headers["X-Robots-Tag"] = "all"
    if file.suffix == ".html":
        # Zalo's browser caches hard: it must ask each time whether the page changed.
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Content-Security-Policy"] = _policy(root)
    else:
        response.headers["Cache-Control"] = f"public, max-age={ASSET_AGE_SECONDS}"
    return response


def _not_found(root: Path) -> Response:
    page = root / "404.html"
    if not page.is_file() or "text/html" not in request.headers.get("Accept", "text/html"):
        raise NotFound
    response = _page(root, page)
    response.status_code = 404
    return response


def _policy(root: Path) -> str:
    """The policy of this very build: the generator's inline scripts by their hashes."""
    facts = json.loads((root.parent / "facts.json").read_text("utf-8"))
    return content_security_policy(facts["script_hashes"], facts["style_hashes"])
