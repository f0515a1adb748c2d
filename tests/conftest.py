"""What every test may use: nothing beyond this machine, and the whole system running."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import expect

from functions.installed import PROJECT
from tests.aws.engine import CREDENTIALS, Engine, ministack
from tests.system import System

WHEELS = PROJECT / ".venv" / "lambda-wheels"
"""Fetched by make, like everything that is installed."""

TESTS = Path(__file__).parent
WHOLE = {"deploy", "search", "web_checks"}
"""Folders whose first test waits long for what the others then have: an installation, a site."""

# How long something takes here says nothing: machines that test are slow at times.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None)
settings.load_profile("steady")
expect.set_options(timeout=20_000)

_LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOCAL:
            raise AssertionError(f"a test reached for {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engines",
        choices=("ministack", "several"),
        default="ministack",
        help="several: DynamoDB Local and Ceph RGW, the rest on ministack; `make test-engines`",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep together what shares much, where `make test` runs two files side by side. With
    several engines, run again only what an engine has a part in."""
    for item in items:
        folder, _, file = str(item.path.relative_to(TESTS)).partition("/")
        item.add_marker(pytest.mark.xdist_group(folder if folder in WHOLE else f"{folder}/{file}"))
    if config.getoption("--engines") == "several":
        others = [item for item in items if not _uses_engine(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


def _uses_engine(item: pytest.Item) -> bool:
    # Suites that run on several stores ask for the engine only in their cases named so.
    named = getattr(item, "callspec", None)
    is_aws_case = named is not None and "aws" in named.id.split("-")
    return is_aws_case or "engine" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def engine(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Engine]:
    """An AWS engine for the whole run; its settings are set for this process."""
    with ExitStack() as running:
        engine = running.enter_context(ministack(tmp_path_factory.mktemp("aws")))
        if pytestconfig.getoption("--engines") == "several":
            # Imported here: nothing of it is needed, nor installed, for the usual run.
            from tests.engines.several import with_others

            engine = running.enter_context(with_others(engine, tmp_path_factory))
        patch = running.enter_context(pytest.MonkeyPatch.context())
        for name, value in (engine.env if engine.elsewhere else CREDENTIALS).items():
            patch.setenv(name, value)
        yield engine


@pytest.fixture(scope="session")
def lambda_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip as `deploy/aws/deploy` builds it, for this machine; built once for the run."""
    # Imported here: only few tests run functions as AWS does.
    from deploy.aws.package import build, this_machine

    archive = tmp_path_factory.mktemp("package") / "functions.zip"
    build(this_machine(), WHEELS, archive)
    return archive


@pytest.fixture
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """`binhyen serve` with the Zalo sandbox, on ports and in a folder of its own."""
    running = System(tmp_path_factory.mktemp("system"))
    running.start()
    yield running
    running.stop()
