"""What the tests of one machine share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.sandbox import Sandbox
from tests.local.publishing import Press, first_print


@pytest.fixture(scope="session")
def zalo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A Zalo sandbox of its own process, which outlives the machines that are lost."""
    sandbox = Sandbox(tmp_path_factory.mktemp("zalo"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Press:
    """A small project whose first publication is public; tests take copies of it."""
    return first_print(tmp_path_factory.mktemp("printed"))
