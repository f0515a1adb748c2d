"""A function that ends without a word at each of its calls to AWS and Zalo.

At a call means just before it leaves, and when its answer is here and nobody has looked at it.
Afterwards nothing is lost, nothing is posted twice, and the sweep alone brings all of it out.
"""

from __future__ import annotations

import json
import secrets
from datetime import timedelta

import pytest

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.core.models import DeliveryState, TokenState
from functions.core.receipts import find_tip
from functions.core.sweeping import ORPHAN_AGE
from functions.core.tokens import ask_for_refresh
from functions.refresh_tokens.handler import refresh
from functions.sweep.handler import run_sweep
from tests.aws.conftest import Stepping
from tests.aws.places import Ground, Place, carry_on
from tests.aws.steps import submission
from tests.aws.watching import let_the_store_be_later
from tests.fakes.clock import FrozenClock
from tests.faults.phones import send_in_process
from tests.faults.photos import BLUE, RED
from tests.faults.places import clean_at_once
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.test_killed_while_refreshing import (
    A_ROUND,
    ALARM,
    ROUNDS,
    assert_used_by_the_rules,
    used_refresh_tokens,
)
from tests.faults.tracing import Point

SPREAD = 6
PHOTOS = (RED, BLUE)
LINES = [f"Dòng {number:03d}: nhóm thanh niên tụ tập gây rối." for number in range(1, 71)]
"""Two parts of a card, or three."""


def assert_only_named_photos_are_kept_after_a_day(place: Place) -> None:
    services = place.services()
    let_the_store_be_later(services, ORPHAN_AGE + timedelta(hours=1))
    run_sweep(services.sweep)
    assert place.photos_kept() == services.stores.tips.blob_keys()


# Accepting


def assert_nothing_or_a_whole_tip(place: Place, receipt_code: str | None) -> None:
    services = place.services()
    stored = list(services.stores.tips.all_ids())
    assert len(stored) <= 1
    if receipt_code is not None:
        assert find_tip(receipt_code, services.receipts).unit_id == place.unit_id
    for tip_id in stored:
        attachments = services.stores.tips.get(tip_id).attachments
        assert [services.stores.blobs.get(each.blob_key) for each in attachments] == list(PHOTOS)
        assert services.stores.jobs.counts()["pending"] == 2


@pytest.fixture
def while_accepting(cloud_ground: Ground, stepping: Stepping) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with cloud_ground.place() as place, stepping() as steps:
            key = f"{place.unit_id} {secrets.token_urlsafe(24)}"
            ran = steps.run(place, point, "accept", key)
            status, code = steps.said or (0, None)
            assert ran.hit or status == 201
            assert_nothing_or_a_whole_tip(place, code)
            again = send_in_process(place.services(), submission(key))
            assert again.status in (200, 201)
            assert code in (None, again.receipt_code)
            assert_nothing_or_a_whole_tip(place, again.receipt_code)
            assert_only_named_photos_are_kept_after_a_day(place)
            return ran

    return attempt


# Answering rings: cleaning photos, posting card and photos


def rung(place: Place, text: str, is_clean: bool) -> str:
    """Leave a tip behind whose bell has rung; return the batch that the queue hands out."""
    services = place.services()
    place.connect(services)
    place.submit(services, *PHOTOS, text=text)
    if is_clean:
        clean_at_once_without_posting(services)
    return json.dumps(place.take_rings())


def clean_at_once_without_posting(services: Services) -> None:
    """Clean the photos while the unit's lane is closed."""
    now = services.clock.now()
    [tip_id] = services.stores.tips.all_ids()
    unit_id = services.stores.tips.get(tip_id).unit_id
    services.stores.jobs.pause_lane(unit_id, now + timedelta(minutes=5))
    clean_at_once(services, RED)
    assert services.stores.jobs.rearm_lane(unit_id, now) == 1


