"""The tip form as residents use it: a phone's Chromium, with and without JavaScript."""

from __future__ import annotations

import jinja2
import pytest
from playwright.sync_api import Page, expect

from functions.core.categories import CATEGORIES
from functions.tips.forms import FieldMessage, TipForm
from functions.web.words import load_words
from tests.e2e.conftest import PROJECT, TipServer
from tests.e2e.walking import (
    FORM,
    HEIC,
    STEPS,
    TEXT,
    fill_what,
    go_on,
    go_to_check,
    stored_on_the_phone,
    upload,
)

pytestmark = pytest.mark.e2e


def test_without_javascript_one_long_form_sends_everything(
    plain_page: Page, tip_server: TipServer
) -> None:
    plain_page.goto(tip_server.url + FORM)
    expect(plain_page.locator(".tf-step:visible")).to_have_count(STEPS)
    expect(plain_page.locator(".tf button:visible")).to_have_text(["Gửi tin"])
    plain_page.select_option("#category", "trom-cap")
    plain_page.fill("#text", TEXT)
    plain_page.fill("#place", "sau chợ")
    plain_page.fill("#area", "buôn Akŏ Dhông")
    plain_page.fill("#occurred_at", "2026-11-20T21:30")
    plain_page.check("[name=urgency][value=soon]")
    plain_page.set_input_files("#photos", upload("nha-toi.heic", "image/heic", HEIC))
    plain_page.fill("#contact_name", "H'Len Ayũn")
    plain_page.fill("#contact_phone", "0905 123 456")
    plain_page.check("#sealed")

    plain_page.click("[data-send]")

    (tip,) = tip_server.tips
    assert tip.fields == {
        "category": "trom-cap",
        "text": TEXT,
        "place": "sau chợ",
        "area": "buôn Akŏ Dhông",
        "latitude": "",
        "longitude": "",
        "occurred_at": "2026-11-20T21:30",
        "urgency": "soon",
        "contact_name": "H'Len Ayũn",
        "contact_phone": "0905 123 456",
        "sealed": "1",
    }
    assert tip.photos == [HEIC]
    assert "text/html" in tip.accept


def test_one_step_is_shown_at_a_time_and_takes_the_focus(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)

    for number in range(2, STEPS + 1):
        go_on(page)

        expect(page.locator(".tf-step:visible")).to_have_count(1)
        expect(page.locator(f"#buoc-{number}")).to_be_focused()
        expect(page.locator(f"#buoc-{number}")).to_contain_text(f"Bước {number}/7")


def test_back_key_goes_one_step_back_and_keeps_what_was_typed(
    page: Page, tip_server: TipServer
) -> None:
    fill_what(page, tip_server)
    go_on(page)
    page.fill("#place", "sau chợ")
    go_on(page)

    page.go_back()

    expect(page.locator("#buoc-2")).to_be_focused()
    expect(page.locator("#place")).to_have_value("sau chợ")
    assert page.evaluate("history.state") == {"step": 2, "depth": 1}
    assert page.url == tip_server.url + FORM


def test_missing_text_is_found_before_going_on(page: Page, tip_server: TipServer) -> None:
    page.goto(tip_server.url + FORM + "?loai=lua-dao")

    go_on(page)

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.locator("#text-error")).to_contain_text("Hãy viết điều bạn biết")
    expect(page.locator("#buoc-1")).to_be_visible()
    summary.get_by_role("link").click()
    expect(page.locator("#text")).to_be_focused()


