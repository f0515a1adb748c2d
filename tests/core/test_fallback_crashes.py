"""The worker dies at every step of the climb: nobody gets anything twice, and somebody gets it.

An e-mail that was under way goes again with its mark: it can be looked up nowhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from functions.core.jobs import run_job
from functions.core.late import call_ladder
from functions.core.models import Channel, JobState, Urgency
from functions.core.work import LEASE
from tests.core.climbing import BOX, MINUTE, climbs, ladder, mails, pass_minutes, silent_world
from tests.core.world import World
from tests.fakes.faults import Crash, CrashPoint

OTHER_BOX = "chihuy@tanan.example.vn"
OFFICERS = ("officer-1", "officer-2")
REPEAT = "(có thể trùng) "


def climbing_world() -> World:
    """Return a ward with an urgent and two other late tips, and nobody told yet."""
    world = silent_world(BOX, OTHER_BOX)
    for user_id in OFFICERS:
        world.enroll(user_id)
    world.submit("một", urgency=Urgency.NOW)
    world.submit("hai")
    world.submit("ba")
    world.clock.advance(6 * MINUTE)
    call_ladder(ladder(world))
    return world


def climb_until_killed(world: World, point: CrashPoint) -> None:
    services = world.work_services(point)
    services = replace(services, mailer=point.watch(world.mailer))
    (climb,) = climbs(world)
    try:
        run_job(climb.job_id, services)
    except Crash:
        world.clock.advance(LEASE)


def nothing_twice(world: World, where: str) -> None:
    assert world.crashes == [], where
    for user_id in OFFICERS:
        said = Counter(world.chat(user_id))
        assert set(said.values()) <= {1}, where
    for box in (BOX, OTHER_BOX):
        said = Counter(mails(world, box))
        assert set(said.values()) <= {1}, where
        marked = [text for text in said if text.startswith(REPEAT)]
        plain = [text for text in said if not text.startswith(REPEAT)]
        assert len(plain) <= 1, where
        assert {text.removeprefix(REPEAT) for text in marked} <= set(plain) or not plain, where


def everything_brought(world: World, where: str) -> None:
    tips = [world.tips.get(tip_id) for tip_id in world.tips.all_ids()]
    heard = "\n".join([*world.chat(OFFICERS[0]), *mails(world)])
    for tip in tips:
        assert tip.card_code in heard, where
    for box in (BOX, OTHER_BOX):
        assert any(tips[0].card_code in text for text in mails(world, box)), where
    for tip in tips:
        recipients = Counter(
            (one.channel, one.recipient)
            for one in world.deliveries.of_tip(tip.tip_id)
            if one.channel is not Channel.ZALO_GROUP
        )
        assert set(recipients.values()) == {1}, where
    assert world.alerts.is_open("delivery-late", tips[0].unit_id), where
    assert not world.alerts.is_open("undelivered", tips[0].unit_id), where


def test_a_climb_survives_a_crash_at_any_step() -> None:
    points = 0
    for after_effect in (False, True):
        at_call = 0
        while True:
            at_call += 1
            world = climbing_world()
            point = CrashPoint(at_call, after_effect=after_effect)
            climb_until_killed(world, point)
            pass_minutes(world, 5)
            where = f"call {at_call}, after its effect: {after_effect}"
            nothing_twice(world, where)
            everything_brought(world, where)
            if not point.is_reached:
                break
            points += 1
    assert points > 100


def test_a_climb_that_is_run_again_does_nothing() -> None:
    world = climbing_world()
    pass_minutes(world, 1)
    before = (world.zalo.calls["send_user_text"], world.mailer and world.mailer.calls.total())

    again = replace(climbs(world)[0], job_id="again", due_at=world.clock.now(), attempts=0)
    world.jobs.bring(replace(again, state=JobState.PENDING))
    world.work_once()

    after = (world.zalo.calls["send_user_text"], world.mailer and world.mailer.calls.total())
    assert before == after
    assert len(climbs(world)) == 2
