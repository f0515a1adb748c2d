"""Sending the form: once, again, and when something goes wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import RECEIPT_CODE, TipServer
from tests.e2e.walking import (
    HEIC,
    TEXT,
    fill_what,
    go_on,
    go_to_check,
    stored_on_the_phone,
    upload,
)

pytestmark = pytest.mark.e2e


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
