"""An ambiguous send is looked up before it is repeated, or the repeat is marked (promise 4)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RejectedByProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.jobs import LOOK_UP_AFTER
from functions.core.models import Job, JobState, Tip, Urgency
from functions.core.posting import LOOK_UP_PATIENCE
from functions.core.retry import LONGEST
from tests.core.world import GROUP, World, connected_world

LOST = OutcomeUnknownError("timeout")
DOWN = RetryableProviderError("http-502")
LONG_TEXT = "từ " * 1_000
REPEAT = "(có thể trùng) "


def deliver_losing(world: World, method: str, *, after_effect: bool, **tip_changes: object) -> Tip:
    """Submit a tip and lose the answer to the method's first call."""
    tip = world.submit(**tip_changes)  # type: ignore[arg-type]
    if tip.attachments:
        world.clean_photos(tip)
    world.zalo.fail(method, LOST, after_effect=after_effect)
    world.work_once()
    return tip


def job(world: World, tip: Tip) -> Job:
    return world.job_of(tip.tip_id)


def later(world: World, tip: Tip) -> None:
    """Let the job's turn come and run it."""
    world.clock.set(job(world, tip).due_at)
    world.work_once()


def test_lost_answer_makes_the_job_unknown_and_waits_for_the_message_to_show_up() -> None:
    world = connected_world()

    tip = deliver_losing(world, "send_group_text", after_effect=True)

    assert (job(world, tip).state, job(world, tip).last_error) == (JobState.UNKNOWN, "timeout")
    assert job(world, tip).due_at - world.clock.now() >= LOOK_UP_AFTER


@pytest.mark.parametrize("method", ["send_group_text", "send_group_image"])
def test_message_found_in_the_group_is_not_sent_again(method: str) -> None:
    world = connected_world()
    tip = deliver_losing(world, method, after_effect=True, photos=(b"one", b"two"))
    sends = world.zalo.calls[method]

    later(world, tip)

    assert [posted.photo for posted in world.zalo.group(GROUP)] == [
        None,
        b"clean one",
        b"clean two",
    ]
    assert world.zalo.calls[method] == sends + (method == "send_group_image")
    (delivery,) = world.deliveries.of_tip(tip.tip_id)
    assert [message.message_id for message in delivery.messages] == [
        posted.message_id for posted in world.zalo.group(GROUP)
    ]


@pytest.mark.parametrize("method", ["send_group_text", "send_group_image"])
def test_message_not_in_the_group_is_sent_once_more_as_it_was(method: str) -> None:
    world = connected_world()
    tip = deliver_losing(world, method, after_effect=False, photos=(b"one",))

    later(world, tip)

    texts = world.group()
    assert len(texts) == 2
    assert not any(text.startswith(REPEAT) for text in texts)
    assert job(world, tip).state is JobState.DONE


def test_photo_whose_caption_the_history_does_not_tell_is_found_all_the_same() -> None:
    world = connected_world()
    tip = deliver_losing(world, "send_group_image", after_effect=True, photos=(b"one",))
    _without_captions(world)

    later(world, tip)

    assert len(world.zalo.group(GROUP)) == 2


def _without_captions(world: World) -> None:
    posted = world.zalo._groups[GROUP]
    posted[:] = [replace(one, text="") if one.photo else one for one in posted]


def test_decomposed_words_in_the_history_are_the_same_words() -> None:
    world = connected_world()
    tip = deliver_losing(
        world, "send_group_text", after_effect=True, text="ế\u200b\u0323 a\u200b\u0301"
    )
    posted = world.zalo._groups[GROUP]
    posted[:] = [replace(one, text=unicodedata.normalize("NFD", one.text)) for one in posted]

    later(world, tip)

    assert len(world.group()) == 1


def test_members_who_copy_the_card_are_not_taken_for_it() -> None:
    world = connected_world()
    tip = deliver_losing(world, "send_group_text", after_effect=False)
    (delivery,) = world.deliveries.of_tip(tip.tip_id)
    world.zalo.chat(GROUP, delivery.messages[0].text)

    later(world, tip)

    assert [posted.from_oa for posted in world.zalo.group(GROUP)] == [False, True]


def test_talk_in_the_group_does_not_hide_the_message() -> None:
    world = connected_world()
    tip = deliver_losing(world, "send_group_text", after_effect=True)
    for number in range(120):
        world.zalo.chat(GROUP, f"lời {number}")

    later(world, tip)

    assert sum(posted.from_oa for posted in world.zalo.group(GROUP)) == 1
    assert world.zalo.calls["group_history"] == 3


def test_search_ends_at_the_newest_message_known_before() -> None:
    world = connected_world()
    world.submit()
    world.work()
    for number in range(60):
        world.zalo.chat(GROUP, f"lời {number}")
    world.clock.advance(timedelta(minutes=1))
    tip = deliver_losing(world, "send_group_text", after_effect=False)
    for _ in range(600):
        world.zalo._groups[GROUP].insert(0, world.zalo._groups[GROUP][-1])

    later(world, tip)

    assert world.zalo.calls["group_history"] == 2
    assert tip.card_code in world.group()[-1]
    assert not world.group()[-1].startswith(REPEAT)


