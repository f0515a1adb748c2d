"""Keeping token pairs alive: one writer, one use a refresh token, seen losses (promise 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.errors import (
    ChannelClosedError,
    ProviderError,
    ReauthorizationError,
    RetryableProviderError,
)
from functions.core.models import TokenPair, TokenState
from functions.core.tokens import (
    CONFIGURATION_WAIT,
    IN_FLIGHT,
    ask_for_refresh,
    next_refresh,
)
from tests.core.refreshing import (
    ALARM,
    HOUR,
    LOST,
    MINUTE,
    OLD,
    SECOND,
    connect_anew,
    due_world,
    refresh,
    tokens,
)
from tests.core.world import APP, OTHER_GROUP, OTHER_WARD, WARD, World
from tests.fakes.zalo import PAIR_LIFE


@pytest.fixture
def world() -> World:
    return due_world()


def test_pair_is_renewed_at_twelve_of_its_hours(world: World) -> None:
    world.clock.advance(-SECOND)
    assert refresh(world) == 0
    world.clock.advance(SECOND)

    assert refresh(world) == 1

    now = world.clock.now()
    assert tokens(world).pair == TokenPair("access-1", "refresh-1", now + PAIR_LIFE)
    assert tokens(world).generation == 2
    assert tokens(world).next_refresh_at == now + 12 * HOUR
    assert (tokens(world).exchange_begun_at, tokens(world).exchange_attempts) == (None, 0)
    assert world.issuer.uses == {OLD: 1}
    assert world.issuer.apps == [APP]
    assert refresh(world) == 0


def test_pairs_are_renewed_for_weeks_and_each_refresh_token_is_used_once(world: World) -> None:
    for _ in range(60):
        world.clock.advance(6 * HOUR)
        refresh(world)

    assert tokens(world).generation == 31
    assert set(world.issuer.uses.values()) == {1}
    assert world.alerts.raised == []


def test_pair_that_ends_soon_or_has_ended_is_renewed_at_once() -> None:
    now = World().clock.now()
    for lives in (timedelta(hours=5), timedelta(0), -timedelta(days=900)):
        assert next_refresh(TokenPair("a", "r", now + lives), now) == now


def test_new_pair_makes_the_units_waiting_jobs_due_and_no_others(world: World) -> None:
    world.connect(OTHER_WARD, OTHER_GROUP)
    tip, other = world.submit(), world.submit(unit_id=OTHER_WARD)
    for unit_id in (WARD, OTHER_WARD):
        world.jobs.pause_lane(unit_id, world.clock.now() + MINUTE)

    refresh(world)

    assert world.jobs.due(world.clock.now(), 10) == [world.job_of(tip.tip_id).job_id]
    assert world.job_of(other.tip_id).job_id


def test_exchange_that_was_not_sent_is_tried_again_later_with_the_same_token(world: World) -> None:
    world.issuer.fail(RetryableProviderError("connect"), times=5)
    for _ in range(5):
        assert refresh(world) == 0
        assert tokens(world).exchange_attempts == 0
        assert tokens(world).exchange_begun_at is None
        due_at = tokens(world).next_refresh_at
        assert due_at is not None
        assert due_at > world.clock.now()
        world.clock.set(due_at)

    assert refresh(world) == 1
    assert world.issuer.uses == {OLD: 1}
    assert world.alerts.raised == []


def test_wait_that_the_issuer_asked_for_is_kept(world: World) -> None:
    world.issuer.fail(RetryableProviderError("-32", 33.0))

    refresh(world)

    assert tokens(world).next_refresh_at == world.clock.now() + timedelta(seconds=33)


@pytest.mark.parametrize("after_effect", [False, True])
def test_lost_answer_gets_exactly_one_more_try(world: World, after_effect: bool) -> None:
    world.issuer.fail(LOST, after_effect=after_effect)
    assert refresh(world) == 0
    assert tokens(world).state is TokenState.OK
    world.clock.advance(IN_FLIGHT)

    renewed = refresh(world)

    assert renewed == (0 if after_effect else 1)
    assert world.issuer.uses[OLD] <= 2
    assert (ALARM in world.alerts.raised) is after_effect
    assert tokens(world).state is (
        TokenState.NEEDS_AUTHORIZATION if after_effect else TokenState.OK
    )


def test_two_lost_answers_end_in_an_alarm_and_no_third_use(world: World) -> None:
    world.issuer.fail(LOST, times=2)
    for _ in range(2):
        world.clock.advance(IN_FLIGHT)
        refresh(world)
    assert tokens(world).state is TokenState.NEEDS_AUTHORIZATION

    for _ in range(50):
        refresh(world)
        world.clock.advance(HOUR)

    assert world.issuer._faults.next("exchange") is None
    assert world.issuer.uses == {}
    assert tokens(world).state is TokenState.NEEDS_AUTHORIZATION
    assert world.alerts.raised == [ALARM]


def test_dead_refresh_token_ends_in_an_alarm_at_once(world: World) -> None:
    world.issuer.fail(ReauthorizationError("-14014"))

    assert refresh(world) == 0

    assert tokens(world).state is TokenState.NEEDS_AUTHORIZATION
    assert world.alerts.raised == [ALARM]
    world.clock.advance(timedelta(days=30))
    refresh(world)
    assert world.issuer.uses == {}


def test_each_loss_is_a_new_alarm(world: World) -> None:
    for number in range(2):
        world.issuer.fail(ReauthorizationError("-14014"))
        refresh(world)
        connect_anew(world, f"fresh-{number}")

    assert world.alerts.raised == [ALARM, ALARM]


def test_new_pair_clears_the_alarms(world: World) -> None:
    world.issuer.fail(ChannelClosedError("-14002"))
    refresh(world)
    world.clock.advance(CONFIGURATION_WAIT)
    world.issuer.fail(ReauthorizationError("-14014"))
    refresh(world)
    codes = ("zalo-app-refused", "needs-authorization")
    assert all(world.alerts.is_open(code, WARD) for code in codes)

    connect_anew(world, "fresh")
    assert refresh(world) == 1

    assert not any(world.alerts.is_open(code, WARD) for code in codes)


@pytest.mark.parametrize("known", [OLD, "refresh-1"])
def test_spent_or_present_token_cannot_be_connected_again(world: World, known: str) -> None:
    refresh(world)

    assert not connect_anew(world, known)
    assert tokens(world).generation == 2


def test_refused_app_uses_nothing_up_and_calls_an_operator_once(world: World) -> None:
    world.issuer.fail(ChannelClosedError("-14002"), times=5)
    for _ in range(5):
        assert refresh(world) == 0
        assert tokens(world).next_refresh_at == world.clock.now() + CONFIGURATION_WAIT
        world.clock.advance(CONFIGURATION_WAIT)
    assert world.alerts.raised == [("zalo-app-refused", WARD)]

    assert refresh(world) == 1
    assert world.issuer.uses == {OLD: 1}


def test_missing_app_calls_an_operator_and_waits(world: World) -> None:
    bare = World(clock=world.clock, tokens=world.tokens)

    assert refresh(bare) == 0

    assert bare.alerts.raised == [("no-zalo-app", WARD)]
    assert tokens(world).next_refresh_at == world.clock.now() + CONFIGURATION_WAIT
    bare.channels.save_app(APP)
    world.clock.advance(CONFIGURATION_WAIT)
    assert refresh(bare) == 1
    assert not bare.alerts.is_open("no-zalo-app", WARD)


def test_exchange_under_way_is_left_alone_until_it_cannot_be(world: World) -> None:
    world.tokens.begin_exchange(WARD, 1, 0, world.clock.now())
    world.clock.advance(IN_FLIGHT - SECOND)
    assert refresh(world) == 0
    assert world.issuer.uses == {}

    world.clock.advance(SECOND)

    assert refresh(world) == 1


def test_journal_of_the_future_is_a_wrong_clocks_and_holds_nothing_up(world: World) -> None:
    world.tokens.begin_exchange(WARD, 1, 0, world.clock.now() + timedelta(days=900))

    assert refresh(world) == 1


@pytest.mark.parametrize("years", [-40, -3, 3, 40])
def test_clock_that_jumps_by_years_costs_no_pair(world: World, years: int) -> None:
    jump = timedelta(days=365 * years)
    for step in (jump, -jump, jump, -jump):
        world.clock.advance(step + HOUR)
        refresh(world)
        world.clock.advance(13 * HOUR)
        refresh(world)

    assert tokens(world).state is TokenState.OK
    assert set(world.issuer.uses.values()) == {1}
    assert tokens(world).pair.refresh_token not in world.issuer.spent
    assert world.alerts.raised == []


def test_trouble_of_one_unit_leaves_the_others_pairs_alone(world: World) -> None:
    world.connect(OTHER_WARD, OTHER_GROUP)
    world.clock.advance(12 * HOUR)
    world.issuer.fail(ReauthorizationError("-14014"))

    assert refresh(world) == 1

    assert world.alerts.raised == [ALARM]


def reject(world: World) -> timedelta | None:
    """Let Zalo refuse the present access token; return how long the refresher waits then."""
    ask_for_refresh(WARD, world.tokens, world.clock)
    due_at = tokens(world).next_refresh_at
    return due_at - world.clock.now() if due_at else None


def test_pairs_that_are_refused_one_after_the_other_are_renewed_ever_later(world: World) -> None:
    refresh(world)
    waits = []
    for _ in range(6):
        wait = reject(world)
        assert wait is not None
        waits.append(wait)
        world.clock.advance(wait)
        assert refresh(world) == 1

    assert waits == [timedelta(0), MINUTE, 10 * MINUTE, HOUR, HOUR, HOUR]
    assert set(world.issuer.uses.values()) == {1}


def test_many_refusals_of_one_pair_count_once(world: World) -> None:
    refresh(world)

    waits = [reject(world) for _ in range(4)]

    assert waits == [timedelta(0)] * 4
    assert tokens(world).rejections == 1


def test_pair_that_zalo_takes_ends_the_row_of_refusals(world: World) -> None:
    refresh(world)
    reject(world)
    refresh(world)
    world.tokens.confirm(WARD)

    assert reject(world) == timedelta(0)


@pytest.mark.parametrize("unit_id", [OTHER_WARD, WARD])
def test_nobody_is_rung_for_a_unit_without_a_living_pair(world: World, unit_id: str) -> None:
    world.tokens.give_up(WARD, 1)
    before = world.tokens.get(unit_id)

    ask_for_refresh(unit_id, world.tokens, world.clock)

    assert world.tokens.get(unit_id) == before
    assert refresh(world) == 0


@pytest.mark.parametrize(
    "error", [RetryableProviderError("x"), LOST, ChannelClosedError("x"), ReauthorizationError("x")]
)
def test_no_error_of_the_issuer_leaves_the_refresher(world: World, error: ProviderError) -> None:
    world.issuer.fail(error)

    assert refresh(world) == 0
