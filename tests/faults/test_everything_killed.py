"""Kill -9 of all processes at once under load: acknowledged tips stand, all arrive, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from functions.core.receipts import find_tip
from functions.installed import PROJECT
from functions.local.commands.administration import import_document
from tests.faults.phones import Answer, Submission, send
from tests.faults.photos import RED
from tests.faults.places import Place, carry_on
from tests.faults.processes import wait_until_serving
from tests.faults.reporting import Report
from tests.faults.sandbox import Sandbox

UNITS = 8
TIPS = 40
THREADS = 8
ANSWERS_BEFORE_A_KILL = 6
STOP_SECONDS = 10


class Province:
    """Some units on one machine, and what their residents were answered."""

    def __init__(self, folder: Path, sandbox: Sandbox, unit_ids: list[str]) -> None:
        self.place = Place(folder, sandbox, unit_ids[0])
        self.sandbox = sandbox
        self.seen = {unit_id: sandbox.last_message(unit_id) for unit_id in unit_ids}
        self.submissions = [
            Submission(
                unit_ids[number % UNITS],
                text=f"Tin số {number}.",
                photos=(RED,) if number % 4 == 0 else (),
            )
            for number in range(TIPS)
        ]
        self.receipts: list[set[str]] = [set() for _ in range(TIPS)]
        with self.place.services() as services:
            for unit_id in unit_ids:
                import_document(sandbox.import_file(unit_id), services)

    def send_all(self, url: str, enough: threading.Semaphore) -> list[Answer | None]:
        """Send all tips, several at a time, keeping each receipt that was shown."""

        def send_one(number: int) -> Answer | None:
            answer = send(url, self.submissions[number])
            if answer is not None:
                assert answer.status in (200, 201)
                self.receipts[number].add(answer.receipt_code)
                enough.release()
            return answer

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(send_one, range(TIPS)))

    def texts(self) -> list[str]:
        return [
            message["text"]
            for unit_id, seen in self.seen.items()
            for message in self.sandbox.messages(unit_id, after=seen)
        ]


@pytest.fixture
def province(tmp_path: Path, sandbox: Sandbox) -> Iterator[Province]:
    with ExitStack() as stack:
        unit_ids = [stack.enter_context(sandbox.unit()) for _ in range(UNITS)]
        yield Province(tmp_path, sandbox, unit_ids)


@contextmanager
def serving(place: Place) -> Iterator[subprocess.Popen[str]]:
    """Run `binhyen serve` in a process group of its own; all of it is gone on leaving."""
    command = [sys.executable, "-m", "functions.local.cli", "serve", "--without-editor"]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=place.env,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            wait_until_serving(process)
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def send_and_kill_all(province: Province) -> int:
    """Kill everything in the middle of the sending; return how many were answered."""
    enough = threading.Semaphore(0)
    with serving(province.place) as process, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(province.send_all, province.place.url, enough)
        for _ in range(ANSWERS_BEFORE_A_KILL):
            assert enough.acquire(timeout=60)
        os.killpg(process.pid, signal.SIGKILL)
        return sum(answer is not None for answer in sending.result())


def send_the_rest_and_stop(province: Province) -> None:
    with serving(province.place) as process:
        answers = province.send_all(province.place.url, threading.Semaphore(0))
        process.terminate()
        assert process.wait(timeout=STOP_SECONDS) == 0
    assert None not in answers


def assert_all_stored_and_arrived_once(province: Province) -> None:
    assert all(len(codes) == 1 for codes in province.receipts)
    with province.place.services() as services:
        assert services.stores.tips.counts()["stored"] == TIPS
        for (code,), submission in zip(province.receipts, province.submissions, strict=True):
            assert find_tip(code, services.receipts).unit_id == submission.unit_id
    texts = province.texts()
    cards = Counter(line for text in texts for line in text.split("\n") if "Tin số" in line)
    assert cards == {f"│ {submission.text}": 1 for submission in province.submissions}
    assert sum(" ảnh 1/1" in text for text in texts) == TIPS // 4
    assert not [text for text in texts if "trùng" in text]


def test_all_processes_killed_under_load_lose_and_double_no_tip(
    province: Province, report_points: Report
) -> None:
    answered = [send_and_kill_all(province) for _ in range(2)]
    send_the_rest_and_stop(province)
    carry_on(province.place)

    assert answered[0] < TIPS
    assert_all_stored_and_arrived_once(province)
    report_points(len(answered))


@pytest.mark.long
def test_all_processes_killed_many_times_under_load_lose_and_double_no_tip(
    province: Province, report_points: Report
) -> None:
    answered = [send_and_kill_all(province) for _ in range(12)]
    send_the_rest_and_stop(province)
    carry_on(province.place)

    assert answered[0] < TIPS
    assert_all_stored_and_arrived_once(province)
    report_points(len(answered))
