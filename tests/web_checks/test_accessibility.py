"""Every page type by axe, on a small phone and on a desk: no violation, nothing wider than it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.wrappers import Response

from functions.core.signin import issue_link
from tests.functions.world import ALL_FIELDS, OFFICER, UNIT, World
from tests.web_checks.conftest import AXE
from tests.web_server import served

pytestmark = pytest.mark.e2e

WIDTHS = (360, 1280)
PAGES = (
    "",
    "thu-tuc/",
    "phap-luat/",
    "canh-bao/",
    "duong-day-nong/",
    "theo-doi/",
    "quyen-rieng-tu/",
    "thu-tuc/dang-ky-thuong-tru/",
    "thu-tuc/to-cao/",
    "phap-luat/ma-tuy/",
    "canh-bao/gia-danh-cong-an/",
    "phuong-mot/",
    "xa-hai/",
    "phuong-mot/to-giac/",
    "phuong-mot/thu-tuc/",
    "phuong-mot/thu-tuc/sang-ten/",
    "phuong-mot/thu-tuc/doi-cap-lai/",
    "xa-hai/thu-tuc/cap-doi-lai/",
    "xa-hai/thu-tuc/ho-chieu/",
    "xa-hai/thu-tuc/to-cao/",
    "xa-hai/thu-tuc/pccc-co-so/",
    "phuong-mot/thong-bao/",
    "phuong-mot/thong-bao/cat-dien-tru-so/",
    "phuong-mot/ket-qua/tra-lai-tai-san/",
    "xa-bon/",
    "xa-bon/thu-tuc/dang-ky-tam-tru/",
    "khong-co-trang-nay/",
)


def violations(page: Page) -> list[str]:
    """Return what axe finds on the open page: the rule, and the first place that breaks it."""
    page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found]


def problems_at_all_widths(browser: Browser, address: str) -> list[str]:
    problems = []
    for width in WIDTHS:
        # axe is not among the scripts that the site's policy lets run.
        context = browser.new_context(
            viewport={"width": width, "height": 740}, bypass_csp=True, locale="vi-VN"
        )
        page = context.new_page()
        page.goto(address)
        problems += [f"{width}: {problem}" for problem in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append(f"{width}: the page is wider than the screen")
        context.close()
    return problems


@pytest.mark.parametrize("path", PAGES)
def test_page_of_the_site_is_accessible(browser: Browser, site_address: str, path: str) -> None:
    assert problems_at_all_widths(browser, f"{site_address}/{path}") == []


def test_axe_finds_what_is_wrong(browser: Browser) -> None:
    page = Response("<h1>a</h1><img src='/x.png'>", mimetype="text/html")

    with served(page) as address:
        problems = problems_at_all_widths(browser, address)

    assert {problem.split(":")[1].strip() for problem in problems} >= {"image-alt", "html-has-lang"}


def answers() -> dict[str, str]:
    """Return the pages that the functions draw, as they answer residents and officers."""
    world = World()
    form = f"/api/units/{UNIT}/tips"
    refused = world.public.post(form, data={"category": "khac", "text": ""})
    receipt = world.public.post(form, data=ALL_FIELDS)
    codes = [
        re.sub(r"\D", "", text)
        for text in re.findall(r"(?:<span>\d{4}</span>\s*){5}", receipt.text)
    ]
    sign_in = world.staff.get("/can-bo/vao/" + issue_link(OFFICER, world.signin))
    officer = world.sign_in()
    case = world.stored()[-1].card_code
    return {
        "form again": refused.text,
        "receipt": receipt.text,
        "status": world.public.post("/api/receipts", data={"receipt_code": codes[0]}).text,
        "unknown code": world.public.post("/api/receipts", data={"receipt_code": "1"}).text,
        "sign in": sign_in.text,
        "signed out": world.staff.get("/can-bo/").text,
        "cases": officer.get("/can-bo/").text,
        "case": officer.get(f"/can-bo/tin/{case}").text,
    }


def test_pages_that_the_functions_draw_are_accessible(browser: Browser) -> None:
    problems = {}
    for name, html in answers().items():
        assert "<h1" in html, name
        with served(Response(html, mimetype="text/html")) as address:
            problems[name] = problems_at_all_widths(browser, address)

    assert {name: found for name, found in problems.items() if found} == {}
