"""Answers that a resident's chat did not take: they come when the resident is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import casework
from functions.core.bringing_again import reopen_lost
from functions.core.bundles import relay_id
from functions.core.conversations import GOES_ON
from functions.core.errors import ActRefusedError
from functions.core.events import ResidentWithdrew
from functions.core.jobs import run_job
from functions.core.models import Channel, DeliveryState, EntryKind, JobKind, Tip, TipStatus
from tests.core.relaying import kinds
from tests.core.talking import OA, Talk
from tests.core.test_delivery_crashes import crash_everywhere
from tests.core.world import RESIDENT, World

LOST, FOUND = EntryKind.UNDELIVERED, EntryKind.DELIVERED


def talk_with_lost(*commands: str) -> tuple[Talk, Tip]:
    """Return a case in which the commands reached nobody: the chat was shut."""
    talk = Talk()
    talk.hear(talk.resident("Có người lạ."))
    tip = talk.tip()
    talk.world.zalo.closed_users.add(RESIDENT)
    for command in commands:
        word, _, text = command.partition(" ")
        talk.hear(talk.staff(f"{word} {tip.card_code} {text}"))
    talk.world.work()
    return talk, tip


def come_back(talk: Talk, text: str = "Tôi đây.") -> None:
    talk.world.zalo.closed_users.clear()
    talk.hear(talk.resident(text))
    talk.world.work()


def answers(talk: Talk) -> list[str]:
    """Return the last line of what the chat got after the acknowledgement."""
    return [text.split("\n")[-1] for text in talk.world.chat()[1:]]


def again_jobs(world: World) -> int:
    return sum(job.kind is JobKind.RELAY_AGAIN for job in world.jobs.all())


def test_lost_answers_come_in_order_and_once_when_the_resident_writes_again() -> None:
    talk, tip = talk_with_lost("#dap Lời một", "#can Lời hai?")
    assert answers(talk) == []

    come_back(talk)
    talk.hear(talk.staff(f"#dap {tip.card_code} Lời ba"))
    talk.hear(talk.resident("Cảm ơn."))
    talk.world.work()

    assert answers(talk)[:2] == ["Lời một", "Lời hai?"]
    assert answers(talk)[-1] == "Lời ba"
    assert len(set(answers(talk))) == len(answers(talk)) == 3
    assert kinds(talk.world, tip).count(FOUND) == 2
    went = [line.split(" lúc ")[0] for line in talk.world.said() if "đã gửi được" in line]
    code = tip.card_code
    assert went == [
        f"{code}: đã gửi được câu trả lời tới Zalo của người báo tin",
        f"{code}: đã gửi được câu hỏi tới Zalo của người báo tin",
    ]
    assert again_jobs(talk.world) == 1


def test_answer_comes_before_what_is_said_after_the_return() -> None:
    talk, tip = talk_with_lost("#dap Lời một")
    talk.world.zalo.closed_users.clear()

    talk.post(talk.resident("Tôi đây."))
    (event,) = talk.world.unfinished()
    run_job(event.job_id, talk.world.work_services())
    talk.world.clock.advance(timedelta(seconds=1))
    answer = talk.world.act(tip, talk.world.enroll("an"))
    casework.answer(answer, "Lời hai", talk.world.casework)
    talk.world.work()

    assert answers(talk) == ["Lời một", "Lời hai"]


def test_sentences_about_status_are_not_brought_again() -> None:
    talk, _ = talk_with_lost("#nhan", "#dang")

    come_back(talk)

    assert answers(talk) == []
    assert again_jobs(talk.world) == 0


def test_chat_that_is_still_shut_is_tried_again_at_each_message_and_told_of_once() -> None:
    talk, tip = talk_with_lost("#dap Lời một")

    talk.hear(talk.resident("Alô?"))
    talk.world.work()
    told = [line for line in talk.world.said() if "KHÔNG gửi được" in line]
    come_back(talk)

    assert len(told) == 1
    assert answers(talk) == ["Lời một"]
    assert kinds(talk.world, tip).count(LOST) == 1
    assert kinds(talk.world, tip).count(FOUND) == 1


def test_rest_of_a_long_answer_comes_after_its_beginning() -> None:
    talk, tip = talk_with_lost()
    talk.world.zalo.closed_users.clear()

    class _Closing(type(talk.world.zalo)):  # type: ignore[misc]
        def send_user_text(self, access_token: str, user_id: str, text: str) -> str:
            message_id: str = super().send_user_text(access_token, user_id, text)
            self.closed_users.add(user_id)
            return message_id

    usual = talk.world.zalo.__class__
    talk.world.zalo.__class__ = _Closing
    talk.hear(talk.staff(f"#dap {tip.card_code} " + "từ " * 1_200))
    talk.world.zalo.__class__ = usual
    begun = len(answers(talk))

    come_back(talk)

    said = " ".join(" ".join(text.split("\n")[1:]) for text in talk.world.chat()[1:])
    assert begun == 1
    assert said.split() == ["từ"] * 1_200
    assert FOUND in kinds(talk.world, tip)


def test_words_that_zalo_refuses_are_not_tried_again() -> None:
    talk, tip = talk_with_lost()
    talk.world.zalo.closed_users.clear()
    talk.world.zalo.refused_words.add("lời cấm")
    talk.hear(talk.staff(f"#dap {tip.card_code} Có lời cấm"))
    talk.world.work()
    before = answers(talk)

    come_back(talk)

    assert len(before) == 1
    assert answers(talk) == before
    assert again_jobs(talk.world) == 0
    assert FOUND not in kinds(talk.world, tip)


def test_who_comes_back_with_another_matter_gets_the_answer_to_the_old_one() -> None:
    talk, old = talk_with_lost("#xong Đã giải quyết", "#dap Lời một")
    talk.world.clock.advance(GOES_ON + timedelta(hours=1))

    come_back(talk, "Việc khác")

    assert [tip.content.text for tip in talk.tips()] == ["Có người lạ.", "Việc khác"]
    assert "Lời một" in answers(talk)
    assert FOUND in kinds(talk.world, old)


def test_sticker_is_a_return_as_well() -> None:
    talk, _ = talk_with_lost("#dap Lời một")
    talk.world.zalo.closed_users.clear()

    talk.hear(talk.resident(is_sticker=True))

    assert answers(talk) == ["Lời một"]


def test_who_has_withdrawn_and_whose_tip_is_erased_get_nothing_again() -> None:
    talk, tip = talk_with_lost("#dap Lời một")
    (answer,) = talk.entries(tip, EntryKind.ANSWER)
    lost_id = relay_id(answer, Channel.ZALO_USER, RESIDENT)

    erased = talk.tip()
    talk.world.tips.put(replace(erased, status=TipStatus.ERASED))
    reopen_lost(talk.tip(), talk.world.work_services())
    talk.world.tips.put(erased)
    talk.hear(ResidentWithdrew(OA, talk.world.clock.now(), RESIDENT))
    reopen_lost(talk.tip(), talk.world.work_services())

    assert talk.world.deliveries.get(lost_id).state is DeliveryState.REFUSED


def test_return_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        talk, _ = talk_with_lost("#dap Lời một", "#can Lời hai?")
        talk.world.zalo.closed_users.clear()
        talk.post(talk.resident("Tôi đây."))
        return talk.world

    def check(world: World, where: str) -> None:
        assert world.unfinished() == [], where
        lines = [text.split("\n")[-1] for text in world.chat()[1:]]
        assert lines == ["Lời một", "Lời hai?"], where
        record = kinds(world, world.last_tip())
        assert (record.count(LOST), record.count(FOUND)) == (2, 2), where
        went = [line for line in world.said() if "đã gửi được" in line]
        assert len(went) == 2, where

    crash_everywhere(prepare, check)


@pytest.mark.parametrize("word", ["#dap", "#can"])
def test_nobody_is_said_to_be_answered_who_withdrew_their_chat(word: str) -> None:
    talk = Talk()
    talk.hear(talk.resident("Có người lạ."))
    talk.hear(ResidentWithdrew(OA, talk.world.clock.now(), RESIDENT))
    tip = talk.tip()

    talk.hear(talk.staff(f"{word} {tip.card_code} Lời một"))

    assert tip.case.is_from_chat
    assert kinds(talk.world, tip) == [EntryKind.CONTACT_WITHDRAWN]
    assert talk.world.said()[-1] == f"{tip.card_code}: người gửi đã rút liên hệ, không gửi được."


def test_web_tip_is_answered_by_its_receipt_page() -> None:
    talk = Talk()
    tip = talk.world.submit()
    talk.world.work()

    talk.hear(talk.staff(f"#dap {tip.card_code} Lời một"))

    assert kinds(talk.world, tip) == [EntryKind.ANSWER]


def test_case_page_refuses_to_answer_nobody() -> None:
    talk = Talk()
    talk.hear(talk.resident("Có người lạ."))
    talk.hear(ResidentWithdrew(OA, talk.world.clock.now(), RESIDENT))
    officer = talk.world.officers.officer(talk.tip().unit_id, "officer-binh")
    assert officer

    with pytest.raises(ActRefusedError, match="sender_withdrew"):
        casework.answer(talk.world.act(talk.tip(), officer), "Lời", talk.world.casework)
