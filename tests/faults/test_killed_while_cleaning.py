"""Killed at the k-th system call while photos are cleaned: clean copies named, originals gone."""

from __future__ import annotations

import hashlib

import pytest

from functions.clock import SystemClock
from functions.core.models import AttachmentState
from functions.run_jobs.handler import run_due_jobs
from tests.fakes.clock import FrozenClock
from tests.faults.photos import BROKEN, WITH_GPS
from tests.faults.places import (
    AFTER_A_LEASE,
    Ground,
    Place,
    assert_no_orphans_a_day_later,
)
from tests.faults.processes import run_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import Point, kill_at
from tests.photos.pictures import assert_only_pixels


def tip_with_photos(place: Place) -> set[str]:
    """Store a tip with a good and a broken photo; return the names of the originals."""
    with place.services() as services:
        place.submit(services, WITH_GPS, BROKEN)
        return services.stores.tips.blob_keys()


def clean_after_a_restart(place: Place) -> None:
    clock = FrozenClock(SystemClock().now() + AFTER_A_LEASE)
    with place.services(clock) as services:
        run_due_jobs(services.work)
        # The card itself waits for an OA.
        assert services.stores.jobs.counts() == {"pending": 1, "unknown": 0, "done": 1, "failed": 0}


def assert_cleaned(place: Place, originals: set[str]) -> None:
    with place.services() as services:
        [tip_id] = services.stores.tips.all_ids()
        good, broken = services.stores.tips.get(tip_id).attachments
        clean = services.stores.blobs.get(good.blob_key)
    assert good.state is AttachmentState.CLEAN
    assert good.clean_sha256 == hashlib.sha256(clean).hexdigest()
    assert_only_pixels(clean)
    assert (broken.state, broken.blob_key) == (AttachmentState.UNREADABLE, "")
    assert_no_orphans_a_day_later(place)
    assert place.blobs_on_disk() == {good.blob_key}
    assert good.blob_key not in originals


@pytest.fixture
def killed(ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            originals = tip_with_photos(place)
            ran = run_step(place, kill_at(point), "work")
            clean_after_a_restart(place)
            assert_cleaned(place, originals)
            return ran

    return attempt


def test_killed_at_some_points_photos_are_clean_and_originals_wiped(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=32))


@pytest.mark.long
def test_killed_at_every_point_photos_are_clean_and_originals_wiped(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))
