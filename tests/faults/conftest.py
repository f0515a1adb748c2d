"""One Zalo sandbox for all fault tests, and a line at the end: how many points were struck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.places import Ground
from tests.faults.reporting import POINTS, Report, write_summary
from tests.faults.sandbox import Sandbox
from tests.faults.talking import TalkingSandbox, talking_sandbox_in


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("zalo"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def ground(tmp_path: Path, sandbox: Sandbox) -> Ground:
    return Ground(tmp_path, sandbox)


@pytest.fixture(scope="session")
def talking_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TalkingSandbox]:
    """A second one, so that the tests without people pay for no events."""
    with talking_sandbox_in(tmp_path_factory.mktemp("talking")) as sandbox:
        yield sandbox


@pytest.fixture
def new_talking_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TalkingSandbox]:
    """One in which nobody has said anything yet, for tests in which the sweeper runs.

    It reads back what people said in a unit for two days, and makes tips of what its own
    database does not know: also of what they said while the unit was lent to an earlier test.
    """
    with talking_sandbox_in(tmp_path_factory.mktemp("talking")) as sandbox:
        yield sandbox


@pytest.fixture
def talking_ground(tmp_path: Path, talking_sandbox: TalkingSandbox) -> Ground:
    return Ground(tmp_path, talking_sandbox)


@pytest.fixture
def report_points(record_property: Callable[[str, object], None]) -> Report:
    """Take note of how many faults came to pass; a test without any proves nothing."""

    def report(count: int) -> None:
        assert count > 0
        record_property(POINTS, count)

    return report


pytest_terminal_summary = write_summary
