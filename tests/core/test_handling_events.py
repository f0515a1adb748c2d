"""Events come twice, late, in any order, and the worker dies between any two steps: each has
its one effect all the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from functions.core.events import (
    GroupClosed,
    MembersLeft,
    OwnEcho,
    PermissionRevoked,
    ResidentWithdrew,
    UnknownEvent,
    WebhookEvent,
)
from functions.core.handling import GROUP_GONE
from functions.core.jobs import run_job
from functions.core.models import EntryKind, JobState, TipStatus, TokenState
from functions.core.receiving import Taken
from functions.core.work import LEASE
from tests.core.talking import BINH, HOA, OA, Talk
from tests.core.world import GROUP, OTHER_GROUP, OTHER_WARD, RESIDENT, WARD
from tests.fakes.faults import Crash, CrashPoint


def story(talk: Talk) -> list[WebhookEvent]:
    """Return a conversation as it is posted, with the tip of the web that officers act on."""
    tip = talk.world.submit("Từ trang web.")
    talk.world.work_once()
    return [
        talk.resident("một", "zdn/1"),
        talk.resident("hai"),
        talk.staff(f"#nhan {tip.card_code}"),
        talk.staff(f"#dap {tip.card_code} Đã rõ."),
        talk.staff("#gi"),
        talk.resident("#vao", user_id=BINH),
        OwnEcho(OA, talk.world.clock.now(), "echo-1", GROUP, f"[{tip.card_code}] #xong"),
    ]


def what_came_of_it(talk: Talk) -> object:
    """Return every effect without what is drawn at random."""
    web, *chats = talk.tips()
    return (
        [(entry.kind, entry.text) for entry in talk.entries(web)],
        [sorted(talk.messages(tip)) for tip in chats],
        [len(tip.attachments) for tip in chats],
        [len(text) for text in sorted(talk.world.chat(), key=len)],
        len(talk.world.chat(BINH)),
        len(talk.world.group()),
        talk.world.deliveries.tip_of_message(GROUP, "echo-1") == web.tip_id,
    )


def told() -> object:
    """Return what comes of the story when each event comes once, in order."""
    talk = Talk()
    talk.world.media.held = {"zdn/1": b"one"}
    talk.hear(*story(talk))
    talk.world.work()
    return what_came_of_it(talk)


def test_twenty_repeats_of_each_event_have_one_effect() -> None:
    talk = Talk()
    talk.world.media.held = {"zdn/1": b"one"}
    events = story(talk)

    for event in events:
        for _ in range(10):
            talk.post(event)
        talk.world.work_once()
        for _ in range(10):
            assert talk.post(event).taken in (Taken.KNOWN, Taken.OF_NO_USE)
    talk.world.work()

    assert what_came_of_it(talk) == told()
    assert talk.world.crashes == []


@pytest.mark.parametrize("seed", range(10))
def test_events_of_one_moment_have_the_same_effect_in_any_order(seed: int) -> None:
    talk = Talk()
    talk.world.media.held = {"zdn/1": b"one"}
    events = story(talk)
    before, after = events[2], events[3]
    random.Random(seed).shuffle(events)
    # What one officer does after the other stays so: both orders are right there.
    first, second = sorted((events.index(before), events.index(after)))
    events[first], events[second] = before, after

    talk.hear(*events)
    talk.world.work()

    assert what_came_of_it(talk) == told()


def test_events_that_wait_together_are_handled_in_the_order_of_zalos_clock() -> None:
    talk = Talk()
    now = talk.world.clock.now()
    messages = [
        talk.resident(str(minute), sent_at=now - timedelta(minutes=10 - minute))
        for minute in range(6)
    ]

    for message in random.Random(1).sample(messages, len(messages)):
        talk.post(message)
    talk.world.work()

    assert talk.messages(talk.tip()) == ["0", "1", "2", "3", "4", "5"]


def test_events_that_come_twelve_hours_late_have_their_effect() -> None:
    talk = Talk()
    talk.world.media.held = {"zdn/1": b"one"}
    events = story(talk)

    talk.world.clock.advance(timedelta(hours=12))
    talk.hear(*events)
    talk.world.work()

    assert what_came_of_it(talk) == told()


def test_what_an_event_said_is_wiped_once_it_is_handled() -> None:
    talk = Talk()
    talk.hear(*story(talk))
    talk.world.work()

    handled = [job for job in talk.world.jobs.all() if job.kind == "handle_event"]

    assert {job.state for job in handled} == {JobState.DONE}
    assert {talk.world.events.get(job.subject_id).body for job in handled} == {b""}


def crash_everywhere(events: Callable[[Talk], list[WebhookEvent]], expected: object) -> int:
    """Crash before and after each call of the work; return how many points there were."""
    points = 0
    for after_effect in (False, True):
        at_call = 0
        while True:
            at_call += 1
            talk = Talk()
            talk.world.media.held = {"zdn/1": b"one"}
            for event in events(talk):
                talk.post(event)
            point = CrashPoint(at_call, after_effect=after_effect)
            try:
                talk.world.work_once(point)
            except Crash:
                talk.world.clock.advance(LEASE)
            talk.world.work()
            where = f"call {at_call}, after its effect: {after_effect}"
            assert talk.world.crashes == [], where
            assert talk.world.unfinished() == [], where
            assert what_came_of_it(talk) == expected, where
            if not point.is_reached:
                break
            points += 1
    return points


def test_worker_may_die_at_any_step_of_a_conversation() -> None:
    assert crash_everywhere(story, told()) > 150


def test_worker_may_die_at_any_step_of_a_transfer_and_nobody_is_told_nonsense() -> None:
    def transfer(talk: Talk) -> list[WebhookEvent]:
        tip = talk.world.submit("Của xã khác.")
        talk.world.work_once()
        return [talk.staff(f"#chuyen {tip.card_code} Ea Kao")]

    talk = Talk()
    talk.hear(*transfer(talk))
    talk.world.work(timedelta(minutes=1))
    expected = what_came_of_it(talk)
    for after_effect in (False, True):
        for at_call in range(1, 40):
            talk = Talk()
            talk.hear()
            for event in transfer(talk):
                talk.post(event)
            try:
                talk.world.work_once(CrashPoint(at_call, after_effect=after_effect))
            except Crash:
                talk.world.clock.advance(LEASE)
            talk.world.work(timedelta(minutes=1))

            assert talk.tip().unit_id == OTHER_WARD
            assert what_came_of_it(talk) == expected, (at_call, after_effect)


def test_echo_is_never_a_command() -> None:
    talk = Talk()
    tip = talk.world.submit()
    talk.world.work_once()
    now = talk.world.clock.now()

    talk.hear(
        OwnEcho(OA, now, "echo-1", GROUP, f"#xong {tip.card_code} xong"),
        OwnEcho(OA, now, "echo-2", RESIDENT, f"#nhan {tip.card_code}"),
    )

    assert talk.entries(tip) == []
    assert talk.world.tips.get(tip.tip_id).status is TipStatus.RECEIVED


def test_echo_teaches_the_id_by_which_zalo_knows_our_message() -> None:
    talk = Talk()
    tip = talk.world.submit()
    talk.world.work_once()

    talk.hear(OwnEcho(OA, talk.world.clock.now(), "zalos-id", GROUP, f"[{tip.card_code}] Tin"))
    talk.hear(talk.staff("#nhan", quoted_id="zalos-id"))

    assert [entry.kind for entry in talk.entries(tip)] == [EntryKind.TAKEN]


def test_echo_that_comes_before_the_send_is_recorded_does_no_harm() -> None:
    talk = Talk()
    tip = talk.world.submit()
    talk.post(OwnEcho(OA, talk.world.clock.now(), "1", GROUP, f"[{tip.card_code}] Tin"))
    talk.world.work()
    card_id = talk.card_id(tip)

    talk.hear(OwnEcho(OA, talk.world.clock.now(), card_id, GROUP, f"[{tip.card_code}] Tin"))

    assert talk.world.deliveries.tip_of_message(GROUP, card_id) == tip.tip_id


def test_echo_of_a_card_that_is_known_by_now_teaches_nothing() -> None:
    talk = Talk()
    tip, other = talk.world.submit(), talk.world.submit("khác")
    talk.world.zalo.chat(GROUP, "ai đó viết")
    next_id = f"zalo-{int(talk.world.zalo.group(GROUP)[-1].message_id.removeprefix('zalo-')) + 1}"
    talk.post(OwnEcho(OA, talk.world.clock.now(), next_id, GROUP, f"[{other.card_code}] Tin"))

    run_job(talk.world.job_of(tip.tip_id).job_id, talk.world.work_services())
    talk.world.work()

    assert talk.card_id(tip) == next_id
    assert talk.world.deliveries.tip_of_message(GROUP, next_id) == tip.tip_id


def test_echo_with_a_code_of_nobody_or_of_several_teaches_nothing() -> None:
    talk = Talk()
    tip = talk.world.submit()
    talk.world.work_once()
    now = talk.world.clock.now()

    talk.hear(OwnEcho(OA, now, "echo-1", GROUP, "TB-000000 của ai?"))
    talk.hear(OwnEcho(OA, now, "echo-2", GROUP, f"{tip.card_code} và TB-000000"))

    assert talk.world.deliveries.tip_of_message(GROUP, "echo-1") is None
    assert talk.world.deliveries.tip_of_message(GROUP, "echo-2") is None


def test_who_leaves_the_units_group_is_no_officer_any_more() -> None:
    talk = Talk()
    talk.world.enroll(HOA, "Lê Thị Hoa")
    now = talk.world.clock.now()

    talk.hear(
        MembersLeft(OA, now, OTHER_GROUP, (HOA,)),
        MembersLeft(OA, now, GROUP, (BINH, "no-officer")),
    )

    assert [officer.user_id for officer in talk.world.officers.officers(WARD)] == [HOA]


def test_who_left_and_was_enrolled_again_since_stays() -> None:
    talk = Talk()
    left_at = talk.world.clock.now()
    talk.world.clock.advance(timedelta(hours=1))
    talk.world.enroll(BINH, "Trần Văn Bình")

    talk.hear(MembersLeft(OA, left_at, GROUP, (BINH,)))

    assert talk.world.officers.officer(WARD, BINH) is not None


def test_end_of_the_units_group_calls_an_operator_and_that_of_another_does_not() -> None:
    talk = Talk()
    now = talk.world.clock.now()

    talk.hear(GroupClosed(OA, now, OTHER_GROUP))
    before = list(talk.world.alerts.raised)
    talk.hear(GroupClosed(OA, now, GROUP))

    assert before == []
    assert talk.world.alerts.raised == [(GROUP_GONE, WARD)]


def test_revoked_permission_ends_the_pair_and_calls_an_operator() -> None:
    talk = Talk()
    talk.world.clock.advance(timedelta(minutes=1))
    revocation = PermissionRevoked(OA, talk.world.clock.now())

    talk.hear(revocation, revocation)

    tokens = talk.world.tokens.get(WARD)
    assert tokens is not None
    assert tokens.state is TokenState.NEEDS_AUTHORIZATION
    assert talk.world.alerts.raised == [("needs-authorization", WARD)]


def test_revocation_from_before_the_present_pair_changes_nothing() -> None:
    talk = Talk()
    before = talk.world.clock.now() - timedelta(seconds=1)

    talk.hear(PermissionRevoked(OA, before))

    tokens = talk.world.tokens.get(WARD)
    assert tokens is not None
    assert tokens.state is TokenState.OK
    assert talk.world.alerts.raised == []


@pytest.mark.parametrize("has_pair", [True, False])
def test_second_revocation_and_one_without_a_pair_change_nothing(has_pair: bool) -> None:
    talk = Talk()
    talk.world.clock.advance(timedelta(minutes=1))
    if has_pair:
        talk.hear(PermissionRevoked(OA, talk.world.clock.now()))
        talk.world.alerts.clear("needs-authorization", WARD)
    else:
        talk.world.tokens = type(talk.world.tokens)()
    raised = list(talk.world.alerts.raised)

    talk.hear(PermissionRevoked(OA, talk.world.clock.now() + timedelta(seconds=1)))

    assert talk.world.alerts.raised == raised


def test_event_that_means_nothing_by_now_is_finished() -> None:
    talk = Talk()
    message = talk.resident("một")
    talk.post(message)
    (job,) = talk.world.unfinished()
    body = talk.world.events.get(job.subject_id).body
    talk.world.reader.reads_as(body, UnknownEvent(OA, message.sent_at, "user_send_text"))

    talk.world.work()

    assert talk.tips() == []
    assert talk.world.events.get(job.subject_id).body == b""
    assert talk.world.crashes == []


def test_withdrawal_of_somebody_unknown_changes_nothing() -> None:
    talk = Talk()

    talk.hear(ResidentWithdrew(OA, talk.world.clock.now(), "nobody"))

    assert talk.world.crashes == []
    assert talk.world.unfinished() == []
