"""The zip of this checkout, unpacked, and an installation to run it against."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.aws.engine import Engine
from tests.aws.places import Cloud, Place
from tests.faults.sandbox import Sandbox
from tests.lambdas.running import (
    FunctionProcess,
    Start,
    lambda_env,
    make_writable,
    running,
    runtime_client,
    unpack,
)


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


@pytest.fixture
def start(place: Place, task_root: Path, client: Path, tmp_path: Path) -> Iterator[Start]:
    """Start a function of the place's installation; all end with the test."""
    own = {
        name: value for name, value in place.env.items() if name.startswith(("AWS_", "BINHYEN_"))
    }
    env = lambda_env(task_root, client, own)
    with ExitStack() as stack:

        def start(name: str) -> FunctionProcess:
            handler = f"functions.{name}.on_lambda.handler"
            log = tmp_path / f"{name}.log"
            return stack.enter_context(running(handler, task_root, env, log))

        yield start
