"""Killed at the k-th system call while words of a case go to the group and the resident.

Each message stands once in the group and once in the chat, in order; one whose answer was
lost is looked up there; an answer that cannot arrive is told of once.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.bootstrap import Services
from functions.core import casework
from functions.core.casework import Act
from functions.core.models import DeliveryState, EntryKind, Via
from tests.faults.photos import BLUE
from tests.faults.places import Ground, Place, carry_on, clean_at_once
from tests.faults.processes import run_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.talking import (
    FIRST_WORDS,
    Talk,
    assert_all_done,
    assert_said,
    bring,
    oa_is_silent,
    open_case,
    record_of,
    the_tip,
)
from tests.faults.tracing import Point, kill_at
from tests.sandbox.client import GROUP_SEND, USER_SEND

SPREAD = 3
LINES = [f"Dòng {number:03d}: nhóm thanh niên tụ tập gây rối." for number in range(1, 41)]
ANSWER = "Công an đã cử người xuống xem."

Prepare = Callable[[Talk, Services], None]
Check = Callable[[Talk, Place, Services], None]


def attempt_at(ground: Ground, prepare: Prepare, check: Check, *lost: str) -> Attempt:
    """Return the attempt that does all that is due after `prepare`, with a fault, and checks
    what came of it; the answers to the first sends to these routes are lost."""

    def attempt(point: Point | None) -> Ran:
        with ground.place() as place:
            talk = Talk(place.sandbox, place.unit_id)
            with place.services() as services:
                place.connect(services)
                prepare(talk, services)
            for route in lost:
                fault = {"kind": "lost_answer", "route": route, "unit_id": place.unit_id}
                place.sandbox.control("faults", **fault)
            ran = run_step(place, kill_at(point), "work")
            carry_on(place)
            with place.services() as services:
                check(talk, place, services)
                assert_recorded_as_sent(talk, services)
                assert_all_done(services)
            return ran

    return attempt


def assert_recorded_as_sent(talk: Talk, services: Services) -> None:
    """Check that every message in the group is known by its id, and none waits."""
    deliveries = services.stores.deliveries.of_tip(the_tip(services).tip_id)
    assert DeliveryState.PLANNED not in {delivery.state for delivery in deliveries}
    recorded = {message.message_id for one in deliveries for message in one.messages}
    code = the_tip(services).card_code
    about_the_tip = [one for one in talk.told() if code in one["text"]]
    assert {one["message_id"] for one in about_the_tip} <= recorded


# A further message in two parts, with a photo


def a_long_message_waits(talk: Talk, services: Services) -> None:
    open_case(talk, services)
    bring(talk.write("\n".join(LINES), BLUE), services)
    with oa_is_silent(talk.unit_id, services):
        clean_at_once(services, BLUE)


def message_stands_once(talk: Talk, place: Place, services: Services) -> None:
    code = the_tip(services).card_code
    parts = ((code, "(1/2)", LINES[0]), (code, "(2/2)", LINES[-1]))
    assert_said(talk.group(), (code, FIRST_WORDS), *parts, (f"{code} ảnh 1/1",))
    said = "\n".join(talk.group())
    assert [said.count(line) for line in LINES] == [1] * len(LINES)
    assert place.sandbox.image(talk.told()[-1]) == BLUE
    assert_said(talk.chat(), ("đã lưu tin", code))


# An answer, to group and resident


def an_answer_waits(talk: Talk, services: Services) -> None:
    tip = open_case(talk, services)
    officer = services.stores.officers.officer(talk.unit_id, talk.officer)
    assert officer is not None
    act = Act(officer, tip.card_code, "an-act", Via.CASE_PAGE)
    casework.answer(act, ANSWER, services.casework)


def answer_stands_once(talk: Talk, _: Place, services: Services) -> None:
    code = the_tip(services).card_code
    assert_said(talk.group(), (code, FIRST_WORDS), (code, "đã trả lời", ANSWER))
    assert_said(talk.chat(), ("đã lưu tin", code), ("trả lời về tin", code, ANSWER))


# An answer to somebody who has blocked the OA


def an_answer_waits_in_vain(talk: Talk, services: Services) -> None:
    an_answer_waits(talk, services)
    talk.block()


def the_group_is_told_once(talk: Talk, _: Place, services: Services) -> None:
    code = the_tip(services).card_code
    told = (code, "KHÔNG gửi được câu trả lời")
    assert_said(talk.group(), (code, FIRST_WORDS), (code, "đã trả lời", ANSWER), told)
    assert_said(talk.chat(), ("đã lưu tin", code))
    assert [one.kind for one in record_of(services)] == [EntryKind.ANSWER, EntryKind.UNDELIVERED]


# Notes: an acknowledgement to the resident, help for an officer


def notes_wait(talk: Talk, services: Services) -> None:
    with oa_is_silent(talk.unit_id, services):
        for post in (talk.write(FIRST_WORDS), talk.order("#giup")):
            bring(post, services)
            clean_at_once(services, BLUE)


def notes_stand_once(talk: Talk, _: Place, services: Services) -> None:
    code = the_tip(services).card_code
    group = sorted(talk.group(), key=lambda text: code not in text)
    assert_said(group, (code, FIRST_WORDS), ("#dap",))
    assert_said(talk.chat(), ("đã lưu tin", code))


@pytest.fixture
def message(talking_ground: Ground) -> Attempt:
    return attempt_at(talking_ground, a_long_message_waits, message_stands_once)


@pytest.fixture
def message_with_a_lost_answer(talking_ground: Ground) -> Attempt:
    return attempt_at(talking_ground, a_long_message_waits, message_stands_once, GROUP_SEND)


@pytest.fixture
def answer(talking_ground: Ground) -> Attempt:
    return attempt_at(talking_ground, an_answer_waits, answer_stands_once)


@pytest.fixture
def answer_with_lost_answers(talking_ground: Ground) -> Attempt:
    return attempt_at(talking_ground, an_answer_waits, answer_stands_once, GROUP_SEND, USER_SEND)


@pytest.fixture
def undelivered(talking_ground: Ground) -> Attempt:
    return attempt_at(talking_ground, an_answer_waits_in_vain, the_group_is_told_once)


@pytest.fixture
def notes(talking_ground: Ground) -> Attempt:
    return attempt_at(talking_ground, notes_wait, notes_stand_once, USER_SEND)


RELAYS = ("message", "answer", "answer_with_lost_answers", "undelivered", "notes")


@pytest.mark.parametrize("relay", RELAYS)
def test_killed_at_some_points_every_message_stands_once_and_in_order(
    relay: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(relay), spread=SPREAD))


@pytest.mark.long
@pytest.mark.parametrize("relay", [*RELAYS, "message_with_a_lost_answer"])
def test_killed_at_every_point_every_message_stands_once_and_in_order(
    relay: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(relay), spread=None))
