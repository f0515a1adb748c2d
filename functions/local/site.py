"""Serves the published site from its folder, with the headers that every page must carry."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from functions.local.page_codes import NAME as QR_NAME
from functions.local.page_codes import qr_svg
from functions.local.precompressed import send_smallest
from functions.web.app import SiteSettings, create_app
from functions.web.audience import Audience, audience
from functions.web.headers import content_security_policy

_FOR_A_YEAR, _ASK_AGAIN = "max-age=31536000", "no-cache"
_HASHED = re.compile(r"[.-][0-9a-f]{8,}\.")


def create_site_app(site_folder: Path, site: SiteSettings, printed_url: str = "") -> Flask:
    """Make the app; `site_folder` may be a link that is switched while the app runs.

    QR codes lead to `printed_url` where that is not this site's own address.
    """
    people_at = printed_url or site.public_url
    app = create_app(__name__, site)

    @audience(Audience.PUBLIC)
    def show_page(path: str = "") -> WerkzeugResponse:
        root = site_folder.resolve()
        file = _find(root, path)
        if file is None and _is_page_code(root, path):
            return _page_code(f"{people_at}/{path.removesuffix(QR_NAME)}")
        if file is None:
            return _page_of_heir(root, path) or _not_found(root)
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


def _is_page_code(root: Path, path: str) -> bool:
    """Tell whether the QR code of a page is asked for; only pages that exist have one."""
    folder, _, name = path.rpartition("/")
    return name == QR_NAME and _find(root, f"{folder}/" if folder else "") is not None


def _page_code(address: str) -> Response:
    response = Response(qr_svg(address), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page_of_heir(root: Path, path: str) -> WerkzeugResponse | None:
    """Lead on from a former unit's address to the same page of its heir, or offer the choice."""
    address, _, page = path.partition("/")
    file = root.parent / "redirects.json"
    former = _former_units(file, file.stat().st_mtime_ns).get(address) if file.is_file() else None
    if former is None:
        return None
    found = {unit_id: _find(root, f"{unit_id}/{page}") for unit_id in former["to"]}
    if not all(found.values()):
        return None
    if any(target.is_dir() for target in found.values() if target):
        page += "/"
    query = request.query_string.decode()
    if len(found) == 1:
        heir = former["to"][0]
        response = redirect(f"/{heir}/{page}" + (f"?{query}" if query else ""), code=308)
    else:
        response = make_response(
            render_template("old_address.html.j2", formers=former["choice"], page=page)
        )
    # A browser would keep a permanent answer for good, beyond the next merger or split.
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=2)
def _former_units(file: Path, _changed_at: int) -> dict[str, Any]:
    """Read where the former units' addresses of one release lead."""
    former: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return former


def caching_of(name: str) -> str:
    """Return how long browsers may keep a file of the site, as `Cache-Control` says it.

    A name that holds a hash of the content never means anything else. All other files are
    asked for again each time (304 as a rule): an old script must not meet a new page.
    """
    return _FOR_A_YEAR if _HASHED.search(name) else _ASK_AGAIN


def _page(root: Path, file: Path) -> Response:
    response = send_smallest(file)
    response.headers["X-Robots-Tag"] = "all"
    if file.suffix == ".html":
        # Zalo's browser caches hard: it must ask each time whether the page changed.
        response.headers["Cache-Control"] = _ASK_AGAIN
        response.headers["Content-Security-Policy"] = _policy(root)
    else:
        response.headers["Cache-Control"] = caching_of(file.name)
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
    return content_security_policy(
        facts["script_hashes"], facts["style_hashes"], facts.get("upload_url", "")
    )
