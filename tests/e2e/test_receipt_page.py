"""The receipt page in a real browser: talking with officers, and leaving without a trace."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from werkzeug.wrappers import Response

from functions.core import casework
from functions.core.casework import Act
from functions.core.models import Via
from tests.e2e.walking import HEIC, large_photo, stored_on_the_phone, upload
from tests.functions.world import JSON, OFFICER, World
from tests.web_server import served

pytestmark = pytest.mark.e2e

ASK = """<!doctype html><title>x</title><form method="post" action="/api/receipts">
<input name="receipt_code"><button>Xem</button></form>"""


@dataclass
class Follow:
    """A tip, and the site where its sender follows it."""

    world: World
    url: str
    code: str

    def open(self, page: Page) -> None:
        page.goto(f"{self.url}/theo-doi/")
        page.fill("[name=receipt_code]", self.code)
        page.get_by_role("button", name="Xem").click()
        expect(page.locator(".by-talk")).to_be_visible()

    def act(self, number: int) -> Act:
        return Act(OFFICER, self.world.stored()[0].card_code, f"act-{number}", Via.GROUP)

    def photos(self) -> list[bytes]:
        tip = self.world.stored()[0]
        return [self.world.blobs.get(one.blob_key) for one in tip.attachments]


@pytest.fixture
def follow() -> Iterator[Follow]:
    world = World()
    code = world.send(headers=JSON, contact_phone="0905 123 456").json["receipt_code"]
    pages = {"/theo-doi/": ASK, "/thu-tuc/": "<!doctype html><h1>Thủ tục</h1>"}

    def by_address(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        page = pages.get(environ["PATH_INFO"])
        app = world.tips_app if page is None else Response(page, mimetype="text/html")
        return app(environ, start_response)

    with served(by_address) as url:
        yield Follow(world, url, code)


def answer_with_photo(page: Page, follow: Follow, photo: bytes) -> None:
    page.fill("#text", "Xe màu đỏ.")
    page.set_input_files("#photos", [upload("nha-toi.jpg", "image/jpeg", photo)])
    page.get_by_role("button", name="Gửi lời nhắn").click()
    expect(page.get_by_role("status").first).to_contain_text("đã được lưu")


def test_question_is_answered_with_a_photo_made_smaller_on_the_way(
    follow: Follow, page: Page
) -> None:
    casework.ask(follow.act(1), "Xe màu gì?", follow.world.casework)
    follow.open(page)
    expect(page.locator("main")).to_contain_text("Cán bộ đang chờ bạn trả lời")

    # At once: the form waits by itself until the photo is small.
    answer_with_photo(page, follow, large_photo())

    talk = page.locator(".by-talk__words")
    expect(talk).to_have_count(2)
    expect(talk.nth(1)).to_contain_text("Kèm 1 ảnh")
    (photo,) = follow.photos()
    with Image.open(io.BytesIO(photo)) as picture:
        assert max(picture.size) <= 2048
        assert not picture.getexif()
    assert stored_on_the_phone(page) == [0, 0, "", 0, 0]
    assert follow.code.replace(" ", "") not in page.url + page.title()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_photo_that_this_browser_cannot_open_goes_as_it_is(follow: Follow, page: Page) -> None:
    follow.open(page)

    answer_with_photo(page, follow, HEIC)

    assert follow.photos() == [HEIC]


def test_photos_chosen_anew_replace_those_being_made_smaller(follow: Follow, page: Page) -> None:
    follow.open(page)
    page.set_input_files("#photos", [upload("a.jpg", "image/jpeg", large_photo())])
    page.set_input_files("#photos", [upload("b.heic", "", HEIC), upload("c.heic", "", HEIC)])

    expect(page.locator("[data-photo-state]")).to_have_text("Đã chọn 2 ảnh.")
    page.get_by_role("button", name="Gửi lời nhắn").click()
    expect(page.locator(".by-done")).to_be_visible()

    assert follow.photos() == [HEIC, HEIC]


def test_reloading_after_a_message_sends_no_second_one(follow: Follow, page: Page) -> None:
    follow.open(page)
    answer_with_photo(page, follow, HEIC)

    page.reload()

    expect(page.locator(".by-talk__words")).to_have_count(1)
    assert len(follow.photos()) == 1


@pytest.mark.parametrize("way", ["button", "escape"])
def test_leaving_at_once_shows_a_harmless_page_and_no_way_back(
    follow: Follow, page: Page, way: str
) -> None:
    follow.open(page)
    page.fill("#text", "Điều không ai được thấy")

    if way == "button":
        page.get_by_role("link", name="Thoát nhanh").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.wait_for_url("**/thu-tuc/")
    page.go_back()

    assert page.url == f"{follow.url}/theo-doi/"
    assert "Điều không ai" not in page.content()


def test_everything_works_without_javascript(follow: Follow, plain_page: Page) -> None:
    page = plain_page
    casework.ask(follow.act(1), "Xe màu gì?", follow.world.casework)
    follow.open(page)
    page.get_by_role("button", name="Gửi lời nhắn").click()
    expect(page.locator("#loi")).to_contain_text("Hãy viết lời nhắn, hoặc chọn ảnh.")

    answer_with_photo(page, follow, HEIC)
    casework.answer(follow.act(2), "Cảm ơn bạn.", follow.world.casework)
    page.locator("summary", has_text="Rút lại thông tin liên hệ").click()
    page.get_by_role("button", name="Rút thông tin liên hệ").click()
    expect(page.locator(".by-done")).to_contain_text("không còn giữ")
    page.locator("summary", has_text="Đề nghị xóa tin").click()
    page.get_by_role("button", name="Gửi đề nghị xóa tin").click()

    expect(page.locator(".by-done")).to_contain_text("đã được ghi lại")
    expect(page.locator("main")).to_contain_text("Cảm ơn bạn.")
    assert follow.photos() == [HEIC]
    assert not follow.world.stored()[0].contact
    assert follow.code.replace(" ", "") not in page.url
