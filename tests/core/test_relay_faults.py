"""Relays when things go wrong: crashes, lost answers, closed channels, quotas."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core import casework
from functions.core.bundles import relay_id
from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RecipientClosedError,
)
from functions.core.jobs import run_job
from functions.core.models import (
    Channel,
    EntryKind,
    JobState,
)
from functions.core.posting import SENDS_PER_MINUTE
from tests.core.relaying import again, photo, world_with_officers
from tests.core.test_delivery_crashes import crash_everywhere
from tests.core.world import GROUP, RESIDENT, WARD, World

LOST = OutcomeUnknownError("timeout")
REPEAT = "(có thể trùng) "
MINUTE = timedelta(minutes=1)


def settled(world: World, where: str) -> None:
    assert world.unfinished() == [], where
    assert world.crashes == [], where
    assert {job.state for job in world.jobs.all()} == {JobState.DONE}, where


def test_conversation_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world, officer = world_with_officers()
        tip = world.submit_by_chat()
        world.work()
        world.write(tip, "từ " * 600, photo(1))
        casework.take(world.act(tip, officer), world.casework)
        casework.answer(world.act(tip, officer), "đáp " * 500, world.casework)
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        code = world.last_tip().card_code
        texts = world.group()[1:]
        assert len(texts) == len(set(texts)) == 5, where
        heads = [text.split("\n")[0] for text in texts]
        assert heads[0].startswith(f"{code} (1/2): người báo tin"), where
        assert heads[1] == f"{code} (2/2) (tiếp):", where
        assert heads[2] == f"{code} ảnh 1/1", where
        assert "đã nhận" in heads[3], where
        assert "đã trả lời" in heads[4], where
        chat = world.chat()
        assert len(chat) == len(set(chat)) == 3, where
        assert [f"({number}/2)" in chat[number] for number in (1, 2)] == [True] * 2, where

    assert crash_everywhere(prepare, check) > 100


def test_answer_that_cannot_arrive_is_told_once_wherever_the_worker_dies() -> None:
    def prepare() -> World:
        world, officer = world_with_officers()
        tip = world.submit_by_chat()
        world.work()
        world.zalo.closed_users.add(RESIDENT)
        casework.answer(world.act(tip, officer), "đáp " * 500, world.casework)
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        kinds = [entry.kind for entry in world.cases.entries(world.last_tip().tip_id)]
        assert kinds == [EntryKind.ANSWER, EntryKind.UNDELIVERED], where
        assert sum("KHÔNG gửi được" in text for text in world.group()) == 1, where
        assert world.chat() == [], where

    assert crash_everywhere(prepare, check) > 40


def test_tip_on_its_way_to_another_unit_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world, officer = world_with_officers()
        tip = world.submit()
        world.work()
        world.write(tip, "Nhắn thêm")
        casework.transfer(world.act(tip, officer), "xa-ea-kao", "", world.casework)
        return world

    def check(world: World, where: str) -> None:
        settled(world, where)
        for group in (GROUP, "group-ea-kao"):
            texts = world.group(group)
            assert len(texts) == len(set(texts)), where
            assert sum(text.startswith("TIN MỚI") for text in texts) == 1, where
        assert sum("Nhắn thêm" in text for text in world.group()) == 1, where

    assert crash_everywhere(prepare, check) > 40


@pytest.mark.parametrize("after_effect", [False, True])
def test_lost_answers_in_a_conversation_leave_each_message_once(after_effect: bool) -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.work()
    for method in ("send_group_text", "send_group_image", "send_user_text"):
        world.zalo.fail(method, LOST, after_effect=after_effect, times=2 if after_effect else 1)
    world.write(tip, "từ " * 600, photo(1))
    casework.take(world.act(tip, officer), world.casework)
    casework.answer(world.act(tip, officer), "đáp " * 500, world.casework)

    world.work()

    settled(world, "")
    for texts, count in ((world.group(), 6), (world.chat(), 3)):
        assert len(texts) == len(set(texts)) == count
        assert not any(text.startswith(REPEAT) for text in texts)


def test_message_that_zalo_echoed_before_its_look_up_is_found_all_the_same() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    world.work()
    world.zalo.fail("send_group_text", LOST, after_effect=True)
    casework.take(world.act(tip, officer), world.casework)
    world.work_once()
    echo = world.zalo.group(GROUP)[-1]

    world.deliveries.learn_message_id(GROUP, echo.message_id, tip.tip_id)
    world.work()

    assert len(world.said()) == 1


def test_chat_too_long_to_look_through_marks_the_repeat() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.zalo.fail("send_user_text", LOST, after_effect=False)
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    world.work_once()
    for number in range(10):
        world.zalo.write_to_oa(RESIDENT, f"lời {number}")

    world.work()

    (text,) = world.chat()
    assert text.startswith(REPEAT)


def test_known_message_of_the_chat_ends_the_look_up() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    casework.take(world.act(tip, officer), world.casework)
    world.work()
    world.clock.advance(MINUTE)
    for number in range(9):
        world.zalo.write_to_oa(RESIDENT, f"lời {number}")
    world.zalo.fail("send_user_text", LOST, after_effect=False)
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)

    world.work()

    assert world.chat()[-1].startswith("Công an phường Tân An trả lời")


def test_conversation_waits_its_turn_where_the_unit_has_sent_enough() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    world.work()
    for number in range(SENDS_PER_MINUTE + 5):
        casework.verify_place(world.act(tip, officer), f"hẻm {number}", world.casework)
    world.clock.advance(2 * MINUTE)

    world.work_once()
    assert len(world.said()) == SENDS_PER_MINUTE
    assert {job.last_error for job in world.unfinished()} == {"own-rate"}
    world.work()

    assert len(world.said()) == SENDS_PER_MINUTE + 5


def test_group_that_is_shut_holds_up_no_answer_to_a_resident() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.work()
    world.zalo.fail("send_group_text", ChannelClosedError("-237"), times=-1)
    for _ in range(3):
        world.submit()
    world.work_once()
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)

    world.work_once()

    assert len(world.chat()) == 1
    assert world.alerts.is_open("channel-closed", WARD)


def test_chats_that_are_shut_altogether_call_an_operator_until_one_is_open_again() -> None:
    world, officer = world_with_officers()
    tip = world.submit_by_chat()
    world.zalo.fail("send_user_text", ChannelClosedError("-237"))
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)

    world.work_once()
    assert world.alerts.is_open("chat-closed", WARD)
    assert not world.alerts.is_open("channel-closed", WARD)
    assert len(world.group()) == 2
    world.work()

    assert len(world.chat()) == 1
    assert not world.alerts.is_open("chat-closed", WARD)


def test_person_who_is_out_of_reach_pauses_no_lane_whatever_job_it_was() -> None:
    world, _ = world_with_officers()
    tip = world.submit()
    world.zalo.fail("send_group_text", RecipientClosedError("-230"))

    run_job(world.job_of(tip.tip_id).job_id, world.work_services())
    other = world.submit()
    world.work_once()

    assert world.job_of(tip.tip_id).last_error == "-230"
    assert [other.card_code in text for text in world.group()] == [True]
    assert world.alerts.raised == []


def test_the_same_act_on_two_tips_makes_two_deliveries() -> None:
    world, officer = world_with_officers()
    tips = [world.submit(), world.submit()]
    for tip in tips:
        casework.take(world.act(tip, officer, "same-act"), world.casework)

    world.work()

    assert len(world.said()) == 2
    entries = [world.cases.entries(tip.tip_id)[0] for tip in tips]
    assert len({relay_id(entry, Channel.ZALO_GROUP, GROUP) for entry in entries}) == 2


def test_card_without_words_in_parts_is_not_repeated_by_a_second_job() -> None:
    world, officer = world_with_officers()
    tip = world.submit()
    casework.take(world.act(tip, officer), world.casework)
    world.work()

    again(world, tip, "deliver_tip")

    assert len(world.group()) == 2
