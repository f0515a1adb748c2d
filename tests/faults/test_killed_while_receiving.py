"""The web process killed, or out of disk, at the k-th system call of taking a genuine event.

An event that was answered 200 is stored; one that was not comes again from Zalo, byte for
byte; either way it is one event, and has its effect once.
"""

from __future__ import annotations

import pytest
import urllib3
from werkzeug.test import Client
from werkzeug.wrappers import Response

from functions.local.server import create_wsgi_app
from tests.faults.phones import ANSWER_SECONDS
from tests.faults.places import Ground, Place, carry_on, open_jobs
from tests.faults.processes import WebProcess, web_process
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.talking import (
    FIRST_WORDS,
    Post,
    Talk,
    assert_all_done,
    assert_said,
    record_of,
    the_tip,
)
from tests.faults.tracing import WRITES, Point, kill_at, no_space_from


def post_to(web: WebProcess, post: Post) -> int | None:
    """Post the event as Zalo does; None when the connection broke before the answer."""
    with urllib3.PoolManager(retries=False) as pool:
        try:
            answer = pool.request(
                "POST",
                web.url + post.path,
                body=post.body.encode(),
                headers=post.headers | {"Connection": "close"},
                timeout=ANSWER_SECONDS,
            )
        except urllib3.exceptions.HTTPError:
            return None
    return answer.status


def stored_events(place: Place) -> int:
    """Return how many events wait: nothing was handled yet."""
    with place.services() as services:
        return open_jobs(services)


def post_after_a_restart(place: Place, post: Post) -> None:
    with place.services() as services:
        client = Client(create_wsgi_app(services), Response)
        again = client.post(post.path, data=post.body, headers=post.headers, base_url=place.url)
        assert again.status_code == 200


def assert_one_effect(place: Place, talk: Talk) -> None:
    carry_on(place)
    with place.services() as services:
        code = the_tip(services).card_code
        assert record_of(services) == []
        assert_said(talk.group(), (code, FIRST_WORDS))
        assert_said(talk.chat(), ("đã lưu tin", code))
        assert_all_done(services)


def connected(place: Place) -> Talk:
    with place.services() as services:
        assert place.connect(services) == ["connected"]
    return Talk(place.sandbox, place.unit_id)


@pytest.fixture
def killed(talking_ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place:
            talk = connected(place)
            post = talk.write(FIRST_WORDS)
            with web_process(place) as web:
                tracer = web.trace(kill_at(point))
                status = post_to(web, post)
                if status is None:
                    tracer.wait()
                else:
                    tracer.close()
            ran = Ran(tracer.saw_a_kill(), tracer.calls())
            assert status == 200 or (status is None and ran.hit)
            assert stored_events(place) in ((1,) if status == 200 else (0, 1))
            post_after_a_restart(place, post)
            assert stored_events(place) == 1
            assert_one_effect(place, talk)
            return ran

    return attempt


@pytest.fixture
def out_of_space(talking_ground: Ground) -> Attempt:
    """The kernel says ENOSPC to the running server from some call on, then no longer."""

    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place:
            talk = connected(place)
            post, forged = talk.write(FIRST_WORDS), Post("{}", "mac=0")
            with web_process(place) as web:
                # The first of all makes what only the first of all makes.
                assert post_to(web, forged) == 200
                tracer = web.trace(no_space_from(point), calls=WRITES)
                status = post_to(web, post)
                while_full = post_to(web, forged)
                tracer.close()
                stored = stored_events(place)
                again = post_to(web, post)
            # The disk may have reported an error after the event had come to stand in the file.
            assert (status, stored) in ((200, 1), (503, 0), (503, 1))
            assert point is not None or status == 200
            assert (while_full, again) == (200, 200)
            assert stored_events(place) == 1
            assert_one_effect(place, talk)
            return Ran(point in tracer.calls(), tracer.calls())

    return attempt


def test_killed_at_some_points_an_event_answered_200_is_stored_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=5))


@pytest.mark.long
def test_killed_at_every_point_an_event_answered_200_is_stored_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))


def test_disk_full_from_some_points_on_an_event_is_stored_or_comes_again(
    out_of_space: Attempt, report_points: Report
) -> None:
    report_points(sweep(out_of_space, spread=4))


@pytest.mark.long
def test_disk_full_from_every_point_on_an_event_is_stored_or_comes_again(
    out_of_space: Attempt, report_points: Report
) -> None:
    report_points(sweep(out_of_space, spread=None))
