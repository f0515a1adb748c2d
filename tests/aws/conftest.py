"""Installations on the engine, the Zalo sandbox beside it, and processes to be ended."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from tests.aws.engine import Engine
from tests.aws.places import Cloud, Ground, Place
from tests.aws.steps import Steps, steps
from tests.faults.reporting import POINTS, Report
from tests.faults.sandbox import Sandbox
from tests.faults.sweeping import SIDE_BY_SIDE
from tests.faults.talking import TalkingSandbox, talking_sandbox_in

Stepping = Callable[[], AbstractContextManager[Steps]]


@pytest.fixture(scope="session")
def cloud_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("zalo"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def cloud(engine: Engine) -> Cloud:
    return Cloud(engine)


@pytest.fixture
def cloud_ground(cloud: Cloud, cloud_sandbox: Sandbox) -> Ground:
    return Ground(cloud, cloud_sandbox)


@pytest.fixture(scope="session")
def talking_cloud_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TalkingSandbox]:
    with talking_sandbox_in(tmp_path_factory.mktemp("talking")) as sandbox:
        yield sandbox


@pytest.fixture
def talking_cloud_ground(cloud: Cloud, talking_cloud_sandbox: TalkingSandbox) -> Ground:
    return Ground(cloud, talking_cloud_sandbox)


@pytest.fixture
def place(cloud_ground: Ground) -> Iterator[Place]:
    """An installation of this test alone."""
    with cloud_ground.place() as place:
        yield place


@pytest.fixture(scope="session")
def stepping(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stepping]:
    """Lends a process that makes processes; there are as many as attempts side by side."""
    free: queue.Queue[Steps] = queue.Queue()
    with ExitStack() as running:
        for _ in range(SIDE_BY_SIDE):
            free.put(running.enter_context(steps(tmp_path_factory.mktemp("steps"))))

        @contextmanager
        def lend() -> Iterator[Steps]:
            lent = free.get()
            try:
                yield lent
            finally:
                free.put(lent)

        yield lend


@pytest.fixture
def report_points(record_property: Callable[[str, object], None]) -> Report:
    """Take note of how many calls a process was ended at; none would prove nothing."""

    def report(count: int) -> None:
        assert count > 0
        record_property(POINTS, count)

    return report
