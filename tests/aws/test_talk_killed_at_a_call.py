"""A function that ends without a word at each of its outside calls, while people talk.

An event that was taken in is not lost, and each word stands once in group and chat; the sweep
alone brings all of it out.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from functions.core.models import AttachmentState, EntryKind
from tests.aws.conftest import Stepping
from tests.aws.places import Ground, Place, carry_on
from tests.faults.case_forms import LED_ON, filled_in, send_form
from tests.faults.photos import RED
from tests.faults.places import open_jobs
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
from tests.faults.tracing import Point

SPREAD = 3
ANSWER = "Công an đã cử người xuống xem."


def rings(place: Place) -> str:
    """Return the batch that the queue hands out."""
    return json.dumps(place.take_rings())


def assert_opened_once(talk: Talk, place: Place, *photos: str) -> None:
    services = place.services()
    code = the_tip(services).card_code
    assert record_of(services) == []
    captions = [(f"{code} {photo}",) for photo in photos]
    assert_said(talk.group(), (code, FIRST_WORDS), *captions)
    assert_said(talk.chat(), ("đã lưu tin", code))
    assert_all_done(services)


def assert_answered_once(talk: Talk, place: Place, code: str) -> None:
    services = place.services()
    [entry] = record_of(services)
    assert (entry.kind, entry.text) == (EntryKind.ANSWER, ANSWER)
    assert_said(talk.group(), (code, FIRST_WORDS), (code, "đã trả lời", ANSWER))
    assert_said(talk.chat(), ("đã lưu tin", code), ("trả lời về tin", code, ANSWER))
    assert_all_done(services)


@pytest.fixture
def while_receiving(talking_cloud_ground: Ground, stepping: Stepping) -> Attempt:
    def attempt(point: Point | None) -> Ran:
        with talking_cloud_ground.place() as place, stepping() as steps:
            place.connect(place.services())
            talk = Talk(place.sandbox, place.unit_id)
            post = talk.write(FIRST_WORDS)
            argument = json.dumps([post.body, post.signature])
            ran = steps.run(place, point, "receive", argument)
            assert steps.said == (None if ran.hit else 200)
            assert open_jobs(place.services()) in ((0, 1) if ran.hit else (1,))
            assert not steps.run(place, None, "receive", argument).hit
            assert steps.said == 200
            assert open_jobs(place.services()) == 1
            carry_on(place)
            assert_opened_once(talk, place)
            return ran

    return attempt


@pytest.fixture
def while_handling(talking_cloud_ground: Ground, stepping: Stepping) -> Attempt:
    """A resident's first message, with a photo, up to where all of it stands in the group."""

    def attempt(point: Point | None) -> Ran:
        with talking_cloud_ground.place() as place, stepping() as steps:
            services = place.services()
            place.connect(services)
            talk = Talk(place.sandbox, place.unit_id)
            bring(talk.write(FIRST_WORDS, RED), services)
            ran = steps.run(place, point, "clean", rings(place))
            carry_on(place)
            assert_opened_once(talk, place, "ảnh 1/1")
            [photo] = the_tip(services).attachments
            assert photo.state is AttachmentState.CLEAN
            shown = place.sandbox.image(talk.told()[-1])
            assert shown == services.stores.blobs.get(photo.blob_key)
            return ran

    return attempt


@pytest.fixture
def while_obeying(talking_cloud_ground: Ground, stepping: Stepping) -> Attempt:
    """An officer's answer, up to where it stands in the resident's chat."""

    def attempt(point: Point | None) -> Ran:
        with talking_cloud_ground.place() as place, stepping() as steps:
            services = place.services()
            place.connect(services)
            talk = Talk(place.sandbox, place.unit_id)
            code = open_case(talk, services).card_code
            place.purge()
            bring(talk.order(f"#dap {code} {ANSWER}"), services)
            ran = steps.run(place, point, "answer-rings", rings(place))
            carry_on(place)
            assert_answered_once(talk, place, code)
            return ran

    return attempt


@pytest.fixture
def while_acting(talking_cloud_ground: Ground, stepping: Stepping) -> Attempt:
    """An answer on the case page; the phone sends the same form again."""

    def attempt(point: Point | None) -> Ran:
        with talking_cloud_ground.place() as place, stepping() as steps:
            services = place.services()
            place.connect(services)
            talk = Talk(place.sandbox, place.unit_id)
            code = open_case(talk, services).card_code
            form = filled_in(talk, code, ANSWER, services)
            ran = steps.run(place, point, "act", json.dumps(asdict(form)))
            assert steps.said == (None if ran.hit else LED_ON)
            assert len(record_of(services)) in ((0, 1) if ran.hit else (1,))
            assert send_form(form, place.services()) == LED_ON
            carry_on(place)
            assert_answered_once(talk, place, code)
            return ran

    return attempt


FLOWS = ("receiving", "handling", "obeying", "acting")


@pytest.mark.parametrize("flow", FLOWS)
def test_ended_at_some_calls_no_word_is_lost_or_doubled(
    flow: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(f"while_{flow}"), spread=SPREAD))


@pytest.mark.long
@pytest.mark.parametrize("flow", FLOWS)
def test_ended_at_every_call_no_word_is_lost_or_doubled(
    flow: str, request: pytest.FixtureRequest, report_points: Report
) -> None:
    report_points(sweep(request.getfixturevalue(f"while_{flow}"), spread=None))
