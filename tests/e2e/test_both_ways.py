"""Officers and residents talk through the real system: words of officers reach the receipt
page, words of residents the group, and of a sealed tip Zalo hears only that there is news."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.desk import Desk
from tests.e2e.phones import Phones, code_of, picture
from tests.system import System

pytestmark = pytest.mark.e2e

ANSWER = "Chúng tôi đã cử người tới xem, cảm ơn ông/bà"
ADDED = "Hôm nay họ lại tới, có hai xe máy"
OUTCOME = "Đã nhắc nhở, hai bên hòa giải"
SEALED_WORDS = "Cháu bé nhà bên thường bị nhốt ngoài hiên"
SEALED_ANSWER = "Cán bộ phụ nữ và trẻ em sẽ liên hệ với ông/bà"
SEALED_MORE = "Tối qua cháu lại khóc ngoài hiên"


@pytest.mark.parametrize(
    ("phone", "unit_id"), [("page", "phuong-ea-kao"), ("plain_page", "xa-hoa-phu")]
)
def test_officer_and_resident_talk_by_group_and_receipt_page(
    phone: str, unit_id: str, shared_system: System, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(phone)
    phones = Phones(shared_system)
    officer = phones.member(unit_id)
    _, receipt = shared_system.submit(unit_id, category="gay-roi", text="Ồn ào đánh nhau ở quán")
    card = phones.card(unit_id)
    code = code_of(card)

    phones.write_in_group(officer, f"#dap {ANSWER}", quoted_id=card["message_id"])
    phones.wait_for_group(unit_id, f"{code}: đ/c {officer.name} đã trả lời người báo tin")
    open_receipt(page, shared_system, receipt["receipt_code"])
    expect(page.locator("main")).to_contain_text(ANSWER)
    expect(page.locator("main")).to_contain_text("Cán bộ trả lời")

    page.fill("#text", ADDED)
    page.set_input_files("#photos", photo())
    page.get_by_role("button", name="Gửi lời nhắn").click()
    expect(page.locator("[role=status].by-done")).to_contain_text("Lời nhắn của bạn đã được lưu")
    phones.wait_for_group(unit_id, f"│ {ADDED}")
    shared_system.wait_for(lambda: any(one["type"] == "photo" for one in phones.told(unit_id)))

    phones.write_in_group(officer, f"#xong {code} {OUTCOME}")
    phones.wait_for_group(unit_id, "đã kết thúc vụ việc")
    open_receipt(page, shared_system, receipt["receipt_code"])

    expect(page.locator("h1")).to_have_text("Đã kết thúc việc xử lý tại đơn vị")
    shown = page.locator("main").inner_text()
    assert shown.index(ANSWER) < shown.index(ADDED)
    for never in (OUTCOME, officer.name, code):
        assert never not in shown
    assert receipt["receipt_code"] not in page.url
    assert receipt["receipt_code"] not in "".join(phones.told_texts(unit_id))


def test_of_a_sealed_tip_zalo_hears_only_that_there_is_news(
    plain_page: Page, shared_system: System
) -> None:
    unit_id = "phuong-tan-lap"
    phones = Phones(shared_system)
    _, receipt = shared_system.submit(unit_id, category="tre-em", text=SEALED_WORDS)
    code = code_of(phones.card(unit_id))
    desk = Desk(shared_system.url, phones.ask_to_sign_in(phones.member(unit_id)))
    case = desk.get(f"/can-bo/tin/{code}")
    assert SEALED_WORDS in case.text

    done = desk.post(f"/can-bo/tin/{code}/dap", {"text": SEALED_ANSWER, **desk.hidden(case)})
    assert done.status == 200
    assert "Câu trả lời đã được lưu" in done.text
    answered = phones.wait_for_group(unit_id, "đã trả lời người báo tin")
    open_receipt(plain_page, shared_system, receipt["receipt_code"])
    expect(plain_page.locator("main")).to_contain_text(SEALED_ANSWER)
    plain_page.fill("#text", SEALED_MORE)
    plain_page.set_input_files("#photos", photo())
    plain_page.get_by_role("button", name="Gửi lời nhắn").click()
    added = phones.wait_for_group(unit_id, "người báo tin nhắn thêm")

    for told in (answered, added):
        assert f"/can-bo/tin/{code}" in told
    case = desk.get(f"/can-bo/tin/{code}")
    assert SEALED_MORE in case.text
    shared_system.wait_for(lambda: f"/can-bo/tin/{code}/anh/1" in desk.get(case.url).text)
    everything = repr(shared_system.group(unit_id)) + shared_system.log.read_text()
    for never in (SEALED_WORDS, SEALED_ANSWER, SEALED_MORE):
        assert never not in everything
    assert all(one["type"] == "text" for one in phones.told(unit_id))


def test_answer_that_cannot_reach_the_chat_is_told_to_the_group(shared_system: System) -> None:
    unit_id = "xa-cu-mgar"
    phones = Phones(shared_system)
    resident, officer = phones.resident(unit_id), phones.member(unit_id)
    phones.write(resident, "Mất trộm xe đạp trước cổng trường")
    card = phones.card(unit_id)
    phones.wait_for_chat(resident, "đã lưu tin")
    phones.change(f"users/{resident.user_id}/block")

    phones.write_in_group(officer, f"#dap {ANSWER}", quoted_id=card["message_id"])

    told = phones.wait_for_group(unit_id, "KHÔNG gửi được")
    assert told.startswith(f"{code_of(card)}: KHÔNG gửi được câu trả lời tới Zalo")
    assert len(phones.chat(resident)) == 1


def test_officer_who_leaves_the_group_is_out_at_once(shared_system: System) -> None:
    unit_id = "phuong-buon-ho"
    phones = Phones(shared_system)
    officer = phones.member(unit_id)
    desk = Desk(shared_system.url, phones.ask_to_sign_in(officer))
    assert desk.get("/can-bo/").status == 200

    phones.change(f"users/{officer.user_id}/leave-group")

    shared_system.wait_for(lambda: desk.get("/can-bo/").status == 401)


def open_receipt(page: Page, system: System, receipt_code: str) -> None:
    page.goto(f"{system.url}/theo-doi/")
    page.fill("[name=receipt_code]", receipt_code)
    page.get_by_role("button", name="Xem tin của tôi").click()


def photo() -> FilePayload:
    return {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": base64.b64decode(picture())}
