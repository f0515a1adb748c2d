"""Residents and officers at their phones: chats, windows, groups, and what they send."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import urllib3

from tests.sandbox.client import CHAT, CONVERSATION, MEMBERS, RECENT, USER_SEND, Caller, Reply
from tests.sandbox.conftest import FrozenClock

TOO_LARGE = 10 * 1_048_576


def data_style(sandbox: Caller, path: str, **data: Any) -> Any:
    token = sandbox.unit()["access_token"]
    return sandbox.get(path, token, data=json.dumps(data)).json["data"]


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def photo(content: bytes, **more: Any) -> dict[str, Any]:
    return {"kind": "image", "base64": in_base64(content), **more}


def test_resident_is_new_to_the_oa_and_not_in_its_group(sandbox: Caller) -> None:
    unit = sandbox.unit()

    reply = sandbox.control("oas/phuong-tuy-hoa/residents", name=" Lê Thị Ân ")

    resident = reply.json["user_id"]
    members = sandbox.get(MEMBERS, unit["access_token"], group_id=unit["group_id"], count=50)
    assert (reply.status, reply.json["name"]) == (201, "Lê Thị Ân")
    assert int(resident) > 2**53
    assert sandbox.write(unit, resident, {"text": "a"}).error == -213
    assert resident not in members.text
    assert sandbox.unit() == unit
    assert sandbox.refused(f"users/{resident}/group-message", text="a") == 409


def test_resident_without_a_name_is_given_one(sandbox: Caller) -> None:
    reply = sandbox.control("oas/xa-ea-kar/residents", follows=True)

    assert len(reply.json["name"].split()) == 3
    assert sandbox.write(sandbox.unit("xa-ea-kar"), reply.json["user_id"], {"text": "a"}).error == (
        -232
    )


def test_writing_opens_the_window_for_this_oa_only(sandbox: Caller, clock: FrozenClock) -> None:
    """M3, O11."""
    unit, resident = sandbox.unit(), sandbox.resident()

    sandbox.hear(resident, "Chào")
    inside = sandbox.write(unit, resident, {"text": "Chào chị"})
    other = sandbox.write(sandbox.unit("xa-ea-kar"), resident, {"text": "a"})
    clock.advance(days=8)
    sandbox.control("consent", unit_id="phuong-tuy-hoa")
    late = sandbox.write(sandbox.unit(), resident, {"text": "a"})

    assert inside.json["data"]["quota"] == {"quota_type": "reply", "remain": "7", "total": "8"}
    assert [other.error, late.error] == [-213, -230]


def test_late_message_does_not_close_a_window_opened_meanwhile(sandbox: Caller) -> None:
    resident = sandbox.resident()
    sandbox.hear(resident, "mới")

    sandbox.hear(resident, "cũ", seconds_ago=8 * 86_400)

    assert sandbox.write(sandbox.unit(), resident, {"text": "a"}).error == 0


@pytest.mark.parametrize(("opens", "code"), [(False, -232), (True, 0)])
def test_group_post_opens_the_window_only_by_a_switch(
    sandbox: Caller, opens: bool, code: int
) -> None:
    officer = sandbox.unit()["officers"][0]["user_id"]
    sandbox.control("switches", group_post_opens_window=opens)
    sandbox.control(f"users/{officer}", last_interaction_ms=None)

    sandbox.hear_in_group(officer, "có mặt")

    assert sandbox.write(sandbox.unit(), officer, {"text": "a"}).error == code


def test_blocking_and_following_decide_what_the_oa_may(sandbox: Caller) -> None:
    unit, resident = sandbox.unit(), sandbox.resident()

    codes = []
    for act in ("follow", "block", "unblock", "unfollow"):
        sandbox.control(f"users/{resident}/{act}")
        codes.append(sandbox.write(unit, resident, {"text": act}).error)

    assert codes == [0, -217, 0, 0]
    assert [message["text"] for message in sandbox.chat(resident)] == [
        "follow",
        "unblock",
        "unfollow",
    ]


def test_chat_with_one_person_is_read_back_newest_first(
    sandbox: Caller, clock: FrozenClock, jpeg: bytes
) -> None:
    """T10, G8."""
    unit, resident = sandbox.unit(), sandbox.resident(name="Lê An")
    first = sandbox.hear(resident, "Chào")
    answer = sandbox.write(unit, resident, {"text": "Chào chị"}).json["data"]["message_id"]
    second = sandbox.hear(resident, "ảnh đây", media=[photo(jpeg)])

    items = data_style(sandbox, CHAT, user_id=int(resident), offset=0, count=10)
    recent = data_style(sandbox, RECENT, offset=0, count=10)

    assert [item["message_id"] for item in items] == [second, answer, first]
    assert [item["src"] for item in items] == [1, 0, 1]
    assert [item["type"] for item in items] == ["photo", "text", "text"]
    assert items[0]["from_id"] == int(resident) > 2**53
    assert items[0]["to_id"] == int(unit["oa_id"])
    assert items[0]["from_display_name"] == "Lê An"
    assert items[0]["time"] == clock.now_ms()
    assert sandbox.get(items[0]["url"].removeprefix(sandbox.base_url)).body == jpeg
    assert recent == items[:1]


@pytest.mark.parametrize(
    ("media", "kind", "fields"),
    [
        ({"kind": "audio", "base64": "YQ=="}, "voice", {"url"}),
        ({"kind": "gif", "base64": "YQ=="}, "GIF", {"url", "thumb"}),
        ({"kind": "file", "base64": "YQ==", "name": "a.pdf"}, "file", {"url"}),
        ({"kind": "video", "base64": "YQ=="}, "nosupport", set()),
        ({"kind": "location", "latitude": "12.6", "longitude": "108"}, "location", {"location"}),
        ({"kind": "sticker"}, "sticker", {"url", "thumb"}),
        ({"kind": "link", "url": "https://a.vn"}, "link", {"url", "thumb", "description"}),
    ],
)
def test_history_names_what_was_sent_in_its_own_words(
    sandbox: Caller, media: dict[str, Any], kind: str, fields: set[str]
) -> None:
    """Section 6."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    sandbox.hear(officer, media=[media])
    sandbox.hear_in_group(officer, media=[media])

    (alone,) = data_style(sandbox, CHAT, user_id=int(officer))
    (in_group,) = sandbox.get(CONVERSATION, unit["access_token"], group_id=unit["group_id"]).json[
        "data"
    ]

    special = {"url", "thumb", "location", "description"}
    assert [alone["type"], in_group["type"]] == [kind, kind]
    assert set(alone) & special == set(in_group) & special == fields


