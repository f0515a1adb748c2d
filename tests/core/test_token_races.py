"""Two refreshers at once, and a refresher that dies: one use a token, losses are seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions.core.errors import StoreUnavailableError
from functions.core.models import TokenPair, TokenSet, TokenState
from functions.core.tokens import IN_FLIGHT, RefreshServices, refresh_due_tokens
from tests.core.refreshing import ALARM, OLD, connect_anew, due_world, refresh, tokens
from tests.core.world import World
from tests.fakes.faults import Crash, CrashPoint
from tests.fakes.tokens import MemoryTokenStore
from tests.fakes.zalo import MemoryIssuer


@pytest.fixture
def world() -> World:
    return due_world()


class _SecondRefresher(MemoryIssuer):
    """While one refresher's exchange is under way, something else happens."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def exchange(self, *args: object) -> TokenPair:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return super().exchange(*args)  # type: ignore[arg-type]


def test_two_refreshers_use_the_token_once(world: World) -> None:
    issuer = _SecondRefresher()
    issuer.meanwhile = lambda: refresh(world)
    world.issuer = issuer

    assert refresh(world) == 1

    assert issuer.uses == {OLD: 1}
    assert tokens(world).generation == 2


def test_two_refreshers_that_read_at_once_use_the_token_once(world: World) -> None:
    class _Slow(MemoryTokenStore):
        def due(self, now: object) -> list[TokenSet]:
            found = super().due(now)  # type: ignore[arg-type]
            services, self.__class__ = world.refresh_services, MemoryTokenStore  # type: ignore[assignment]
            if found:
                refresh_due_tokens(services)
            return found

    world.tokens.__class__ = _Slow

    assert refresh(world) == 0

    assert world.issuer.uses == {OLD: 1}
    assert tokens(world).generation == 2


def test_pair_connected_during_an_exchange_stays(world: World) -> None:
    issuer = _SecondRefresher()
    issuer.meanwhile = lambda: connect_anew(world, "fresh")
    world.issuer = issuer

    assert refresh(world) == 0

    assert tokens(world).pair.refresh_token == "fresh"
    assert tokens(world).state is TokenState.OK


def watched(world: World, point: CrashPoint) -> RefreshServices:
    return replace(
        world.refresh_services,
        tokens=point.watch(world.tokens),
        issuer=point.watch(world.issuer),
        jobs=point.watch(world.jobs),
    )


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("at_call", [1, 2, 3, 4, 5])
def test_crash_at_any_step_is_survived_or_seen(
    world: World, at_call: int, after_effect: bool
) -> None:
    # The calls: due, begin_exchange, exchange, complete_exchange, rearm_lane.
    with pytest.raises(Crash):
        refresh_due_tokens(watched(world, CrashPoint(at_call, after_effect=after_effect)))

    for _ in range(3):
        world.clock.advance(IN_FLIGHT)
        refresh(world)

    lost = (at_call, after_effect) in {(3, True), (4, False)}
    assert tokens(world).state is (TokenState.NEEDS_AUTHORIZATION if lost else TokenState.OK)
    assert world.alerts.raised == ([ALARM] if lost else [])
    assert world.issuer.uses[OLD] == (2 if lost else 1)
    assert lost or tokens(world).pair.refresh_token not in world.issuer.spent


def test_crash_in_both_tries_ends_in_an_alarm_and_no_third_use(world: World) -> None:
    for _ in range(2):
        with pytest.raises(Crash):
            refresh_due_tokens(watched(world, CrashPoint(3, after_effect=False)))
        world.clock.advance(IN_FLIGHT)

    assert refresh(world) == 0

    assert world.alerts.raised == [ALARM]
    assert world.issuer.uses == {}


def test_disk_that_fails_before_the_exchange_uses_nothing_up(world: World) -> None:
    class _Full(MemoryTokenStore):
        def begin_exchange(self, *args: object) -> bool:
            raise StoreUnavailableError("disk full")

    world.tokens.__class__ = _Full
    with pytest.raises(StoreUnavailableError):
        refresh(world)
    world.tokens.__class__ = MemoryTokenStore

    assert refresh(world) == 1
    assert world.issuer.uses == {OLD: 1}


@pytest.mark.parametrize(("failures", "renewed"), [(1, 1), (2, 1), (3, 0)])
def test_a_store_that_fails_for_a_moment_does_not_cost_the_new_pair(
    world: World, failures: int, renewed: int
) -> None:
    left = [StoreUnavailableError("full")] * failures
    keep = world.tokens.complete_exchange

    def failing(*args: object) -> bool:
        if left:
            raise left.pop()
        return keep(*args)  # type: ignore[arg-type]

    world.tokens.complete_exchange = failing  # type: ignore[method-assign, assignment]

    if renewed:
        assert refresh(world) == 1
        assert tokens(world).generation == 2
    else:
        with pytest.raises(StoreUnavailableError):
            refresh(world)
    assert world.issuer.uses == {OLD: 1}
