"""The contestants, each started anew for every turn, and how long that took."""

from __future__ import annotations

import itertools
import json
import resource
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.cold_start.roots import Roots
from functions.core.rings import Ring
from tests.aws.engine import CREDENTIALS, ministack
from tests.aws.places import Cloud, Place
from tests.faults.sandbox import Sandbox
from tests.lambdas.events import http_event, json_event, sqs_event, sqs_record
from tests.lambdas.running import lambda_env, running, runtime_client


@dataclass(frozen=True)
class Turn:
    """One start, in seconds: until it asked for an event, until its first answer was there,
    and what the processor had to do with it."""

    init: float
    answer: float
    processor: float


@dataclass(frozen=True)
class Contestant:
    name: str
    handler: str
    root: Path
    event: Callable[[], dict[str, Any]]


class Contest:
    """An installation on the engine of the tests with a Zalo beside it; used as a context."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        self._folder = folder
        self._wheels = wheels
        self._stack = ExitStack()
        self._numbers = itertools.count()

    def __enter__(self) -> Contest:
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        for name in ("engine", "zalo"):
            (self._folder / name).mkdir()
        engine = self._stack.enter_context(ministack(self._folder / "engine"))
        sandbox = Sandbox(self._folder / "zalo")
        sandbox.start()
        self._stack.callback(sandbox.stop)
        self._place = Place(Cloud(engine), sandbox, self._stack.enter_context(sandbox.unit()))
        self._services = self._place.services()
        self._place.connect(self._services)
        self.roots = Roots(self._folder, self._wheels)
        self._client = runtime_client(self._folder / "client")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def contestants(self) -> list[Contestant]:
        roots = self.roots
        tips, jobs = "functions.tips.on_lambda.handler", "functions.run_jobs.on_lambda.handler"

        def nothing() -> dict[str, Any]:
            return http_event("GET", "/")

        return [
            Contestant("hello", "hello.handler", roots.hello, nothing),
            Contestant("accept", tips, roots.product, self._tip),
            Contestant("forward", jobs, roots.product, self._ring),
            Contestant("accept, warm cache", tips, roots.warm, self._tip),
            Contestant("boto3", "with_boto3.handler", roots.boto3, nothing),
            Contestant("botocore", "with_botocore.handler", roots.botocore, nothing),
            Contestant("botocore, trimmed", "with_botocore.handler", roots.trimmed, nothing),
        ]

    def run(self, contestant: Contestant) -> Turn:
        """Start the contestant, let it answer one event, and end it."""
        event, env = contestant.event(), self._env(contestant.root)
        log = self._folder / f"{next(self._numbers)}.log"
        used = _processor_seconds()
        begun = time.perf_counter()
        with running(contestant.handler, contestant.root, env, log) as function:
            function.api.send(event)
            answer = function.api.wait()
        assert _is_good(answer.result), json.dumps(answer.result)
        return Turn(function.api.ready_at - begun, answer.at - begun, _processor_seconds() - used)

    def _env(self, root: Path) -> Mapping[str, str]:
        own = self._place.env.items()
        settings = {name: value for name, value in own if name.startswith(("AWS_", "BINHYEN_"))}
        settings["AWS_ENDPOINT_URL"] = self._place.cloud.engine.url
        return lambda_env(root, self._client, settings)

    def _tip(self) -> dict[str, Any]:
        typed = {
            "category": "gay-roi",
            "text": "Có người gây rối trước chợ.",
            "submission_key": secrets.token_urlsafe(24),
        }
        return json_event(f"/api/units/{self._place.unit_id}/tips", typed)

    def _ring(self) -> dict[str, Any]:
        """Store a tip and return the ring for its card, which then goes to the group."""
        self._place.purge()
        for job_id in self._services.stores.jobs.due(self._services.clock.now(), 100):
            self._finish(job_id)
        self._place.submit(self._services)
        due = self._services.stores.jobs.due(self._services.clock.now(), 10)
        return sqs_event(sqs_record(Ring(self._place.unit_id, tuple(due)).to_json(), "unit"))

    def _finish(self, job_id: str) -> None:
        """Take away what the contestants that accept left to do."""
        now = self._services.clock.now()
        claim = self._services.stores.jobs.claim(job_id, now, now)
        if claim is not None:
            self._services.stores.jobs.complete(claim)


def _is_good(result: Any) -> bool:
    return result == {"batchItemFailures": []} or result.get("statusCode") in (200, 201)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