def test_text_over_the_limit_says_how_much_too_long(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    decomposed = "a\u0309" * 5000
    page.fill("#text", decomposed)
    expect(page.locator(".tf-count")).to_have_text("Còn 0 ký tự")
    page.fill("#text", decomposed + "bc")

    go_on(page)

    expect(page.locator(".tf-count")).to_have_text("Thừa 2 ký tự")
    expect(page.locator("#text-error")).to_contain_text("bớt 2 ký tự")


@pytest.mark.parametrize(("link", "chosen"), [("?loai=ma-tuy", "ma-tuy"), ("?loai=la", "")])
def test_link_prefills_a_known_category_only(
    page: Page, tip_server: TipServer, link: str, chosen: str
) -> None:
    page.goto(tip_server.url + FORM + link)

    expect(page.locator("#category")).to_have_value(chosen)


def test_check_page_shows_answers_and_leads_back_to_each(page: Page, tip_server: TipServer) -> None:
    go_to_check(page, tip_server)
    expect(page.locator("[data-show=text]")).to_have_text(TEXT)
    expect(page.locator("[data-show=receiver]")).to_have_text("Công an phường Tân An")

    page.get_by_role("link", name="Sửa nơi xảy ra").click()
    page.fill("#place", "ngã ba")
    go_on(page)

    expect(page.locator("#buoc-7")).to_be_focused()
    expect(page.locator("[data-show=place]")).to_have_text("ngã ba")


def test_quick_exit_clears_all_and_the_back_key_does_not_return(
    page: Page, tip_server: TipServer
) -> None:
    page.goto(tip_server.url + "/phap-luat/")
    fill_what(page, tip_server)
    go_on(page, 3)

    page.get_by_role("link", name="Thoát nhanh").click()

    page.wait_for_url("**/thu-tuc/")
    assert stored_on_the_phone(page) == [0, 0, "", 0, 0]
    page.go_back()
    page.wait_for_url("**/phap-luat/")


def test_escape_pressed_twice_exits(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    page.wait_for_url("**/thu-tuc/")


def test_quick_exit_stays_in_reach_without_covering_a_button(
    page: Page, tip_server: TipServer
) -> None:
    go_to_check(page, tip_server)

    page.locator("[data-send]").scroll_into_view_if_needed()

    expect(page.get_by_role("link", name="Thoát nhanh")).to_be_in_viewport(ratio=1)
    page.click("[data-send]", trial=True)


def test_happening_now_shows_the_call_button_first(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page, 3)
    page.check("[name=urgency][value=now]")
    call = page.locator(".is-current .tf-alarm.is-now a")
    expect(call).to_have_attribute("href", "tel:113")

    go_on(page, 3)

    expect(page.locator("[data-alarm-now] a")).to_be_in_viewport()
    expect(page.locator("[data-alarm-now] a")).to_have_attribute("href", "tel:113")


@pytest.mark.parametrize(
    ("category", "number"), [("chay-no", "114"), ("tai-nan", "115"), ("tre-em", "111")]
)
def test_category_names_its_own_emergency_number(
    page: Page, tip_server: TipServer, category: str, number: str
) -> None:
    page.goto(tip_server.url + FORM)

    page.select_option("#category", category)

    calls = page.locator(".tf-calls a:visible")
    expect(calls).to_have_count(1)
    expect(calls).to_have_attribute("href", f"tel:{number}")


def test_categories_kept_from_zalo_are_those_of_the_rules(
    page: Page, tip_server: TipServer
) -> None:
    page.goto(tip_server.url + FORM)
    sealed = page.locator("[data-always-sealed]").get_attribute("data-for") or ""
    to_province = page.locator("[data-to-province]").get_attribute("data-for") or ""

    assert set(sealed.split()) == {c.code for c in CATEGORIES.values() if c.sealed}
    assert set(to_province.split()) == {c.code for c in CATEGORIES.values() if c.to_province}


def test_report_on_officers_says_it_goes_to_the_province(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    page.select_option("#category", "can-bo")
    go_on(page, 5)
    expect(page.locator("[data-always-sealed]")).to_be_visible()
    expect(page.locator("[data-to-province]")).to_be_visible()
    expect(page.locator("#sealed")).to_be_hidden()

    go_on(page)

    expect(page.locator("[data-show=receiver]")).to_have_text("Công an tỉnh")
    expect(page.locator("[data-not-sealed]")).to_be_hidden()


def test_position_comes_only_by_a_tap_and_can_be_taken_back(
    page: Page, tip_server: TipServer
) -> None:
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 12.68, "longitude": 108.03, "accuracy": 20})
    fill_what(page, tip_server)
    go_on(page)
    expect(page.locator("[name=latitude]")).to_have_value("")

    page.click("[data-locate]")

    expect(page.locator("[data-position]")).to_have_text("Đã lấy vị trí, sai số khoảng 20 m.")
    expect(page.locator("[name=latitude]")).to_have_value("12.680000")
    page.click("[data-forget]")
    expect(page.locator("[name=latitude]")).to_have_value("")


def test_refused_position_gives_a_plain_message(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page)

    page.click("[data-locate]")

    expect(page.locator("[data-position]")).to_contain_text("hãy tả nơi xảy ra bằng lời")


def test_missing_script_leaves_the_whole_form(page: Page, tip_server: TipServer) -> None:
    page.route("**/tip-form-send.js", lambda route: route.abort())
    page.goto(tip_server.url + FORM)
    expect(page.locator("#place")).to_be_hidden()

    # The twelve seconds after which the rest appears, at once.
    page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")

    expect(page.locator("#place")).to_be_visible()
    expect(page.locator("[data-send]")).to_be_visible()


def test_nothing_moves_when_the_script_takes_over(page: Page, tip_server: TipServer) -> None:
    page.goto(tip_server.url + FORM)
    expect(page.locator("form.is-stepped")).to_be_visible()

    shift = page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) => resolve(
             list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
           ).observe({type: "layout-shift", buffered: true}) || setTimeout(resolve, 200, 0))"""
    )

    assert shift < 0.02


def test_every_control_is_large_enough_and_nothing_is_wider_than_the_phone(
    page: Page, tip_server: TipServer
) -> None:
    fill_what(page, tip_server)

    for number in range(1, STEPS + 1):
        small = page.evaluate(
            """() => Array.from(document.querySelectorAll(
                 ".tf button, .tf select, .tf textarea, .tf a.tf-call, .tf-exit a, .tf-edit a, "
                 + ".tf-choice, .tf-pick, .tf input[type=text], .tf input[type=tel]"))
               .filter((control) => control.offsetParent && control.offsetHeight < 44)
               .map((control) => control.outerHTML)"""
        )
        assert small == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        if number < STEPS:
            go_on(page)


def test_keyboard_alone_is_enough(page: Page, tip_server: TipServer) -> None:
    page.goto(tip_server.url + FORM + "?loai=khac")
    page.focus("#text")
    page.keyboard.type("Mất đèn đường")

    for _ in range(STEPS - 1):
        page.locator(".is-current [data-next]").focus()
        page.keyboard.press("Enter")
    page.locator("[data-send]").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".tf-receipt")).to_be_visible()
    assert tip_server.tips[0].fields["text"] == "Mất đèn đường"


def test_enter_in_a_line_goes_on_instead_of_sending(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page)

    page.press("#place", "Enter")

    expect(page.locator("#buoc-3")).to_be_focused()
    assert tip_server.tips == []


def drawn_again(values: dict[str, str], errors: tuple[FieldMessage, ...]) -> str:
    """The same partial as the functions draw it after a form that was sent without the script."""
    words = load_words(PROJECT / "templates")
    loader = jinja2.FileSystemLoader(PROJECT / "templates" / "site")
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined)
    form = TipForm(
        unit_id="phuong-tan-an",
        unit_name="Công an phường Tân An",
        unit_phone="113",
        action="/api/units/phuong-tan-an/tips",
        categories=words.categories,
        urgencies=words.urgencies,
        values=values,
        errors=errors,
        submission_key="k" * 32,
    )
    return environment.get_template("partials/tip_form.html").render(form=form)


def test_form_drawn_again_stays_whole_with_what_was_typed_and_its_mistakes(
    page: Page, tip_server: TipServer
) -> None:
    text = '\n</textarea><script>window.hacked = 1</script> "dòng" 2'
    values = {"text": text, "place": '"><b>', "urgency": "now", "sealed": "on"}
    errors = (FieldMessage("category", "Hãy chọn loại việc."), FieldMessage("urgency", "Chọn lại."))
    html = "<!doctype html><html lang=vi><title>x</title>" + drawn_again(values, errors)
    page.route(
        "**/drawn/",
        lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
    )

    page.goto(tip_server.url + "/drawn/")

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator(".tf-step:visible")).to_have_count(STEPS)
    expect(page.locator("#text")).to_have_value(text)
    expect(page.locator("#place")).to_have_value('"><b>')
    expect(page.locator("[name=urgency][value=now]")).to_be_checked()
    expect(page.locator("#sealed")).to_be_checked()
    expect(page.locator("#category-error")).to_have_text("Hãy chọn loại việc.")
    expect(page.locator("[name=submission_key]")).to_have_value("k" * 32)
    assert page.evaluate("window.hacked") is None
    page.get_by_role("alert").get_by_role("link", name="Chọn lại.").click()
    expect(page.locator("#urgency")).to_be_in_viewport()
