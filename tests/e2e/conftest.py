"""A built site, a real Chromium and a small server that records the tips it is sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, make_response, request, send_from_directory
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from publish.build import build_site
from tests.system import System

PROJECT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PHONE: ViewportSize = {"width": 360, "height": 740}
RECEIPT_CODE = "1234 5678 9012 3456 7895"


@dataclass(frozen=True)
class SentTip:
    """One POST as it arrived."""

    fields: dict[str, str]
    photos: list[bytes]
    photo_names: list[str]
    accept: str


@dataclass
class TipServer:
    """Serves the built site strictly and answers tips as told."""

    url: str = ""
    tips: list[SentTip] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    """A tip is answered once this is set."""
    _answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def answer_next(self, status: int, body: dict[str, Any]) -> None:
        self._answers.append((status, body))

    def take(self) -> Response:
        self.tips.append(
            SentTip(
                request.form.to_dict(),
                [file.stream.read() for file in request.files.getlist("photos")],
                [file.filename or "" for file in request.files.getlist("photos")],
                request.headers.get("Accept", ""),
            )
        )
        self.hold.wait(60)
        status, body = self._answers.pop(0) if self._answers else (201, _receipt())
        return make_response(jsonify(body), status)


def _receipt() -> dict[str, str]:
    return {
        "receipt_code": RECEIPT_CODE,
        "unit_id": "phuong-tan-an",
        "status": "received",
        "received_at": "2026-11-21T03:04:05+00:00",
    }


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, built once for all browser tests."""
    out = tmp_path_factory.mktemp("site")
    return build_site(PROJECT, out, date(2026, 11, 21), lambda _: None).site


@pytest.fixture(scope="module")
def shared_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One system for the tests of a module, each of which takes units of its own."""
    running = System(tmp_path_factory.mktemp("shared"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def tip_server(built_site: Path) -> Iterator[TipServer]:
    """A server of this test alone; it answers at once unless `hold` is cleared."""
    served = TipServer()
    served.hold.set()
    app = Flask("tip-server", static_folder=None)
    app.add_url_rule(
        "/api/units/<unit_id>/tips", "tip", lambda unit_id: served.take(), methods=["POST"]
    )
    app.add_url_rule("/<path:path>", "page", lambda path: _static(built_site, path))

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = STRICT_POLICY
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    served.hold.set()
    server.shutdown()
    thread.join()
    server.server_close()


def _static(site: Path, path: str) -> Response:
    return send_from_directory(site, path + "index.html" if path.endswith("/") else path)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's page, which fails the test on any script error or broken policy."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    # Chromium also notes every answer that is an error, which many tests ask for.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """A phone's page without JavaScript."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    yield context.new_page()
    context.close()
