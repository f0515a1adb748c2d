"""What a page asks for before the first touch, as a phone gets it: compressed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response, sync_playwright

from functions.installed import TEMPLATES
from functions.local.site import create_site_app
from functions.web.app import SiteSettings
from publish.build import BuildReport
from tests.web_server import served

LIMIT_BYTES = 60 * 1024
UNIT = "phuong-tan-an"

BROWSER = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Asked:
    """What a browser asked for while it opened one page."""

    sizes: dict[str, int] = field(default_factory=dict)
    packed: set[str] = field(default_factory=set)

    def take(self, answer: Response) -> None:
        length = answer.headers.get("content-length")
        self.sizes[answer.url] = len(answer.body()) if length is None else int(length)
        if answer.headers.get("content-encoding") == "gzip":
            self.packed.add(answer.url)


def page_types(site: Path) -> list[str]:
    """Return an address of every type of page; of pages that are many, the largest one."""
    procedures = site / UNIT / "thu-tuc"
    folders = [_largest(site / folder) for folder in ("thu-tuc", "phap-luat", "canh-bao")]
    folders += [_largest(procedures), site, site / "tinh-dak-lak", site / "khong-co"]
    folders += [path.parent for path in site.glob("*/index.html") if _is_shared(path.parent)]
    own = [path.parent for path in (site / UNIT).rglob("index.html")]
    folders += [folder for folder in own if folder.parent != procedures]
    addresses = {f"{folder.relative_to(site).as_posix()}/" for folder in folders}
    return sorted(address.removeprefix("./") for address in addresses)


def _largest(folder: Path) -> Path:
    return max(folder.glob("*/index.html"), key=lambda path: path.stat().st_size).parent


def _is_shared(folder: Path) -> bool:
    return not folder.name.startswith(("xa-", "phuong-", "thi-tran-", "huyen-", "tinh-", "thi-xa-"))


@contextmanager
def served_site(site: Path) -> Iterator[str]:
    settings = SiteSettings("http://127.0.0.1:8000", TEMPLATES)
    with served(create_site_app(site, settings), has_assets=True) as url:
        yield url


def asked_for(browser: Browser, url: str) -> Asked:
    """Open a page in a browser that has never been here, and return what it asked for."""
    asked = Asked()
    context = browser.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        page.on("response", asked.take)
        page.goto(url, wait_until="networkidle")
    finally:
        context.close()
    return asked


@pytest.mark.e2e
def test_no_page_type_asks_for_more_than_60_kb_before_the_first_touch(
    built_site: BuildReport,
) -> None:
    addresses = page_types(built_site.site)
    found: dict[str, Asked] = {}

    with served_site(built_site.site) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        for address in addresses:
            found[address] = asked_for(browser, f"{url}/{address}")
        browser.close()

    weights = {address: sum(asked.sizes.values()) for address, asked in found.items()}
    assert {f"{UNIT}/", f"{UNIT}/to-giac/", f"{UNIT}/thu-tuc/", "", "thu-tuc/"} <= set(weights)
    assert {address: size for address, size in weights.items() if size > LIMIT_BYTES} == {}
    assert all(len(asked.packed) >= 2 for asked in found.values()), "pages and styles come packed"
    assert not any("search/" in asked for each in found.values() for asked in each.sizes)
