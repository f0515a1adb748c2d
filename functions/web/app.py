"""The one Flask factory: limits, host check, headers and error pages of every HTTP function."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
from flask import Flask, abort, current_app, request

from functions.config import is_loopback
from functions.web.answers import error_answer
from functions.web.audience import audience_of
from functions.web.display import displayable, local_time, typed_time
from functions.web.errors import ErrorAnswer, Unavailable, register_error_handlers
from functions.web.headers import security_headers
from functions.web.requests import MAX_FORM_PARTS, MAX_TEXT_BODY, BoundedRequest
from functions.web.words import load_words

_LOOPBACK_HOSTS = ["127.0.0.1", "localhost"]


@dataclass(frozen=True)
class SiteSettings:
    """What an app must know of where it runs."""

    public_url: str
    """Without a trailing slash."""
    templates: Path
    """The folder `templates` of the project."""

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def has_proxy(self) -> bool:
        """Whether a reverse proxy stands in front: always, but for a trial on this machine."""
        return not is_loopback(self.public_url)

    @property
    def hosts(self) -> list[str]:
        """The names this site answers to, without ports."""
        if self.has_proxy:
            return [urlsplit(self.public_url).hostname or ""]
        return _LOOPBACK_HOSTS


def create_app(
    name: str,
    site: SiteSettings,
    max_body: int = MAX_TEXT_BODY,
    unavailable: Unavailable | None = None,
    answer: ErrorAnswer = error_answer,
) -> Flask:
    """Make an app in which every route must declare its audience.

    `unavailable` draws the answer for a 503, also after an unforeseen error; without it
    there is a plain page with the emergency number. `answer` draws the pages of other errors.
    """
    app = Flask(name, static_folder=None)
    app.request_class = BoundedRequest
    app.config.update(
        MAX_CONTENT_LENGTH=max_body,
        MAX_FORM_MEMORY_SIZE=MAX_TEXT_BODY,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        TRUSTED_HOSTS=site.hosts,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider
    _set_up_templates(app, site.templates)
    app.before_request(_require_readable_query)
    app.before_request(_require_declared_audience)
    app.after_request(security_headers(site.is_https))
    register_error_handlers(app, unavailable, answer)
    return app


def _set_up_templates(app: Flask, templates: Path) -> None:
    # Flask would escape by file ending and leave our .html.j2 alone.
    app.jinja_options = {
        "autoescape": True,
        "undefined": jinja2.StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_loader = jinja2.FileSystemLoader([templates / "pages", templates / "site"])
    words = load_words(templates)
    app.extensions["binhyen_words"] = words
    app.jinja_env.globals["words"] = words
    app.jinja_env.filters.update(
        local_time=local_time, typed_time=typed_time, displayable=displayable
    )


def _require_readable_query() -> None:
    """Refuse what reading `request.args` would break on."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        abort(400)


def _require_declared_audience() -> None:
    """Serve no route that was forgotten when audiences were thought about."""
    if request.endpoint is None or request.method == "OPTIONS":
        return
    if audience_of(current_app.view_functions[request.endpoint]) is None:
        abort(404)
