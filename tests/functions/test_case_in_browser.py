"""An officer's phone without script: what a thumb does on the case page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from functions.core.models import AttachmentState, EntryKind, TipStatus
from functions.core.signin import issue_link
from tests.e2e.conftest import PHONE
from tests.functions.case_forms import COLLEAGUE, entries, one_case
from tests.functions.test_in_browser import BROWSER, FLAGS
from tests.functions.world import OFFICER, PNG, World
from tests.web_server import served

pytestmark = pytest.mark.e2e


@contextmanager
def phone() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        context = browser.new_context(viewport=PHONE, java_script_enabled=False)
        try:
            yield context.new_page()
        finally:
            browser.close()


def enter(page: Page, world: World, url: str) -> None:
    page.goto(f"{url}/can-bo/vao/{issue_link(OFFICER, world.signin)}")
    page.click("main button")


def test_case_is_worked_with_a_thumb() -> None:
    world = World()
    tip = one_case(world, place="hẻm 12")

    with served(world.staff_app) as url, phone() as page:
        enter(page, world, url)
        page.click(f"text={tip.card_code}")
        # One row, for a second one hides what is being read.
        assert page.locator(".st-bar").evaluate("(bar) => bar.offsetHeight") < 80
        page.dblclick(".st-bar >> text=Nhận việc")
        expect(page.locator("main")).to_contain_text("Bạn đã nhận việc này.")
        page.click(".st-bar >> text=Trả lời")
        expect(page.locator("#dap-text")).to_be_in_viewport()
        page.fill("#dap-text", "\nChào bà.\nCảm ơn bà.")
        page.dblclick("#dap button")
        expect(page.locator(".st-done")).to_contain_text("Câu trả lời đã được lưu")
        page.click(".st-bar >> text=Thao tác khác")
        page.click("#noi-xac-minh summary")
        page.fill("#noi-xac-minh-place", "hẻm 14")
        page.press("#noi-xac-minh-place", "Enter")
        expect(page.locator(".st-done")).to_contain_text("Đã ghi nơi xác minh.")
        page.click("#giao summary")
        page.select_option("#giao-officer", COLLEAGUE.user_id)
        page.click("#giao button")
        expect(page.locator("main")).to_contain_text("H'Lan Niê đang giữ.")
        page.click("#ket-qua summary")
        page.fill("#ket-qua-men", "năm")
        page.click("#ket-qua button")
        expect(page.locator("#loi")).to_be_in_viewport()
        page.click("#loi a >> nth=0")
        expect(page.locator("#ket-qua-men")).to_be_in_viewport()
        page.fill("#ket-qua-men", "5")
        page.click("#ket-qua summary >> text=Thêm đồ vật")
        page.fill("#ket-qua-object_3", "bơm kim tiêm")
        page.fill("#ket-qua-object_count_3", "2")
        page.click("#ket-qua button")
        expect(page.locator("main")).to_contain_text("Người: 5 nam, 0 nữ")
        expect(page.locator(".st-bar >> text=Trả lời")).to_be_in_viewport()

    assert [kind for kind, *_ in entries(world, tip)] == [
        EntryKind.TAKEN,
        EntryKind.ANSWER,
        EntryKind.PLACE_VERIFIED,
        EntryKind.HANDED_OVER,
        EntryKind.CLOSED,
    ]
    assert world.cases.entries(tip.tip_id)[1].text == "Chào bà.\nCảm ơn bà."
    assert world.tips.get(tip.tip_id).status is TipStatus.RESOLVED


def test_unit_is_chosen_by_typing_and_the_tip_is_gone() -> None:
    world = World()
    tip = one_case(world)

    with served(world.staff_app) as url, phone() as page:
        enter(page, world, url)
        page.click(f"text={tip.card_code}")
        page.click("#chuyen summary")
        assert page.locator("#don-vi option").count() == 2
        page.fill("#chuyen-unit", "xa ea kly")
        page.dblclick("#chuyen button")
        expect(page.locator(".st-done")).to_contain_text(tip.card_code)
        assert page.url.startswith(f"{url}/can-bo/?")
        page.go_back()
        page.reload()
        expect(page.locator("h1")).to_contain_text("Không có tin này trong đơn vị")

    assert world.tips.get(tip.tip_id).unit_id == "xa-ea-kly"
    assert len(entries(world, tip)) == 1


def test_file_is_saved_and_never_shown() -> None:
    world = World()
    world.send(photos=[(PNG, "a.png")])
    (tip,) = world.stored()
    (kept,) = tip.attachments
    world.blobs.put(kept.blob_key, b"<script>document.title = 'shown'</script>")
    world.tips.set_attachment(kept.attachment_id, AttachmentState.KEPT, kept.blob_key, "")

    with served(world.staff_app) as url, phone() as page:
        enter(page, world, url)
        page.click(f"text={tip.card_code}")
        before = page.url
        with page.expect_download() as saved:
            page.click("text=tải về")
        name = saved.value.suggested_filename
        assert page.url == before

    assert name == f"{tip.card_code}-1.bin"


def test_text_survives_a_session_that_ended() -> None:
    world = World()
    tip = one_case(world)

    with served(world.staff_app) as url, phone() as page:
        enter(page, world, url)
        page.click(f"text={tip.card_code}")
        page.fill("#dap-text", "Câu trả lời dài.")
        page.context.clear_cookies()
        page.click("#dap button")
        expect(page.locator("main")).to_contain_text("Câu trả lời dài.")
        other = page.context.new_page()
        enter(other, world, url)
        page.click("text=Đã đăng nhập lại")
        expect(page.locator("#dap-text")).to_have_value("Câu trả lời dài.")
        page.click("#dap button")
        expect(page.locator(".st-done")).to_contain_text("Câu trả lời đã được lưu")

    assert [text for _, text, _ in entries(world, tip)] == ["Câu trả lời dài."]
