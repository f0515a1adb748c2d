"""A small built site in which one unit says everything, served as residents get it, and axe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from functions.installed import TEMPLATES
from functions.local.site import create_site_app
from functions.web.app import SiteSettings
from publish.build import build_site
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.publish.conftest import SAMPLE, TODAY, make_small_project
from tests.web_server import served

AXE = Path(__file__).resolve().parent / "node_modules/axe-core/axe.min.js"


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
