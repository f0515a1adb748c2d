"""What reaches the resident's chat, and who is told when it does not."""

from __future__ import annotations

from dataclasses import replace

from functions.core import casework
from functions.core.following_up import withdraw_contact
from functions.core.models import (
    EntryKind,
    JobState,
    SendState,
    Via,
)
from tests.core.relaying import (
    FIVE,
    again,
    kinds,
    world_with_officers,
)
from tests.core.world import (
    OTHER_WARD,
    PUBLIC_URL,
    RESIDENT,
)


def test_resident_in_the_chat_hears_answers_questions_and_status_and_no_more() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.take(world.act(tip, officer), world.casework)
    casework.verify_place(world.act(tip, officer), "hẻm", world.casework)
    casework.hand_over(world.act(tip, officer), "b", world.casework)
    casework.start(world.act(tip, officer), world.casework)
    casework.ask(world.act(tip, officer), "Mấy giờ? Xem https://x.vn", world.casework)
    world.write(tip, "9 giờ")
    casework.answer(world.act(tip, officer), "Cảm ơn.\n\nGọi 0262 3 851 234", world.casework)
    casework.close(world.act(tip, officer), FIVE, world.casework)

    world.work()
    again(world, tip, "relay_to_resident")

    code = tip.card_code
    assert world.chat() == [
        f"Cán bộ Công an phường Tân An đã nhận tin {code}.",
        f"Công an phường Tân An đang xem xét tin {code}.",
        f"Công an phường Tân An hỏi thêm về tin {code}, xin trả lời ngay tại đây:\n"
        "Mấy giờ? Xem https://x.vn",
        f"Công an phường Tân An trả lời về tin {code}:\nCảm ơn.\n\nGọi 0262 3 851 234",
        f"Công an phường Tân An đã kết thúc việc xử lý tin {code}. Cảm ơn ông/bà đã báo tin.",
    ]
    assert "Nguyễn Văn An" not in "".join(world.chat())
    assert "Bắt quả tang" not in "".join(world.chat())


def test_resident_hears_where_the_tip_went() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.transfer(world.act(tip, officer), OTHER_WARD, "lý do riêng", world.casework)
    other = world.officers.officer(OTHER_WARD, "c")
    assert other
    casework.answer(world.act(tip, other), "Chúng tôi đã nhận", world.casework)

    world.work()

    assert world.chat() == [
        f"Tin {tip.card_code} đã được chuyển tới Công an xã Ea Kao là nơi có thẩm quyền. "
        "Mã tin giữ nguyên.",
        f"Công an xã Ea Kao trả lời về tin {tip.card_code}:\nChúng tôi đã nhận",
    ]


def test_resident_of_a_double_learns_of_no_other_tip() -> None:
    world, officer = world_with_officers()
    kept, double = world.submit("một"), world.submit_by_chat("hai")
    casework.merge(world.act(double, officer), kept.card_code, world.casework)

    world.work()

    (text,) = world.chat()
    assert double.card_code in text
    assert kept.card_code not in text


def test_tip_out_of_scope_is_said_so() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.close(world.act(tip, officer), FIVE, world.casework, in_scope=False)

    world.work()

    assert "không thuộc phạm vi xử lý của Công an phường Tân An" in world.chat()[0]
    assert "không thuộc phạm vi xử lý" in world.said()[0]


def test_sealed_case_tells_the_chat_only_that_there_is_news() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat(sealed=True)
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    casework.ask(world.act(tip, officer), "Lời hỏi", world.casework)

    world.work()

    assert len(world.chat()) == 2
    assert not any("Lời" in text for text in world.chat())
    assert all("gọi điện thoại trực ban của đơn vị" in text for text in world.chat())
    assert not any("mã theo dõi" in text or PUBLIC_URL in text for text in world.chat())
    assert "trả lời mới" in world.chat()[0]


def test_long_answer_reaches_the_chat_whole_in_parts() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    answer = " ".join(f"từ{number}" for number in range(800))
    casework.answer(world.act(tip, officer), answer, world.casework)

    world.work()

    parts = world.chat()
    assert len(parts) > 2
    assert all(len(part) <= 1_500 for part in parts)
    words = " ".join(" ".join(part.split("\n")[1:]) for part in parts)
    assert words.split() == answer.split()


def test_web_tip_and_withdrawn_chat_get_nothing_by_zalo() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    withdraw_contact(tip.tip_id, Via.CHAT, world.acts)

    world.work()

    assert world.chat() == []
    assert world.job_of(tip.tip_id, "relay_to_resident").state is JobState.DONE


def test_answer_that_cannot_reach_the_resident_is_told_to_the_group_once() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.zalo.closed_users.add(RESIDENT)
    casework.take(world.act(tip, officer), world.casework)
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    casework.ask(world.act(tip, officer), "Lời hỏi", world.casework)

    world.work()
    again(world, tip, "relay_to_resident")
    again(world, tip, "relay_to_group")

    told = [line for line in world.said() if "KHÔNG gửi được" in line]
    assert [("câu trả lời" in line, "câu hỏi" in line) for line in told] == [
        (True, False),
        (False, True),
    ]
    assert kinds(world, tip).count(EntryKind.UNDELIVERED) == 2
    assert world.zalo.calls["send_user_text"] <= 2
    assert world.alerts.raised == []
    assert world.unfinished() == []


def test_closed_chat_neither_pauses_nor_alarms_anything() -> None:
    world, officer = world_with_officers()
    tip, other = world.submit_by_chat(), world.submit_by_chat("khác", "resident-2")
    world.zalo.closed_users.add(RESIDENT)
    for one in (tip, other):
        casework.answer(world.act(one, officer), "Lời đáp", world.casework)

    world.work_once()

    assert world.chat() == []
    assert len(world.chat("resident-2")) == 1
    assert world.alerts.raised == []


def test_answer_of_which_only_the_beginning_arrived_counts_as_undelivered() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.answer(world.act(tip, officer), "từ " * 1_200, world.casework)

    class _Closing(type(world.zalo)):  # type: ignore[misc]
        def send_user_text(self, access_token: str, user_id: str, text: str) -> str:
            message_id: str = super().send_user_text(access_token, user_id, text)
            self.closed_users.add(user_id)
            return message_id

    world.zalo.__class__ = _Closing

    world.work()

    assert len(world.chat()) == 1
    assert EntryKind.UNDELIVERED in kinds(world, tip)
    (sent,) = [
        delivery
        for delivery in world.deliveries.of_tip(tip.tip_id)
        if delivery.recipient == RESIDENT
    ]
    states = [message.state for message in sent.messages]
    assert states[0] is SendState.SENT
    assert set(states[1:]) == {SendState.REFUSED}


def test_answer_whose_words_zalo_refuses_leaves_word_that_there_is_one() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.zalo.refused_words.add("lời cấm")
    casework.answer(world.act(tip, officer), "Có lời cấm", world.casework)

    world.work()

    (text,) = world.chat()
    assert "có trả lời mới" in text
    assert any("KHÔNG gửi được câu trả lời" in line for line in world.said())


def test_job_of_another_oa_than_the_chats_sends_nothing() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    world.work()
    foreign = replace(
        world.job_of(tip.tip_id, "relay_to_resident"),
        job_id="foreign",
        unit_id=OTHER_WARD,
        state=JobState.PENDING,
    )
    world.jobs.add(foreign)

    world.work()

    assert len(world.chat()) == 1
