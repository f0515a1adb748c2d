"""Killed at the k-th system call of `oa import`: importing again leaves all as it should be."""

from __future__ import annotations

import json

import pytest

from functions.core.models import TokenState
from functions.run_jobs.handler import run_due_jobs
from tests.faults.places import Ground, Place
from tests.faults.processes import run_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import Point, kill_at


def lost_pair(place: Place) -> None:
    """The stored pair is dead, a tip waits, and a file with a fresh pair lies ready."""
    with place.services() as services:
        place.connect(services)
        place.submit(services)
        stored = services.stores.tokens.get(place.unit_id)
        assert stored is not None
        services.stores.tokens.give_up(place.unit_id, stored.generation)
        run_due_jobs(services.work)
        assert services.stores.jobs.due(services.clock.now(), 1) == []
    place.sandbox.control("consent", unit_id=place.unit_id)
    document = place.sandbox.import_file(place.unit_id)
    (place.folder / "import.json").write_text(json.dumps(document), encoding="utf-8")


def assert_connected(place: Place) -> None:
    [row] = place.sandbox.import_file(place.unit_id)["units"]
    with place.services() as services:
        stored = services.stores.tokens.get(place.unit_id)
        officers = services.stores.officers.officers(place.unit_id)
    assert stored is not None
    assert stored.state is TokenState.OK
    assert stored.pair.refresh_token == row["refresh_token"]
    assert {officer.user_id for officer in officers} == {
        officer["user_id"] for officer in row["officers"]
    }


@pytest.fixture
def killed(ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            lost_pair(place)
            ran = run_step(place, kill_at(point), "import", str(place.folder / "import.json"))
            with place.services() as services:
                assert place.connect(services) in (["connected"], ["pair-known"])
                # The tip was parked for some minutes; connecting makes it due at once.
                run_due_jobs(services.work)
            assert_connected(place)
            assert len(place.posted()) == 1
            return ran

    return attempt


def test_killed_at_some_points_a_second_import_completes_the_first(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=8))


@pytest.mark.long
def test_killed_at_every_point_a_second_import_completes_the_first(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))
