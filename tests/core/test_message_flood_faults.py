"""Floods of messages when things go wrong: crashes, lost answers, refusals, slow workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from functions.core import casework
from functions.core.bundles import (
    MOST_SINGLE,
    told_by,
)
from functions.core.errors import OutcomeUnknownError
from functions.core.jobs import run_job
from functions.core.models import (
    CaseEntry,
    Delivery,
)
from functions.core.relays import relay_to_group
from functions.core.restoring import plan_waiting_entries
from functions.core.work import LEASE
from tests.core.relaying import REFUSED, again
from tests.core.test_delivery_crashes import crash_everywhere
from tests.core.test_message_floods import MINUTE, flood, flooded_world, told
from tests.core.world import OTHER_WARD, WARD, World


def test_bundle_whose_answer_was_lost_is_found_and_not_sent_again() -> None:
    world, _ = flooded_world()
    world.zalo.fail("send_group_text", OutcomeUnknownError("timeout"), after_effect=True)

    world.work()

    assert told(world)[MOST_SINGLE:] == [20]


def test_bundle_that_zalo_refuses_calls_an_operator_and_goes_when_rearmed() -> None:
    world, tip = flooded_world()
    world.zalo.fail("send_group_text", REFUSED, times=-1)
    world.work()
    assert world.alerts.is_open("delivery-refused", WARD)
    world.zalo.recover()
    world.write(tip, "nhắn sau")

    world.jobs.retry(None, world.clock.now())
    world.work()

    assert told(world)[MOST_SINGLE:] == [20, 1]


def test_message_refused_before_others_that_wait_calls_an_operator_all_the_same() -> None:
    world, tip = flooded_world()
    officer = world.officers.officer(WARD, "a")
    assert officer
    casework.take(world.act(tip, officer), world.casework)
    world.write(tip, "nhắn sau")
    world.zalo.fail("send_group_text", REFUSED, times=-1)
    world.work_once()
    world.zalo.recover()

    assert world.alerts.is_open("delivery-refused", WARD)
    world.jobs.retry(None, world.clock.now())
    world.work()

    assert told(world)[MOST_SINGLE:] == [20, 0, 1]


def test_lane_that_is_rearmed_too_early_leaves_messages_waiting_and_loses_none() -> None:
    world, _ = flooded_world()
    until = world.unfinished()[0].due_at

    world.jobs.rearm_lane(WARD, world.clock.now())
    world.work_once()
    assert told(world) == [1] * MOST_SINGLE
    assert {(job.due_at, job.last_error) for job in world.unfinished()} == {(until, "gathering")}
    world.work()

    assert told(world)[MOST_SINGLE:] == [20]


def test_clock_that_was_set_back_holds_nothing_up() -> None:
    world, tip = flooded_world()
    world.work()
    world.clock.advance(-timedelta(hours=3))

    flood(world, tip, 20, working=False)
    world.work(MINUTE)

    assert sum(told(world)) == MOST_SINGLE + 20 + 20
    assert world.unfinished() == []


def test_flood_survives_a_crash_at_any_step() -> None:
    def before_the_bundle() -> World:
        world, tip = flooded_world(MOST_SINGLE + 2)
        officer = world.officers.officer(WARD, "a")
        assert officer
        casework.take(world.act(tip, officer), world.casework)
        for _ in range(2):
            world.write(tip, "nhắn sau")
        return world

    def check(world: World, where: str) -> None:
        assert told(world) == [1] * MOST_SINGLE + [2, 0, 2], where
        assert world.unfinished() == [], where
        assert world.crashes == [], where

    assert crash_everywhere(before_the_bundle, check) > 40


def test_bundle_at_its_time_survives_a_crash_at_any_step() -> None:
    def prepare() -> World:
        world, _ = flooded_world(MOST_SINGLE + 5)
        world.clock.set(world.unfinished()[0].due_at)
        return world

    def check(world: World, where: str) -> None:
        assert told(world) == [1] * MOST_SINGLE + [5], where
        assert world.unfinished() == [], where

    assert crash_everywhere(prepare, check) > 20


def test_message_after_a_crash_begins_the_next_bundle_and_is_no_part_of_the_planned_one() -> None:
    world, tip = flooded_world()
    world.clock.set(world.unfinished()[0].due_at)
    world.zalo.fail("send_group_text", OutcomeUnknownError("timeout"), after_effect=False)
    world.work_once()
    for _ in range(3):
        world.write(tip, "nhắn sau")

    world.work()

    assert told(world)[MOST_SINGLE:] == [20, 3]


def test_worker_that_overslept_tells_nothing_twice_and_leaves_nothing_out() -> None:
    world, tip = flooded_world()
    world.clock.set(world.unfinished()[0].due_at)
    services = world.work_services()
    slow = services.jobs.claim(
        world.unfinished()[0].job_id, world.clock.now(), world.clock.now() + LEASE
    )
    assert slow

    class Overtaken:
        """The cases as the slow worker reads them; then another one goes on with more."""

        def entries(self, tip_id: str) -> list[CaseEntry]:
            seen = world.cases.entries(tip_id)
            world.clock.advance(LEASE)
            world.write(tip, "nhắn sau")
            world.work_once()
            return seen

    relay_to_group(slow, replace(services, cases=Overtaken()))  # type: ignore[arg-type]
    world.work()

    assert told(world)[MOST_SINGLE:] == [21]


def test_shorter_bundle_that_another_worker_planned_is_told_and_then_the_rest() -> None:
    world, tip = flooded_world()
    world.clock.set(world.unfinished()[0].due_at)
    services = world.work_services()
    fewer = world.cases.entries(tip.tip_id)[:-5]

    class Earlier:
        """The cases as another worker read them, five messages ago."""

        def entries(self, tip_id: str) -> list[CaseEntry]:
            return fewer

    class Overtaken:
        """The deliveries; just before the first one is planned, the other worker plans its own."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.deliveries, name)

        def plan(self, delivery: Delivery) -> Delivery:
            plan_waiting_entries([tip.tip_id], replace(services, cases=Earlier()))  # type: ignore[arg-type]
            return world.deliveries.plan(delivery)

    run_job(world.unfinished()[0].job_id, replace(services, deliveries=Overtaken()))  # type: ignore[arg-type]

    assert told(world)[MOST_SINGLE:] == [15, 5]
    assert world.crashes == []


def test_bundle_that_was_begun_is_finished_after_the_tip_went_on() -> None:
    world, tip = flooded_world()
    world.clock.set(world.unfinished()[0].due_at)
    world.zalo.fail("send_group_text", OutcomeUnknownError("timeout"), after_effect=False)
    world.work_once()
    officer = world.officers.officer(WARD, "a")
    assert officer
    casework.transfer(world.act(tip, officer), OTHER_WARD, "", world.casework)

    world.work()

    assert told(world)[MOST_SINGLE:] == [20, 0]


def test_second_run_of_every_job_tells_nothing_again() -> None:
    world, tip = flooded_world()
    world.work()

    again(world, tip, "relay_to_group")

    assert told(world)[MOST_SINGLE:] == [20]


def test_restored_store_plans_a_flood_as_one_bundle() -> None:
    world, tip = flooded_world()
    services = world.work_services()

    counts = [plan_waiting_entries([tip.tip_id], services) for _ in range(2)]
    world.work()

    assert counts == [1, 0]
    assert told(world)[MOST_SINGLE:] == [20]


def test_relay_of_an_entry_that_is_not_known_here_tells_nothing() -> None:
    world, tip = flooded_world()

    assert told_by(world.deliveries.of_tip(tip.tip_id), []) == {}
