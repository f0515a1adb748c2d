"""What every JobQueue does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.core.ports import JobQueue
from functions.stores.doorbell import Doorbell, DoorbellListener
from tests.aws.queues import RingQueue
from tests.fakes.doorbell import MemoryDoorbell


@dataclass(frozen=True)
class Subject:
    bell: JobQueue
    wait: Callable[[float], bool]
    many: int = 2_000
    """Far more rings than anybody hears at once."""


@pytest.fixture(params=["memory", "socket", "aws"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if request.param == "memory":
        bell = MemoryDoorbell()
        yield Subject(bell, bell.wait)
        return
    if request.param == "aws":
        queue = RingQueue(request.getfixturevalue("engine"))
        yield Subject(queue.bell, lambda _: bool(queue.take_all()), many=100)
        return
    listener = DoorbellListener(tmp_path)
    yield Subject(Doorbell(tmp_path), listener.wait)
    listener.close()


def test_ring_before_the_wait_is_heard(subject: Subject) -> None:
    subject.bell.ring("xa-ea-knuec")

    assert subject.wait(0)


def test_silence_ends_with_the_time_limit(subject: Subject) -> None:
    assert not subject.wait(0)


def test_many_rings_wake_once_and_never_block(subject: Subject) -> None:
    for _ in range(subject.many):
        subject.bell.ring("xa-ea-knuec")

    assert subject.wait(0)
    assert not subject.wait(0)
