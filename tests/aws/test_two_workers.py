"""The same bells answered by two processes at once: every tip once, its parts in order.

The queue hands the bells of one unit to one function at a time; here it is made to fail in that.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from functions.clock import SystemClock
from tests.aws.conftest import Stepping
from tests.aws.places import Place, carry_on
from tests.aws.steps import Steps
from tests.fakes.clock import FrozenClock

TIPS = 6
LINES = [f"Dòng {number:03d}: nhóm thanh niên tụ tập gây rối." for number in range(1, 41)]
_PART = re.compile(r"\((\d)/(\d)\)")
_CODE = re.compile(r"TB-\w{6}")
_NUMBER = re.compile(r"Việc thứ (\d)")


def batch_of_tips(place: Place) -> list[Any]:
    """Leave some long tips behind; return the bells of all of them."""
    clock = FrozenClock(SystemClock().now() - timedelta(minutes=1))
    services = place.services(clock)
    assert place.connect(services) == ["connected"]
    place.purge()
    for number in range(TIPS):
        place.submit(services, text="\n".join([f"Việc thứ {number}", *LINES]))
        clock.advance(timedelta(seconds=1))
    batch = place.take_rings()
    assert len(batch) == TIPS
    return batch


def test_two_processes_on_the_same_bells_post_every_tip_once_with_its_parts_in_order(
    place: Place, stepping: Stepping
) -> None:
    batch = batch_of_tips(place)

    def answer(steps: Steps, messages: list[Any]) -> None:
        steps.run(place, None, "answer-rings", json.dumps(messages))

    with stepping() as one, stepping() as other, ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(answer, one, batch), pool.submit(answer, other, batch[::-1])]:
            running.result()
    carry_on(place)

    texts = [message["text"] for message in place.posted()]
    assert len(texts) == len(set(texts))
    parts = [_PART.findall(text)[0] for text in texts]
    assert parts == [("1", "2"), ("2", "2")] * TIPS
    codes = [_CODE.findall(text)[0] for text in texts]
    assert codes[::2] == codes[1::2]
    assert len(set(codes)) == TIPS
    numbers = [int(number) for text in texts for number in _NUMBER.findall(text)]
    assert sorted(numbers) == list(range(TIPS))
    services = place.services()
    states = [
        delivery.state
        for tip_id in services.stores.tips.all_ids()
        for delivery in services.stores.deliveries.of_tip(tip_id)
    ]
    assert states == ["sent"] * TIPS
