"""W4-W6: when events go out, how often, and what is remembered of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ports import free_port
from tests.sandbox.client import Caller
from tests.sandbox.conftest import FrozenClock
from tests.sandbox.receiver import Receiver, wait_until


def settings(sandbox: Caller) -> Any:
    return sandbox.get("/control/webhook").json


def counts(sandbox: Caller) -> dict[str, int]:
    found: dict[str, int] = settings(sandbox)["events"]
    return {state: count for state, count in found.items() if count}


def attempts(sandbox: Caller, since: int = 0) -> Any:
    return sandbox.get("/control/webhook/attempts", since=since).json["attempts"]


def texts(receiver: Receiver, count: int) -> list[str]:
    return [posted.event["message"]["text"] for posted in receiver.wait_for(count)]


def test_nobody_asked_so_no_event_is_made(sandbox: Caller) -> None:
    sandbox.hear(sandbox.resident(), "a")

    assert settings(sandbox)["url"] == ""
    assert sandbox.get("/control/webhook/events").json["events"] == []


def test_attempt_is_remembered_with_status_and_time(
    sandbox: Caller, webhook: Receiver, clock: FrozenClock
) -> None:
    """W4: a test reads here that the answer came within two seconds."""
    sandbox.hear(sandbox.resident(), "a")

    (attempt,) = wait_until(lambda: attempts(sandbox))

    assert (attempt["status"], attempt["num_retry"], attempt["problem"]) == (200, 0, "")
    assert (attempt["event_name"], attempt["unit_id"]) == ("user_send_text", "phuong-tuy-hoa")
    assert 0 <= attempt["milliseconds"] < 10_000
    assert attempt["at_ms"] == clock.now_ms()
    assert attempts(sandbox, since=attempt["id"]) == []
    assert counts(sandbox) == {"sent": 1}


def test_events_come_in_the_order_in_which_they_happened(
    sandbox: Caller, webhook: Receiver
) -> None:
    resident = sandbox.resident()

    for number in range(20):
        sandbox.hear(resident, str(number))

    assert texts(webhook, 20) == [str(number) for number in range(20)]


def test_ladder_repeats_the_same_bytes_and_ends_with_the_webhook_off(
    sandbox: Caller, webhook: Receiver, clock: FrozenClock
) -> None:
    """W5."""
    webhook.answer = 503
    sandbox.hear(sandbox.resident(), "a")
    webhook.wait_for(1)
    wait_until(lambda: len(attempts(sandbox)) == 1)

    begun = clock.now_ms()
    for number, seconds in enumerate((30, 300, 900, 1_800, 3_600), start=2):
        clock.advance(seconds=seconds - 1)
        assert sandbox.get("/control/clock").status == 200
        clock.advance(seconds=1)
        webhook.wait_for(number)
        wait_until(lambda n=number: len(attempts(sandbox)) == n)

    posted = webhook.posted
    assert [one.headers.get("num_retry") for one in posted] == [None, "1", "2", "3", "4", "5"]
    assert len({(one.body, one.headers["x-zevent-signature"]) for one in posted}) == 1
    assert [attempt["status"] for attempt in attempts(sandbox)] == [503] * 6
    after = [attempt["at_ms"] - begun for attempt in attempts(sandbox)]
    assert after == [0, 30_000, 330_000, 1_230_000, 3_030_000, 6_630_000]
    assert settings(sandbox)["is_off"] is True
    assert counts(sandbox) == {"given-up": 1}


def test_events_of_a_webhook_that_is_off_are_lost_until_it_is_saved_again(
    sandbox: Caller, webhook: Receiver
) -> None:
    """W5."""
    resident = sandbox.resident()
    sandbox.control("webhook", retry_seconds=[])
    webhook.answer = 500
    sandbox.hear(resident, "một")
    wait_until(lambda: settings(sandbox)["is_off"])
    webhook.answer = 200

    sandbox.hear(resident, "hai")
    sandbox.control("webhook", url=webhook.url)
    sandbox.hear(resident, "ba")

    assert texts(webhook, 2) == ["một", "ba"]
    wait_until(lambda: counts(sandbox) == {"given-up": 1, "lost": 1, "sent": 1})
    assert len(sandbox.chat(resident)) == 3


def test_repeat_that_is_answered_ends_the_ladder(
    sandbox: Caller, webhook: Receiver, clock: FrozenClock
) -> None:
    webhook.answer = 500
    sandbox.hear(sandbox.resident(), "a")
    wait_until(lambda: attempts(sandbox))
    webhook.answer = 200

    clock.advance(seconds=30)
    webhook.wait_for(2)

    wait_until(lambda: counts(sandbox) == {"sent": 1})
    assert [attempt["num_retry"] for attempt in attempts(sandbox)] == [0, 1]


def test_slow_answer_counts_as_none(
    sandbox: Caller, webhook: Receiver, clock: FrozenClock
) -> None:  # fmt: skip
    """W4, W5: the receiver did get it, and gets it again."""
    sandbox.control("webhook", timeout_seconds=0.1)
    webhook.release.clear()
    sandbox.hear(sandbox.resident(), "a")
    (late,) = wait_until(lambda: attempts(sandbox))
    webhook.release.set()
    sandbox.control("webhook", timeout_seconds=10)

    clock.advance(seconds=30)
    first, second = webhook.wait_for(2)

    assert (late["status"], late["problem"]) == (None, "TimeoutError")
    assert late["milliseconds"] >= 100
    assert first.body == second.body


def test_bad_answer_is_not_repeated_where_only_silence_is(
    sandbox: Caller, webhook: Receiver
) -> None:  # fmt: skip
    """W5's other reading."""
    sandbox.control("webhook", retry_when="unreachable")
    webhook.answer = 500
    resident = sandbox.resident()

    sandbox.hear(resident, "a")
    wait_until(lambda: counts(sandbox) == {"given-up": 1})
    sandbox.control("webhook", url=f"http://127.0.0.1:{free_port()}/", retry_seconds=[30])
    sandbox.hear(resident, "b")
    wait_until(lambda: len(attempts(sandbox)) == 2)

    assert attempts(sandbox)[1]["problem"] == "ConnectionRefusedError"
    assert counts(sandbox) == {"given-up": 1, "waiting": 1}
    assert settings(sandbox)["is_off"] is False


