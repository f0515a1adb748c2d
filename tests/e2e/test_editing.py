"""Staff change the site from the browser: real processes, a real repository, a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import PHONE
from tests.system import System

pytestmark = pytest.mark.e2e

UNIT = "xa-ea-kly"
EDITOR, APPROVER = "7300000000000000001", "7300000000000000002"
NOTICES = f"{UNIT}--thong-bao"
TITLE, SLUG = "Cấp căn cước lưu động tại buôn", "cap-can-cuoc-luu-dong-tai-buon"
BODY = "Đội lưu động làm việc tại nhà văn hóa buôn, từ 7 giờ 30."
PHONE_NUMBER = "0262 3 111 222"
PUBLISHED = 120_000
"""Milliseconds until a page is surely published, on a machine that does much else."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A running system in which one officer of the unit writes and another publishes."""
    running = System(tmp_path_factory.mktemp("office"), has_editor=True)
    running.start()
    people = [(EDITOR, "officer"), (APPROVER, "commander")]
    officers = [
        {"user_id": user, "name": f"Cán bộ {user[-1]}", "role": role} for user, role in people
    ]
    file = running.folder / "officers.json"
    file.write_text(json.dumps({"units": [{"unit_id": UNIT, "officers": officers}]}), "utf-8")
    assert running.run("oa", "import", str(file)).returncode == 0
    yield running
    running.stop()


def signed_in(context: BrowserContext, office: System, officer: str) -> Page:
    """Return a page in which the officer has come in by a one-time link."""
    done = office.run("officers", "link", "--editor", "--unit", UNIT, "--officer", officer)
    page = context.new_page()
    page.goto(done.stdout.strip())
    page.click("main button")
    page.wait_for_url(f"{office.editor_url}/sua-nhanh/")
    return page


def public(office: System, address: str) -> str:
    with urlopen(f"{office.url}/{UNIT}/{address}", timeout=10) as answer:
        return str(answer.read().decode("utf-8"))


def write_notice(page: Page, office: System) -> None:
    """Write a notice in Decap, save it, and hand it in."""
    page.goto(f"{office.editor_url}/#/collections/{NOTICES}/new")
    page.get_by_label("Tiêu đề").first.fill(TITLE)
    page.locator("[contenteditable=true]").first.click()
    page.keyboard.type(BODY)
    drawn = page.frame_locator("iframe").frame_locator("iframe")
    expect(drawn.locator("h1")).to_have_text(TITLE, timeout=20_000)
    expect(drawn.locator("article")).to_contain_text("nhà văn hóa buôn")
    page.click("button:has-text('Lưu nháp')")
    state = page.locator("[class*=ToolbarSectionBackLink] >> text=Đã lưu")
    expect(state).to_be_visible(timeout=20_000)
    page.click("[role=button]:has-text('Bước: Bản nháp')")
    page.click("[role=menuitem]:has-text('Chờ duyệt')")
    expect(page.locator("[role=button]:has-text('Bước: Chờ duyệt')")).to_be_visible(timeout=20_000)


def test_a_notice_goes_from_the_editor_over_the_approver_to_the_public_page(
    office: System, browser: Browser
) -> None:
    desk = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    write_notice(signed_in(desk, office, EDITOR), office)
    desk.close()

    phone = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    page = signed_in(phone, office, APPROVER)
    page.goto(f"{office.editor_url}/sua-nhanh/ban-nhap/")
    page.click(f"a:has-text('{TITLE}')")
    expect(page.locator("main")).to_contain_text(BODY)
    page.click("button:has-text('Duyệt và đăng')")
    expect(page.locator("main")).to_contain_text("Đã đăng", timeout=PUBLISHED)
    phone.close()

    assert BODY in public(office, f"thong-bao/{SLUG}/")
    assert TITLE in public(office, "")


def test_a_phone_without_scripts_changes_the_number_and_brings_the_old_one_back(
    office: System, browser: Browser
) -> None:
    phone = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    page = signed_in(phone, office, APPROVER)

    page.click("a:has-text('Liên hệ')")
    page.fill("[name=duty_phone]", PHONE_NUMBER)
    page.click("main form button.by-button")
    expect(page.locator("main")).to_contain_text("Đã đăng", timeout=PUBLISHED)
    assert f'href="tel:{PHONE_NUMBER.replace(" ", "")}"' in public(office, "")

    page.goto(f"{office.editor_url}/sua-nhanh/lich-su/site/don-vi/{UNIT}/index.md")
    page.locator("main a[href*='ban=']").last.click()
    page.click("button:has-text('Dùng lại bản này')")
    expect(page.locator("main")).to_contain_text("Đã dùng lại bản cũ", timeout=PUBLISHED)
    phone.close()

    assert "tel:02623111222" not in public(office, "")


def test_an_editors_small_fix_waits_and_the_site_survives_a_kill(
    office: System, browser: Browser
) -> None:
    phone = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    page = signed_in(phone, office, EDITOR)
    page.click("a:has-text('Giờ làm việc')")
    page.fill("[name=hours]", "Sáng từ 7 giờ đến 11 giờ")
    page.click("main form button.by-button")
    expect(page.locator("main")).to_contain_text("chờ")
    phone.close()

    office.kill()
    office.start()

    drafts = office.run("content", "drafts").stdout
    assert f"site/don-vi/{UNIT}/index.md" in drafts
    assert "Sáng từ 7 giờ đến 11 giờ" not in public(office, "")
    assert office.run("doctor").returncode in (0, 1)
    assert Path(office.folder, "data", "content.git").is_dir()
