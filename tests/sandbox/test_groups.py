"""G1-G8: sending to the group, asking about it, and its history."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from tests.sandbox.client import (
    CONVERSATION,
    GROUP_GET,
    GROUP_LIST,
    GROUP_SEND,
    MEMBERS,
    Caller,
    Reply,
    image_message,
)
from tests.sandbox.conftest import FrozenClock


def post(sandbox: Caller, payload: object) -> Reply:
    return sandbox.post(GROUP_SEND, payload, sandbox.unit()["access_token"])


def send(sandbox: Caller, message: object) -> Reply:
    return post(
        sandbox, {"recipient": {"group_id": sandbox.unit()["group_id"]}, "message": message}
    )


def test_text_stands_in_the_group_under_the_answered_id(
    sandbox: Caller, clock: FrozenClock
) -> None:
    """G4."""
    reply = sandbox.say(sandbox.unit(), "[TB-7K3Q2M] Gây rối · thôn 3")

    (message,) = sandbox.standing()
    assert set(reply.json["data"]) == {"message_id", "group_id"}
    assert reply.json["data"]["message_id"] == message["message_id"]
    assert len(message["message_id"]) == 20
    assert int(message["message_id"], 16) >= 0
    assert message["text"] == "[TB-7K3Q2M] Gây rối · thôn 3"
    assert (message["type"], message["src"]) == ("text", 0)
    assert message["time_ms"] == clock.now_ms()


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", "Đường Nguyễn Huệ"),
        "\u202eđảo chiều\u202c\u200b\u200d",
        "<script>alert(1)</script> & <b>",
        "một\r\nhai\tba\x00bốn",
        "👮🏽‍♀️ 🇻🇳",
    ],
    ids=["decomposed", "right-to-left", "html", "control-signs", "emoji"],
)
def test_text_is_kept_sign_by_sign(sandbox: Caller, text: str) -> None:
    sandbox.say(sandbox.unit(), text)

    assert sandbox.standing()[0]["text"] == text


def test_unknown_group_and_another_oas_group_are_403(sandbox: Caller) -> None:
    """G1."""
    unit, other = sandbox.unit(), sandbox.unit("xa-ea-kar")

    unknown = sandbox.say({**unit, "group_id": "f414c8f76fa586fbdfb4"}, "a")
    foreign = sandbox.say({**unit, "group_id": other["group_id"]}, "a")

    assert [unknown.error, foreign.error] == [-403, -403]
    assert sandbox.standing() == sandbox.standing("xa-ea-kar") == []


def test_disabled_and_expired_groups_are_237(sandbox: Caller, clock: FrozenClock) -> None:
    """G1."""
    unit = sandbox.unit()

    sandbox.control("groups/phuong-tuy-hoa", enabled=False)
    disabled = sandbox.say(unit, "a")
    status = sandbox.get(GROUP_GET, unit["access_token"], group_id=unit["group_id"]).json
    sandbox.control("groups/phuong-tuy-hoa", enabled=True, valid_through_ms=clock.now_ms() - 1)
    expired = sandbox.say(unit, "a")
    sandbox.control("groups/phuong-tuy-hoa", valid_through_ms=clock.now_ms())
    last_moment = sandbox.say(unit, "a")

    assert [disabled.error, expired.error, last_moment.error] == [-237, -237, 0]
    assert status["data"]["group_info"]["status"] == "disabled"


def test_group_takes_messages_whatever_its_members_do(sandbox: Caller, clock: FrozenClock) -> None:
    """G2: no window for groups; only the token must be fresh."""
    unit = sandbox.unit()
    for officer in unit["officers"]:
        sandbox.control(
            f"users/{officer['user_id']}",
            standing="blocked",
            is_follower=False,
            last_interaction_ms=None,
        )

    clock.advance(hours=18)

    assert sandbox.say(unit, "hai giờ sáng").error == 0


@pytest.mark.parametrize("code", [-210, -201])
def test_text_limit_counts_code_points_as_sent(sandbox: Caller, code: int) -> None:
    """G3, M2: an NFD text is longer than it looks."""
    sandbox.control("switches", too_long_code=code)
    unit = sandbox.unit()
    decomposed = unicodedata.normalize("NFD", "ế" * 1_000)

    exact = sandbox.say(unit, "ế" * 2_000)
    over = sandbox.say(unit, "ế" * 2_001)
    nfd_over = sandbox.say(unit, decomposed)

    assert len(decomposed) == 3_000
    assert [exact.error, over.error, nfd_over.error] == [0, code, code]


@pytest.mark.parametrize("code", [-233, -201])
def test_templates_other_than_media_are_not_for_groups(sandbox: Caller, code: int) -> None:
    """G3."""
    sandbox.control("switches", unsupported_type_code=code)
    payload = {"template_type": "list", "elements": [], "buttons": []}

    reply = send(sandbox, {"text": "a", "attachment": {"type": "template", "payload": payload}})

    assert reply.error == code


def test_group_id_belongs_in_the_recipient(sandbox: Caller) -> None:
    """G3, M1."""
    group_id = sandbox.unit()["group_id"]
    recipient, message = {"group_id": group_id}, {"text": "a"}
    wrong = [
        {"group_id": group_id, "message": message},
        {"recipient": recipient, "message": message, "group_id": group_id},
        {"recipient": recipient},
        {"recipient": {"group_id": 123}, "message": message},
        {"recipient": {"group_id": ""}, "message": message},
        {"recipient": {"user_id": group_id}, "message": message},
        {"recipient": group_id, "message": message},
        {"recipient": recipient, "message": "a"},
        {"recipient": recipient, "message": {}},
        {"recipient": recipient, "message": {"text": ""}},
        {"recipient": recipient, "message": {"text": "  \n"}},
        {"recipient": recipient, "message": {"text": 5}},
        {"recipient": recipient, "message": {"text": "a", "quote_message_id": "x"}},
        {"recipient": recipient, "message": {"text": "a", "unknown": 1}},
    ]

    codes = [post(sandbox, payload).error for payload in wrong]

    assert codes == [-201] * len(wrong)
    assert sandbox.standing() == []


def test_mentions_of_members_and_of_everyone_are_recorded(sandbox: Caller) -> None:
    """G5."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    stranger = sandbox.unit("xa-ea-kar")["officers"][0]["user_id"]

    sandbox.say(unit, f"[@{officer}] xem giúp, [@{stranger}] thì không, [@{unit['group_id']}]")

    assert sandbox.standing()[0]["mentions"] == [officer, unit["group_id"]]


