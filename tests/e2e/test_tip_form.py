"""The tip form as residents use it: a phone's Chromium, with and without JavaScript."""

from __future__ import annotations

import io

import jinja2
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from functions.core.categories import CATEGORIES
from functions.tips.forms import FieldMessage, TipForm
from functions.web.words import load_words
from tests.e2e.conftest import PROJECT, RECEIPT_CODE, TipServer

pytestmark = pytest.mark.e2e

FORM = "/phuong-tan-an/to-giac/"
TEXT = "Có nhóm người bán thuốc lạ sau chợ."
STEPS = 7
GPS = {1: "N", 2: (12.0, 40.0, 48.0), 3: "E", 4: (108.0, 2.0, 2.0)}
GPS_IFD = 0x8825
MOST_BYTES = 900 * 1024
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"not opened by this browser" * 100


def fill_what(page: Page, server: TipServer, link: str = "") -> None:
    page.goto(server.url + FORM + link)
    page.select_option("#category", "ma-tuy")
    page.fill("#text", TEXT)


def go_on(page: Page, times: int = 1) -> None:
    for _ in range(times):
        page.locator(".is-current [data-next]").click()


def go_to_check(page: Page, server: TipServer) -> None:
    fill_what(page, server)
    go_on(page, STEPS - 1)
    expect(page.locator("#buoc-7")).to_be_focused()


