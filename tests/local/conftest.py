"""What the tests of one machine share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.sandbox import Sandbox


@pytest.fixture(scope="session")
def zalo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A Zalo sandbox of its own process, which outlives the machines that are lost."""
    sandbox = Sandbox(tmp_path_factory.mktemp("zalo"))
    sandbox.start()
    yield sandbox
    sandbox.stop()
