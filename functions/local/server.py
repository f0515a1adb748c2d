"""The web process: the site and all HTTP functions behind one address of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import waitress.server

from functions import logs
from functions.bootstrap import Services
from functions.config import is_loopback
from functions.installed import TEMPLATES
from functions.local.http_guard import StrictChannel, load_answers
from functions.local.site import create_site_app
from functions.search.handler import SearchServices, create_search_app
from functions.staff.handler import EditorDoor, StaffServices, create_staff_app
from functions.tips.handler import MAX_BODY, TipsServices, create_tips_app
from functions.web.app import SiteSettings
from functions.zalo_webhook.handler import PATH as WEBHOOK_PATH
from functions.zalo_webhook.handler import create_webhook_app

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

THREADS = 16
"""Most of a tip's time is waiting for the disk, and tips that wait at once share a commit."""

FINISH_SECONDS = 2.0
_MIB = 1024 * 1024


def create_wsgi_app(services: Services) -> WsgiApp:
    """Make the apps, each for its own addresses."""
    site = SiteSettings(services.settings.public_url, TEMPLATES)
    editor_url = services.settings.editor_url
    tips = create_tips_app(
        TipsServices(
            submit=services.submit,
            receipts=services.receipts,
            duty_phone=services.duty_phone,
            is_healthy=lambda: services.stores.jobs.counts() is not None,
            uploads=services.stores.uploads,
        ),
        site,
    )
    staff = create_staff_app(
        StaffServices(
            services.sign_in,
            services.cases,
            services.units,
            services.casework,
            EditorDoor(services.editor_sign_in, editor_url) if editor_url else None,
        ),
        site,
    )
    finder = create_search_app(SearchServices(services.release, services.units), site)
    pages = create_site_app(services.site, site)
    webhook = create_webhook_app(services.receive, site)

    def by_address(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        app: WsgiApp = pages
        if path == WEBHOOK_PATH:
            app = webhook
        elif path.startswith("/api/"):
            app = tips
        elif path == "/can-bo" or path.startswith("/can-bo/"):
            app = staff
        elif path == "/tim":
            app = finder
        return app(environ, start_response)

    return by_address


def _proxy_settings(public_url: str) -> dict[str, Any]:
    """Believe the sender's address from a proxy on this machine, and only where one stands."""
    if is_loopback(public_url):
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": "127.0.0.1",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }


def serve_until(stopped: threading.Event, services: Services) -> None:
    """Serve on 127.0.0.1 until told to stop. Raises OSError where the port is taken.

    Waitress reads a request whole before it takes a thread, so slow phones hold none.
    """
    settings = services.settings
    serve_app(stopped, create_wsgi_app(services), settings.port, settings.public_url)


def serve_app(
    stopped: threading.Event, app: WsgiApp, port: int, public_url: str, max_body: int = MAX_BODY
) -> None:
    """Serve an app as `serve_until` does. Raises OSError where the port is taken."""
    load_answers(TEMPLATES)
    server = make_server(app, port, public_url, max_body)
    logs.info("serving", port=port)
    threading.Thread(target=server.run, name="http", daemon=True).start()
    stopped.wait()
    # Requests under way get their answer; who comes now finds the door closed.
    server.close()
    server.task_dispatcher.shutdown(timeout=FINISH_SECONDS)


def make_server(app: WsgiApp, port: int, public_url: str, max_body: int = MAX_BODY) -> Any:
    """Bind 127.0.0.1 and return the server, which `run()` starts. Raises OSError.

    A body stays in memory up to what five photos weigh that a browser has made small. Larger
    ones pass through an unnamed file in TMPDIR, which the runbook puts on a tmpfs.
    """
    server = waitress.server.create_server(
        app,
        host="127.0.0.1",
        port=port,
        threads=THREADS,
        # A photo in a few reads: with waitress's 8 KB each takes 40 rounds of its loop.
        recv_bytes=128 * 1024,
        connection_limit=200,
        inbuf_overflow=6 * _MIB,
        channel_timeout=60,
        cleanup_interval=10,
        max_request_header_size=16 * 1024,
        max_request_body_size=max_body + 8 * _MIB,
        asyncore_use_poll=True,
        expose_tracebacks=False,
        ident="",
        **_proxy_settings(public_url),
    )
    server.channel_class = StrictChannel
    return server
