"""Order within a conversation holds with two workers on the same data."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.desk import Desk
from tests.e2e.later import ShiftedSystem
from tests.e2e.phones import Phones, code_of
from tests.system import BINHYEN

pytestmark = pytest.mark.e2e

UNIT = "phuong-tan-an"
MESSAGES = 30
BURST = 10
"""More than these in ten minutes are a flood, of which the group gets one message for many."""

ANSWERED = (4, 8, 14, 18, 24, 28)
"""After these messages the officer answers."""

CALM = 11 * 60
"""Seconds after which the next burst is none of the same flood."""


@pytest.fixture
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShiftedSystem]:
    """A system that need not be waited for."""
    running = ShiftedSystem(tmp_path_factory.mktemp("workers"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def second_worker(system: ShiftedSystem) -> Iterator[subprocess.Popen[bytes]]:
    with open(system.log, "ab") as log:
        worker = subprocess.Popen([BINHYEN, "work"], env=system.environment, stdout=log, stderr=log)
    yield worker
    worker.terminate()
    worker.wait(10)


def test_thirty_messages_and_answers_keep_their_order_with_two_workers(
    system: ShiftedSystem, second_worker: subprocess.Popen[bytes]
) -> None:
    phones = Phones(system)
    resident, officer = phones.resident(UNIT), phones.member(UNIT)
    phones.write(resident, "Tin số 01")
    code = code_of(phones.card(UNIT))

    for last in range(BURST, MESSAGES + 1, BURST):
        system.control("webhook", {"mode": "hold"})
        for number in range(max(2, last - BURST + 1), last + 1):
            phones.write(resident, f"Tin số {number:02}")
            if number in ANSWERED:
                phones.write_in_group(officer, f"#dap {code} Trả lời số {number:02}")
        system.control("webhook", {"mode": "send"})
        system.control("webhook/release", {"order": "kept", "copies": 2})
        expected = last + sum(number <= last for number in ANSWERED)
        system.wait_for(lambda: len(said(phones.told_texts(UNIT))) >= expected, 30)  # noqa: B023 asked at once
        system.let_pass(seconds=CALM * last // BURST)
    phones.wait_for_chat(resident, f"Trả lời số {ANSWERED[-1]}")

    in_group = said(phones.told_texts(UNIT))
    desk = Desk(system.url, phones.ask_to_sign_in(officer))
    assert said([desk.get(f"/can-bo/tin/{code}").text]) == in_group
    assert [number for who, number in in_group if who == "Tin"] == list(range(1, MESSAGES + 1))
    assert [number for who, number in in_group if who == "Trả lời"] == list(ANSWERED)
    assert said(phones.chat(resident)) == [("Trả lời", number) for number in ANSWERED]
    assert second_worker.poll() is None


def said(texts: list[str]) -> list[tuple[str, int]]:
    """Return in order whose numbered words stand in the texts."""
    found = [one for text in texts for one in re.findall("(Tin|Trả lời) số ([0-9]+)", text)]
    return [(who, int(number)) for who, number in found]
