"""Reading back what webhooks did not bring: every unit in turn, and an alarm when none answers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from functions.core import reading_back
from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RejectedByProviderError,
    RetryableProviderError,
    StoreUnavailableError,
    TokenExpiredError,
)
from functions.core.models import ForwardMode, UnitChannel
from functions.core.reading_back import ENOUGH, OnlyNews, ReadBackServices, read_back, turns
from tests.core.world import OTHER_GROUP, OTHER_WARD, WARD, World, connected_world
from tests.fakes.alerts import MemoryAlerts
from tests.fakes.clock import FrozenClock
from tests.fakes.zalo import MemoryZalo

MINUTE = timedelta(minutes=1)
DOWN = RetryableProviderError("connect")


class Door:
    """Where events come in: each is news once."""

    def __init__(self) -> None:
        self.known: list[bytes] = []

    def receive(self, body: bytes) -> bool:
        if body in self.known:
            return False
        self.known.append(body)
        return True


def services(world: World, door: Door | None = None) -> ReadBackServices:
    return ReadBackServices(
        world.channels,
        world.tokens,
        world.zalo,
        world.alerts,
        world.clock,
        (door or Door()).receive,
    )


def channels(count: int) -> list[UnitChannel]:
    return [
        UnitChannel(f"xa-{number:03}", f"oa-{number}", f"group-{number}", ForwardMode.TIP)
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50, 102, 184])
def test_each_unit_is_asked_within_three_minutes(count: int) -> None:
    for begin in range(29_000_000, 29_000_500, 7):
        asked = Counter(
            channel.unit_id
            for minute in range(3)
            for channel in turns(channels(count), begin + minute)
        )

        assert len(asked) == count
        assert max(asked.values()) <= 3


@pytest.mark.parametrize(("managed", "minutes"), [(40, 5), (20, 8), (10, 21), (5, 34)])
def test_rounds_that_end_early_pass_over_nobody(managed: int, minutes: int) -> None:
    for begin in range(29_000_000, 29_000_500, 7):
        asked = {
            channel.unit_id
            for minute in range(minutes)
            for channel in turns(channels(102), begin + minute)[:managed]
        }

        assert len(asked) == 102


def test_what_webhooks_did_not_bring_comes_in_once() -> None:
    world = connected_world()
    world.zalo.missed[f"oa-{WARD}"] = [b"one", b"two"]
    door = Door()

    first = read_back(services(world, door))
    world.clock.advance(MINUTE)
    second = read_back(services(world, door))

    assert (first, second) == (2, 0)
    assert door.known == [b"one", b"two"]


def test_a_unit_without_a_living_pair_is_not_asked() -> None:
    world = connected_world()
    world.tokens.give_up(WARD, 1)
    world.channels.save_channel(channels(1)[0])

    read_back(services(world))

    assert world.zalo.calls["missed_events"] == 0
    assert world.alerts.raised == []


def test_a_refused_access_token_rings_the_refresher() -> None:
    world = connected_world()
    world.zalo.fail("missed_events", TokenExpiredError("-216"))

    read_back(services(world))

    assert [one.unit_id for one in world.tokens.due(world.clock.now() + MINUTE)] == [WARD]
    assert world.alerts.raised == []


def minutes_of(world: World, count: int) -> None:
    for _ in range(count):
        read_back(services(world))
        world.clock.advance(MINUTE)


@pytest.mark.parametrize("error", [DOWN, OutcomeUnknownError("timeout")])
def test_zalo_that_answers_nobody_is_an_alarm_until_it_answers(error: ProviderError) -> None:
    world = connected_world()
    world.connect(OTHER_WARD, OTHER_GROUP)
    world.zalo.fail("missed_events", error, times=-1)

    minutes_of(world, 5)
    while_down = world.alerts.is_open("zalo-silent", "")
    world.zalo.recover()
    minutes_of(world, 1)

    assert while_down
    assert world.alerts.open_alarms() == []
    assert world.alerts.raised == [("zalo-silent", "")]


@pytest.mark.parametrize("error", [ChannelClosedError("-211"), RejectedByProviderError("-201")])
def test_an_oas_own_trouble_is_no_silence(error: ProviderError) -> None:
    world = connected_world()
    world.zalo.fail("missed_events", error, times=-1)

    minutes_of(world, 3)

    assert world.alerts.raised == []


def many(world: World, count: int) -> World:
    for channel in channels(count):
        world.connect(channel.unit_id, channel.group_id)
    return world


def test_units_that_answer_show_that_zalo_is_there() -> None:
    world = many(World(), 6)
    world.zalo.fail("missed_events", DOWN, times=2)

    read_back(services(world))

    assert world.zalo.calls["missed_events"] == 3
    assert world.alerts.raised == []


def test_a_zalo_that_is_down_is_asked_for_three_units_only() -> None:
    world = many(World(), 100)
    world.zalo.fail("missed_events", DOWN, times=-1)

    read_back(services(world))

    assert world.zalo.calls["missed_events"] == 3


class SpottyZalo(MemoryZalo):
    """Answers every third question only."""

    def missed_events(self, access_token: str, channel: UnitChannel) -> list[bytes]:
        events = super().missed_events(access_token, channel)
        if self.calls["missed_events"] % 3:
            raise DOWN
        return events


def test_silences_that_an_answer_parts_end_no_round() -> None:
    world = World()
    world.zalo = SpottyZalo(world.clock)
    many(world, 40)

    read_back(services(world))

    assert world.zalo.calls["missed_events"] == 20
    assert world.alerts.raised == []


class SlowZalo(MemoryZalo):
    """Takes seconds for an answer."""

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__(clock)
        self._watch = clock

    def missed_events(self, access_token: str, channel: UnitChannel) -> list[bytes]:
        self._watch.advance(timedelta(seconds=5))
        return super().missed_events(access_token, channel)


def test_a_round_that_takes_too_long_ends_within_the_minute() -> None:
    world = World()
    world.zalo = SlowZalo(world.clock)
    many(world, 100)
    world.alerts = MemoryAlerts(world.clock)
    begun_at = world.clock.now()

    read_back(services(world))

    took = world.clock.now() - begun_at
    assert ENOUGH <= took < MINUTE
    assert world.alerts.raised == []


def test_the_store_is_asked_of_each_event_once() -> None:
    asked: list[bytes] = []

    def receive(body: bytes) -> bool:
        asked.append(body)
        return body != b"known"

    only_news = OnlyNews(receive)

    told = [only_news(body) for body in (b"new", b"known", b"new", b"known")]

    assert told == [True, False, False, False]
    assert asked == [b"new", b"known"]


def test_an_event_that_could_not_be_stored_is_passed_on_again() -> None:
    store: list[bytes] = []

    def receive(body: bytes) -> bool:
        store.append(body)
        if len(store) == 1:
            raise StoreUnavailableError("full")
        return True

    only_news = OnlyNews(receive)
    with pytest.raises(StoreUnavailableError):
        only_news(b"new")

    assert only_news(b"new")


def test_what_was_seen_takes_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "_MOST_SEEN", 3)
    asked: list[bytes] = []
    only_news = OnlyNews(lambda body: asked.append(body) is None)

    for number in range(10):
        only_news(b"%d" % number)
    only_news(b"9")

    assert len(asked) == 10
    assert len(only_news._seen) <= 3
