"""Order within a conversation holds with two workers on the same data."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.desk import Desk
from tests.e2e.later import ShiftedSystem
from tests.e2e.phones import Person, Phones, code_of
from tests.system import BINHYEN, get_json

pytestmark = pytest.mark.e2e

UNITS = ("phuong-tan-an", "phuong-tan-lap", "phuong-ea-kao")
"""In several at once, for a conversation alone is mostly one worker's."""

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


@dataclass(frozen=True)
class Talk:
    """One resident's conversation with an officer of a unit."""

    resident: Person
    officer: Person
    code: str


@pytest.fixture
def workers(system: ShiftedSystem) -> Iterator[tuple[int, int]]:
    """The process ids of the worker of `serve` and of a second one."""
    lines = system.log.read_text(encoding="utf-8").splitlines()
    started = [json.loads(line) for line in lines if '"process": "worker"' in line]
    with open(system.log, "ab") as log:
        second = subprocess.Popen([BINHYEN, "work"], env=system.environment, stdout=log, stderr=log)
    try:
        yield started[-1]["pid"], second.pid
        assert second.poll() is None
    finally:
        second.terminate()
        second.wait(10)


def test_thirty_messages_and_answers_keep_their_order_with_two_workers(
    system: ShiftedSystem, workers: tuple[int, int]
) -> None:
    phones = Phones(system)
    talks = [begin(phones, unit_id) for unit_id in UNITS]

    for last in range(BURST, MESSAGES + 1, BURST):
        system.control("webhook", {"mode": "hold"})
        for number in range(max(2, last - BURST + 1), last + 1):
            for talk in talks:
                say(phones, talk, number)
        with stopped(workers, system.folder / "data"):
            system.control("webhook", {"mode": "send"})
            system.control("webhook/release", {"order": "kept", "copies": 2})
            system.wait_for(lambda: not waiting_events(system))
        expected = last + sum(number <= last for number in ANSWERED)
        for talk in talks:
            wait_for_words(phones, talk, expected)
        system.let_pass(seconds=CALM * last // BURST)

    for talk in talks:
        phones.wait_for_chat(talk.resident, f"Trả lời số {ANSWERED[-1]}")
        in_group = said(phones.told_texts(talk.officer.unit_id))
        desk = Desk(system.url, phones.ask_to_sign_in(talk.officer))
        assert said([desk.get(f"/can-bo/tin/{talk.code}").text]) == in_group
        assert [number for who, number in in_group if who == "Tin"] == list(range(1, MESSAGES + 1))
        assert [number for who, number in in_group if who == "Trả lời"] == list(ANSWERED)
        assert said(phones.chat(talk.resident)) == [("Trả lời", number) for number in ANSWERED]


def begin(phones: Phones, unit_id: str) -> Talk:
    resident = phones.resident(unit_id)
    phones.write(resident, "Tin số 01")
    return Talk(resident, phones.member(unit_id), code_of(phones.card(unit_id)))


def say(phones: Phones, talk: Talk, number: int) -> None:
    phones.write(talk.resident, f"Tin số {number:02}")
    if number in ANSWERED:
        phones.write_in_group(talk.officer, f"#dap {talk.code} Trả lời số {number:02}")


def wait_for_words(phones: Phones, talk: Talk, count: int) -> None:
    phones.system.wait_for(lambda: len(said(phones.told_texts(talk.officer.unit_id))) >= count)


@contextmanager
def stopped(workers: tuple[int, int], data: Path) -> Iterator[None]:
    """Hold both workers, so that they find the same work at once.

    Not where one of them is at the store: held there, it would keep everybody else from it.
    """
    signal_all(workers, signal.SIGSTOP)
    while not is_free(data):
        signal_all(workers, signal.SIGCONT)
        time.sleep(0.05)
        signal_all(workers, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(workers, signal.SIGCONT)


def signal_all(workers: tuple[int, int], what: signal.Signals) -> None:
    for pid in workers:
        os.kill(pid, what)


def is_free(data: Path) -> bool:
    """Whether nobody who stands still reads or writes; others are gone within the time given."""
    with open(data / "write.lock", "rb") as lock:
        for _ in range(20):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.02)
        else:
            return False
        with closing(sqlite3.connect(data / "binhyen.db", timeout=0.4)) as database:
            try:
                database.execute("BEGIN EXCLUSIVE")
                database.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return False
    return True


def waiting_events(system: ShiftedSystem) -> int:
    return int(get_json(f"{system.sandbox_url}/control/webhook")["events"]["waiting"])


def said(texts: list[str]) -> list[tuple[str, int]]:
    """Return in order whose numbered words stand in the texts."""
    found = [one for text in texts for one in re.findall("(Tin|Trả lời) số ([0-9]+)", text)]
    return [(who, int(number)) for who, number in found]
