"""What only a real browser knows: SameSite=Strict, the Origin of forms, the policy of pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright
from werkzeug.wrappers import Response

from functions.core.models import AttachmentState
from functions.core.signin import issue_link
from tests.functions.world import ALL_FIELDS, OFFICER, PNG, UNIT, World
from tests.web_server import served

pytestmark = pytest.mark.e2e

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


@contextmanager
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        try:
            yield page
        finally:
            browser.close()


def world_with_case() -> tuple[World, str]:
    world = World()
    world.send(ALL_FIELDS)
    world.send(ALL_FIELDS, [(PNG, "a.png")])
    tip = world.stored()[-1]
    world.tips.set_attachment(
        tip.attachments[0].attachment_id, AttachmentState.CLEAN, tip.attachments[0].blob_key, ""
    )
    return world, tip.card_code


def test_officer_signs_in_by_the_button_and_out_again() -> None:
    world, card_code = world_with_case()
    secret = issue_link(OFFICER, world.signin)

    with served(world.staff_app) as url, browser_page() as page:
        page.goto(f"{url}/can-bo/vao/{secret}")
        page.click("main button")
        assert page.url == f"{url}/can-bo/"
        page.click(f"text={card_code}")
        assert ALL_FIELDS["place"] in page.inner_text("main")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.click("footer button")
        assert "Cần đăng nhập" in page.inner_text("main")


def test_link_on_another_site_opens_the_case_of_a_signed_in_officer() -> None:
    world, card_code = world_with_case()
    secret = issue_link(OFFICER, world.signin)

    with served(world.staff_app) as url, browser_page() as page:
        case = f"{url}/can-bo/tin/{card_code}"
        chat = Response(f"<a href='{case}'>card</a>", mimetype="text/html")
        with served(chat) as chat_url:
            page.goto(f"{url}/can-bo/vao/{secret}")
            page.click("main button")
            page.goto(chat_url.replace("127.0.0.1", "localhost"))
            page.click("a")
            page.wait_for_url(f"{case}?tiep=1")
            assert ALL_FIELDS["place"] in page.inner_text("main")

            page.context.clear_cookies()
            page.goto(chat_url.replace("127.0.0.1", "localhost"))
            page.click("a")
            page.wait_for_url(f"{case}?tiep=1")
            assert "Cần đăng nhập" in page.inner_text("main")


def test_public_pages_work_in_a_browser_without_script() -> None:
    world = World()
    form = f"/api/units/{UNIT}/tips"

    with served(world.tips_app) as url, browser_page() as page:
        page.goto(f"{url}/")
        page.evaluate(
            """address => { const form = document.createElement("form");
            form.method = "post"; form.action = address; form.enctype = "multipart/form-data";
            document.body.append(form); form.submit(); }""",
            form,
        )
        page.wait_for_selector("#loi")
        page.select_option("#category", "khac")
        page.fill("#text", "\nMột\nhai")
        page.fill("#place", "chợ")
        page.click("form.by-form button[type=submit]")
        page.wait_for_selector(".by-receipt__code")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.click("main form button")
        assert "Các bước đã qua" in page.inner_text("main")

    (tip,) = world.stored()
    assert tip.content.text == "\nMột\nhai"