@pytest.mark.parametrize("broken", ["(@{}]", "[\u200b@{}]", "[ @{}]", "@{}"])
def test_broken_mention_calls_nobody(sandbox: Caller, broken: str) -> None:
    """G5: what a client must do to a resident's text."""
    unit = sandbox.unit()

    sandbox.say(unit, broken.format(unit["group_id"]))

    assert sandbox.standing()[0]["mentions"] == []


def test_getgroup_has_the_documented_shape(sandbox: Caller) -> None:
    """G7, G9."""
    unit = sandbox.unit()

    data = sandbox.get(GROUP_GET, unit["access_token"], group_id=unit["group_id"]).json["data"]

    assert set(data) == {"group_info", "asset_info", "group_setting"}
    assert set(data["group_info"]) == {
        "group_id",
        "group_link",
        "name",
        "group_description",
        "avatar",
        "status",
        "total_member",
        "max_member",
    }
    assert set(data["asset_info"]) == {"asset_type", "asset_id", "valid_through", "auto_renew"}
    assert data["group_info"]["group_id"] == unit["group_id"]
    assert data["group_info"]["status"] == "enabled"
    assert data["asset_info"]["valid_through"] == "21/11/2027"
    assert data["group_setting"] == {
        "lock_send_msg": False,
        "join_appr": True,
        "enable_msg_history": False,
        "enable_link_join": False,
    }


def test_groups_of_oa_are_listed_with_plain_parameters(sandbox: Caller) -> None:
    """G7: `data=` is ignored, `count` is 5 by default."""
    unit = sandbox.unit()

    listed = sandbox.get(GROUP_LIST, unit["access_token"], data='{"count":50}').json["data"]
    beyond = sandbox.get(GROUP_LIST, unit["access_token"], offset=1, count=50).json["data"]

    assert (listed["offset"], listed["count"], listed["total"]) == (0, 5, 1)
    assert [group["group_id"] for group in listed["groups"]] == [unit["group_id"]]
    assert (beyond["group_count"], beyond["groups"]) == (0, [])


