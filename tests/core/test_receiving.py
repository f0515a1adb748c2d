"""What Zalo posts is stored once before it is answered; all else is dropped and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.errors import StoreUnavailableError
from functions.core.events import OwnEcho, ResidentMessage, UnknownEvent
from functions.core.models import JobKind, JobState, Urgency
from functions.core.receiving import (
    RECHECK,
    TIMELY,
    WRONG_KEY,
    Received,
    Taken,
    receive_event,
    refuse_body,
    store_event,
)
from tests.core.talking import OA, Talk
from tests.core.world import GROUP, RESIDENT, WARD
from tests.fakes.channels import MemoryChannelStore
from tests.fakes.webhook import GENUINE


def test_genuine_event_is_stored_with_its_job_and_the_bell_rung() -> None:
    talk = Talk()
    message = talk.resident("Có trộm.", sent_at=talk.world.clock.now() - timedelta(minutes=5))

    received = talk.post(message)

    (job,) = talk.world.jobs.all()
    stored = talk.world.events.get(job.subject_id)
    assert received == Received(Taken.STORED)
    assert talk.world.reader.read(stored.body) == message
    assert (stored.unit_id, stored.received_at) == (WARD, talk.world.clock.now())
    assert (job.kind, job.state, job.urgency) == (
        JobKind.HANDLE_EVENT,
        JobState.PENDING,
        Urgency.SOON,
    )
    assert (job.created_at, job.due_at) == (message.sent_at, talk.world.clock.now())
    assert job.lane not in ("", WARD)
    assert talk.world.queue.rings[-1] == (WARD, (job.job_id,))
    assert talk.world.events.unverified() == 0


def test_ids_of_people_stand_in_no_name_that_is_kept_unsealed() -> None:
    talk = Talk()

    talk.post(talk.resident("Có trộm."), key=f"user_send_text:1:{RESIDENT}")

    (job,) = talk.world.jobs.all()
    assert RESIDENT not in job.lane + job.subject_id + job.job_id


def test_repeat_of_an_event_is_known_however_often_it_comes() -> None:
    talk = Talk()
    message = talk.resident("Có trộm.")
    first = talk.post(message)

    again = [talk.post(message).taken for _ in range(20)]

    assert first.taken is Taken.STORED
    assert set(again) == {Taken.KNOWN}
    assert len(talk.world.jobs.all()) == 1


def test_one_conversation_is_one_lane_and_another_is_another() -> None:
    talk = Talk()
    talk.post(talk.resident("một"))
    talk.post(talk.resident("hai"))
    talk.post(talk.resident("ba", user_id="someone-else"))

    first, second, third = (job.lane for job in talk.world.jobs.all())

    assert first == second != third


def test_event_of_the_future_does_not_come_before_the_past() -> None:
    talk = Talk()
    now = talk.world.clock.now()

    talk.post(talk.resident("nhanh", sent_at=now + timedelta(hours=1)))

    (job,) = talk.world.jobs.all()
    assert job.created_at == now


@pytest.mark.parametrize("signature", ["", "forged"])
def test_what_does_not_verify_is_dropped_and_counted(signature: str) -> None:
    talk = Talk()

    received = talk.post(talk.resident("Có trộm."), signature=signature)

    assert received == Received(Taken.UNVERIFIED)
    assert talk.world.jobs.all() == []
    assert talk.world.events.unverified() == 1


def test_nothing_verifies_before_the_app_is_known() -> None:
    talk = Talk()
    talk.world.channels = MemoryChannelStore()

    assert talk.post(talk.resident("Có trộm.")).taken is Taken.UNVERIFIED
    assert talk.world.events.unverified() == 1


def test_body_that_is_too_large_is_counted() -> None:
    talk = Talk()

    assert refuse_body(talk.receiving).taken is Taken.UNVERIFIED
    assert talk.world.events.unverified() == 1


def test_wrong_signature_on_an_event_for_our_app_calls_an_operator_once() -> None:
    talk = Talk()
    for _ in range(3):
        talk.post(talk.resident("Có trộm."), signature="forged")

    assert talk.world.alerts.raised == [(WRONG_KEY, "")]


def test_noise_calls_nobody() -> None:
    talk = Talk()

    receive_event(b"{}", "forged", talk.receiving)
    talk.post(talk.resident("Có trộm."), signature="")

    assert talk.world.alerts.raised == []
    assert talk.world.events.unverified() == 2


def test_genuine_event_ends_the_alarm_of_any_process() -> None:
    talk = Talk()
    talk.post(talk.resident("một"))
    talk.post(talk.resident("hai"), signature="forged")
    talk.post(talk.resident("ba"))
    ended_at_once = not talk.world.alerts.is_open(WRONG_KEY, "")
    talk.world.alerts.alarm(WRONG_KEY, "")
    talk.post(talk.resident("bốn"))
    unseen = talk.world.alerts.is_open(WRONG_KEY, "")

    talk.world.clock.advance(RECHECK)
    talk.post(talk.resident("năm"))

    assert ended_at_once
    assert unseen
    assert not talk.world.alerts.is_open(WRONG_KEY, "")


@pytest.mark.parametrize("direction", [-1, 1])
def test_event_from_far_away_in_time_is_dropped_and_counted(direction: int) -> None:
    talk = Talk()
    now = talk.world.clock.now()
    off = direction * (TIMELY + timedelta(seconds=1))

    dropped = talk.post(talk.resident("cũ", sent_at=now + off))
    in_time = talk.post(talk.resident("mới", sent_at=now + direction * TIMELY))

    assert (dropped.taken, in_time.taken) == (Taken.UNTIMELY, Taken.STORED)
    assert talk.world.events.unverified() == 1


def test_genuine_body_without_an_oa_or_a_time_is_dropped_and_counted() -> None:
    talk = Talk()

    received = receive_event(b"no event", GENUINE, talk.receiving)

    assert received.taken is Taken.UNTIMELY
    assert talk.world.events.unverified() == 1


def test_event_of_an_oa_that_is_nobodys_is_dropped() -> None:
    talk = Talk()
    message = ResidentMessage("oa-of-nobody", talk.world.clock.now(), "m1", RESIDENT, "Có trộm.")

    assert talk.post(message).taken is Taken.UNKNOWN_OA
    assert talk.world.jobs.all() == []


def test_event_that_means_nothing_to_us_is_named_and_not_kept() -> None:
    talk = Talk()

    received = talk.post(UnknownEvent(OA, talk.world.clock.now(), "user_seen_message"))

    assert received == Received(Taken.OF_NO_USE, "user_seen_message")
    assert talk.world.jobs.all() == []
    assert talk.world.events.unverified() == 0


def test_echo_is_kept_only_where_it_can_teach_an_id() -> None:
    talk = Talk()
    tip = talk.world.submit()
    talk.world.work_once()
    card_id = talk.card_id(tip)

    def echo(text: str, message_id: str) -> Taken:
        return talk.post(OwnEcho(OA, talk.world.clock.now(), message_id, GROUP, text)).taken

    assert echo(f"[{tip.card_code}] tin", card_id) is Taken.OF_NO_USE
    assert echo("Chào buổi sáng", "m-1") is Taken.OF_NO_USE
    assert echo(f"{tip.card_code} và TB-000000", "m-2") is Taken.OF_NO_USE
    assert echo(f"[{tip.card_code}] tin", "m-3") is Taken.STORED


def test_event_that_was_read_back_is_the_same_as_the_one_that_was_posted() -> None:
    talk = Talk()
    message = talk.resident("Có trộm.")
    talk.post(message)
    body = talk.world.reader.body_of(message, key=message.message_id)

    assert store_event(body, talk.receiving).taken is Taken.KNOWN


class FullDisk:
    """An event store that cannot write."""

    def add(self, *_: object) -> bool:
        raise StoreUnavailableError("disk full")

    def count_unverified(self) -> None:
        raise StoreUnavailableError("disk full")


def test_genuine_event_that_cannot_be_stored_is_refused() -> None:
    talk = Talk()
    talk.world.events = FullDisk()  # type: ignore[assignment]  # only what is called here

    with pytest.raises(StoreUnavailableError):
        talk.post(talk.resident("Có trộm."))


def test_forgery_is_answered_as_usual_while_nothing_can_be_written() -> None:
    talk = Talk()
    talk.world.events = FullDisk()  # type: ignore[assignment]  # only what is called here

    assert talk.post(talk.resident("Có trộm."), signature="forged").taken is Taken.UNVERIFIED
