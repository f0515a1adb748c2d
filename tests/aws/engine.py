"""A real AWS engine on this machine for a whole test run, and fresh tables for each test."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import botocore.session
import urllib3
from botocore.config import Config

from functions.stores.aws_clients import AwsClients
from functions.stores.dynamodb.schema import create_tables
from functions.stores.dynamodb.table import Tables
from tests.ports import free_port

REGION = "ap-southeast-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_START_SECONDS = 120
_numbers = itertools.count()


@dataclass(frozen=True)
class Engine:
    """Where the engine answers: every service at `url`, but those in `elsewhere`."""

    url: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """What a process needs to use it."""
        if not self.elsewhere:
            return {**CREDENTIALS, "BINHYEN_AWS_ENDPOINT_URL": self.url}
        # The variables that every AWS client knows; one for each service.
        others = {f"AWS_ENDPOINT_URL_{name.upper()}": url for name, url in self.elsewhere.items()}
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.url, **others}

    @cached_property
    def clients(self) -> AwsClients:
        """The clients that all tests share: to make one takes as long as many calls.

        They look for the variables of `env` where services answer in several places.
        """
        return AwsClients("" if self.elsewhere else self.url)

    def url_of(self, service: str) -> str:
        return self.elsewhere.get(service, self.url)

    def tables(self) -> Tables:
        """Make empty tables under a name of their own."""
        prefix = f"t{next(_numbers)}-{uuid.uuid4().hex[:6]}"
        create_tables(self.clients.dynamodb, prefix)
        return Tables.named(self.clients.dynamodb, prefix)


@contextmanager
def ministack(folder: Path) -> Iterator[Engine]:
    """Run ministack on a free port of 127.0.0.1; everything it keeps is gone afterwards."""
    port = free_port()
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BINHYEN_")},
        **CREDENTIALS,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
    }
    with (
        (folder / "ministack.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=env, stdout=log, stderr=log, cwd=folder
        ) as process,
    ):
        try:
            _wait_until_up(f"http://127.0.0.1:{port}", process)
            yield Engine(f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the engine ended"
        try:
            urllib3.request("GET", f"{url}/_ministack/health", retries=False, timeout=2)
            return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the engine did not start")


def client_of(engine: Engine, service: str) -> object:
    """Return a client for what only tests do, such as making buckets and queues."""
    return botocore.session.Session().create_client(
        service,
        endpoint_url=engine.url_of(service),
        config=Config(s3={"addressing_style": "path"}),
    )
