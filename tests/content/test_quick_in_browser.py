"""A phone without script goes through the small forms, as an officer does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from functions.core.models import Officer
from functions.core.signin import SESSION_LIFE, issue_link
from tests.content.small_site import UNIT_PAGE, small_world
from tests.content.world import APPROVER, EDITOR, UNIT, EditingWorld
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS, PHONE
from tests.web_server import served

pytestmark = pytest.mark.e2e

PIXEL = bytes.fromhex("89504e470d0a1a0a") + b" of a test"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="vi-VN")
    yield context
    context.close()


def signed_in(world: EditingWorld, phone: BrowserContext, url: str, officer: Officer) -> Page:
    page = phone.new_page()
    page.goto(f"{url}/vao/{issue_link(officer, world.signin)}")
    page.click("main button")
    return page


def test_a_phone_changes_the_duty_number_and_posts_a_notice(
    phone: BrowserContext, tmp_path: Path
) -> None:
    world = small_world(tmp_path)
    world.clock.set(datetime.now(UTC))  # cookies live by the browser's own clock
    path = f"site/don-vi/{UNIT}/thong-bao/lam-can-cuoc-tai-buon.md"

    with served(world.app) as url:
        page = signed_in(world, phone, url, APPROVER)
        page.click("text=Liên hệ:")
        page.fill("#duty_phone", "0262 385")
        page.click("main .by-button")
        assert "Số điện thoại chưa đúng" in page.inner_text("#duty_phone-loi")
        page.fill("#duty_phone", "0262 385 2113")
        page.click("main .by-button")
        assert "Đã đăng" in page.inner_text("[role=status]")
        page.click("text=Về trang biên tập")
        page.click("text=Viết thông báo mới")
        page.fill("#title", "Làm căn cước tại buôn")
        page.fill("#text", "Mang theo:\n- Căn cước cũ")
        page.fill("#valid_until", world.editing.today().isoformat())
        page.set_input_files(
            "#picture", {"name": "a.png", "mimeType": "image/png", "buffer": PIXEL}
        )
        page.click("text=Đăng thông báo")
        assert "Đã đăng" in page.inner_text("[role=status]")
        page.click("text=Về trang biên tập")
        notice = world.published_text(path)
        page.click("main button:has-text('Gỡ')")
        assert "Đã gỡ thông báo" in page.inner_text("[role=status]")
        page.close()

    assert 'duty_phone: "0262 385 2113"' in world.published_text(UNIT_PAGE)
    assert "Mang theo:\n\n- Căn cước cũ\n\n![Làm căn cước tại buôn](" in notice
    assert world.published_text(path) == ""


def test_a_form_survives_a_session_that_ran_out(phone: BrowserContext, tmp_path: Path) -> None:
    world = small_world(tmp_path)
    world.clock.set(datetime.now(UTC))

    with served(world.app) as url:
        page = signed_in(world, phone, url, EDITOR)
        page.goto(f"{url}/sua-nhanh/{UNIT}/gio")
        page.fill("#hours", "Sáng 7 giờ 30\nchiều 13 giờ 30")
        page.check("[name=id_card_point][value=no]")
        world.clock.advance(SESSION_LIFE)
        page.click("main .by-button")
        assert "chưa được lưu" in page.inner_text("[role=alert]")
        signed_in(world, phone, url, EDITOR).close()
        page.click("text=mở lại mẫu với nội dung này")
        assert page.input_value("#hours") == "Sáng 7 giờ 30\nchiều 13 giờ 30"
        assert page.is_checked("[name=id_card_point][value=no]")
        page.click("main .by-button")
        assert "chờ cán bộ duyệt" in page.inner_text("[role=status]")
        page.close()

    (draft,) = world.store.drafts()
    text = world.store.read(draft.version, UNIT_PAGE)
    assert text is not None
    assert "hours: Sáng 7 giờ 30; chiều 13 giờ 30" in text.decode()
