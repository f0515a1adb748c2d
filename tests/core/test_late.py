"""Who looks each minute for what the group did not get, and when the ladder is called."""

from __future__ import annotations

from datetime import timedelta

from functions.core.late import LOOK_BACK, MOST_LATE, call_ladder
from functions.core.models import JobKind, JobState, Urgency
from tests.core.climbing import MINUTE, climbs, ladder, pass_minutes, silent_world
from tests.core.world import OTHER_GROUP, OTHER_WARD, WARD, World, connected_world, draft

SECOND = timedelta(seconds=1)


def sweep_after(world: World, wait: timedelta) -> int:
    """Let that time pass without any work, sweep, and return how many climbs there are."""
    world.clock.advance(wait)
    call_ladder(ladder(world))
    return len(climbs(world))


def test_a_tip_is_late_after_five_minutes() -> None:
    world = connected_world()
    world.submit()

    early = sweep_after(world, 5 * MINUTE - SECOND)
    late = sweep_after(world, SECOND)

    assert (early, late) == (0, 1)
    (climb,) = climbs(world)
    assert (climb.subject_id, climb.unit_id, climb.urgency) == (WARD, WARD, Urgency.NOW)
    assert (WARD, (climb.job_id,)) in world.queue.rings


def test_an_urgent_tip_is_late_after_two_minutes() -> None:
    world = connected_world()
    world.submit(urgency=Urgency.NOW)

    early = sweep_after(world, 2 * MINUTE - SECOND)
    late = sweep_after(world, 2 * SECOND)

    assert (early, late) == (0, 1)


def test_a_tip_whose_card_stands_is_not_late() -> None:
    world = connected_world()
    world.submit()
    world.work()

    assert sweep_after(world, 30 * MINUTE) == 0


def test_a_late_tip_calls_the_ladder_once() -> None:
    world = silent_world("truc@example.vn")
    world.submit()

    pass_minutes(world, 30)

    (climb,) = climbs(world)
    assert climb.state is JobState.DONE


def test_an_older_tip_that_becomes_late_after_an_urgent_one_calls_too() -> None:
    world = connected_world()
    world.submit()
    world.submit(urgency=Urgency.NOW)

    urgent = sweep_after(world, 3 * MINUTE)
    for climb in climbs(world):
        finish(world, climb.job_id)
    normal = sweep_after(world, 3 * MINUTE)

    assert (urgent, normal) == (1, 2)


def finish(world: World, job_id: str) -> None:
    now = world.clock.now()
    claim = world.jobs.claim(job_id, now, now + MINUTE)
    assert claim is not None
    world.jobs.complete(claim)


def test_units_climb_each_for_itself() -> None:
    world = connected_world()
    world.connect(OTHER_WARD, OTHER_GROUP)
    world.submit()
    world.submit(unit_id=OTHER_WARD)

    sweep_after(world, 6 * MINUTE)

    assert sorted(climb.subject_id for climb in climbs(world)) == [WARD, OTHER_WARD]
    assert len({climb.lane for climb in climbs(world)}) == 2


def test_a_climb_that_waits_is_made_due_by_the_next_late_tip() -> None:
    world = connected_world()
    world.submit()
    sweep_after(world, 6 * MINUTE)
    (climb,) = climbs(world)
    postpone(world, climb.job_id, 10 * MINUTE)
    world.submit(urgency=Urgency.NOW)

    before = sweep_after(world, 1 * MINUTE)
    waiting = world.jobs.due(world.clock.now(), 9, WARD)
    after = sweep_after(world, 90 * SECOND)

    assert (before, after) == (1, 1)
    assert climb.job_id not in waiting
    assert climb.job_id in world.jobs.due(world.clock.now(), 9, WARD)


def postpone(world: World, job_id: str, wait: timedelta) -> None:
    now = world.clock.now()
    claim = world.jobs.claim(job_id, now, now + MINUTE)
    assert claim is not None
    world.jobs.postpone(claim, now + wait, "closed")


def test_tips_of_a_unit_without_an_oa_hide_no_later_ones() -> None:
    world = World()
    for number in range(MOST_LATE + 1):
        world.receive(draft(f"Tin số {number}", unit_id=OTHER_WARD))
    sweep_after(world, LOOK_BACK + MINUTE)
    before = len(climbs(world))
    world.submit()

    after = sweep_after(world, 6 * MINUTE)

    assert (before, after) == (0, 1)


def test_alarms_end_once_the_group_has_all_its_tips() -> None:
    world = silent_world("truc@example.vn")
    world.submit()
    pass_minutes(world, 6)
    while_down = world.alerts.is_open("delivery-late", WARD)
    world.alerts.alarm("undelivered", WARD)
    world.alerts.alarm("needs-authorization", WARD)

    world.zalo.recover()
    pass_minutes(world, 3)

    assert while_down
    assert [alarm.code for alarm in world.alerts.open_alarms()] == ["needs-authorization"]


def test_alarms_stay_open_for_as_long_as_a_tip_waits() -> None:
    world = silent_world("truc@example.vn")
    world.submit()
    pass_minutes(world, 6)

    sweep_after(world, LOOK_BACK + 7 * 24 * 60 * MINUTE)

    assert world.alerts.is_open("delivery-late", WARD)


def test_other_work_that_is_late_calls_nobody() -> None:
    world = connected_world()
    world.submit(photos=(b"one",))
    cards = [job for job in world.unfinished() if job.kind is JobKind.DELIVER_TIP]
    for job in cards:
        finish(world, job.job_id)

    sweep_after(world, 6 * MINUTE)

    assert len(cards) == 1
    assert {job.kind for job in world.unfinished()} == {JobKind.CLEAN_PHOTOS}