def test_urgent_tip_that_overtakes_does_not_hide_what_was_sent_before_it() -> None:
    world = connected_world()
    tip = deliver_losing(world, "send_group_text", after_effect=True)
    world.clock.advance(timedelta(seconds=1))
    urgent = world.submit(urgency=Urgency.NOW, photos=(b"one",))

    world.work()

    texts = world.group()
    assert len(texts) == 3
    assert [tip.card_code in texts[0], urgent.card_code in texts[1]] == [True, True]


def test_officers_commands_after_it_do_not_hide_the_message() -> None:
    """Their ids are kept like those of our own sends: who quotes one means the tip."""
    world = connected_world()
    tip = deliver_losing(world, "send_group_text", after_effect=True)
    world.submit(urgency=Urgency.NOW)
    world.work_once()
    for word in ("#nhan", "#dang"):
        world.zalo.chat(GROUP, f"{word} {tip.card_code}")
        typed = world.zalo.group(GROUP)[-1].message_id
        world.deliveries.learn_message_id(GROUP, typed, tip.tip_id)

    world.work()

    assert sum(text.startswith(f"TIN MỚI {tip.card_code}") for text in world.group()) == 1


def test_history_too_long_to_search_marks_the_repeat() -> None:
    world = connected_world()
    tip = deliver_losing(world, "send_group_text", after_effect=False)
    for number in range(501):
        world.zalo.chat(GROUP, f"lời {number}")

    later(world, tip)

    assert world.zalo.calls["group_history"] == 10
    assert world.group()[-1].startswith(f"{REPEAT}TIN MỚI {tip.card_code}")


@pytest.mark.parametrize("error", [ChannelClosedError("-403"), RejectedByProviderError("-201")])
@pytest.mark.parametrize("method", ["send_group_text", "send_group_image"])
def test_history_that_may_not_be_read_marks_the_repeat(method: str, error: ProviderError) -> None:
    world = connected_world()
    world.zalo.fail("group_history", error, times=-1)
    tip = deliver_losing(world, method, after_effect=True, photos=(b"one",))

    later(world, tip)

    texts = world.group()
    assert len(texts) == 3
    assert sum(text.startswith(REPEAT) for text in texts) == 1
    repeated = next(text for text in texts if text.startswith(REPEAT))
    assert repeated.removeprefix(REPEAT) in texts
    assert job(world, tip).state is JobState.DONE


def test_history_that_is_down_is_asked_again_for_ten_minutes() -> None:
    world = connected_world()
    world.zalo.fail("group_history", DOWN, times=-1)
    tip = deliver_losing(world, "send_group_text", after_effect=True)
    begun = world.clock.now()

    while world.clock.now() - begun < LOOK_UP_PATIENCE - timedelta(seconds=61):
        later(world, tip)
        assert job(world, tip).state is JobState.UNKNOWN
        assert len(world.group()) == 1
    # By then the last wait is over, too: it began before the patience ended.
    world.clock.set(begun + LOOK_UP_PATIENCE + LONGEST)
    world.work_once()

    assert [text.startswith(REPEAT) for text in world.group()] == [False, True]
    assert job(world, tip).state is JobState.DONE


def test_history_that_comes_back_in_time_saves_the_repeat() -> None:
    world = connected_world()
    world.zalo.fail("group_history", DOWN, times=3)
    tip = deliver_losing(world, "send_group_text", after_effect=True)

    world.work()

    assert len(world.group()) == 1
    assert job(world, tip).state is JobState.DONE


def test_second_lost_answer_is_looked_up_under_either_wording() -> None:
    world = connected_world()
    world.zalo.fail("group_history", ChannelClosedError("-403"))
    tip = deliver_losing(world, "send_group_text", after_effect=False)
    world.zalo.fail("send_group_text", LOST, after_effect=True)

    world.work()

    (text,) = world.group()
    assert text.startswith(REPEAT)
    assert job(world, tip).state is JobState.DONE


@pytest.mark.parametrize(
    "error", [DOWN, TokenExpiredError("-216"), ChannelClosedError("-237")], ids=type
)
def test_repeat_that_surely_failed_is_still_marked_for_what_came_before(
    error: ProviderError,
) -> None:
    world = connected_world()
    world.zalo.fail("group_history", ChannelClosedError("-403"), times=-1)
    tip = deliver_losing(world, "send_group_text", after_effect=True)
    world.zalo.fail("send_group_text", error)

    world.work()

    assert [text.startswith(REPEAT) for text in world.group()] == [False, True]
    assert job(world, tip).state is JobState.DONE


def test_send_that_surely_failed_needs_no_look_up() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", DOWN, times=3)

    world.submit()
    world.work()

    assert len(world.group()) == 1
    assert world.zalo.calls["group_history"] == 0


def test_upload_that_failed_is_done_again_and_the_photo_posted_once() -> None:
    world = connected_world()
    world.zalo.fail("upload_image", DOWN, after_effect=True, times=2)

    world.submit(photos=(b"one",))
    world.work()

    assert [posted.photo for posted in world.zalo.group(GROUP)] == [None, b"clean one"]
    assert world.zalo.calls["group_history"] == 0


def test_every_answer_lost_in_a_long_card_leaves_each_part_once() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", LOST, after_effect=True, times=-1)
    world.zalo.fail("send_group_image", LOST, after_effect=True, times=-1)

    world.submit(LONG_TEXT, photos=(b"one", b"two"))
    world.work()

    texts = world.group()
    assert len(texts) == len(set(texts)) == 5
    assert world.unfinished() == []
