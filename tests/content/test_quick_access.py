"""Who may open and send small forms, and what a session that ran out leaves of them."""

from __future__ import annotations

from typing import Any

import pytest

from functions.core.models import Officer
from functions.core.signin import SESSION_LIFE
from tests.content.quick_forms import (
    CONTACT,
    FEES,
    HOME,
    HOURS,
    NEW_NOTICE,
    OWN,
    PAUSE,
    RULE,
    fields_of,
    fill,
    follow,
    send,
)
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    UNIT_PAGE,
    published_whole,
    small_world,
    text_of,
)
from tests.content.world import (
    APPROVER,
    EDITOR,
    OTHER,
    PROVINCE,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    STRANGER,
    UNIT,
    EditingWorld,
)

NOTICE_FORM = f"{NEW_NOTICE}/cat-dien"
OF_UNIT = (CONTACT, HOURS, RULE, PAUSE, NEW_NOTICE, NOTICE_FORM)
BUTTONS = (f"{NOTICE_FORM}/ket-thuc", f"{OWN}mo-lai")
LISTS = (OWN, f"{OWN}thu-tuc")
OF_PROVINCE = (f"{FEES}/1", f"{FEES}/them")
FEE_LISTS = (f"{HOME}le-phi", FEES)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    """One world for all tests: none minds what the others saved."""
    made = small_world(tmp_path_factory.mktemp("access"))
    published_whole(made, NOTICE, NOTICE_TEXT)
    return made


@pytest.mark.parametrize(
    ("officer", "may_unit", "may_fees"),
    [
        (EDITOR, True, False),
        (APPROVER, True, False),
        (STRANGER, False, False),
        (PROVINCE_EDITOR, True, True),
        (PROVINCE_APPROVER, True, True),
    ],
    ids=lambda value: getattr(value, "user_id", None),
)
def test_forms_open_for_those_who_may_write_there(
    world: EditingWorld, officer: Officer, may_unit: bool, may_fees: bool
) -> None:
    desk, version = world.sign_in(officer), world.store.published()

    for addresses, may in ((OF_UNIT + LISTS, may_unit), (OF_PROVINCE + FEE_LISTS, may_fees)):
        for address in addresses:
            assert desk.get(address).status_code == (200 if may else 403), address
    for addresses, may in ((OF_UNIT + BUTTONS, may_unit), (OF_PROVINCE, may_fees)):
        for address in [] if may else addresses:
            assert desk.post(address, title="x", text="x", case="x").status_code == 403, address
    assert world.store.published() == version
    assert world.store.drafts() == []


@pytest.mark.parametrize("unit_id", ["phuong-khong-co", "..", "_mau", "doi-csgt", "%2e%2e"])
def test_units_without_pages_have_no_forms(world: EditingWorld, unit_id: str) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)

    assert desk.get(f"{HOME}{unit_id}/lien-he").status_code in (403, 404)


def test_the_province_chooses_a_unit(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_EDITOR)

    own = desk.get(HOME)
    chosen = follow_choice(desk.get(f"{HOME}?don-vi={OTHER}"))

    assert f"{HOME}{PROVINCE}/lien-he" in own.text
    assert f'<option value="{OTHER}">' in own.text
    assert "Lệ phí" in text_of(own)
    assert chosen == f"{HOME}{OTHER}/"
    assert f"{HOME}{OTHER}/lien-he" in desk.get(chosen).text


