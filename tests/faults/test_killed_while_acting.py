"""The web process killed at the k-th system call of an officer's answer on the case page.

Afterwards the phone sends the same form again: one entry, one confirmation in the group, one
answer in the resident's chat; and who was led on to the case had it stored already.
"""

from __future__ import annotations

import pytest
import urllib3

from functions.core.models import CaseEntry, EntryKind
from tests.faults.case_forms import LED_ON, Form, filled_in, send_form
from tests.faults.phones import ANSWER_SECONDS
from tests.faults.places import Ground, Place, carry_on
from tests.faults.processes import WebProcess, web_process
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.talking import (
    FIRST_WORDS,
    Talk,
    assert_all_done,
    assert_said,
    open_case,
    record_of,
)
from tests.faults.tracing import Point, kill_at

ANSWER = "Công an đã cử người xuống xem."


def send(web: WebProcess, form: Form) -> int | None:
    """Send the form; None when the connection broke before the answer."""
    with urllib3.PoolManager(retries=False) as pool:
        try:
            answer = pool.request(
                "POST",
                web.url + form.path,
                body=form.body,
                headers=form.headers | {"Connection": "close"},
                timeout=ANSWER_SECONDS,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError:
            return None
    return answer.status


def entries(place: Place) -> list[CaseEntry]:
    with place.services() as services:
        return record_of(services)


@pytest.fixture
def killed(talking_ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place:
            talk = Talk(place.sandbox, place.unit_id)
            with place.services() as services:
                place.connect(services)
                code = open_case(talk, services).card_code
                form = filled_in(talk, code, ANSWER, services)
            with web_process(place) as web:
                tracer = web.trace(kill_at(point))
                status = send(web, form)
                if status is None:
                    tracer.wait()
                else:
                    tracer.close()
            ran = Ran(tracer.saw_a_kill(), tracer.calls())
            assert status == LED_ON or (status is None and ran.hit)
            assert len(entries(place)) in ((1,) if status == LED_ON else (0, 1))
            with place.services() as services:
                assert send_form(form, services) == LED_ON
            carry_on(place)
            [entry] = entries(place)
            assert (entry.kind, entry.text) == (EntryKind.ANSWER, ANSWER)
            assert_said(talk.group(), (code, FIRST_WORDS), (code, "đã trả lời", ANSWER))
            assert_said(talk.chat(), ("đã lưu tin", code), ("trả lời về tin", code, ANSWER))
            with place.services() as services:
                assert_all_done(services)
            return ran

    return attempt


def test_killed_at_some_points_an_answer_sent_again_stands_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=5))


@pytest.mark.long
def test_killed_at_every_point_an_answer_sent_again_stands_once(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))
