"""One installation on AWS for all tests of this folder: deployed once, with the real zip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from deploy.aws.package import this_machine
from functions.installed import PROJECT, load_units
from publish.build import build_site
from tests.aws.engine import CREDENTIALS, Engine, ministack
from tests.deploy.cloud import Deployed, part_of_site
from tests.deploy.front import front
from tests.e2e.conftest import browser, page, plain_page
from tests.faults.sandbox import UNITS, Sandbox
from tests.ports import free_port

__all__ = ["browser", "page", "plain_page"]

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def strict_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine that refuses what a role does not allow."""
    with ExitStack() as running:
        patch = running.enter_context(pytest.MonkeyPatch.context())
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        with pytest.MonkeyPatch.context() as for_this_engine:
            for_this_engine.setenv("AUTH", "true")
            engine = running.enter_context(ministack(tmp_path_factory.mktemp("strict")))
        yield engine


@pytest.fixture(scope="session")
def zalo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("zalo"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def built_release(tmp_path_factory: pytest.TempPathFactory, strict_engine: Engine) -> Path:
    """The whole site, built for the bucket that photos go to."""
    out = tmp_path_factory.mktemp("site")
    url = f"{strict_engine.url}/by-thu-uploads-000000000000"
    built = build_site(PROJECT, out, TODAY, lambda _: None, compress=False, upload_url=url)
    return built.site.parent


@pytest.fixture(scope="session")
def deployed(
    tmp_path_factory: pytest.TempPathFactory,
    strict_engine: Engine,
    zalo: Sandbox,
    built_release: Path,
    lambda_zip: Path,
) -> Iterator[Deployed]:
    """The installation, answering under its public address."""
    folder = tmp_path_factory.mktemp("deployed")
    units = [unit.unit_id for unit in load_units().communes(TODAY)[:UNITS]]
    release = part_of_site(built_release, folder / "release", units)
    port = free_port()
    place = Deployed(strict_engine, zalo, folder, f"http://127.0.0.1:{port}", lambda_zip, release)
    target = this_machine()
    place.write_settings(target.runtime, target.architecture)
    with front(port, strict_engine):
        done = place.deploy()
        assert done.returncode == 0, done.stderr
        yield place


@pytest.fixture
def unit(deployed: Deployed, zalo: Sandbox) -> Iterator[str]:
    """A unit with a group of its own, connected."""
    with zalo.unit() as unit_id:
        deployed.connect(unit_id)
        yield unit_id
