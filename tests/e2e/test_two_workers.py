"""Order within a conversation holds with two workers on the same data."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.later import ShiftedSystem
from tests.e2e.phones import Phones, code_of
from tests.system import BINHYEN

pytestmark = pytest.mark.e2e

UNIT = "phuong-tan-an"
MESSAGES = 30
ANSWERS = (7, 14, 21, 28)
"""After these messages the officer answers; more sends than these a unit's minute does not hold."""

GATHERED = 60
"""Seconds after which what came as a flood is posted, gathered into few messages."""


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
    system.control("webhook", {"mode": "hold"})
    for number in range(2, MESSAGES + 1):
        phones.write(resident, f"Tin số {number:02}")
        if number in ANSWERS:
            phones.write_in_group(officer, f"#dap {code} Trả lời số {number:02}")

    system.control("webhook", {"mode": "send"})
    system.control("webhook/release", {"order": "kept", "copies": 2})
    system.wait_for(lambda: len(said(phones.chat(resident), "Trả lời")) == len(ANSWERS), 30)
    system.let_pass(seconds=GATHERED)
    system.wait_for(lambda: len(said(phones.told_texts(UNIT), "Tin")) == MESSAGES, 30)
    system.wait_for(lambda: len(said(phones.told_texts(UNIT), "Trả lời")) == len(ANSWERS), 30)

    in_group = phones.told_texts(UNIT)
    assert said(in_group, "Tin") == list(range(1, MESSAGES + 1))
    assert said(in_group, "Trả lời") == list(ANSWERS)
    assert said(phones.chat(resident), "Trả lời") == list(ANSWERS)
    assert len(phones.chat(resident)) == 1 + len(ANSWERS)
    assert second_worker.poll() is None


def said(texts: list[str], what: str) -> list[int]:
    """Return the numbers in order of what was told."""
    return [int(number) for text in texts for number in re.findall(f"{what} số ([0-9]+)", text)]
