"""Killed at the k-th system call while a token pair is renewed: no loss goes unseen."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

import pytest

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.core.models import TokenState
from functions.core.tokens import ask_for_refresh
from functions.refresh_tokens.handler import refresh
from tests.fakes.clock import FrozenClock
from tests.faults.places import Ground, Place, carry_on
from tests.faults.processes import run_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import Point, kill_at
from tests.sandbox.client import TOKEN

ROUNDS = 6
A_ROUND = timedelta(seconds=30)
ALARM = "needs-authorization"


def due_pair(place: Place) -> None:
    """Zalo refused the access token, so the pair is to be renewed now; a tip waits."""
    with place.services() as services:
        place.connect(services)
        ask_for_refresh(place.unit_id, services.stores.tokens, services.clock)
        place.submit(services)


def used_refresh_tokens(exchanges: list[Any]) -> list[str]:
    return [parse_qs(exchange["body"])["refresh_token"][0] for exchange in exchanges]


def assert_used_by_the_rules(tokens: list[str]) -> None:
    """At most two exchanges with one refresh token, and never back to an older one."""
    assert all(tokens.count(token) <= 2 for token in tokens)
    changes = [one for one, other in pairwise(tokens) if one != other]
    assert len(changes) == len(set(tokens)) - (1 if tokens else 0)


def state_after_restart(place: Place) -> TokenState:
    """Let the refresher run again for some minutes; return how the pair stands then."""
    place.sandbox.settle()
    clock = FrozenClock(SystemClock().now())
    with place.services(clock) as services:
        for _ in range(ROUNDS):
            clock.advance(A_ROUND)
            refresh(services.refresh)
        token_set = services.stores.tokens.get(place.unit_id)
        assert token_set is not None
        assert_living_or_seen(place, services, token_set.pair.refresh_token, token_set.state)
        return token_set.state


def assert_living_or_seen(
    place: Place, services: Services, refresh_token: str, state: TokenState
) -> None:
    [living] = place.sandbox.import_file(place.unit_id)["units"]
    alarms = {alarm.code for alarm in services.stores.alerts.open_alarms()}
    if state is TokenState.OK:
        assert refresh_token == living["refresh_token"]
        assert ALARM not in alarms
    else:
        assert ALARM in alarms


def consent_again(place: Place) -> None:
    place.sandbox.control("consent", unit_id=place.unit_id)
    with place.services() as services:
        assert place.connect(services) == ["connected"]


@pytest.fixture
def killed(ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            before = len(place.sandbox.exchanges(place.unit_id))
            due_pair(place)
            ran = run_step(place, kill_at(point), "refresh")
            state = state_after_restart(place)
            tokens = used_refresh_tokens(place.sandbox.exchanges(place.unit_id)[before:])
            assert 1 <= len(tokens) <= 2
            assert_used_by_the_rules(tokens)
            if state is TokenState.NEEDS_AUTHORIZATION:
                consent_again(place)
            carry_on(place)
            assert len(place.posted()) == 1
            return ran

    return attempt


def test_killed_at_some_points_a_pair_is_renewed_or_its_loss_is_seen(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=16))


@pytest.mark.long
def test_killed_at_every_point_a_pair_is_renewed_or_its_loss_is_seen(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("lost_answer", TokenState.NEEDS_AUTHORIZATION), ("cut", TokenState.OK)],
)
def test_exchange_without_an_answer_is_tried_once_more_and_a_loss_is_seen(
    ground: Ground, kind: str, expected: TokenState
) -> None:
    with ground.place() as place:
        before = len(place.sandbox.exchanges(place.unit_id))
        due_pair(place)
        place.sandbox.control("faults", kind=kind, route=TOKEN, unit_id=place.unit_id)

        state = state_after_restart(place)
        tokens = used_refresh_tokens(place.sandbox.exchanges(place.unit_id)[before:])
        if state is TokenState.NEEDS_AUTHORIZATION:
            consent_again(place)
        carry_on(place)

        assert state is expected
        assert len(tokens) == 2
        assert len(set(tokens)) == 1
        assert len(place.posted()) == 1
