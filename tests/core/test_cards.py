"""What a card may carry: everything in tip mode but identity, almost nothing in a notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.cards import card_texts, notice_values, shows_content
from functions.core.categories import CATEGORIES
from functions.core.masking import MASK
from functions.core.models import Contact, ForwardMode, Location, Tip
from functions.core.submissions import read_draft
from tests.core.world import PUBLIC_URL, WARD, World, draft, renderer

DAO = Contact("Nguyễn Thị Đào", "0905123456")


def tip(text: str = "Họ bán hàng lạ.", **changes: object) -> Tip:
    world = World()
    return world.submit(text, **changes)


def card(one: Tip, mode: ForwardMode = ForwardMode.TIP) -> str:
    return "\n".join(card_texts(one, mode, PUBLIC_URL, renderer()))


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("mode", ForwardMode)
@pytest.mark.parametrize("sealed", [False, True])
def test_content_goes_only_in_tip_mode_and_never_of_a_sealed_tip(
    category: str, mode: ForwardMode, sealed: bool
) -> None:
    one = tip("Lời kể", category=category, sealed=sealed)
    open_category = not CATEGORIES[category].sealed

    shows = shows_content(one, mode)

    assert shows is (mode is ForwardMode.TIP and open_category and not sealed)
    assert ("Lời kể" in card(one, mode)) is shows


@pytest.mark.parametrize(("mode", "sealed"), [(ForwardMode.NOTICE, False), (ForwardMode.TIP, True)])
def test_notice_carries_neither_text_place_time_contact_nor_position(
    mode: ForwardMode, sealed: bool
) -> None:
    one = tip(
        "Lời kể",
        place="sau chợ",
        area="tổ 5",
        occurred_at="2019-03-04",
        contact=DAO,
        location=Location(12.6667, 108.0383),
        sealed=sealed,
        photos=(b"x",),
    )

    notice = card(one, mode)

    assert notice.splitlines() == [
        f"TIN MỚI {one.card_code}",
        "Loại việc: Gây rối, đánh nhau, gây mất trật tự",
        "Mức độ: Đã xảy ra hoặc không gấp",
        "Khu vực: tổ 5",
        "Tin cần giữ kín: nội dung không gửi qua Zalo."
        if sealed
        else "Nội dung xem ở trang vụ việc.",
        f"Mở trang vụ việc: {PUBLIC_URL}/can-bo/tin/{one.card_code}",
    ]


def test_card_carries_all_but_identity_and_position() -> None:
    one = tip(
        "Tôi là nguyen thi dao, gọi 0905.123.456",
        place="nhà bà Nguyễn Thị Đào",
        area="cạnh Nguyễn Thị Đào",
        occurred_at="2026-11-20",
        contact=DAO,
        location=Location(12.6667, 108.0383),
    )

    shown = card(one)

    assert f"│ Tôi là {MASK}, gọi {MASK}" in shown
    assert f"Nơi xảy ra: nhà bà {MASK}\n" in shown
    assert f"Khu vực: cạnh {MASK}\n" in shown
    assert "Lúc xảy ra: 20/11/2026\n" in shown
    assert "12.66" not in shown
    assert "108.03" not in shown


def test_long_numbers_in_place_and_area_are_masked_too() -> None:
    one = tip(place="nhà có số 0905123456", area="gọi 0905 123 456")

    assert "0905" not in card(one)
    assert notice_values(one, PUBLIC_URL).area == f"gọi {MASK}"


def test_receipt_code_in_a_text_is_masked() -> None:
    world = World()
    code = world.receive(draft()).receipt_code

    shown = card(
        tip(f"Mã lần trước: {code[:4]} {code[4:8]} {code[8:12]} {code[12:16]} {code[16:]}")
    )

    assert code[:4] not in shown.split("Người gửi viết")[1]


@settings(deadline=None, max_examples=60)
@given(
    st.text(alphabet="0123456789 .-\u200b\u2060aá\n", max_size=80),
    st.sampled_from([DAO, Contact("Đào Hoa"), Contact(phone="0262 123")]),
)
def test_contact_never_stands_in_a_card(text: str, contact: Contact) -> None:
    typed = f"{contact.name} {text} {contact.phone.replace(' ', '.')}"
    fields = {"category": "gay-roi", "text": f"x{typed}\n {typed}", "place": typed[:300]}
    content = read_draft(WARD, fields, ()).content
    one = replace(tip(contact=contact), content=content)

    shown = card(one)

    body = shown.replace(one.card_code, "")
    for value in (contact.name, contact.phone):
        assert not value or value not in body
    assert "0262.123" not in body