def test_members_are_the_oa_its_admin_and_two_officers(sandbox: Caller) -> None:
    """G7."""
    unit = sandbox.unit()
    token, group_id = unit["access_token"], unit["group_id"]

    all_members = sandbox.get(MEMBERS, token, group_id=group_id).json["data"]
    page = sandbox.get(MEMBERS, token, group_id=group_id, offset=1, count=2).json["data"]

    enrolled = {officer["user_id"] for officer in unit["officers"]}
    assert all_members["total"] == all_members["member_count"] == 4
    assert all_members["members"][0]["oa_id"] == unit["oa_id"]
    assert enrolled < {member.get("user_id") for member in all_members["members"]}
    assert page["members"] == all_members["members"][1:3]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"count": "51"}, -210),
        ({"count": "0"}, -201),
        ({"count": "-1"}, -201),
        ({"count": "năm"}, -201),
        ({"offset": "-1"}, -201),
        ({"group_id": ""}, -201),
        ({"group_id": "f414c8f76fa586fbdfb4"}, -403),
    ],
)
def test_bad_list_parameters_are_refused(sandbox: Caller, query: dict[str, str], code: int) -> None:
    """G7."""
    unit = sandbox.unit()
    asked: dict[str, Any] = {"group_id": unit["group_id"], **query}

    assert sandbox.get(CONVERSATION, unit["access_token"], **asked).error == code


def test_conversation_is_newest_first_with_the_ids_of_the_sends(
    sandbox: Caller, clock: FrozenClock
) -> None:
    """G8."""
    unit = sandbox.unit()
    sent = []
    for number in range(7):
        sent.append(sandbox.say(unit, f"tin {number}").json["data"]["message_id"])
        clock.advance(seconds=1)
    asked = {"group_id": unit["group_id"]}

    first = sandbox.get(CONVERSATION, unit["access_token"], **asked).json["data"]
    rest = sandbox.get(CONVERSATION, unit["access_token"], offset=5, count=50, **asked).json

    assert [item["message_id"] for item in first + rest["data"]] == sent[::-1]
    assert set(first[0]) == {
        "src",
        "time",
        "type",
        "message",
        "message_id",
        "from_id",
        "from_display_name",
        "from_avatar",
        "group_id",
    }
    assert (first[0]["src"], first[0]["type"], first[0]["message"]) == (0, "text", "tin 6")
    assert first[0]["time"] == clock.now_ms() - 1_000
    assert first[0]["from_id"] == unit["oa_id"]


def test_conversation_shows_what_officers_say_too(sandbox: Caller) -> None:
    """G8: the history a client searches is not its own alone."""
    unit = sandbox.unit()
    officer = unit["officers"][1]
    sandbox.say(unit, "TB-7K3Q2M")
    sandbox.control(f"users/{officer['user_id']}/group-message", text="Đã rõ TB-7K3Q2M")

    newest = sandbox.get(
        CONVERSATION, unit["access_token"], group_id=unit["group_id"], count=1
    ).json["data"][0]

    assert (newest["src"], newest["from_id"]) == (1, officer["user_id"])
    assert newest["from_display_name"] == officer["name"]


def test_photo_in_the_conversation_is_its_caption_and_its_address(
    sandbox: Caller, jpeg: bytes
) -> None:
    """G8: the one thing by which a photo can be recognised in the history."""
    unit = sandbox.unit()
    media_id = sandbox.upload(jpeg, unit["access_token"]).json["data"]["attachment_id"]

    sent = send(sandbox, image_message(media_id, "TB-7K3Q2M ảnh 1/2"))
    bare = send(sandbox, image_message(media_id))

    found = sandbox.get(CONVERSATION, unit["access_token"], group_id=unit["group_id"]).json["data"]
    assert [sent.error, bare.error] == [0, 0]
    assert [item["type"] for item in found] == ["photo", "photo"]
    assert [item["message"] for item in found] == ["", "TB-7K3Q2M ảnh 1/2"]
    assert found[1]["message_id"] == sent.json["data"]["message_id"]
    assert found[1]["url"] == found[1]["thumb"]
    shown = sandbox.get(found[1]["url"].removeprefix(sandbox.base_url))
    assert (shown.body, shown.headers["Content-Type"]) == (jpeg, "image/jpeg")
