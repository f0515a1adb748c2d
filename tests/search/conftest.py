"""The real site, built once and served with its search on a port of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from functions.core.units import parse_units
from functions.local.site import create_site_app
from functions.search.handler import SearchServices, create_search_app
from functions.web.app import SiteSettings
from publish.build import BuildReport, build_site
from tests.functions.test_in_browser import BROWSER, FLAGS
from tests.search.real import ROOT, TODAY
from tests.web_server import served as served_at


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    return build_site(ROOT, tmp_path_factory.mktemp("build"), TODAY, lambda line: None)


@dataclass
class Served:
    """A running site and the addresses it was asked for."""

    address: str
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


@pytest.fixture
def served(published: BuildReport) -> Iterator[Served]:
    settings = SiteSettings("http://127.0.0.1:8000", ROOT / "templates")
    units = parse_units((ROOT / "data" / "units.csv").read_text(encoding="utf-8"))
    release: Path = published.site.parent
    pages = create_site_app(published.site, settings)
    finder = create_search_app(SearchServices(lambda: release, units), settings)
    asked: list[str] = []

    def by_address(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        app = finder if environ["PATH_INFO"] == "/tim" else pages
        return app(environ, start)

    with served_at(by_address, has_assets=True) as url:
        yield Served(url, asked)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield running
        running.close()
