"""The search box on a phone, with and without JavaScript."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from publish.build import BuildReport
from tests.search.conftest import Served

pytestmark = pytest.mark.e2e

BOX = "[data-md-component=search-query]"
RESULTS = ".md-search-result__link"
STATE = ".md-search-result__meta"
UNIT = "phuong-tan-an"
# One address of every kind of page.
ADDRESSES = (
    "/",
    "/thu-tuc/",
    "/thu-tuc/sang-ten/",
    "/phap-luat/phao/",
    "/canh-bao/",
    "/theo-doi/",
    f"/{UNIT}/",
    f"/{UNIT}/thu-tuc/",
    f"/{UNIT}/thu-tuc/sang-ten/",
    f"/{UNIT}/to-giac/",
    "/phuong-thong-nhat/",
    "/khong-co-trang-nay/",
)


@contextmanager
def phone(browser: Browser, scripting: bool = True, width: int = 360) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 740}, java_script_enabled=scripting
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    try:
        yield page
        assert [problem for problem in problems if "404" not in problem] == []
    finally:
        context.close()


def titles(page: Page) -> list[str]:
    return page.locator(".by-search__title").all_inner_texts()


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_has_the_box_and_nothing_is_wider_than_the_screen(
    browser: Browser, served: Served, width: int
) -> None:
    with phone(browser, width=width) as page:
        for address in ADDRESSES:
            page.goto(served.url(address))
            expect(page.locator(BOX)).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_nothing_of_the_index_is_loaded_before_the_first_letter(
    browser: Browser, served: Served
) -> None:
    with phone(browser) as page:
        page.goto(served.url(f"/{UNIT}/"), wait_until="networkidle")
        page.locator(BOX).focus()
        assert not any("engine" in path or path.endswith(".json") for path in served.asked)

        page.locator(BOX).press_sequentially("mat cccd")
        page.locator(RESULTS).first.wait_for()

        loaded = [path for path in served.asked if path.startswith("/search/")]
        assert len(loaded) == 2
        assert sum(f"/{UNIT}-" in path for path in loaded) == 1


def test_a_units_page_leads_to_the_units_own_procedure(browser: Browser, served: Served) -> None:
    with phone(browser) as page:
        page.goto(served.url(f"/{UNIT}/thu-tuc/sang-ten/"))
        page.locator(BOX).fill("dang ki tam tru")
        page.locator(RESULTS).first.click()

        page.wait_for_url(served.url(f"/{UNIT}/thu-tuc/dang-ky-tam-tru/"))


def test_home_finds_units_by_old_names_and_says_so(browser: Browser, served: Served) -> None:
    with phone(browser) as page:
        page.goto(served.url("/"))
        page.locator(BOX).fill("xa ea tu")
        expect(page.locator(RESULTS).first).to_contain_text("Công an phường Tân An")
        expect(page.locator(RESULTS).first).to_contain_text("trước đây: Xã Ea Tu")
        page.locator(BOX).fill("ho chieu")
        expect(page.locator(RESULTS).first).to_contain_text("hộ chiếu")
        expect(page.locator(RESULTS).first).to_contain_text("Thủ tục")
        page.locator(RESULTS).first.click()

        page.wait_for_url(served.url("/thu-tuc/ho-chieu/"))


def test_what_is_not_sure_is_said_and_help_is_offered(browser: Browser, served: Served) -> None:
    with phone(browser) as page:
        page.goto(served.url(f"/{UNIT}/"))
        page.locator(BOX).fill("thời tiết hôm nay")
        expect(page.locator(STATE)).to_contain_text("Không tìm thấy")

        links = page.locator(".by-search__none a")
        assert [link.get_attribute("href") for link in links.all()] == ["thu-tuc/", "to-giac/"]
        expect(links.first).to_be_visible()


def test_box_works_by_keyboard_and_speaks_the_count(browser: Browser, served: Served) -> None:
    with phone(browser) as page:
        page.goto(served.url("/"))
        page.locator(BOX).fill("tam tru")
        expect(page.locator(STATE)).to_contain_text("Tìm thấy")
        assert page.locator(STATE).get_attribute("role") == "status"

        page.keyboard.press("ArrowDown")
        expect(page.locator(RESULTS).first).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator(BOX)).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".md-search__output")).to_be_hidden()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        page.wait_for_url("**/tim?q=tam+tru")


def test_results_lie_over_the_page_and_move_nothing(browser: Browser, served: Served) -> None:
    with phone(browser) as page:
        page.goto(served.url("/thu-tuc/sang-ten/"))
        place = "document.querySelector('h1').getBoundingClientRect().top"
        before = page.evaluate(place)
        page.locator(BOX).fill("can cuoc")
        page.locator(RESULTS).first.wait_for()

        assert page.evaluate(place) == before
        on_top = page.locator(RESULTS).first.evaluate(
            "link => { const box = link.getBoundingClientRect();"
            " return link.contains(document.elementFromPoint(box.x + 9, box.y + 9)); }"
        )
        assert on_top is True


def test_an_index_that_does_not_come_is_said_and_asked_for_again(
    browser: Browser, served: Served
) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(served.url("/"))
        page.route("**/search/*.json", lambda route: route.abort())
        page.locator(BOX).fill("tam tru")
        expect(page.locator(STATE)).to_contain_text("Chưa tải được")

        page.unroute("**/search/*.json")
        page.locator(BOX).fill("tam tru ")
        expect(page.locator(STATE)).to_contain_text("Tìm thấy")


def test_without_javascript_the_box_asks_the_server(browser: Browser, served: Served) -> None:
    with phone(browser, scripting=False) as page:
        page.goto(served.url(f"/{UNIT}/"))
        page.locator(BOX).fill("sang ten xe")
        page.locator(".by-search__go").click()
        assert page.locator("main").inner_text().count("Sang tên xe") >= 1
        page.click("main ol a >> nth=0")

        assert page.url == served.url(f"/{UNIT}/thu-tuc/sang-ten/")


def test_a_units_search_weighs_at_most_fifty_kilobytes(published: BuildReport) -> None:
    scripts = published.site / "assets" / "javascripts"
    code = [scripts / "search.js", scripts / "search-engine.js"]
    folder = published.site / "search"
    (shared,) = folder.glob("shared-*.json")
    (units,) = folder.glob("units-*.json")
    heaviest_own = max(
        (path for path in folder.glob("*.json") if path not in (shared, units)),
        key=lambda path: path.stat().st_size,
    )

    for own in (heaviest_own, units):
        files = [*code, shared, own]
        assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) <= 50 * 1024
