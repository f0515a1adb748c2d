"""What an event means: every family of sections 5.3 to 5.8, every alias, and no surprise."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.events import (
    GroupClosed,
    MembersLeft,
    OwnEcho,
    PermissionRevoked,
    ResidentMessage,
    ResidentWithdrew,
    StaffMessage,
    UnknownEvent,
)
from functions.zalo.webhook import ZaloWebhookReader
from tests.zalo.events import (
    AT,
    GROUP,
    OA,
    STAMP,
    USER,
    about_group,
    attachment,
    encoded,
    envelope,
    in_group,
    to_oa,
)

READER = ZaloWebhookReader()
read = READER.read

PICTURE = attachment("image", thumbnail="https://t.zdn.vn/a.jpg", url="https://f.zdn.vn/a.jpg")


def echo(name: str, recipient: str, sender: str = OA, **message: Any) -> bytes:
    ends = {"sender": {"id": sender, "admin_id": "9"}, "recipient": {"id": recipient}}
    return encoded(envelope(name, oa_id=OA, **ends, message={"msg_id": "m7", **message}))


def staff_text(text: str) -> str:
    event = read(in_group("text", text=text))
    assert isinstance(event, StaffMessage)
    return event.text


def test_text_of_a_person_is_kept_to_the_letter() -> None:
    text = 'Có người [@4318657068771012646]  bán "ma tuý"\n👮 ở hẻm 5'

    event = read(to_oa("text", text=text, quote_msg_id="81d74a9cd71d6f473608"))

    assert event == ResidentMessage(
        oa_id=OA,
        sent_at=AT,
        message_id="96d3cdf3af150460909",
        user_id=USER,
        text=text,
        quoted_id="81d74a9cd71d6f473608",
    )


def test_text_in_a_group_is_read_without_its_mentions() -> None:
    body = in_group(
        "text", text=f"[@{OA}] #xong TB-7K3QAB đã  bắt [@{GROUP}]", quote_msg_id="81d74a9cd71d6f"
    )

    assert read(body) == StaffMessage(
        oa_id=OA,
        sent_at=AT,
        message_id="2ad6de1b0f9d6b53e1f0",
        group_id=GROUP,
        user_id=USER,
        text="#xong TB-7K3QAB đã bắt",
        quoted_id="81d74a9cd71d6f",
    )


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("[@1]", ""),
        ("[@1][@2]#nhan[@3]TB", "#nhan TB"),
        ("#nhan\n[@1]\nTB", "#nhan\n \nTB"),
        ("[@]", "[@]"),
        ("[@1", "[@1"),
        ("[@a b] x", "[@a b] x"),
        ("a@b [1]", "a@b [1]"),
        ("[@[@1]]", "[@ ]"),
        ("[@" * 2_500, "[@" * 2_500),
    ],
)
def test_only_whole_mention_tokens_are_taken_out(written: str, read_as: str) -> None:
    assert staff_text(written) == read_as


@pytest.mark.parametrize(
    "kind",
    [
        "text", "image", "link", "audio", "video", "location", "business_card", "sticker",
        "gif", "file",
    ],
)  # fmt: skip
def test_every_kind_in_a_group_is_a_staff_message(kind: str) -> None:
    event = read(in_group(kind, text="", attachments=[PICTURE]))

    assert isinstance(event, StaffMessage)
    assert (event.group_id, event.text) == (GROUP, "")


@pytest.mark.parametrize(
    ("name", "recipient"),
    [
        ("oa_send_text", USER),
        ("oa_send_image", USER),
        ("oa_send_list", USER),
        ("oa_send_template", "84900000000"),
        ("oa_send_consent", USER),
        ("oa_send_group_text", GROUP),
        ("oa_send_group_file", GROUP),
    ],
)
def test_what_the_oa_wrote_is_an_echo_even_if_it_reads_like_a_command(
    name: str, recipient: str
) -> None:
    event = read(echo(name, recipient, text="#xong TB-7K3QAB"))

    assert event == OwnEcho(OA, AT, "m7", recipient, "#xong TB-7K3QAB")


@pytest.mark.parametrize("name", ["user_send_text", "user_send_group_text"])
def test_message_whose_sender_is_the_oa_is_an_echo_whatever_its_name(name: str) -> None:
    assert isinstance(read(echo(name, GROUP, text="#xong TB-7K3QAB")), OwnEcho)


def test_echo_without_a_message_does_no_harm() -> None:
    body = encoded(envelope("oa_send_text", sender={"id": OA}))

    assert read(body) == OwnEcho(OA, AT, "", "", "")


@pytest.mark.parametrize("name", ["user_out_group", "user_leave_group"])
def test_leaving_has_two_names(name: str) -> None:
    assert read(about_group(name, USER, "1")) == MembersLeft(OA, AT, GROUP, (USER, "1"))


def test_leaving_names_only_usable_people() -> None:
    users = [{"id": USER}, {"id": ""}, {"id": None}, {}, "x", None, {"id": 5}]
    body = encoded(envelope("user_out_group", oa_id=OA, group_id=GROUP, users=users))

    assert read(body) == MembersLeft(OA, AT, GROUP, (USER, "5"))


@pytest.mark.parametrize("name", ["delete_group", "disperse_group"])
def test_disbanding_has_two_names(name: str) -> None:
    assert read(about_group(name)) == GroupClosed(OA, AT, GROUP)


def test_withdrawal_and_revocation_are_read() -> None:
    assert read(encoded(envelope("user_withdraw", oa_id=OA, user_id=USER))) == ResidentWithdrew(
        OA, AT, USER
    )
    assert read(encoded(envelope("permission_revoked", oa_id=OA))) == PermissionRevoked(OA, AT)


@pytest.mark.parametrize(
    "name",
    [
        "create_group", "user_join_group", "user_request_join_group", "accept_request_join_group",
        "react_request_join_group", "react_request_join_group_accept",
        "reject_request_join_group", "react_request_join_group_reject", "add_group_admin",
        "remove_group_admin", "update_group_info", "follow", "unfollow", "user_submit_info",
        "user_click_chatnow", "user_received_message", "user_seen_message",
        "user_reacted_message", "oa_reacted_message", "update_user_info", "add_user_to_tag",
        "widget_interaction_accepted", "user_call_oa", "oa_call_user", "anonymous_send_text",
        "anonymous_send_image", "oa_send_anonymous_text", "change_oa_daily_quota",
        "user_feedback", "something_new",
    ],
)  # fmt: skip
def test_every_other_event_is_only_a_name(name: str) -> None:
    body = encoded(
        envelope(
            name,
            oa_id=OA,
            group_id=GROUP,
            sender={"id": USER},
            recipient={"id": OA},
            users=[{"id": USER}],
            message={"msg_id": "m8", "text": "#nhan TB-7K3QAB", "conversation_id": "c1"},
        )
    )

    assert read(body) == UnknownEvent(OA, AT, name)


@pytest.mark.parametrize(
    "body",
    [
        encoded(envelope("user_withdraw", oa_id=OA)),
        about_group("user_out_group"),
        encoded(envelope("user_leave_group", oa_id=OA, users=[{"id": USER}])),
        encoded(envelope("delete_group", oa_id=OA)),
        encoded(envelope("user_send_text", oa_id=OA, sender={"id": USER})),
        encoded(envelope("user_send_group_text", oa_id=OA, recipient={"id": GROUP}, message={})),
        to_oa("text", sender="", text="x"),
        in_group("text", sender="", text="x"),
        to_oa("text", text=""),
        to_oa("text", text=None),
        to_oa("image", attachments=[]),
        to_oa("image", attachments={"type": "image"}),
        to_oa("image", attachments=[None, 7, "x", {"type": "image"}]),
        to_oa("image", attachments=[attachment("image", url="ftp://f.zdn.vn/a")]),
        to_oa("location", attachments=[attachment("location", coordinates="x")]),
        to_oa("poll"),
    ],
)
def test_event_that_is_no_use_is_only_a_name(body: bytes) -> None:
    event = read(body)

    assert isinstance(event, UnknownEvent)
    assert (event.oa_id, event.sent_at) == (OA, AT)
    assert event.name == json.loads(body)["event_name"]


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{" * 100_000, b'{"event_name":"follow"}'])
def test_event_without_a_head_is_unknown_at_the_beginning_of_time(body: bytes) -> None:
    event = read(body)

    assert isinstance(event, UnknownEvent)
    assert (event.oa_id, event.sent_at) == ("", datetime(1970, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (unicodedata.normalize("NFD", "Ấp 3, đường Lê Duẩn"), "Ấp 3, đường Lê Duẩn"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("a\0b\x1b[31mc\x85d\x7fe\tf", "a b [31mc d e f"),
        ("👨‍👩‍👧 🇻🇳", "👨‍👩‍👧 🇻🇳"),
        ("  x  ", "x"),
        (7, "7"),
    ],
)
def test_text_is_composed_and_cleared_of_control_signs(written: object, kept: str) -> None:
    event = read(to_oa("text", text=written))

    assert isinstance(event, ResidentMessage)
    assert event.text == kept


def test_half_a_surrogate_pair_can_be_stored() -> None:
    body = to_oa("text", text="MARK").replace(b"MARK", b"a\\ud83db\\udc6e")

    event = read(body)

    assert isinstance(event, ResidentMessage)
    assert event.text == "a?b?"


def test_raw_line_end_within_a_string_does_not_cost_the_message() -> None:
    body = to_oa("text", text="MARK").replace(b"MARK", b"a\nb\tc")

    event = read(body)

    assert isinstance(event, ResidentMessage)
    assert event.text == "a\nb c"


def test_text_is_kept_whole_however_long() -> None:
    composed = "ế" * 60_000

    in_chat = read(to_oa("text", text=unicodedata.normalize("NFD", composed)))
    from_member = read(in_group("text", text=composed))

    assert isinstance(in_chat, ResidentMessage)
    assert isinstance(from_member, StaffMessage)
    assert in_chat.text == from_member.text == composed


def test_text_of_nothing_but_marks_is_read_at_once() -> None:
    event = read(to_oa("text", text="a" + "\u0323\u0302" * 500_000))

    assert isinstance(event, ResidentMessage)
    assert event.text.count("\u0323") == event.text.count("\u0302") == 500_000 - 1
    assert unicodedata.is_normalized("NFC", event.text)


@pytest.mark.parametrize("text", ["  \n", "\u2028", "\x00"])
def test_blanks_alone_are_a_message_without_words(text: str) -> None:
    event = read(to_oa("text", text=text))

    assert isinstance(event, ResidentMessage)
    assert (event.text, event.is_sticker) == ("", False)


def test_events_tell_no_words_or_people_when_printed() -> None:
    events = [
        read(to_oa("image", text="LỜI", attachments=[PICTURE])),
        read(in_group("text", text="LỜI")),
        read(echo("oa_send_text", USER, text="LỜI")),
        read(about_group("user_out_group", USER)),
    ]

    told = repr(events)
    assert "LỜI" not in told
    assert "zdn.vn" not in told


@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise(body: bytes) -> None:
    assert isinstance(read(body), UnknownEvent) or READER.head(body) is not None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "msg_id", "text", "attachments", "type", "payload", "url", "description"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(["user_send_text", "user_send_link", "user_send_group_text", "oa_send_text"]),
    st.dictionaries(st.sampled_from(["sender", "recipient", "message", "users"]), VALUES),
)
def test_any_json_is_some_event(name: str, fields: dict[str, Any]) -> None:
    event = read(encoded({"event_name": name, "timestamp": STAMP, "oa_id": OA, **fields}))

    assert event.oa_id == OA
    assert event.sent_at == AT
    text = getattr(event, "text", "")
    assert text.encode().decode() == text
