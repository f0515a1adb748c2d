"""The pages in a real browser at the size of a cheap phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.sandbox.client import Caller

pytestmark = pytest.mark.e2e

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        phone = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
        yield phone.new_page()
        browser.close()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_new_message_appears_by_itself_in_sight(sandbox: Caller, page: Page) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{sandbox.base_url}/nhom/phuong-tuy-hoa")
    expect(page.locator("#trong")).to_be_visible()

    for number in range(12):
        sandbox.say(sandbox.unit(), f"tin {number}\n" + "chữ " * 60)
    sandbox.say(sandbox.unit(), "<b>cuối</b> http://127.0.0.1:8000/can-bo/")

    last = page.locator(".loi-nhan").last
    expect(last).to_have_text("<b>cuối</b> http://127.0.0.1:8000/can-bo/")
    expect(last).to_be_in_viewport()
    expect(page.locator("#trong")).to_be_hidden()
    expect(page.locator(".loi-nhan a")).to_have_attribute("href", "http://127.0.0.1:8000/can-bo/")
    assert page.locator(".bong").count() == 13
    assert overflow(page) == 0
    assert problems == []


def test_long_unbroken_text_does_not_widen_the_page(sandbox: Caller, page: Page) -> None:
    sandbox.say(sandbox.unit(), "A" * 2_000)

    page.goto(f"{sandbox.base_url}/nhom/phuong-tuy-hoa")

    assert overflow(page) == 0


def test_list_narrows_while_typing(sandbox: Caller, page: Page) -> None:
    page.goto(sandbox.base_url)

    page.get_by_label("Tìm đơn vị").fill("ĐẮK lak")

    expect(page.locator("#don-vi > li:visible")).to_have_count(1)
    page.get_by_label("Tìm đơn vị").fill("không có")
    expect(page.get_by_text("Không có đơn vị nào như vậy.")).to_be_visible()
    assert overflow(page) == 0


def test_trainer_switches_an_outage_on_and_off(sandbox: Caller, page: Page) -> None:
    page.goto(f"{sandbox.base_url}/loi")

    page.get_by_label("Lỗi", exact=True).select_option("ngung-het-503")
    page.get_by_role("button", name="Bật").click()
    expect(page.get_by_text("Mọi đơn vị · đến khi tắt")).to_be_visible()
    during = sandbox.say(sandbox.unit(), "một").status
    page.get_by_role("button", name="Tắt tất cả").click()
    expect(page.get_by_text("Không có lỗi nào đang bật.")).to_be_visible()

    assert during == 503
    assert sandbox.say(sandbox.unit(), "hai").error == 0
    assert overflow(page) == 0
