"""A store that came back from a backup: what waits there may stand in its group already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from functions.core import cards, casework
from functions.core.digests import FLOOD_CARDS
from functions.core.models import DeliveryState, Job, JobState, SendState, Tip, TipStatus
from functions.core.restoring import (
    close_open_digests,
    plan_waiting_entries,
    plan_waiting_tips,
)
from tests.core.world import (
    GROUP,
    OTHER_GROUP,
    OTHER_WARD,
    PROVINCE,
    RESIDENT,
    World,
    connected_world,
)


def plan(world: World, *tips: Tip) -> int:
    return plan_waiting_tips([tip.tip_id for tip in tips], world.work_services())


def count_as_attempted(world: World, tip: Tip) -> None:
    """Mark what waits of a tip as the restore does in the store."""
    for delivery in world.deliveries.of_tip(tip.tip_id):
        for message in delivery.messages:
            world.deliveries.begin_send(delivery.delivery_id, message.position, world.clock.now())


def flooded_world() -> tuple[World, Tip]:
    """Return a world whose last tip stands in a digest that is still open."""
    world = connected_world()
    for _ in range(FLOOD_CARDS):
        world.submit()
    world.work_once()
    while len(world.group()) < FLOOD_CARDS:
        world.clock.advance(timedelta(seconds=1))
        world.work_once()
    tip = world.submit()
    world.work_once()
    return world, tip


def test_a_waiting_tip_is_planned_once_and_nothing_is_sent() -> None:
    world = connected_world()
    tip = world.submit(photos=(b"one",))

    assert (plan(world, tip), plan(world, tip)) == (1, 0)

    [delivery] = world.deliveries.of_tip(tip.tip_id)
    assert [message.state for message in delivery.messages] == [SendState.PENDING] * 2
    assert world.group() == []


def test_a_tip_of_a_unit_without_a_group_has_nowhere_to_be_planned() -> None:
    world = World()
    tip = world.submit()

    assert plan(world, tip) == 0
    assert world.deliveries.of_tip(tip.tip_id) == []


def test_an_erased_tip_is_not_planned() -> None:
    world = connected_world()
    tip = world.submit()
    services = world.work_services()
    erased = _Erased(services.tips)

    assert plan_waiting_tips([tip.tip_id], replace(services, tips=erased)) == 0  # type: ignore[arg-type]
    assert world.deliveries.of_tip(tip.tip_id) == []


class _Erased:
    """A store whose tips have all been erased."""

    def __init__(self, tips: object) -> None:
        self._tips = tips

    def get(self, tip_id: str) -> Tip:
        return replace(self._tips.get(tip_id), status=TipStatus.ERASED)  # type: ignore[attr-defined]


def test_an_open_digest_gets_its_words_and_a_closed_one_is_left_alone() -> None:
    world, tip = flooded_world()
    [digest] = world.deliveries.of_tip(tip.tip_id)

    closed = close_open_digests([digest.delivery_id], world.work_services())
    again = close_open_digests([digest.delivery_id], world.work_services())

    [digest] = world.deliveries.of_tip(tip.tip_id)
    assert (closed, again) == (1, 0)
    assert digest.state is DeliveryState.PLANNED
    assert tip.card_code in digest.messages[0].text


def test_a_card_whose_tip_stands_in_a_digest_of_the_group_counts_as_sent() -> None:
    world, tip = flooded_world()
    lost = world.deliveries
    world.work()
    digest = world.zalo.group(GROUP)[-1]
    # The store of before the flood: it knows nothing of a digest.
    world.deliveries = type(lost)(world.jobs)
    plan(world, tip)
    count_as_attempted(world, tip)
    world.jobs.add(_again(world, tip))

    world.work()

    [delivery] = world.deliveries.of_tip(tip.tip_id)
    assert delivery.state is DeliveryState.SENT
    assert {message.message_id for message in delivery.messages} == {digest.message_id}
    assert world.zalo.group(GROUP)[-1] == digest


def _again(world: World, tip: Tip) -> Job:
    return replace(
        world.job_of(tip.tip_id), job_id="restored", state=JobState.UNKNOWN,
        due_at=world.clock.now(), attempts=0,
    )  # fmt: skip


def test_members_who_copy_a_line_of_a_digest_are_not_taken_for_it() -> None:
    world = connected_world()
    tip = world.submit()
    plan(world, tip)
    count_as_attempted(world, tip)
    services = world.work_services()
    [text] = services.renderer.digest("", [cards.notice_values(tip, services.public_url)])
    world.zalo.chat(GROUP, text)

    world.work()

    assert sum(posted.from_oa for posted in world.zalo.group(GROUP)) == 1


def test_waiting_entries_are_planned_once_for_each_group_and_the_chat() -> None:
    world = connected_world()
    officer = world.enroll("a")
    world.connect(OTHER_WARD, OTHER_GROUP)
    tip = world.submit_by_chat()
    without_group = world.submit_by_chat("khác", unit_id=PROVINCE)
    casework.act_jointly(world.act(tip, officer), OTHER_WARD, "", world.casework)
    casework.answer(world.act(tip, officer), "Lời đáp", world.casework)
    ids = [tip.tip_id, tip.tip_id, without_group.tip_id]
    services = world.work_services()

    counts = (plan_waiting_entries(ids, services), plan_waiting_entries(ids, services))

    assert counts == (5, 0)
    planned = [one for one in world.deliveries.of_tip(tip.tip_id) if one.entry_id]
    assert sorted(one.recipient for one in planned) == sorted([GROUP, OTHER_GROUP] * 2 + [RESIDENT])
    assert plan(world, tip) == 2
    assert world.zalo.calls.total() == 0


def test_entries_of_an_erased_tip_or_of_the_web_form_go_to_no_chat() -> None:
    world = connected_world()
    officer = world.enroll("a")
    tip, erased = world.submit(), world.submit()
    for one in (tip, erased):
        casework.answer(world.act(one, officer), "Lời đáp", world.casework)
    world.tips.put(replace(world.last_tip(), status=TipStatus.ERASED))

    assert plan_waiting_entries([tip.tip_id, erased.tip_id], world.work_services()) == 1


def test_entry_that_the_lost_machine_posted_counts_as_sent() -> None:
    world = connected_world()
    officer = world.enroll("a")
    tip = world.submit()
    world.work()
    lost = world.deliveries
    world.deliveries = type(lost)(world.jobs)
    world.deliveries.plan_card(lost.of_tip(tip.tip_id)[0])
    casework.take(world.act(tip, officer), world.casework)
    services = world.work_services()
    plan_waiting_entries([tip.tip_id], services)
    [planned] = [one for one in world.deliveries.of_tip(tip.tip_id) if one.entry_id]
    world.zalo.send_group_text("", GROUP, planned.messages[0].text)
    world.deliveries.begin_send(planned.delivery_id, 1, world.clock.now())

    world.work()

    assert sum("đã nhận" in text for text in world.group()) == 1
    assert world.deliveries.get(planned.delivery_id).state is DeliveryState.SENT