def test_an_editor_cannot_choose_another_unit(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    assert desk.get(f"{HOME}?don-vi={OTHER}").status_code == 403
    assert desk.get(f"{HOME}?don-vi={UNIT}").status_code == 200
    assert "<select" not in desk.get(HOME).text


def test_without_a_token_nothing_is_done_and_the_form_comes_again(world: EditingWorld) -> None:
    desk, version = world.sign_in(PROVINCE_APPROVER), world.store.published()

    for address in (*OF_UNIT, *OF_PROVINCE):
        for token in ("", "x" * 43):
            typed = {"title": "Tiêu đề", "address": "12 Lê Duẩn", "note": "Mới", "reason": "Mất"}
            answer = desk.client.post(address, data=typed | {"csrf_token": token})

            assert answer.status_code == 403
            kept = fields_of(answer, address)
            assert kept["csrf_token"] == desk.csrf_token
            assert {kept[name] for name in typed if name in kept} <= set(typed.values())
            assert "chưa được lưu" in text_of(answer)
    for address in BUTTONS:
        assert desk.client.post(address).status_code == 403
    assert world.store.published() == version
    assert world.store.drafts() == []


def test_another_sites_page_cannot_send_a_form(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    fields = fields_of(desk.get(CONTACT), CONTACT) | {"address": "Từ trang khác"}

    answer = desk.client.post(CONTACT, data=fields, headers={"Origin": "https://example.org"})

    assert answer.status_code == 403
    assert "Từ trang khác" not in world.published_text(UNIT_PAGE)


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        (CONTACT, {"address": "12 <b>Lê</b> Duẩn\r\n\r\nTầng 2", "duty_phone": "0262 385 2113"}),
        (HOURS, {"hours": "Sáng", "car_registration": "no"}),
        (RULE, {"note": "Buổi sáng", "handled_here": "refer", "paused_until": "30/11/2026"}),
        (PAUSE, {"chon-tach-ho": "yes", "paused_until": "2026-11-30", "reason": "Mất điện"}),
        (NEW_NOTICE, {"title": "Nghỉ lễ", "text": "\r\nMột\r\n\r\n- hai", "valid_from": "x"}),
        (NOTICE_FORM, {"title": "Nghỉ lễ", "text": 'Chữ & dấu "nháy"'}),
    ],
)
def test_a_session_that_ran_out_loses_nothing_typed(
    world: EditingWorld, address: str, typed: dict[str, str]
) -> None:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(address), address)
    world.clock.advance(SESSION_LIFE)

    signed_out = send(desk, address, drawn, **typed)
    given_back = fields_of(signed_out, address)
    again = world.sign_in(APPROVER)
    redrawn = again.client.post(address, data=given_back)

    assert signed_out.status_code == 401
    assert redrawn.status_code == 403
    kept = fields_of(redrawn, address)
    for name, value in typed.items():
        assert kept[name].split() == value.split(), name
    assert kept.get("base") == drawn.get("base")
    saved = send(again, address, kept, **({"valid_from": ""} if "valid_from" in typed else {}))
    assert "Đã đăng" in text_of(follow(again, saved))


@pytest.mark.parametrize("others", [{}, {"email": "tan-an@example.vn"}], ids=["only", "beside"])
def test_a_field_that_was_emptied_stays_empty_over_a_new_session(
    world: EditingWorld, others: dict[str, str]
) -> None:
    desk = world.sign_in(APPROVER)
    fill(desk, CONTACT, address="12 Lê Duẩn", **others)
    drawn = fields_of(desk.get(CONTACT), CONTACT)
    world.clock.advance(SESSION_LIFE)
    given_back = fields_of(send(desk, CONTACT, drawn, address=""), CONTACT)

    again = world.sign_in(APPROVER)
    redrawn = again.client.post(CONTACT, data=given_back)

    assert fields_of(redrawn, CONTACT)["address"] == ""


def test_broken_and_huge_forms_are_refused_without_a_crash(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    broken = desk.client.post(
        CONTACT, data=b"--x\r\nbroken", content_type="multipart/form-data; boundary=x"
    )
    many = desk.post(CONTACT, **{f"f{number}": "x" for number in range(300)})
    large = send(desk, NEW_NOTICE, {"csrf_token": desk.csrf_token}, text="x" * 5_000_000)
    surrogate = desk.client.post(
        CONTACT, data={"csrf_token": desk.csrf_token, "address": b"\xed\xa0\x80\x00a"}
    )

    assert broken.status_code in (400, 403)
    assert many.status_code < 500
    assert large.status_code == 413
    assert surrogate.status_code < 500


def follow_choice(answer: Any) -> str:
    assert answer.status_code == 303
    return str(answer.headers["Location"])
