"""The pages in a real browser at the size of a cheap phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect, sync_playwright

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


def test_resident_writes_on_a_small_phone_and_sees_the_answer(
    sandbox: Caller, page: Page, jpeg: bytes
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{sandbox.base_url}/nhan-tin/phuong-tuy-hoa")
    page.get_by_label("Thêm một người dân").fill("Lê Thị Ân")
    page.get_by_role("button", name="Thêm").click()

    page.get_by_label("Lời nhắn").fill("Có người gây rối")
    page.get_by_text("Thêm ảnh, tệp, vị trí").click()
    photo = FilePayload(name="nha.jpg", mimeType="image/jpeg", buffer=jpeg)
    page.get_by_label("Ảnh, ghi âm hoặc tệp").set_input_files([photo])
    page.get_by_label("Vĩ độ").fill("12.6667")
    page.get_by_label("Kinh độ").fill("108.05")
    page.get_by_role("button", name="Gửi").click()
    expect(page.get_by_text("Vị trí: 12.6667, 108.05")).to_be_in_viewport()
    sandbox.write(sandbox.unit(), page.url.rpartition("/")[2].partition("?")[0], {"text": "Rõ"})

    expect(page.get_by_text("Rõ", exact=True)).to_be_in_viewport()
    assert page.locator(".bong img").evaluate("image => image.naturalWidth") == 64
    assert page.locator(".bong").count() == 4
    assert overflow(page) == 0
    assert problems == []


def test_officer_quotes_a_card_by_tapping(sandbox: Caller, page: Page) -> None:
    unit = sandbox.unit()
    card = sandbox.say(unit, "[TB-7K3Q2M] Gây rối " + "chữ " * 200).json["data"]["message_id"]
    commander = unit["officers"][1]
    page.goto(f"{sandbox.base_url}/nhom/phuong-tuy-hoa")

    page.get_by_label("Lời nhắn").fill("#nhan")
    page.get_by_role("link", name="Trích dẫn tin của Công an phường Tuy Hòa").click()
    expect(page.get_by_text("Trích dẫn: Công an phường Tuy Hòa: [TB-7K3Q2M]")).to_be_visible()
    page.get_by_label("Người viết").select_option(commander["user_id"])
    page.get_by_role("button", name="Gửi").click()

    expect(page.locator(".loi-nhan").last).to_have_text("#nhan")
    expect(page.get_by_label("Người viết")).to_have_value(commander["user_id"])
    said = sandbox.standing()[1]
    assert (said["quote_id"], said["from_id"]) == (card, commander["user_id"])
    assert overflow(page) == 0


def test_quote_can_be_taken_back_without_losing_the_words(sandbox: Caller, page: Page) -> None:
    sandbox.say(sandbox.unit(), "TB-7K3Q2M")
    page.goto(f"{sandbox.base_url}/nhom/phuong-tuy-hoa")
    page.get_by_label("Lời nhắn").fill("#nhan TB-7K3Q2M")
    page.get_by_text("Trích dẫn", exact=True).click()

    page.get_by_role("link", name="Bỏ trích dẫn").click()

    expect(page.locator("#dang-trich")).to_be_hidden()
    expect(page.get_by_label("Lời nhắn")).to_have_value("#nhan TB-7K3Q2M")
    page.get_by_role("button", name="Gửi").click()
    expect(page.locator(".loi-nhan").last).to_have_text("#nhan TB-7K3Q2M")
    assert sandbox.standing()[1]["quote_id"] is None