def assert_stands_once(place: Place, text: str) -> None:
    services = place.services()
    [tip_id] = services.stores.tips.all_ids()
    tip = services.stores.tips.get(tip_id)
    messages = place.posted()
    texts = [message["text"] for message in messages]
    told = "\n".join(texts)
    assert [told.count(line) for line in text.split("\n")] == [1] * len(text.split("\n"))
    assert texts[-2:] == [f"{tip.card_code} ảnh {number}/2" for number in (1, 2)]
    assert len(texts) == len(set(texts))
    kept = [services.stores.blobs.get(each.blob_key) for each in tip.attachments]
    assert [place.sandbox.image(message) for message in messages[-2:]] == kept
    [delivery] = services.stores.deliveries.of_tip(tip_id)
    assert delivery.state is DeliveryState.SENT
    known = [message.message_id for message in delivery.messages]
    assert known == [message["message_id"] for message in messages]
    assert services.stores.jobs.counts() == {"pending": 0, "unknown": 0, "done": 2, "failed": 0}
    assert_only_named_photos_are_kept_after_a_day(place)


@pytest.fixture
def while_posting(cloud_ground: Ground, stepping: Stepping) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with cloud_ground.place() as place, stepping() as steps:
            text = "\n".join(LINES)
            batch = rung(place, text, is_clean=True)
            ran = steps.run(place, point, "answer-rings", batch)
            carry_on(place)
            assert_stands_once(place, text)
            return ran

    return attempt


@pytest.fixture
def while_cleaning(cloud_ground: Ground, stepping: Stepping) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with cloud_ground.place() as place, stepping() as steps:
            batch = rung(place, LINES[0], is_clean=False)
            ran = steps.run(place, point, "clean", batch)
            carry_on(place)
            assert_stands_once(place, LINES[0])
            return ran

    return attempt


# Renewing a token pair


def assert_living_or_seen(place: Place) -> TokenState:
    """Let the refresher run again for some minutes; return how the pair stands then."""
    clock = FrozenClock(SystemClock().now())
    services = place.services(clock)
    for _ in range(ROUNDS):
        clock.advance(A_ROUND)
        refresh(services.refresh)
    token_set = services.stores.tokens.get(place.unit_id)
    assert token_set is not None
    [living] = place.sandbox.import_file(place.unit_id)["units"]
    alarms = {alarm.code for alarm in services.stores.alerts.open_alarms()}
    if token_set.state is TokenState.OK:
        assert token_set.pair.refresh_token == living["refresh_token"]
    assert (ALARM in alarms) == (token_set.state is TokenState.NEEDS_AUTHORIZATION)
    return token_set.state


@pytest.fixture
def while_refreshing(cloud_ground: Ground, stepping: Stepping) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with cloud_ground.place() as place, stepping() as steps:
            before = len(place.sandbox.exchanges(place.unit_id))
            services = place.services()
            place.connect(services)
            ask_for_refresh(place.unit_id, services.stores.tokens, services.clock)
            place.submit(services)
            ran = steps.run(place, point, "refresh")
            state = assert_living_or_seen(place)
            tokens = used_refresh_tokens(place.sandbox.exchanges(place.unit_id)[before:])
            assert 1 <= len(tokens) <= 2
            assert_used_by_the_rules(tokens)
            if state is TokenState.NEEDS_AUTHORIZATION:
                place.sandbox.control("consent", unit_id=place.unit_id)
                assert place.connect(place.services()) == ["connected"]
            carry_on(place)
            assert len(place.posted()) == 1
            return ran

    return attempt


# Sweeping


@pytest.fixture
def while_sweeping(cloud_ground: Ground, stepping: Stepping) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with cloud_ground.place() as place, stepping() as steps:
            services = place.services()
            place.connect(services)
            place.submit(services, *PHOTOS)
            services.stores.blobs.put("0" * 32, RED)
            place.purge()
            ran = steps.run(place, point, "sweep")
            carry_on(place)
            assert_stands_once(place, "Có người gây rối trước chợ.")
            return ran

    return attempt


FLOWS = ("accepting", "posting", "cleaning", "refreshing", "sweeping")


@pytest.mark.parametrize("flow", FLOWS)
def test_ended_at_some_calls_nothing_is_lost_or_doubled(
    flow: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(f"while_{flow}"), spread=SPREAD))


@pytest.mark.long
@pytest.mark.parametrize("flow", FLOWS)
def test_ended_at_every_call_nothing_is_lost_or_doubled(
    flow: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(f"while_{flow}"), spread=None))