def stored_on_the_phone(page: Page) -> list[object]:
    found: list[object] = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
             (await indexedDB.databases()).length, (await caches.keys()).length]"""
    )
    return found


def large_photo() -> bytes:
    """A 12-megapixel JPEG that says where it was taken."""
    picture = Image.effect_noise((800, 600), 90).resize((4000, 3000)).convert("RGB")
    exif = Image.Exif()
    exif[GPS_IFD] = GPS
    exif[0x0110] = "SECRET-PHONE"
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=97, exif=exif.tobytes())
    return held.getvalue()


def upload(name: str, kind: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


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
    expect(page.locator("[data-count]")).to_have_text("Còn 0 ký tự")
    page.fill("#text", decomposed + "bc")

    go_on(page)

    expect(page.locator("[data-count]")).to_have_text("Thừa 2 ký tự")
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


def test_sent_tip_shows_code_in_five_groups_and_leaves_nothing_behind(
    page: Page, tip_server: TipServer
) -> None:
    go_to_check(page, tip_server)

    page.click("[data-send]")

    expect(page.locator("#tin-da-luu")).to_be_focused()
    assert page.locator("[data-receipt-code] span").all_inner_texts() == RECEIPT_CODE.split()
    assert tip_server.tips[0].fields["text"] == TEXT
    assert tip_server.tips[0].accept == "application/json"
    assert 22 <= len(tip_server.tips[0].fields["submission_key"]) <= 64
    expect(page.locator("form.tf-form")).to_have_count(0)
    assert TEXT not in page.content()
    assert stored_on_the_phone(page) == [0, 0, "", 0, 0]
    assert RECEIPT_CODE.replace(" ", "") not in page.url.replace("%20", "")


def test_coming_back_after_the_receipt_shows_an_empty_form(
    page: Page, tip_server: TipServer
) -> None:
    go_to_check(page, tip_server)
    page.click("[data-send]")
    expect(page.locator(".tf-receipt")).to_be_visible()
    page.get_by_role("link", name="Theo dõi tin đã gửi").first.click()
    page.wait_for_url("**/theo-doi/")

    page.go_back()

    expect(page.locator("#text")).to_have_value("")
    expect(page.locator(".tf-receipt")).to_have_count(0)


def test_back_key_after_the_receipt_leaves_the_form_at_once(
    page: Page, tip_server: TipServer
) -> None:
    page.goto(tip_server.url + "/phap-luat/")
    go_to_check(page, tip_server)
    page.click("[data-send]")
    expect(page.locator(".tf-receipt")).to_be_visible()

    page.go_back()

    page.wait_for_url("**/phap-luat/")


def test_double_click_sends_one_tip(page: Page, tip_server: TipServer) -> None:
    go_to_check(page, tip_server)
    tip_server.hold.clear()

    # The button moves when the progress appears, so a mouse might miss it the second time.
    page.locator("[data-send]").evaluate("(button) => { button.click(); button.click(); }")
    page.locator("[data-send]").press("Enter")
    expect(page.locator("[data-send]")).to_have_attribute("aria-disabled", "true")
    tip_server.hold.set()

    expect(page.locator(".tf-receipt")).to_be_visible()
    assert len(tip_server.tips) == 1


def test_retry_after_a_lost_answer_uses_the_same_key(page: Page, tip_server: TipServer) -> None:
    go_to_check(page, tip_server)

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/**", lose_answer, times=1)
    page.click("[data-send]")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Chưa chắc tin đã tới nơi")

    page.get_by_role("alert").get_by_role("button", name="Gửi lại").click()

    expect(page.locator(".tf-receipt")).to_be_visible()
    first, second = tip_server.tips
    assert first.fields == second.fields


def test_page_of_a_hotspot_instead_of_a_receipt_is_no_success(
    page: Page, tip_server: TipServer
) -> None:
    go_to_check(page, tip_server)
    page.route("**/api/**", lambda route: route.fulfill(status=200, body="<html>Wi-Fi</html>"))

    page.click("[data-send]")

    expect(page.get_by_role("alert")).to_contain_text("Chưa chắc tin đã tới nơi")
    expect(page.locator("[data-show=text]")).to_have_text(TEXT)


def test_mistake_found_by_the_server_stands_at_its_field(page: Page, tip_server: TipServer) -> None:
    go_to_check(page, tip_server)
    message = "Số điện thoại chưa đúng."
    error = {"field": "contact_phone", "code": "invalid", "message": message}
    tip_server.answer_next(422, {"errors": [error]})

    page.click("[data-send]")

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#buoc-6")).to_be_visible()
    expect(page.locator("#contact_phone-error")).to_have_text(message)
    expect(page.locator("#contact_phone")).to_have_attribute("aria-invalid", "true")


def test_used_key_is_explained_and_replaced(page: Page, tip_server: TipServer) -> None:
    go_to_check(page, tip_server)
    tip_server.answer_next(409, {"errors": [{"field": "", "code": "conflict", "message": "-"}]})
    page.click("[data-send]")
    expect(page.get_by_role("alert")).to_contain_text("Một bản trước của tin này")

    page.get_by_role("alert").get_by_role("button", name="Gửi lại").click()

    expect(page.locator(".tf-receipt")).to_be_visible()
    first, second = (tip.fields["submission_key"] for tip in tip_server.tips)
    assert first != second


def test_unavailable_server_names_a_phone_and_keeps_everything(
    page: Page, tip_server: TipServer
) -> None:
    go_to_check(page, tip_server)
    error = {"field": "", "code": "unavailable", "message": "Hệ thống đang gặp sự cố."}
    tip_server.answer_next(503, {"errors": [error], "phone": "0262 3123 456"})

    page.click("[data-send]")

    link = page.get_by_role("alert").get_by_role("link")
    expect(link).to_have_attribute("href", "tel:02623123456")
    expect(page.get_by_role("alert")).to_contain_text("Hệ thống đang gặp sự cố.")
    expect(page.locator("[data-show=text]")).to_have_text(TEXT)


def test_too_large_a_body_leads_to_the_photos(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page, 4)
    page.set_input_files("#photos", upload("a.heic", "", HEIC))
    expect(page.locator("[data-photo-state]")).to_have_text("Đã có 1 ảnh.")
    go_on(page, 2)
    error = {"field": "", "code": "body_too_large", "message": "-"}
    tip_server.answer_next(413, {"errors": [error]})

    page.click("[data-send]")

    expect(page.locator("#buoc-5")).to_be_visible()
    expect(page.locator("#photos-error")).to_contain_text("Máy chủ không nhận ảnh")


def test_successors_of_a_split_unit_can_be_chosen(page: Page, tip_server: TipServer) -> None:
    go_to_check(page, tip_server)
    error = {"field": "unit_id", "code": "unit_split", "message": "Hãy chọn nơi nhận tin."}
    successors = [{"unit_id": "xa-ea-kao", "name": "Công an xã Ea Kao"}]
    tip_server.answer_next(404, {"errors": [error], "successors": successors})
    page.click("[data-send]")

    with page.expect_request("**/api/units/xa-ea-kao/tips"):
        page.get_by_role("button", name="Gửi tới Công an xã Ea Kao").click()

    expect(page.locator(".tf-receipt")).to_be_visible()


def test_photo_is_shrunk_and_loses_its_position(page: Page, tip_server: TipServer) -> None:
    photo = large_photo()
    assert len(photo) > 3 * MOST_BYTES
    fill_what(page, tip_server)
    go_on(page, 4)

    page.set_input_files("#photos", upload("nha-toi.jpg", "image/jpeg", photo))
    expect(page.locator("[data-photo-state]")).to_have_text("Đã có 1 ảnh.", timeout=20_000)
    go_on(page, 2)
    page.click("[data-send]")
    expect(page.locator(".tf-receipt")).to_be_visible()

    (sent,) = tip_server.tips[0].photos
    assert len(sent) < MOST_BYTES
    assert b"SECRET-PHONE" not in sent
    with Image.open(io.BytesIO(sent)) as picture:
        assert max(picture.size) == 2048
        assert not picture.getexif()
    assert tip_server.tips[0].photo_names == ["anh-1"]


def test_photo_unknown_to_the_browser_goes_as_it_is(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page, 4)

    page.set_input_files("#photos", upload("a.heic", "image/heic", HEIC))

    expect(page.locator("[data-photo-list]")).to_contain_text("Không xem trước được, vẫn gửi được")
    go_on(page, 2)
    page.click("[data-send]")
    expect(page.locator(".tf-receipt")).to_be_visible()
    assert tip_server.tips[0].photos == [HEIC]


@pytest.mark.parametrize(
    ("files", "message", "kept"),
    [
        ([upload("a.jpg", "image/jpeg", b"%PDF-1.7 not a photo")], "không phải là ảnh", 0),
        ([upload("a.heic", "image/heic", HEIC + bytes(10 * 1024 * 1024))], "lớn hơn 10 MB", 0),
        ([upload(f"{n}.heic", "image/heic", HEIC) for n in range(6)], "nhiều nhất 5 ảnh", 5),
    ],
)
def test_unfit_photos_are_named_at_the_field(
    page: Page, tip_server: TipServer, files: list[FilePayload], message: str, kept: int
) -> None:
    fill_what(page, tip_server)
    go_on(page, 4)

    page.set_input_files("#photos", files)

    expect(page.locator("#photos-error")).to_contain_text(message)
    expect(page.locator("[data-photo-list] li")).to_have_count(kept)


def test_removed_photo_is_not_sent(page: Page, tip_server: TipServer) -> None:
    fill_what(page, tip_server)
    go_on(page, 4)
    files = [upload(f"{n}.heic", "image/heic", HEIC + bytes([n])) for n in range(2)]
    page.set_input_files("#photos", files)

    page.get_by_role("button", name="Bỏ ảnh 1").click()
    go_on(page, 2)
    page.click("[data-send]")

    expect(page.locator(".tf-receipt")).to_be_visible()
    assert tip_server.tips[0].photos == [HEIC + b"\x01"]


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
