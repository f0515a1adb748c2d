"""The web process killed at the k-th system call of a submission with two photos.

A receipt that was shown is a tip that is stored, whole; sending again gives one tip and the
same receipt; what a crash left on the disk without a name is swept.
"""

from __future__ import annotations

import pytest

from functions.core.receipts import find_tip
from tests.faults.phones import Answer, Submission, send, send_in_process
from tests.faults.photos import BLUE, WITH_GPS
from tests.faults.places import Ground, Place, assert_no_orphans_a_day_later
from tests.faults.processes import web_process
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import Point, kill_at

PHOTOS = (WITH_GPS, BLUE)


def send_and_kill(
    place: Place, submission: Submission, point: Point | None
) -> tuple[Ran, Answer | None]:
    with web_process(place) as web:
        tracer = web.trace(kill_at(point))
        answer = send(web.url, submission)
        if answer is None:
            tracer.wait()
        else:
            tracer.close()
    return Ran(tracer.saw_a_kill(), tracer.calls()), answer


def assert_nothing_or_a_whole_tip(place: Place, answer: Answer | None) -> None:
    with place.services() as services:
        stored = list(services.stores.tips.all_ids())
        assert len(stored) <= 1
        if answer is not None:
            assert find_tip(answer.receipt_code, services.receipts).unit_id == place.unit_id
        for tip_id in stored:
            tip = services.stores.tips.get(tip_id)
            photos = [services.stores.blobs.get(photo.blob_key) for photo in tip.attachments]
            assert photos == list(PHOTOS)
            assert services.stores.jobs.counts()["pending"] == 2


def assert_sent_again_is_the_same_act(
    place: Place, submission: Submission, first: Answer | None
) -> None:
    with place.services() as services:
        known = len(list(services.stores.tips.all_ids()))
        again = send_in_process(services, submission)
        assert again.status == (200 if known else 201)
        assert first is None or again.receipt_code == first.receipt_code
        assert len(list(services.stores.tips.all_ids())) == 1
    assert_nothing_or_a_whole_tip(place, again)


@pytest.fixture
def killed(ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            submission = Submission(place.unit_id, photos=PHOTOS)
            ran, answer = send_and_kill(place, submission, point)
            assert ran.hit or (answer is not None and answer.status == 201)
            assert_nothing_or_a_whole_tip(place, answer)
            assert_sent_again_is_the_same_act(place, submission, answer)
            assert_no_orphans_a_day_later(place)
            return ran

    return attempt


def test_killed_at_some_points_a_shown_receipt_is_a_stored_tip(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=16))


@pytest.mark.long
def test_killed_at_every_point_a_shown_receipt_is_a_stored_tip(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))
