"""M1-M11: messages to one officer, and the window they need."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.client import QUOTA, USER_SEND, Caller, Reply
from tests.sandbox.conftest import FrozenClock

HOUR = 3_600_000


def officer_of(sandbox: Caller) -> str:
    return str(sandbox.unit()["officers"][0]["user_id"])


def write(sandbox: Caller, text: str = "Chào anh", **message: Any) -> Reply:
    return sandbox.write(sandbox.unit(), officer_of(sandbox), {"text": text, **message})


def heard_ago(sandbox: Caller, clock: FrozenClock, ms: int) -> None:
    at_ms = clock.now_ms() - ms
    sandbox.control(f"users/{officer_of(sandbox)}", last_interaction_ms=at_ms)


def test_success_echoes_the_user_and_counts_the_reply(sandbox: Caller, clock: FrozenClock) -> None:
    """M10."""
    data = write(sandbox).json["data"]

    assert set(data) == {"message_id", "user_id", "sent_time", "quota"}
    assert len(data["message_id"]) == 20
    assert data["user_id"] == officer_of(sandbox)
    assert data["sent_time"] == str(clock.now_ms())
    assert data["quota"] == {"quota_type": "reply", "remain": "7", "total": "8"}


def test_wrapper_must_be_exact(sandbox: Caller) -> None:
    """M1."""
    user_id, token = officer_of(sandbox), sandbox.unit()["access_token"]
    message = {"text": "a"}
    wrong = [
        {"user_id": user_id, "message": message},
        {"recipient": {"user_id": int(user_id)}, "message": message},
        {"recipient": {"user_id": user_id, "message_id": "1"}, "message": message},
        {"recipient": {"user_id": user_id}, "message": {"text": ""}},
        {"recipient": {"user_id": user_id}},
        {"recipient": {"user_id": "1"}, "message": message},
    ]

    codes = [sandbox.post(USER_SEND, payload, token).error for payload in wrong]

    assert codes == [-201] * len(wrong)


@pytest.mark.parametrize(("length", "error"), [(2_000, 0), (2_001, -210)])
def test_text_limit_is_2000_code_points(sandbox: Caller, length: int, error: int) -> None:
    """M2."""
    assert write(sandbox, "đ" * length).error == error


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [
        (0, "reply"),
        (48 * HOUR, "reply"),
        (48 * HOUR + 1, "sub_quota"),
        (7 * 24 * HOUR, "sub_quota"),
        (7 * 24 * HOUR + 1, -230),
    ],
)
def test_window_is_judged_by_the_last_interaction(
    sandbox: Caller, clock: FrozenClock, ago: int, outcome: object
) -> None:
    """M3, M5: at or before the limit counts as inside."""
    heard_ago(sandbox, clock, ago)

    reply = write(sandbox).json

    assert (reply["error"] or reply["data"]["quota"]["quota_type"]) == outcome


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"standing": "blocked"}, -217),
        ({"standing": "banned"}, -227),
        ({"standing": "restricted"}, -244),
        ({"last_interaction_ms": None}, -232),
        ({"last_interaction_ms": None, "is_follower": False}, -213),
        ({"is_follower": False}, 0),
    ],
)
def test_standing_of_the_person_decides(sandbox: Caller, change: dict[str, Any], code: int) -> None:
    """M3."""
    sandbox.control(f"users/{officer_of(sandbox)}", **change)

    assert write(sandbox).error == code


def test_package_quota_goes_down_and_ends(sandbox: Caller, clock: FrozenClock) -> None:
    """M3."""
    sandbox.control("oas/phuong-tuy-hoa", quota_left=1)
    heard_ago(sandbox, clock, 72 * HOUR)

    last = write(sandbox)
    none_left = write(sandbox)
    sandbox.control("switches", out_of_quota_code=-321)
    no_money = write(sandbox)

    assert last.json["data"]["quota"]["remain"] == "0"
    assert last.json["data"]["quota"]["owner_id"] == sandbox.unit()["oa_id"]
    assert [none_left.error, no_money.error] == [-211, -321]


def test_after_eight_replies_the_package_pays(sandbox: Caller) -> None:
    """M4."""
    kinds = [write(sandbox).json["data"]["quota"]["quota_type"] for _ in range(9)]

    assert kinds == ["reply"] * 8 + ["sub_quota"]


def test_replies_can_be_switched_to_unlimited(sandbox: Caller) -> None:
    """M4: then Zalo says nothing of a quota."""
    sandbox.control("switches", unlimited_replies=True)

    replies = [write(sandbox).json["data"] for _ in range(9)]

    assert all("quota" not in data for data in replies)


def test_new_interaction_renews_the_free_replies(sandbox: Caller, clock: FrozenClock) -> None:
    """M4."""
    write(sandbox)

    heard_ago(sandbox, clock, 0)

    assert write(sandbox).json["data"]["quota"]["remain"] == "7"


def test_quota_tells_the_counters_and_changes_nothing(sandbox: Caller, clock: FrozenClock) -> None:
    """M11."""
    unit, user = sandbox.unit(), {"user_id": officer_of(sandbox)}
    write(sandbox)

    first = sandbox.post(QUOTA, user, unit["access_token"]).json["data"]
    second = sandbox.post(QUOTA, user, unit["access_token"]).json["data"]
    clock.advance(hours=24, seconds=1)
    sandbox.refresh(unit["refresh_token"])
    clock.advance(hours=24)
    late = sandbox.post(QUOTA, user, sandbox.unit()["access_token"]).json["data"]

    assert first == second
    assert first["last_interaction"] == "1795223700000"
    assert first["cs_reply"] == {"remain": 7, "total": 8}
    assert late["cs_reply"] == {"remain": 0, "total": 8}


def test_package_quota_can_be_asked(sandbox: Caller) -> None:
    """M11, section 2.4."""
    asked = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}

    (quota,) = sandbox.post(QUOTA, asked, sandbox.unit()["access_token"]).json["data"]

    assert (quota["total"], quota["remain"]) == (500, 500)


def test_quote_must_be_a_young_message_of_this_chat(sandbox: Caller, clock: FrozenClock) -> None:
    """M8."""
    mine = write(sandbox).json["data"]["message_id"]
    of_the_group = sandbox.say(sandbox.unit(), "nhóm").json["data"]["message_id"]

    fresh = write(sandbox, quote_message_id=mine)
    foreign = write(sandbox, quote_message_id=of_the_group)
    clock.advance(hours=24)
    sandbox.refresh(sandbox.unit()["refresh_token"])
    clock.advance(hours=24)
    old = write(sandbox, quote_message_id=mine)

    assert [fresh.error, foreign.error, old.error] == [0, -201, -201]


def test_private_message_does_not_stand_in_the_group(sandbox: Caller) -> None:
    write(sandbox)

    assert sandbox.standing() == []
