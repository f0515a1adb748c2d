"""Content that Zalo refuses: the officers still hear of the tip, or an operator is called."""

from __future__ import annotations

from functions.core.errors import RejectedByProviderError
from functions.core.models import DeliveryState, ForwardMode, JobState, SendState, Tip
from tests.core.world import WARD, World, connected_world

REFUSED = RejectedByProviderError("-201")


def states(world: World, tip: Tip) -> list[SendState]:
    (delivery,) = world.deliveries.of_tip(tip.tip_id)
    return [message.state for message in delivery.messages]


def delivery_state(world: World, tip: Tip) -> DeliveryState:
    return world.deliveries.of_tip(tip.tip_id)[0].state


def test_refused_words_give_way_to_a_notice() -> None:
    world = connected_world()
    world.zalo.refused_words.add("lời cấm")
    tip = world.submit("Có lời cấm")

    world.work()

    (text,) = world.group()
    assert text.startswith(f"TIN MỚI {tip.card_code}")
    assert "Nội dung xem ở trang vụ việc." in text
    assert states(world, tip) == [SendState.REFUSED, SendState.SENT]
    assert delivery_state(world, tip) is DeliveryState.SENT
    assert world.job_of(tip.tip_id).state is JobState.DONE
    assert world.alerts.raised == []


def test_photos_go_even_where_the_words_are_refused() -> None:
    world = connected_world()
    world.zalo.refused_words.add("lời cấm")
    tip = world.submit("Có lời cấm", photos=(b"one",))
    world.clean_photos(tip)

    world.work()

    assert world.group()[0] == f"{tip.card_code} ảnh 1/1"
    assert "Nội dung xem ở trang vụ việc." in world.group()[1]


def test_one_refused_part_brings_the_notice_after_the_others() -> None:
    world = connected_world()
    world.zalo.refused_words.add("lời cấm")
    world.submit("từ " * 700 + "lời cấm " + "từ " * 700)

    world.work()

    marks = [text.split("\n")[0].split()[-1] for text in world.group()[:-1]]
    assert len(marks) >= 2
    assert "Nội dung xem ở trang vụ việc." in world.group()[-1]


def test_refused_photo_costs_the_card_nothing() -> None:
    world = connected_world()
    world.zalo.fail("upload_image", REFUSED)
    world.zalo.fail("send_group_image", REFUSED)
    tip = world.submit(photos=(b"one", b"two", b"three"))
    world.clean_photos(tip)

    world.work()

    assert world.group()[1:] == [f"{tip.card_code} ảnh 3/3"]
    assert len(world.group()) == 2
    assert world.job_of(tip.tip_id).state is JobState.DONE


def test_when_all_is_refused_the_job_fails_and_an_operator_is_called() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", REFUSED, times=-1)
    tip = world.submit()

    world.work()

    job = world.job_of(tip.tip_id)
    assert (job.state, job.last_error) == (JobState.FAILED, "refused")
    assert delivery_state(world, tip) is DeliveryState.REFUSED
    assert world.alerts.raised == [("delivery-refused", WARD)]


def test_failed_job_does_not_hold_the_next_tips_up() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", REFUSED, times=2)
    world.submit()
    second = world.submit()

    world.work_once()

    (text,) = world.group()
    assert second.card_code in text


def test_refused_notice_of_a_sealed_tip_never_shows_its_words() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", REFUSED, times=-1)
    tip = world.submit("Lời kể", sealed=True)

    world.work()

    assert world.job_of(tip.tip_id).state is JobState.FAILED
    (delivery,) = world.deliveries.of_tip(tip.tip_id)
    assert not any("Lời kể" in message.text for message in delivery.messages)


def test_failed_job_stays_failed_until_it_is_re_armed() -> None:
    world = connected_world()
    world.zalo.fail("send_group_text", REFUSED, times=-1)
    tip = world.submit()
    world.work()
    world.zalo.recover()

    world.jobs.rearm_lane(WARD, world.clock.now())
    assert world.work_once() == 0

    world.jobs.retry(world.job_of(tip.tip_id).job_id, world.clock.now())
    world.work()
    assert world.job_of(tip.tip_id).state is JobState.DONE
    assert delivery_state(world, tip) is DeliveryState.SENT
    assert len(world.group()) == len(set(world.group())) == 2


def test_failed_notice_goes_out_when_it_is_re_armed() -> None:
    world = connected_world(ForwardMode.NOTICE)
    world.zalo.fail("send_group_text", REFUSED)
    tip = world.submit()
    world.work()
    assert world.job_of(tip.tip_id).state is JobState.FAILED

    world.jobs.retry(None, world.clock.now())
    world.work()

    assert len(world.group()) == 1
    assert world.job_of(tip.tip_id).state is JobState.DONE


def test_job_that_is_refused_again_fails_again() -> None:
    world = connected_world(ForwardMode.NOTICE)
    world.zalo.fail("send_group_text", REFUSED, times=2)
    tip = world.submit()
    world.work()

    world.jobs.retry(None, world.clock.now())
    world.work()

    assert world.group() == []
    assert world.job_of(tip.tip_id).state is JobState.FAILED
