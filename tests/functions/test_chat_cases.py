"""The case page of a tip that came by a chat: its sender has no receipt code, only the chat."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.core.following_up import add_message, withdraw_contact
from functions.core.models import (
    CaseEntry,
    CaseState,
    ChatAddress,
    EntryKind,
    Location,
    Urgency,
    Via,
)
from tests.functions.case_forms import do, draw, one_case, text_of, words_of
from tests.functions.world import UNIT, World

CHAT = ChatAddress(UNIT, "resident-1")
ON_THE_TRACKING_PAGE = "Người gửi đọc khi mở trang theo dõi bằng mã của họ."
IN_ZALO = "Người gửi đọc trong Zalo."
UNREACHABLE = "không có cách nào trả lời hay hỏi thêm."


def chat_case(world: World, **more: Any) -> Any:
    """Return a tip as a chat opens it."""
    # Another text each time: what is sent twice is one tip.
    opened = one_case(world, text=f"Lời nhắn {len(world.stored())}")
    tip = replace(opened, chat=CHAT, case=CaseState(is_from_chat=True), **more)
    world.tips.put(tip)
    return tip


def shown(world: World, tip: Any) -> str:
    return words_of(world.sign_in().get(f"/can-bo/tin/{tip.card_code}"))


def after(client: FlaskClient, answer: Any) -> str:
    """Return the page that an act leads to."""
    path, _, query = answer.location.partition("?")
    return words_of(client.get(path, query_string=query))


def write(world: World, tip: Any, entry_id: str, text: str, location: Location | None) -> None:
    add_message(tip.tip_id, entry_id, text, (), Via.CHAT, world.acts, location)


def test_each_position_stands_at_the_message_that_brought_it(world: World) -> None:
    tip = chat_case(world)
    write(world, tip, "m1", "", Location(12.6667, 108.05))
    write(world, tip, "m2", "Đi rồi.", None)
    write(world, tip, "m3", "Giờ ở đây.", Location(12.7, -108.123456))

    answer = world.sign_in().get(f"/can-bo/tin/{tip.card_code}")

    page = words_of(answer)
    link = "Mở bản đồ"
    assert f"Người gửi viết qua Zalo Gửi vị trí: 12,6667, 108,0500 {link}" in page
    assert f"Giờ ở đây. Gửi vị trí: 12,7000, -108,1235 {link}" in page
    assert page.count("Gửi vị trí:") == 2
    assert text_of(answer).count('href="geo:12.700000,-108.123456"') == 2


def test_facts_tell_the_first_position_and_the_latest(world: World) -> None:
    tip = chat_case(world)
    none = shown(world, tip)
    write(world, tip, "m1", "", Location(12.1, 108.1))
    one = shown(world, tip)
    write(world, tip, "m2", "", Location(12.2, 108.2))
    write(world, tip, "m3", "", Location(12.3, 108.3))

    three = shown(world, tip)

    assert "Vị trí người gửi cho" not in none
    assert "Vị trí người gửi cho 12,1000, 108,1000" in one
    assert "sau cùng" not in one
    assert "Vị trí người gửi cho 12,1000, 108,1000" in three
    assert "Vị trí người gửi cho sau cùng 12,3000, 108,3000" in three


def test_position_that_came_with_the_tip_stays_the_first(world: World) -> None:
    tip = chat_case(world)
    here = Location(12.1, 108.1)
    world.tips.put(replace(tip, content=replace(tip.content, location=here)))
    write(world, tip, "m1", "", Location(12.2, 108.2))

    page = shown(world, tip)

    assert "Vị trí người gửi cho 12,1000, 108,1000" in page
    assert "Vị trí người gửi cho sau cùng 12,2000, 108,2000" in page


def test_officer_is_told_by_which_way_an_answer_gets_to_the_sender(world: World) -> None:
    by_form = one_case(world)
    by_chat = chat_case(world)

    form, chat = shown(world, by_form), shown(world, by_chat)

    assert ON_THE_TRACKING_PAGE in form
    assert IN_ZALO in chat
    assert "Nhắn tới Zalo OA, không có mã theo dõi; trả lời được qua Zalo" in chat
    assert ON_THE_TRACKING_PAGE not in chat
    assert UNREACHABLE not in form + chat
    assert CHAT.user_id not in chat


def test_nothing_reaches_a_chat_that_was_withdrawn_and_the_page_says_so_first(
    world: World,
) -> None:
    tip = chat_case(world)
    withdraw_contact(tip.tip_id, Via.CHAT, world.acts)

    answer = world.sign_in().get(f"/can-bo/tin/{tip.card_code}")

    page = words_of(answer)
    assert page.count(UNREACHABLE) == 1
    for act in ("dap", "can"):
        assert f'href="#{act}"' not in text_of(answer)
        assert f'action="/can-bo/tin/{tip.card_code}/{act}"' not in text_of(answer)
    assert f'action="/can-bo/tin/{tip.card_code}/ket-qua"' in text_of(answer)
    assert "nay không còn trả lời qua Zalo được" in page
    assert IN_ZALO not in page
    assert ON_THE_TRACKING_PAGE not in page


@pytest.mark.parametrize(
    ("act", "saved"), [("dap", "Câu trả lời đã được lưu."), ("can", "Câu hỏi đã được lưu.")]
)
def test_what_was_saved_is_said_to_go_where_it_can_go(world: World, act: str, saved: str) -> None:
    by_form, by_chat = one_case(world), chat_case(world)
    client = world.sign_in()

    said = [
        after(client, do(client, tip.card_code, act, text="Một câu.")) for tip in (by_form, by_chat)
    ]
    withdraw_contact(by_chat.tip_id, Via.CHAT, world.acts)
    said.append(words_of(client.get(f"/can-bo/tin/{by_chat.card_code}?xong={act}")))

    assert f"{saved} {ON_THE_TRACKING_PAGE}" in said[0]
    assert f"{saved} Đang chuyển tới Zalo của người gửi." in said[1]
    assert f"{saved} Không còn cách nào chuyển tới người gửi." in said[2]


def test_answer_that_zalo_refused_is_not_said_to_be_readable_elsewhere(world: World) -> None:
    tip = chat_case(world)
    do(world.sign_in(), tip.card_code, "dap", text="Một câu.")
    (answered,) = world.cases.entries(tip.tip_id)
    before = world.tips.get(tip.tip_id)
    lost = CaseEntry(
        "lost", tip.tip_id, 2, world.clock.now(), EntryKind.UNDELIVERED, UNIT, Via.SYSTEM,
        about=answered.entry_id,
    )  # fmt: skip
    assert world.cases.change(before, replace(before, revision=2), lost, ())

    page = shown(world, tip)

    again = "Khi họ nhắn tới OA, hệ thống gửi lại."
    assert f"Người gửi không có mã theo dõi nên chưa đọc được. {again}" in page
    assert "ở trang theo dõi" not in page


def test_answer_to_who_withdrew_while_it_was_typed_is_given_back(world: World) -> None:
    tip = chat_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, "dap") | {"text": "Câu dài."}
    withdraw_contact(tip.tip_id, Via.CHAT, world.acts)

    answer = client.post(f"/can-bo/tin/{tip.card_code}/dap", data=form)

    page = words_of(answer)
    assert answer.status_code == 409
    assert "Người gửi đã rút liên hệ, không gửi được." in page
    assert "bạn đã ghi: Câu dài." in page


def test_nobody_said_how_urgent_a_chat_is(world: World) -> None:
    form, chat = one_case(world), chat_case(world)
    urgent = one_case(world, urgency="soon")

    assert "Đã xảy ra hoặc không gấp" in shown(world, form)
    assert "Mức độ: Chưa rõ (gửi qua Zalo)" in shown(world, chat)
    assert "không gấp" not in shown(world, chat)
    inbox = words_of(world.sign_in().get("/can-bo/"))
    assert {one.card_code in inbox for one in (form, chat, urgent)} == {True}
    assert "không gấp" not in inbox
    assert inbox.count("Đang chuẩn bị, sắp xảy ra") == 1


def test_urgency_that_a_chat_has_is_shown(world: World) -> None:
    tip = chat_case(world, urgency=Urgency.NOW)

    assert "Đang xảy ra" in shown(world, tip)


@pytest.mark.parametrize(
    ("text", "is_folded"),
    [("a" * 600, False), ("chữ " * 151, True), ("a" * 5000, True), ("dòng\n" * 17, True)],
    ids=["600 signs", "a little more", "one long word", "many lines"],
)
def test_long_text_of_a_conversation_is_folded_whole(
    world: World, text: str, is_folded: bool
) -> None:
    tip = chat_case(world)
    write(world, tip, "m1", text, None)

    page = text_of(world.sign_in().get(f"/can-bo/tin/{tip.card_code}"))

    assert ('<details class="st-long">' in page) == is_folded
    assert f'<div class="by-typed" dir="auto">{text}</div>' in page


def test_folded_text_is_inert(world: World) -> None:
    tip = chat_case(world)
    write(world, tip, "m1", "<img src=x onerror=alert(1)> " * 40, None)

    page = world.sign_in().get(f"/can-bo/tin/{tip.card_code}").get_data(as_text=True)

    assert '<details class="st-long">' in page
    assert "<img" not in page
