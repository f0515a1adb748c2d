"""What must be known of an event to store it: its key, its OA, its conversation, its time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.events import EventHead
from functions.zalo.webhook import ZaloWebhookReader
from tests.zalo.events import (
    AT,
    GROUP,
    OA,
    STAMP,
    USER,
    about_group,
    encoded,
    envelope,
    in_group,
    to_oa,
)

READER = ZaloWebhookReader()


def head(body: bytes) -> EventHead:
    found = READER.head(body)
    assert found is not None
    return found


def by_oa(name: str, recipient: str = USER, **message: Any) -> bytes:
    ends = {"sender": {"id": OA}, "recipient": {"id": recipient}}
    return encoded(envelope(name, **ends, message={"msg_id": "m7", **message}))


def follow(name: str = "follow", user: str = USER, stamp: str = STAMP) -> bytes:
    event = envelope(name, oa_id=OA, follower={"id": user})
    return encoded({**event, "timestamp": stamp})


def test_message_of_a_person_is_known_by_its_id() -> None:
    assert head(to_oa("text", text="x")) == EventHead("96d3cdf3af150460909", OA, f"user:{USER}", AT)


def test_message_in_a_group_is_known_by_its_id() -> None:
    assert head(in_group("text", text="x")) == EventHead(
        "2ad6de1b0f9d6b53e1f0", OA, f"group:{GROUP}", AT
    )


def test_two_attachments_of_one_message_are_one_event() -> None:
    first = {"type": "image", "payload": {"url": "https://f.zdn.vn/a.jpg"}}
    second = {"type": "image", "payload": {"url": "https://f.zdn.vn/b.jpg"}}

    assert head(to_oa("image", attachments=[first, second])) == head(
        to_oa("image", attachments=[second])
    )


@pytest.mark.parametrize("msg_id", [None, "", "x" * 201, "a\nb", ["m"], True])
def test_message_without_a_usable_id_is_known_by_name_time_and_sender(msg_id: object) -> None:
    first, again = to_oa("text", text="x", msg_id=msg_id), to_oa("text", text="x", msg_id=msg_id)
    other = to_oa("text", sender="1", text="x", msg_id=msg_id)

    assert head(first).event_key.startswith(f"user_send_text:{STAMP}:")
    assert head(first).event_key == head(again).event_key
    assert head(first).event_key != head(other).event_key


def test_events_without_a_message_differ_by_name_time_and_whom_they_are_about() -> None:
    bodies = [
        follow(),
        follow("unfollow"),
        follow(user="1"),
        follow(stamp="1763712000124"),
        about_group("user_out_group", USER),
        about_group("user_out_group", "1"),
        about_group("user_out_group", USER, "1"),
        about_group("user_join_group", USER),
        encoded(envelope("user_withdraw", oa_id=OA, user_id=USER)),
        encoded(envelope("user_withdraw", oa_id=OA, user_id="1")),
    ]

    assert len({head(body).event_key for body in bodies}) == len(bodies)
    assert [head(body) for body in bodies] == [head(body) for body in bodies]


@pytest.mark.parametrize("name", ["user_received_message", "user_reacted_message"])
def test_receipt_does_not_take_the_place_of_its_message(name: str) -> None:
    echo = by_oa("oa_send_text", text="x")

    assert head(by_oa(name)).event_key != head(echo).event_key
    assert head(echo).event_key == "m7"


@pytest.mark.parametrize(
    ("body", "conversation"),
    [
        (by_oa("oa_send_text"), f"user:{USER}"),
        (by_oa("oa_send_group_image", GROUP), f"group:{GROUP}"),
        (by_oa("user_received_message"), f"user:{USER}"),
        (by_oa("user_seen_message"), f"user:{USER}"),
        (by_oa("oa_reacted_message"), f"user:{USER}"),
        (follow(), f"user:{USER}"),
        (encoded(envelope("user_click_chatnow", oa_id=OA, user_id=USER)), f"user:{USER}"),
        (about_group("user_join_group", USER), f"group:{GROUP}"),
        (about_group("delete_group"), f"group:{GROUP}"),
        (encoded(envelope("add_user_to_tag", oa_id=OA, tag={"user_ids": [USER]})), "oa"),
        (encoded(envelope("permission_revoked", oa_id=OA)), "oa"),
        (encoded(envelope("oa_daily_quota", oa_id=OA, sender={"id": "x"})), "oa"),
    ],
)
def test_every_family_names_its_oa_and_conversation(body: bytes, conversation: str) -> None:
    found = head(body)

    assert (found.oa_id, found.conversation, found.sent_at) == (OA, conversation, AT)


@pytest.mark.parametrize(
    "event",
    [
        envelope("user_send_text", sender={"id": USER}, message={"msg_id": "m"}),
        envelope("user_send_text", sender={"id": USER}, recipient={"id": ""}),
        envelope("user_send_text", recipient=OA),
        envelope("user_send_text", recipient=[{"id": OA}]),
        envelope("user_send_group_text", sender={"id": USER}, recipient={"id": GROUP}),
        envelope("follow", follower={"id": USER}),
        {"event_name": "follow", "oa_id": OA},
        {"event_name": "follow", "oa_id": OA, "timestamp": "soon"},
        {"event_name": "follow", "oa_id": OA, "timestamp": "9" * 16},
        {"event_name": "follow", "oa_id": OA, "timestamp": "9" * 17},
        {"event_name": "follow", "oa_id": OA, "timestamp": -1},
        {"event_name": "follow", "oa_id": OA, "timestamp": 1.5},
        {"event_name": "follow", "oa_id": OA, "timestamp": None},
        {},
        [],
    ],
)
def test_event_without_oa_or_time_has_no_head(event: object) -> None:
    assert READER.head(encoded(event)) is None


def test_group_of_an_event_is_never_taken_for_an_oa() -> None:
    body = encoded(envelope("user_send_group_text", recipient={"id": GROUP}, message={}))

    assert READER.head(body) is None


def test_numbers_are_read_like_texts() -> None:
    body = (
        b'{"event_name":"user_send_text","sender":{"id":8756287263669629130},'
        b'"recipient":{"id":4318657068771012646},"message":{"msg_id":12345678901234567890},'
        b'"timestamp":1763712000123}'
    )

    assert head(body) == EventHead("12345678901234567890", OA, f"user:{USER}", AT)


def test_last_of_two_equal_keys_counts() -> None:
    body = b'{"event_name":"follow","oa_id":"1","oa_id":"2","timestamp":"0"}'

    assert head(body).oa_id == "2"
    assert head(body).sent_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_name_that_is_none_still_has_a_head() -> None:
    for name in (None, "Đ", "x" * 65, "a b", ["x"], {}):
        body = encoded({"event_name": name, "oa_id": OA, "timestamp": STAMP})

        assert head(body).event_key.startswith(f":{STAMP}:")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "msg_id", "oa_id", "timestamp", "sender", "users", "message"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(["user_send_text", "user_send_group_image", "oa_send_text", "user_out_group"]),
)
def test_any_json_has_a_usable_head_or_none(value: object, name: str) -> None:
    fields = value if isinstance(value, dict) else {"message": value}

    found = READER.head(encoded({"event_name": name, "timestamp": STAMP, "oa_id": OA, **fields}))

    if found is not None:
        assert 0 < len(found.event_key) <= 200
        assert found.event_key.isprintable()
        assert found.oa_id
        assert found.sent_at.tzinfo is UTC
