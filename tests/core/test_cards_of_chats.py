"""What a group reads of tips that came by chat, and of tips that went on to another unit."""

from __future__ import annotations

import pytest

from functions.core import casework
from functions.core.cards import has_number_alone
from functions.core.models import ForwardMode
from functions.core.submissions import MAX_TEXT
from tests.core.relaying import world_with_officers
from tests.core.talking import BINH, Talk
from tests.core.world import OTHER_GROUP, OTHER_WARD

PHONE = "84900000000"


def test_card_of_a_chat_does_not_say_that_it_is_not_urgent() -> None:
    talk = Talk()

    talk.hear(talk.resident("Có người lạ."))
    web = talk.world.submit()
    talk.world.work()

    by_chat, by_web = talk.world.group()
    assert "Mức độ: Chưa rõ (gửi qua Zalo)\n" in by_chat
    assert web.card_code in by_web
    assert "Mức độ: Đã xảy ra hoặc không gấp\n" in by_web


def test_digest_says_the_same_of_a_chat() -> None:
    talk = Talk()
    for number in range(25):
        talk.hear(talk.resident("Có người lạ.", user_id=f"resident-{number}"))

    talk.world.work()

    digests = [text for text in talk.world.group() if text.startswith("TIN DỒN")]
    assert any("· Chưa rõ (gửi qua Zalo)" in text for text in digests)
    assert not any("không gấp" in text for text in digests)


@pytest.mark.parametrize("mode", ForwardMode)
def test_card_after_a_transfer_is_followed_by_all_that_was_said(mode: ForwardMode) -> None:
    world, officer = world_with_officers()
    world.connect(OTHER_WARD, OTHER_GROUP, mode)
    tip = world.submit("Lời kể")
    world.work()
    world.write(tip, "một")
    world.write(tip, "hai")
    world.work()
    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)

    world.work()

    card, *rest = world.group(OTHER_GROUP)
    assert "lời nhắn tiếp theo" not in card
    assert len(rest) == 2


def test_card_of_joint_action_counts_them_too() -> None:
    world, officer = world_with_officers()
    tip = world.submit("Lời kể")
    world.work()
    world.write(tip, "một")
    world.work()
    casework.act_jointly(world.act(tip, officer), OTHER_WARD, "", world.casework)

    world.work()

    card, _ = world.group(OTHER_GROUP)
    assert "Có 1 lời nhắn tiếp theo" in card


def test_card_counts_nothing_that_it_brings_itself() -> None:
    world, officer = world_with_officers()
    tip = world.submit("Lời kể")
    world.work()
    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)

    world.work()

    (card,) = world.group(OTHER_GROUP)
    assert "lời nhắn tiếp theo" not in card


def test_business_card_alone_is_called_so_first_and_later() -> None:
    talk = Talk()

    talk.hear(talk.resident(PHONE), talk.resident(PHONE))

    card, later = talk.world.group()
    line = "Danh thiếp Zalo hoặc số điện thoại: xem ở trang vụ việc."
    assert line in card
    assert line in later
    assert "Mở trang vụ việc" in later
    assert "•••••" not in card + later
    assert "không viết chữ nào" not in card


@pytest.mark.parametrize(
    ("masked", "is_number"),
    [("•••••", True), ("+•••••\n", True), ("Gọi •••••", False), ("", False), ("🆘", False)],
)
def test_number_is_alone_where_nothing_else_can_be_read(masked: str, is_number: bool) -> None:
    assert has_number_alone(masked) is is_number


def test_officers_answer_that_is_too_long_is_refused_whole() -> None:
    talk = Talk()
    talk.hear(talk.resident("Có người lạ."))
    tip = talk.tip()

    talk.hear(talk.staff(f"#dap {tip.card_code} " + "a" * (MAX_TEXT + 1), BINH))

    assert talk.entries(tip) == []
    assert "dài quá 5000 ký tự" in talk.world.said()[-1]
