"""A full disk: 503 with the unit's phone, earlier tips safe, and it goes on once there is space."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from functions.web.answers import EMERGENCY_PHONE
from tests.faults.phones import Answer, Submission, send
from tests.faults.photos import BLUE, WITH_GPS, noise
from tests.faults.places import Ground, Place, carry_on
from tests.faults.processes import run_step, web_process
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import WRITES, Point, no_space_from

DISK = "2m"
BALLAST_BYTES = 1_200_000
PHOTO_EDGE = 300
MOST_TIPS = 60


def phone_of(place: Place) -> str:
    with place.services() as services:
        return services.duty_phone(place.unit_id) or EMERGENCY_PHONE


def stored_photos(place: Place) -> dict[str, list[bytes]]:
    """Return every tip's photos by its text."""
    with place.services() as services:
        tips = [services.stores.tips.get(tip_id) for tip_id in services.stores.tips.all_ids()]
        return {
            tip.content.text: [
                services.stores.blobs.get(photo.blob_key) for photo in tip.attachments
            ]
            for tip in tips
        }


@pytest.fixture
def out_of_space(ground: Ground) -> Attempt:
    """The kernel says ENOSPC to the running server from some call on, then no longer."""

    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            earlier = Submission(place.unit_id, text="Tin trước", photos=(BLUE,))
            submission = Submission(place.unit_id, text="Tin này", photos=(WITH_GPS, BLUE))
            with web_process(place) as web:
                first = send(web.url, earlier)
                tracer = web.trace(no_space_from(point), calls=WRITES)
                answer = send(web.url, submission)
                tracer.close()
                again = send(web.url, submission)
            assert first is not None
            assert first.status == 201
            assert_refused_or_stored(place, answer, again)
            photos = {"Tin trước": [BLUE], "Tin này": [WITH_GPS, BLUE]}
            assert stored_photos(place) == photos
            return Ran(point in tracer.calls(), tracer.calls())

    return attempt


def assert_refused_or_stored(place: Place, answer: Answer | None, again: Answer | None) -> None:
    assert answer is not None
    assert again is not None
    if answer.status == 201:
        assert (again.status, again.receipt_code) == (200, answer.receipt_code)
        return
    assert answer.status == 503
    assert phone_of(place) in answer.body.decode()
    # The disk may have reported an error after the tip had come to stand in the file.
    assert again.status in (200, 201)


def test_no_space_from_some_points_on_a_tip_is_refused_or_stored(
    out_of_space: Attempt, report_points: Report
) -> None:
    report_points(sweep(out_of_space, spread=10))


@pytest.mark.long
def test_no_space_from_every_point_on_a_tip_is_refused_or_stored(
    out_of_space: Attempt, report_points: Report
) -> None:
    report_points(sweep(out_of_space, spread=None))


@pytest.fixture
def small_disk(ground: Ground) -> Iterator[Place]:
    """A place whose data folder is a file system of its own that is nearly full."""
    with ground.place() as place:
        place.data_dir.mkdir(mode=0o700)
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs"]
        mounted = subprocess.run(
            [*command, str(place.data_dir)], capture_output=True, text=True, check=False
        )
        if mounted.returncode:
            pytest.skip(f"NOT TESTED: a small file system needs root: {mounted.stderr.strip()}")
        try:
            (place.data_dir / "ballast").write_bytes(bytes(BALLAST_BYTES))
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place.data_dir)], check=True)


def fill(url: str, submissions: list[Submission]) -> list[Submission]:
    """Send one after the other until one is refused; return those that were stored."""
    for number, submission in enumerate(submissions):
        answer = send(url, submission)
        assert answer is not None
        if answer.status != 201:
            assert answer.status == 503
            return submissions[:number]
    raise AssertionError("the disk never filled up")


def test_full_disk_refuses_with_the_phone_and_goes_on_when_there_is_space(
    small_disk: Place,
) -> None:
    place = small_disk
    submissions = [
        Submission(place.unit_id, text=f"Tin số {number}", photos=(noise(number, PHOTO_EDGE),))
        for number in range(MOST_TIPS)
    ]
    with web_process(place) as web:
        stored = fill(web.url, submissions)
        refused = submissions[len(stored)]
        page = send(web.url, refused.shown_as_page())
        while_full = stored_photos(place)
        worked = run_step(place, "", "work")
        (place.data_dir / "ballast").unlink()
        answer = send(web.url, refused)
    with place.services() as services:
        place.connect(services)
    carry_on(place)

    assert page is not None
    assert page.status == 503
    assert phone_of(place) in page.body.decode()
    assert refused.text in page.body.decode()
    assert while_full == {tip.text: list(tip.photos) for tip in stored}
    assert not worked.hit
    assert answer is not None
    assert answer.status == 201
    text = "\n".join(message["text"] for message in place.posted())
    assert [text.count(f"{tip.text}\n") for tip in (*stored, refused)] == [1] * (len(stored) + 1)