def test_leaving_the_group_shows_in_its_members(sandbox: Caller) -> None:
    """W12."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    resident = sandbox.resident()

    sandbox.control(f"users/{officer}/leave-group")
    sandbox.control(f"users/{resident}/join-group")

    members = sandbox.get(MEMBERS, unit["access_token"], group_id=unit["group_id"], count=50).json
    user_ids = [member.get("user_id") for member in members["data"]["members"]]
    assert officer not in user_ids
    assert resident in user_ids
    assert members["data"]["total"] == 4
    assert sandbox.refused(f"users/{officer}/group-message", text="a") == 409
    sandbox.hear_in_group(resident, "tôi không phải cán bộ")


def test_quoting_a_resident_is_possible_for_the_oa(sandbox: Caller) -> None:
    """M8."""
    resident = sandbox.resident()
    asked = sandbox.hear(resident, "Tới chưa?")

    reply = sandbox.write(
        sandbox.unit(), resident, {"text": "Đang tới", "quote_message_id": asked}
    )  # fmt: skip

    assert reply.error == 0
    assert sandbox.chat(resident)[1]["quote_id"] == asked


def test_closed_send_calls_are_refused_and_reactions_are_not(sandbox: Caller) -> None:
    """M9."""
    unit, resident = sandbox.unit(), sandbox.resident()
    asked = sandbox.hear(resident, "a")

    def send(path: str, **body: Any) -> Reply:
        return sandbox.post(path, {"recipient": {"user_id": resident}, **body}, token)

    token, older = unit["access_token"], "/openapi/v2.0/oa/message"
    codes = [
        send("/openapi/v3.0/oa/message/transaction", message={"text": "a"}).error,
        send("/openapi/v3.0/oa/message/promotion", message={"text": "a"}).error,
        send(older, message={"text": "a"}).error,
        send(older, sender_action={"react_icon": "/-heart", "react_message_id": asked}).error,
        send(older, sender_action={"react_icon": "/-heart", "react_message_id": "0"}).error,
        send(older, sender_action={"react_icon": "ha", "react_message_id": asked}).error,
        send(USER_SEND, message={"text": "a"}).error,
    ]

    assert codes == [-209, -209, -240, 0, -201, -201, 0]


def test_bytes_can_be_handed_in_as_a_file(sandbox: Caller, png: bytes) -> None:
    resident = sandbox.resident()
    body, content_type = urllib3.encode_multipart_formdata({"file": ("anh.png", png)})

    kept = sandbox.send(
        "POST",
        f"/control/users/{resident}/media",
        body=body,
        headers={"Content-Type": content_type},
    )
    sandbox.hear(resident, media=[{"kind": "image", "media_id": kept.json["media_id"]}])

    (message,) = sandbox.chat(resident)
    assert message["url"] == kept.json["url"]
    assert sandbox.get(message["url"].removeprefix(sandbox.base_url)).body == png


def served(sandbox: Caller, content: bytes, way: str) -> str:
    resident = sandbox.resident()
    sandbox.hear(resident, media=[photo(content, serve=way)])
    return str(sandbox.chat(resident)[0]["url"]).removeprefix(sandbox.base_url)


@pytest.mark.parametrize(
    ("way", "status"),
    [("plain", 200), ("redirect", 302), ("missing", 404), ("error", 503)],
)
def test_media_host_answers_as_ordered_and_remembers_who_asked(
    sandbox: Caller, jpeg: bytes, way: str, status: int
) -> None:
    path = served(sandbox, jpeg, way)

    reply = sandbox.get(path)

    assert reply.status == status
    assert (reply.body == jpeg) is (way == "plain")
    (asked,) = sandbox.requests("/cdn/")
    assert (asked["path"], asked["status"]) == (path, status)


@pytest.mark.parametrize("way", ["large", "declared"])
def test_media_host_can_send_without_end(sandbox: Caller, jpeg: bytes, way: str) -> None:
    path = served(sandbox, jpeg, way)
    pool = urllib3.PoolManager(retries=False)

    with pool.request("GET", sandbox.base_url + path, preload_content=False) as response:
        begun = response.read(TOO_LARGE)
        length = response.headers.get("Content-Length")
        response.close()
    pool.clear()

    assert len(begun) == TOO_LARGE
    assert begun.startswith(jpeg)
    assert (length is not None) is (way == "declared")


def test_media_host_can_break_off(sandbox: Caller, jpeg: bytes) -> None:
    path = served(sandbox, jpeg, "cut")

    with pytest.raises(urllib3.exceptions.ProtocolError):
        sandbox.get(path)


@pytest.mark.parametrize("way", ["slow", "drip"])
def test_media_host_can_keep_people_waiting(sandbox: Caller, jpeg: bytes, way: str) -> None:
    path = served(sandbox, jpeg, way)

    with pytest.raises(urllib3.exceptions.HTTPError, match="timed out"):
        sandbox.send("GET", path, timeout=0.2)


@pytest.mark.parametrize("path", ["/cdn/unknown", "/cdn/redirect/unknown", "/cdn/strange/unknown"])
def test_unknown_medium_is_not_there(sandbox: Caller, path: str) -> None:
    assert sandbox.get(path).status == 404


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("users/{}/message", {}),
        ("users/{}/message", {"text": 5}),
        ("users/{}/message", {"text": "a", "colour": "red"}),
        ("users/{}/message", {"media": ["a"]}),
        ("users/{}/message", {"media": [{"kind": "text"}]}),
        ("users/{}/message", {"media": [{"kind": "image"}]}),
        ("users/{}/message", {"media": [{"kind": "image", "base64": "%"}]}),
        ("users/{}/message", {"media": [{"kind": "image", "media_id": "none"}]}),
        ("users/{}/message", {"media": [{"kind": "image", "base64": "YQ==", "serve": "hot"}]}),
        ("users/{}/message", {"location": {"latitude": "1"}}),
        ("users/{}/message", {"text": "a", "seconds_ago": "1"}),
        ("users/{}/dance", {}),
        ("users/{}/submit-info", {"info": "a"}),
        ("users/1/message", {"text": "a"}),
        ("oas/phuong-tuy-hoa/residents", {"name": " "}),
        ("oas/khong-co/residents", {}),
    ],
)
def test_senseless_order_is_refused_and_nothing_is_said(
    sandbox: Caller, path: str, payload: dict[str, Any]
) -> None:
    resident = sandbox.resident()

    status = sandbox.refused(path.format(resident), **payload)

    assert status in (400, 404)
    assert sandbox.chat(resident) == []
