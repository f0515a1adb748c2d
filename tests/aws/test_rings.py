"""Bells that come again, in another order or never; and AWS that refuses every second call."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import botocore.endpoint
import pytest

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.core.errors import StoreUnavailableError
from functions.core.tips import submit_tip
from functions.sweep.handler import run_sweep
from tests.aws.places import Place, carry_on
from tests.aws.refusals import Throttling
from tests.aws.rings import answer_batch
from tests.aws.watching import watch_aws
from tests.fakes.clock import FrozenClock
from tests.faults.photos import RED

TIPS = 4
PLACEHOLDER = "Việc thứ {}."


def standing_clock(ahead: timedelta = timedelta(0)) -> FrozenClock:
    return FrozenClock(SystemClock().now() + ahead)


def tips_waiting(place: Place, clock: FrozenClock) -> Services:
    """Leave some tips behind whose bells have rung and nobody has answered."""
    services = place.services(clock)
    assert place.connect(services) == ["connected"]
    place.purge()
    for number in range(TIPS):
        photos = [RED] if number == 1 else []
        place.submit(services, *photos, text=PLACEHOLDER.format(number))
        clock.advance(timedelta(seconds=1))
    return services


def numbers_posted(place: Place) -> list[int]:
    """Return which of the tips stand in the group, in the order in which they came."""
    texts = [message["text"] for message in place.posted()]
    return [
        number for text in texts for number in range(TIPS) if PLACEHOLDER.format(number) in text
    ]


def test_every_bell_handed_out_three_times_posts_every_tip_once(place: Place) -> None:
    services = tips_waiting(place, standing_clock())

    while batch := place.take_rings():
        for _ in range(3):
            assert answer_batch(batch, services) == set()
        place.let_go(batch)

    assert numbers_posted(place) == list(range(TIPS))
    assert len(place.posted()) == TIPS + 1


def test_batches_in_reversed_order_post_the_tips_in_order(place: Place) -> None:
    services = tips_waiting(place, standing_clock())
    batch = place.take_rings()
    assert len(batch) == TIPS

    assert answer_batch(batch[::-1], services) == set()

    assert numbers_posted(place) == list(range(TIPS))
    assert len(place.posted()) == TIPS + 1


def test_after_a_purged_queue_the_sweep_rings_and_every_tip_goes_out(place: Place) -> None:
    services = tips_waiting(place, standing_clock())
    place.purge()
    assert place.answer_rings(services) == 0

    run_sweep(services.sweep)
    place.answer_rings(services)

    assert numbers_posted(place) == list(range(TIPS))
    assert services.stores.jobs.counts()["done"] == TIPS + 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clients' own retries follow at once; how often they try stays as it is."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))


def accepted_under(services: Services, place: Place) -> tuple[set[str], int]:
    """Send tips as people do, again with the same key where no receipt came; return the
    receipts and how often there was none."""
    receipts, refused = set(), 0
    for number in range(TIPS):
        draft = place.draft(*([RED] if number == 1 else []), text=PLACEHOLDER.format(number))
        for _ in range(50):
            try:
                receipts.add(submit_tip(draft, (), services.submit).receipt_code)
                break
            except StoreUnavailableError:
                refused += 1
    return receipts, refused


@pytest.mark.usefixtures("impatient")
def test_half_of_all_calls_throttled_loses_no_tip_and_posts_none_twice(place: Place) -> None:
    place.connect(place.services())
    clock, throttling = standing_clock(), Throttling()
    services = place.services(clock)
    watch_aws(services, throttling.before)

    receipts, _ = accepted_under(services, place)
    for _ in range(6):
        try:
            run_sweep(services.sweep)
            place.hand_out_again()
            place.answer_rings(services)
        except StoreUnavailableError:
            # As the schedule: it comes again.
            pass
        clock.advance(timedelta(seconds=121))
    throttling.lasts = False
    carry_on(place, timedelta(minutes=10))

    assert len(receipts) == TIPS
    assert throttling.count > 50
    assert sorted(numbers_posted(place)) == list(range(TIPS))
    assert len(place.posted()) == TIPS + 1
    assert len(list(services.stores.tips.all_ids())) == TIPS
