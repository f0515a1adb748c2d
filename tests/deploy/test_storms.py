"""AWS that refuses every second call, and a function killed in the middle of its work: on the
deployed installation nothing is lost, no card comes twice, and the sweep brings all out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from functions.core.models import Job, JobKind
from tests.aws.refusals import Throttling
from tests.deploy.cloud import NAME, Deployed
from tests.deploy.front import storm
from tests.deploy.test_faults import cards, submit, waiting
from tests.ports import free_port
from tests.system import post_json

TIPS = 3
ENOUGH_REFUSALS = 40
LONGEST_STORM_SECONDS = 15.0
URGENT = "Việc số 9"
LONG_AGO = timedelta(days=1)


@pytest.fixture(autouse=True)
def leave_nothing(deployed: Deployed) -> Iterator[None]:
    """Let the next test find no locked group and no lease."""
    yield
    deployed.client("sqs").purge_queue(QueueUrl=deployed.queue_url)
    deployed.let_leases_end()


@pytest.fixture(scope="session")
def weather(deployed: Deployed) -> Iterator[Weather]:
    """A way to the engine that stays open for the whole run: a function may keep to it for a
    while after its settings were changed back."""
    weather = Weather(Throttling(), free_port())
    weather.throttling.lasts = False
    with storm(weather.port, deployed.engine, weather.throttling.before):
        yield weather


@dataclass(frozen=True)
class Weather:
    throttling: Throttling
    port: int

    @contextmanager
    def stormy(self, deployed: Deployed) -> Iterator[None]:
        """Let the functions reach AWS only every second time."""
        with ExitStack() as changes:
            for name in ("tips", "run-jobs", "sweep"):
                own = deployed.variables(name)
                own["BINHYEN_AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{self.port}"
                changes.enter_context(deployed.changed(name, Environment={"Variables": own}))
            self.throttling.lasts = True
            try:
                yield
            finally:
                self.throttling.lasts = False


def submit_stubbornly(deployed: Deployed, unit: str, number: int) -> set[str]:
    """Send a tip as a phone does, again with the same key until there is a receipt."""
    fields = {
        "category": "gay-roi",
        "text": f"Việc số {number}",
        "submission_key": f"storm-{unit}-{number:022}",
    }
    for _ in range(30):
        status, told = post_json(f"{deployed.url}/api/units/{unit}/tips", fields)
        if status in (200, 201):
            return {told["receipt_code"]}
        assert status == 503, told
    return set()


def sweep_as_the_schedule(deployed: Deployed) -> None:
    """Nobody looks at what comes of it."""
    deployed.client("lambda").invoke(
        FunctionName=f"{NAME}-sweep", Payload=b'{"task": "ring"}', InvocationType="Event"
    )


def kill_worker(deployed: Deployed) -> None:
    """Kill every process of the function, also the one that is at work."""
    wanted = {
        f"AWS_LAMBDA_FUNCTION_NAME={NAME}-run-jobs".encode(),
        # Of this engine: another run may be under way beside it.
        f"BINHYEN_AWS_QUEUE_URL={deployed.variables('run-jobs')['BINHYEN_AWS_QUEUE_URL']}".encode(),
    }
    killed = 0
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted <= set(environment.read_bytes().split(b"\0")):
                os.kill(int(environment.parent.name), signal.SIGKILL)
                killed += 1
    assert killed


def open_jobs(deployed: Deployed, unit: str) -> list[Job]:
    """Return what is left to do for the unit; others may wait for their OA for good."""
    services = deployed.services()
    now = services.clock.now()
    return services.stores.jobs.late(JobKind, now - LONG_AGO, now, 1, unit)


def sweep_until_done(deployed: Deployed, unit: str) -> None:
    """Ring as the schedule does, but each second."""

    def is_done() -> bool:
        deployed.sweep()
        time.sleep(1.0)
        return not open_jobs(deployed, unit)

    deployed.wait_for(is_done)


def test_half_of_all_calls_refused_loses_no_tip_and_brings_no_second_card(
    deployed: Deployed, weather: Weather, unit: str
) -> None:
    throttling = weather.throttling
    with weather.stormy(deployed):
        began_at = time.monotonic()
        with ThreadPoolExecutor(TIPS) as phones:
            receipts = list(
                phones.map(lambda number: submit_stubbornly(deployed, unit, number), range(TIPS))
            )
        while (
            throttling.count < ENOUGH_REFUSALS
            and time.monotonic() - began_at < LONGEST_STORM_SECONDS
        ):
            sweep_as_the_schedule(deployed)
            time.sleep(1.0)
    deployed.let_leases_end()
    sweep_until_done(deployed, unit)

    assert throttling.count >= ENOUGH_REFUSALS / 2
    assert len(set.union(*receipts)) == TIPS
    assert cards(deployed, unit) == [f"Việc số {number}" for number in range(TIPS)]


def test_after_a_killed_function_the_sweep_brings_all_out_past_the_locked_group(
    deployed: Deployed, unit: str
) -> None:
    # The ring of connecting the unit stands in a group of its own.
    deployed.wait_for(lambda: waiting(deployed, deployed.queue_url) == 0)
    deployed.sandbox.control("faults", kind="delay", seconds=15, unit_id=unit, times=1)
    submit(deployed, unit, 1)
    # The card stands in the group; the function dies before it hears so.
    deployed.wait_for(lambda: cards(deployed, unit))
    kill_worker(deployed)
    urgent = {"category": "gay-roi", "text": URGENT, "urgency": "now"}
    assert post_json(f"{deployed.url}/api/units/{unit}/tips", urgent)[0] == 201
    deployed.let_leases_end()

    sweep_until_done(deployed, unit)

    assert cards(deployed, unit) == ["Việc số 0", URGENT]
    # What the dead function had taken, and the ring behind it, still lie there.
    assert waiting(deployed, deployed.queue_url) >= 2
