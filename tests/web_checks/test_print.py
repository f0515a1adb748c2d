"""Pages on paper: what stands there, and the code that leads back to the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from functions.local.page_codes import qr_svg

pytestmark = pytest.mark.e2e

PROCEDURE = "phuong-mot/thu-tuc/sang-ten/"


def test_code_is_fetched_only_when_the_page_is_printed(browser: Browser, site_address: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{site_address}/{PROCEDURE}")
    page.mouse.wheel(0, 100_000)
    page.wait_for_load_state("networkidle")
    before = [url for url in asked if url.endswith("qr.svg")]
    pdf = page.pdf(format="A4")

    assert before == []
    assert [url for url in asked if url.endswith("qr.svg")] == [f"{site_address}/{PROCEDURE}qr.svg"]
    assert pdf.count(b"/Type /Page\n") <= 4


def test_paper_shows_papers_with_boxes_and_no_buttons(browser: Browser, site_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{site_address}/{PROCEDURE}")

    page.emulate_media(media="print")

    assert page.locator(".by-foot__code img").is_visible()
    assert page.locator(".by-checklist li").count() >= 4
    assert not page.locator(".by-help").is_visible()
    assert not page.locator(".by-nav").is_visible()


def test_code_holds_the_public_address_of_the_page(browser: Browser, site_address: str) -> None:
    page = browser.new_page()

    answer = page.request.get(f"{site_address}/{PROCEDURE}qr.svg")

    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.body() == qr_svg(f"http://127.0.0.1:8000/{PROCEDURE}")
    assert qr_svg("http://127.0.0.1:8000/") != qr_svg(f"http://127.0.0.1:8000/{PROCEDURE}")


@pytest.mark.parametrize("path", ["khong-co/qr.svg", "phuong-mot/khong-co/qr.svg"])
def test_page_that_does_not_exist_has_no_code(
    browser: Browser, site_address: str, path: str
) -> None:
    page = browser.new_page()

    assert page.request.get(f"{site_address}/{path}").status == 404
