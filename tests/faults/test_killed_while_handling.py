"""Killed at the k-th system call while an event is handled: it has its effect, once.

The event is a resident's first message with a photo, a further one, or an officer's command.
Afterwards the job runs again, and all that follows from it.
"""

from __future__ import annotations

import pytest

from functions.bootstrap import Services
from functions.core.models import AttachmentState, EntryKind, TipStatus
from tests.faults.photos import RED
from tests.faults.places import Ground, Place, assert_no_orphans_a_day_later, carry_on
from tests.faults.processes import run_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.talking import (
    FIRST_WORDS,
    Talk,
    assert_all_done,
    assert_said,
    bring,
    open_case,
    record_of,
    the_tip,
)
from tests.faults.tracing import Point, kill_at

SPREAD = 4
MORE_WORDS = "Tối nay họ lại tới, có ba người."
ANSWER = "Công an đã cử người xuống xem."
OUTCOME = "Đã nhắc nhở, lập biên bản."


def assert_photo_came(talk: Talk, place: Place, services: Services) -> None:
    """Check that the tip has one clean photo, which stands last in the group."""
    [photo] = the_tip(services).attachments
    assert photo.state is AttachmentState.CLEAN
    clean = services.stores.blobs.get(photo.blob_key)
    assert place.sandbox.image(talk.told()[-1]) == clean


@pytest.fixture
def first_message(talking_ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place:
            talk = Talk(place.sandbox, place.unit_id)
            with place.services() as services:
                place.connect(services)
                bring(talk.write(FIRST_WORDS, RED), services)
            ran = run_step(place, kill_at(point), "one-job")
            carry_on(place)
            with place.services() as services:
                code = the_tip(services).card_code
                assert the_tip(services).content.text == FIRST_WORDS
                assert record_of(services) == []
                assert_said(talk.group(), (code, FIRST_WORDS), (f"{code} ảnh 1/1",))
                assert_said(talk.chat(), ("đã lưu tin", code))
                assert_photo_came(talk, place, services)
                assert_all_done(services)
            assert_no_orphans_a_day_later(place)
            return ran

    return attempt


@pytest.fixture
def further_message(talking_ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place:
            talk = Talk(place.sandbox, place.unit_id)
            with place.services() as services:
                place.connect(services)
                code = open_case(talk, services).card_code
                bring(talk.write(MORE_WORDS, RED), services)
            ran = run_step(place, kill_at(point), "one-job")
            carry_on(place)
            with place.services() as services:
                [entry] = record_of(services)
                assert (entry.kind, entry.text) == (EntryKind.RESIDENT_MESSAGE, MORE_WORDS)
                more = (code, "nhắn thêm", MORE_WORDS)
                assert_said(talk.group(), (code, FIRST_WORDS), more, (f"{code} ảnh 1/1",))
                assert_said(talk.chat(), ("đã lưu tin", code))
                assert_photo_came(talk, place, services)
                assert_all_done(services)
            assert_no_orphans_a_day_later(place)
            return ran

    return attempt


def obeyed(place: Place, point: Point | None, typed: str) -> tuple[Ran, Talk, str]:
    """Let an officer order this about a resident's case; return what went on, and its code."""
    talk = Talk(place.sandbox, place.unit_id)
    with place.services() as services:
        place.connect(services)
        code = open_case(talk, services).card_code
        word, _, text = typed.partition(" ")
        bring(talk.order(f"{word} {code} {text}"), services)
    ran = run_step(place, kill_at(point), "one-job")
    carry_on(place)
    return ran, talk, code


@pytest.fixture
def answer(talking_ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place:
            ran, talk, code = obeyed(place, point, f"#dap {ANSWER}")
            with place.services() as services:
                [entry] = record_of(services)
                assert (entry.kind, entry.text) == (EntryKind.ANSWER, ANSWER)
                assert_said(talk.group(), (code, FIRST_WORDS), (code, "đã trả lời", ANSWER))
                assert_said(talk.chat(), ("đã lưu tin", code), ("trả lời về tin", code, ANSWER))
                assert_all_done(services)
            return ran

    return attempt


@pytest.fixture
def outcome(talking_ground: Ground) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place:
            ran, talk, code = obeyed(place, point, f"#xong {OUTCOME}")
            with place.services() as services:
                [entry] = record_of(services)
                tip = the_tip(services)
                assert (entry.kind, tip.status) == (EntryKind.CLOSED, TipStatus.RESOLVED)
                assert tip.case.outcome is not None
                assert tip.case.outcome.text == OUTCOME
                assert_said(talk.group(), (code, FIRST_WORDS), (code, "đã kết thúc"))
                assert_said(talk.chat(), ("đã lưu tin", code), ("đã kết thúc", code))
                assert_all_done(services)
            return ran

    return attempt


@pytest.fixture
def transfer(talking_ground: Ground) -> Attempt:
    """The tip goes to a second unit, whose group gets the card."""

    def attempt(point: Point | None) -> Ran:
        with talking_ground.place() as place, place.sandbox.unit() as other:
            theirs = Talk(place.sandbox, other)
            with place.services() as services:
                place.connect(services, other)
                name = services.units.get(other).name
            ran, talk, code = obeyed(place, point, f"#chuyen {name}")
            with place.services() as services:
                [entry] = record_of(services)
                assert (entry.kind, entry.about) == (EntryKind.TRANSFERRED, other)
                tip = the_tip(services)
                assert (tip.unit_id, tip.card_code) == (other, code)
                assert_said(talk.group(), (code, FIRST_WORDS), (code, "đã chuyển tin tới"))
                assert_said(theirs.group(), (code, FIRST_WORDS))
                assert_said(talk.chat(), ("đã lưu tin", code), ("đã được chuyển tới", code))
                assert_all_done(services)
            return ran

    return attempt


EVENTS = ("first_message", "further_message", "answer", "outcome", "transfer")


@pytest.mark.parametrize("event", EVENTS)
def test_killed_at_some_points_an_event_has_its_effect_once(
    event: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(event), spread=SPREAD))


@pytest.mark.long
@pytest.mark.parametrize("event", EVENTS)
def test_killed_at_every_point_an_event_has_its_effect_once(
    event: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(event), spread=None))
