"""The zip of this checkout, unpacked, and an installation to run it against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.engine import Engine
from tests.aws.places import Cloud, Place
from tests.faults.sandbox import Sandbox
from tests.lambdas.running import make_writable, runtime_client, unpack


@pytest.fixture(scope="session")
def task_root(lambda_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The zip, unpacked read-only."""
    folder = unpack(lambda_zip, tmp_path_factory.mktemp("task") / "root")
    yield folder
    make_writable(folder)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AWS's runtime client alone."""
    return runtime_client(tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="session")
def cloud(engine: Engine) -> Cloud:
    return Cloud(engine)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("zalo"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def place(cloud: Cloud, sandbox: Sandbox) -> Iterator[Place]:
    """An installation whose unit has its OA connected."""
    with sandbox.unit() as unit_id:
        place = Place(cloud, sandbox, unit_id)
        assert place.connect(place.services()) == ["connected"]
        place.purge()
        yield place
