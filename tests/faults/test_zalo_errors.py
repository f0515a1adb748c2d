"""Each class of error Zalo can answer with, through the real client: the tip arrives once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.bootstrap import Services
from functions.clock import SystemClock
from functions.core.models import SendState
from functions.refresh_tokens.handler import refresh
from functions.run_jobs.handler import run_due_jobs
from tests.fakes.clock import FrozenClock
from tests.faults.photos import RED
from tests.faults.places import Ground, Place, clean_at_once, open_jobs
from tests.sandbox.client import CONVERSATION, GROUP_SEND, UPLOAD_IMAGE

Rules = dict[str, dict[str, Any]]

LOST: Rules = {
    "answer lost": {"kind": "lost_answer"},
    "half an answer": {"kind": "truncated"},
    "HTML page with 200, done": {"kind": "html", "effect": True},
    "502, done": {"kind": "http", "status": 502, "effect": True},
}
NOT_DONE: Rules = {
    "connection cut": {"kind": "cut"},
    "HTML page with 200": {"kind": "html"},
    "500": {"kind": "http", "status": 500},
    "503": {"kind": "outage", "mode": "503", "times": 1},
}
WAIT: Rules = {
    "-32 too many calls": {"kind": "error", "code": -32},
    "-200 failed": {"kind": "error", "code": -200},
    "429": {"kind": "http", "status": 429},
}
TOKEN: Rules = {
    "-216 token refused": {"kind": "error", "code": -216},
    "-220 token expired": {"kind": "error", "code": -220},
}
CLOSED: Rules = {
    "-237 group closed": {"kind": "error", "code": -237},
    "-403 no right": {"kind": "error", "code": -403},
    "404": {"kind": "http", "status": 404},
}
REFUSED: Rules = {
    "-201 bad content": {"kind": "error", "code": -201},
    "-210 too long": {"kind": "error", "code": -210},
}
ALL_PASSING: Rules = {**LOST, **NOT_DONE, **WAIT, **TOKEN, **CLOSED}
MOST_ROUNDS = 30
A_ROUND = timedelta(seconds=20)


class Group:
    """A unit with one tip to deliver, and how its group looks in the end."""

    def __init__(self, place: Place, services: Services, clock: FrozenClock) -> None:
        self.place = place
        self.services = services
        self.clock = clock
        place.submit(services, RED, text="Có người gây rối.")
        clean_at_once(services, RED)
        place.connect(services)

    def order(self, rule: dict[str, Any], route: str) -> None:
        fault = {"route": route, **rule, "unit_id": self.place.unit_id}
        self.place.sandbox.control("faults", **fault)

    def work(self) -> dict[str, int]:
        """Run what is due now; return how the jobs stand."""
        run_due_jobs(self.services.work)
        return self.services.stores.jobs.counts()

    def work_until_done(self) -> None:
        for _ in range(MOST_ROUNDS):
            refresh(self.services.refresh)
            self.work()
            if not open_jobs(self.services):
                return
            self.clock.advance(A_ROUND)
        raise AssertionError(f"jobs still wait: {self.services.stores.jobs.counts()}")

    def texts(self) -> list[str]:
        return [message["text"] for message in self.place.posted()]

    def alarms(self) -> list[str]:
        return [alarm.code for alarm in self.services.stores.alerts.open_alarms()]

    def states(self) -> list[SendState]:
        [tip_id] = self.services.stores.tips.all_ids()
        [delivery] = self.services.stores.deliveries.of_tip(tip_id)
        return [message.state for message in delivery.messages]


@pytest.fixture
def group(ground: Ground) -> Iterator[Group]:
    clock = FrozenClock(SystemClock().now())
    with ground.place() as place, place.services(clock) as services:
        yield Group(place, services, clock)


def assert_card_and_photo_once(group: Group) -> None:
    texts = group.texts()
    assert [text.count("Có người gây rối.") for text in texts] == [1, 0]
    assert texts[1].endswith(" ảnh 1/1")
    assert not [text for text in texts if "trùng" in text]


@pytest.mark.parametrize("route", [GROUP_SEND, UPLOAD_IMAGE])
@pytest.mark.parametrize("fault", ALL_PASSING)
def test_after_an_error_that_passes_card_and_photo_stand_once(
    group: Group, fault: str, route: str
) -> None:
    group.order(ALL_PASSING[fault], route)

    first = group.work()
    group.work_until_done()

    assert first["done"] == 1
    assert first["failed"] == 0
    assert_card_and_photo_once(group)
    assert group.alarms() == []


@pytest.mark.parametrize("fault", [*LOST, *NOT_DONE])
def test_send_of_unknown_outcome_is_looked_up_not_repeated(group: Group, fault: str) -> None:
    group.order({**ALL_PASSING[fault], "times": 2}, GROUP_SEND)

    first = group.work()
    group.work_until_done()

    assert first["unknown"] == 1
    assert_card_and_photo_once(group)


@pytest.mark.parametrize("fault", CLOSED)
def test_closed_channel_calls_an_operator_until_it_works_again(group: Group, fault: str) -> None:
    group.order({**CLOSED[fault], "times": None}, GROUP_SEND)
    group.work()
    while_closed = group.alarms()

    group.place.sandbox.clear_faults()
    group.work_until_done()

    assert while_closed == ["channel-closed"]
    assert group.alarms() == []
    assert_card_and_photo_once(group)


@pytest.mark.parametrize("fault", REFUSED)
def test_refused_card_gives_way_to_a_notice(group: Group, fault: str) -> None:
    group.order(REFUSED[fault], GROUP_SEND)

    group.work_until_done()

    texts = group.texts()
    assert len(texts) == 2
    assert "Có người gây rối." not in "".join(texts)
    assert group.states() == [SendState.REFUSED, SendState.SENT, SendState.SENT]


@pytest.mark.parametrize("fault", REFUSED)
def test_refused_photo_costs_only_itself(group: Group, fault: str) -> None:
    group.order(REFUSED[fault], UPLOAD_IMAGE)

    group.work_until_done()

    assert group.states() == [SendState.SENT, SendState.REFUSED]
    assert len(group.texts()) == 1


def test_content_refused_in_every_form_fails_and_goes_out_when_rearmed(group: Group) -> None:
    group.order({**REFUSED["-201 bad content"], "times": None}, GROUP_SEND)
    refused = group.work()
    seen = group.alarms()
    group.place.sandbox.clear_faults()

    group.services.stores.jobs.retry(None, group.clock.now())
    group.work_until_done()

    assert refused["failed"] == 1
    assert seen == ["delivery-refused"]
    assert "Có người gây rối." in group.texts()[0]


def test_repeat_is_marked_only_when_the_history_cannot_tell(group: Group) -> None:
    group.order({"kind": "lost_answer"}, GROUP_SEND)
    group.order({"kind": "error", "code": -237, "times": None}, CONVERSATION)

    group.work_until_done()

    texts = group.texts()
    assert [text.count("Có người gây rối.") for text in texts] == [1, 1, 0]
    assert ["(có thể trùng)" in text for text in texts] == [False, True, False]


def test_history_that_is_down_for_a_while_is_waited_for(group: Group) -> None:
    group.order({"kind": "lost_answer"}, GROUP_SEND)
    group.order({"kind": "http", "status": 503, "times": 3}, CONVERSATION)

    group.work_until_done()

    assert_card_and_photo_once(group)


def test_lost_send_is_found_although_an_urgent_tip_went_past_it(group: Group) -> None:
    group.order({"kind": "lost_answer"}, GROUP_SEND)
    group.work()
    group.place.submit(group.services, text="Việc khẩn cấp.", urgency="now")

    group.clock.advance(A_ROUND)
    group.work_until_done()

    texts = group.texts()
    assert ["Có người gây rối." in text for text in texts] == [True, False, False]
    assert ["Việc khẩn cấp." in text for text in texts] == [False, True, False]
    assert not [text for text in texts if "trùng" in text]