def test_delays_of_a_moment_need_no_clock(sandbox: Caller, webhook: Receiver) -> None:
    sandbox.control("webhook", retry_seconds=[0, 0])
    webhook.answer = 500

    sandbox.hear(sandbox.resident(), "a")

    assert len({posted.body for posted in webhook.wait_for(3)}) == 1


def test_dropped_events_stand_in_the_chat_and_are_never_sent(
    sandbox: Caller, webhook: Receiver
) -> None:
    resident = sandbox.resident()

    sandbox.control("webhook", mode="drop")
    sandbox.hear(resident, "mất")
    sandbox.control("webhook", mode="send")
    sandbox.hear(resident, "b")

    assert texts(webhook, 1) == ["b"]
    assert [message["text"] for message in sandbox.chat(resident)] == ["mất", "b"]
    assert counts(sandbox)["dropped"] == 1


def test_each_event_may_come_many_times(sandbox: Caller, webhook: Receiver) -> None:
    """W6."""
    sandbox.control("webhook", copies=20, senders=4)

    sandbox.hear(sandbox.resident(), "a")

    assert len({(p.body, p.headers["x-zevent-signature"]) for p in webhook.wait_for(20)}) == 1
    wait_until(lambda: counts(sandbox) == {"sent": 20})


@pytest.mark.parametrize("order", ["kept", "reversed", "shuffled"])
def test_held_events_are_released_in_an_order(
    sandbox: Caller, webhook: Receiver, clock: FrozenClock, order: str
) -> None:
    """W6: also hours later, their own time as it was."""
    resident = sandbox.resident()
    numbers = [str(number) for number in range(30)]
    sandbox.control("webhook", mode="hold")
    for number in numbers:
        sandbox.hear(resident, number)
    made_at = str(clock.now_ms())
    clock.advance(hours=12)

    before = len(webhook.posted)
    released = sandbox.control("webhook/release", order=order).json["released"]

    came = texts(webhook, 30)
    assert (before, released) == (0, 30)
    assert sorted(came) == sorted(numbers)
    assert (came == numbers) is (order == "kept")
    assert (came == numbers[::-1]) is (order == "reversed")
    assert {posted.event["timestamp"] for posted in webhook.posted} == {made_at}


def test_event_of_the_past_comes_again(sandbox: Caller, webhook: Receiver) -> None:
    sandbox.hear(sandbox.resident(), "a")
    first = webhook.wait_for(1)[0].body
    (event,) = sandbox.get("/control/webhook/events", unit="phuong-tuy-hoa").json["events"]

    sandbox.control("webhook/repeat", event_id=event["id"], times=3)

    assert event["body"].encode() == first
    assert {posted.body for posted in webhook.wait_for(4)} == {first}
    assert sandbox.get("/control/webhook/events", unit="xa-ea-kar").json["events"] == []


def test_new_events_can_be_signed_by_a_forger(sandbox: Caller, webhook: Receiver) -> None:
    """W2."""
    resident = sandbox.resident()

    sandbox.control("webhook", sign="none")
    sandbox.hear(resident, "a")
    sandbox.control("webhook", sign="right")
    sandbox.hear(resident, "b")

    signed = ["x-zevent-signature" in posted.headers for posted in webhook.wait_for(2)]
    assert signed == [False, True]


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("webhook", {"url": "ftp://a"}),
        ("webhook", {"url": 5}),
        ("webhook", {"mode": "lose"}),
        ("webhook", {"copies": 0}),
        ("webhook", {"copies": True}),
        ("webhook", {"sign": "well"}),
        ("webhook", {"retry_seconds": "30"}),
        ("webhook", {"retry_seconds": [-1]}),
        ("webhook", {"retry_when": "never"}),
        ("webhook", {"timeout_seconds": 0}),
        ("webhook", {"senders": 9}),
        ("webhook", {"is_off": True}),
        ("webhook/release", {"order": "any"}),
        ("webhook/repeat", {"event_id": "1"}),
        ("webhook/repeat", {"event_id": 99}),
        ("webhook/send", {"body": {}, "sign": "well"}),
        ("webhook/send", {}),
        ("webhook/send", {"raw_base64": "%"}),
        ("webhook/send", {"raw": "no json", "sign": "re-serialised"}),
    ],
)
def test_senseless_order_is_refused_and_changes_nothing(
    sandbox: Caller, webhook: Receiver, path: str, payload: dict[str, Any]
) -> None:
    before = settings(sandbox)

    status = sandbox.refused(path, **payload)

    assert status in (400, 404)
    assert settings(sandbox) == before
    assert webhook.posted == []


def test_post_by_hand_needs_an_address(sandbox: Caller) -> None:
    assert sandbox.refused("webhook/send", body={}) == 409
