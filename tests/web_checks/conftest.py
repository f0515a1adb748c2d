"""A small built site in which one unit says everything, served as residents get it, and axe."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from waitress.server import create_server
from werkzeug.middleware.shared_data import SharedDataMiddleware

from functions.installed import TEMPLATES
from functions.local.site import create_site_app
from functions.web.app import SiteSettings
from publish.build import build_site
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.publish.conftest import SAMPLE, TODAY, make_small_project

AXE = Path(__file__).resolve().parent / "node_modules/axe-core/axe.min.js"


@contextmanager
def served(app: Callable[..., Any]) -> Iterator[str]:
    """Serve an app with the site's assets on a free port and return its address."""
    assets = {"/assets": str(TEMPLATES / "site" / "assets")}
    server = create_server(SharedDataMiddleware(app, assets), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        server.maintenance(0)
        thread.join(5)


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public folder of a site with one unit that has pages of its own."""
    root = tmp_path_factory.mktemp("checked")
    make_small_project(root)
    shutil.copytree(SAMPLE, root / "site/don-vi/phuong-mot", dirs_exist_ok=True)
    return build_site(root, root / "build", TODAY, lambda line: None).site


@pytest.fixture(scope="session")
def site_address(small_site: Path) -> Iterator[str]:
    """Where that site is served."""
    app = create_site_app(small_site, SiteSettings("http://127.0.0.1:8000", TEMPLATES))
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()
