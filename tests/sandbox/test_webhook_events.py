"""W1, W7, W9-W13: what the events say, and how they are signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from functions.local.sandbox.directory import App
from functions.local.sandbox.signing import mac_of, sign
from tests.sandbox.client import Caller, image_message
from tests.sandbox.conftest import FrozenClock
from tests.sandbox.receiver import Receiver

KEY = "testOaSecretKey0001"
VECTORS = [
    (
        '{"app_id":"1234567890123456789","user_id_by_app":"552177279717587730","event_name":"user_send_text","sender":{"id":"8756287263669629130"},"recipient":{"id":"4318657068771012646"},"message":{"text":"Tôi đã nhận tin TB-7K3Q","msg_id":"e2a641af6661713b2874","quote_msg_id":"81d74a9cd71d6f473608"},"timestamp":"1763712000123"}',  # noqa: E501 - the reference's own bytes
        "3ce59095516cc583771f2c45409b8ec5adc9235942d36f08d4623c0d5672987e",
    ),
    (
        '{"app_id":"1234567890123456789","oa_id":"4318657068771012646","event_name":"user_send_group_text","sender":{"id":"8756287263669629130"},"recipient":{"id":"f414c8f76fa586fbdfb4"},"message":{"text":"#nhan TB-7K3Q","msg_id":"2ad6de1b0f9d6b53e1f0","quote_msg_id":"81d74a9cd71d6f473608"},"timestamp":"1763712060456"}',  # noqa: E501 - the reference's own bytes
        "8949a060563b60980cd4f63db01e112e9a1ef9b00837b7e0ca4d8f2db756d61b",
    ),
]
APP = App("1234567890123456789", "appSecret0123456789", KEY)


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(("body", "mac"), VECTORS)
def test_signature_is_the_references_own(body: str, mac: str) -> None:
    assert sign(body.encode(), APP, "right") == (body.encode(), f"mac={mac}")


def test_forgeries_are_those_of_the_reference() -> None:
    body = VECTORS[0][0].encode()

    re_serialised = sign(body, APP, "re-serialised")[1]
    by_hmac = sign(body, APP, "hmac")[1]
    changed, signature = sign(body, APP, "one-byte-changed")

    assert str(re_serialised).startswith("mac=b2d2b2e1")
    assert str(by_hmac).startswith("mac=7fd7de18")
    assert signature == f"mac={VECTORS[0][1]}"
    assert len(changed) == len(body)
    assert sum(one != other for one, other in zip(changed, body, strict=True)) == 1
    assert json.loads(changed)["app_id"] == APP.app_id


def test_event_is_compact_json_signed_with_the_oa_secret_key(
    sandbox: Caller, webhook: Receiver
) -> None:
    """W1."""
    app = sandbox.provision()["app"]
    resident = sandbox.resident()

    sandbox.hear(resident, "Có người gây rối ở đường Lê Lợi 👮")

    (posted,) = webhook.wait_for(1)
    event = posted.event
    assert "Có người gây rối ở đường Lê Lợi 👮".encode() in posted.body
    assert json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() == posted.body
    assert posted.headers["user-agent"] == "ZaloWebhook"
    assert posted.headers["content-type"] == "application/json"
    assert "num_retry" not in posted.headers
    mac = mac_of(app["app_id"], posted.body, event["timestamp"], app["oa_secret_key"])
    assert posted.headers["x-zevent-signature"] == f"mac={mac}"
    assert app["oa_secret_key"] != app["secret_key"]


def test_key_order_is_not_fixed(sandbox: Caller, webhook: Receiver) -> None:
    """W1."""
    resident = sandbox.resident()
    for number in range(12):
        sandbox.hear(resident, str(number))

    orders = {tuple(posted.event) for posted in webhook.wait_for(12)}

    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1


def test_text_to_the_oa(sandbox: Caller, webhook: Receiver, clock: FrozenClock) -> None:
    """5.3."""
    unit, resident = sandbox.unit(), sandbox.resident()

    message_id = sandbox.hear(resident, "Chào")

    event = webhook.wait_for_event("user_send_text")
    assert event.pop("user_id_by_app").isdigit()
    assert event == {
        "app_id": sandbox.provision()["app"]["app_id"],
        "event_name": "user_send_text",
        "sender": {"id": resident},
        "recipient": {"id": unit["oa_id"]},
        "message": {"msg_id": message_id, "text": "Chào"},
        "timestamp": str(clock.now_ms()),
    }


@pytest.mark.parametrize(
    ("media", "name", "kind", "fields"),
    [
        ({"kind": "image"}, "image", "image", {"url", "thumbnail"}),
        ({"kind": "gif"}, "gif", "gif", {"url", "thumbnail"}),
        ({"kind": "audio"}, "audio", "audio", {"url"}),
        ({"kind": "video"}, "video", "video", {"url", "thumbnail", "description"}),
        (
            {"kind": "file", "name": "don.pdf"},
            "file",
            "file",
            {"url", "name", "size", "checksum", "type"},
        ),
        (
            {"kind": "location", "latitude": "12.6667", "longitude": "108.05"},
            "location",
            "location",
            {"coordinates"},
        ),
        ({"kind": "sticker", "id": "21979"}, "sticker", "sticker", {"id", "url"}),
        (
            {"kind": "link", "url": "https://example.vn"},
            "link",
            "link",
            {"thumbnail", "description", "url"},
        ),
        (
            {"kind": "business_card", "phone": "84900000000"},
            "business_card",
            "link",
            {"thumbnail", "description", "url"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_message_has_its_event_in_chat_and_group(
    sandbox: Caller,
    webhook: Receiver,
    media: dict[str, Any],
    name: str,
    kind: str,
    fields: set[str],
) -> None:
    """5.3, 5.6."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    kept = {"image", "gif", "audio", "video", "file"}
    wanted = {**media, "base64": in_base64(b"bytes")} if media["kind"] in kept else media

    sandbox.hear(officer, media=[wanted])
    sandbox.hear_in_group(officer, media=[wanted])

    alone = webhook.wait_for_event(f"user_send_{name}")
    in_group = webhook.wait_for_event(f"user_send_group_{name}")
    for event in (alone, in_group):
        (attachment,) = event["message"]["attachments"]
        assert set(attachment) == {"type", "payload"}
        assert attachment["type"] == kind
        assert set(attachment["payload"]) == fields
    assert in_group["oa_id"] == unit["oa_id"]
    assert in_group["recipient"] == {"id": unit["group_id"]}
    assert "oa_id" not in alone


def test_file_tells_its_size_and_digest(sandbox: Caller, webhook: Receiver) -> None:
    """5.3."""
    content = b"%PDF-1.7 don trinh bao"
    media = {"kind": "file", "name": "don.pdf", "base64": in_base64(content)}

    sandbox.hear(sandbox.resident(), media=[media])

    payload = webhook.wait_for_event("user_send_file")["message"]["attachments"][0]["payload"]
    assert payload["size"] == str(len(content))
    assert payload["checksum"] == hashlib.md5(content).hexdigest()
    assert (payload["name"], payload["type"]) == ("don.pdf", "pdf")
    assert sandbox.get(payload["url"].removeprefix(sandbox.base_url)).body == content


def test_photos_come_one_by_one_or_together(
    sandbox: Caller, webhook: Receiver, jpeg: bytes
) -> None:
    resident = sandbox.resident()
    photos = [{"kind": "image", "base64": in_base64(jpeg)}] * 2

    sandbox.hear(resident, "Hai ảnh", media=photos)
    sandbox.hear(resident, "Cả hai", media=photos, together=True)

    events = [posted.event["message"] for posted in webhook.wait_for(3)]
    assert [event["text"] for event in events] == ["Hai ảnh", "", "Cả hai"]
    assert [len(event["attachments"]) for event in events] == [1, 1, 2]


def test_quote_names_the_message_or_by_a_switch_another_id(
    sandbox: Caller, webhook: Receiver
) -> None:
    """W11."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    card = sandbox.say(unit, "TB-7K3Q2M").json["data"]["message_id"]

    sandbox.hear_in_group(officer, "#nhan", quoted_id=card)
    sandbox.control("switches", quote_ids_differ=True)
    sandbox.hear_in_group(officer, "#nhan TB-7K3Q2M", quoted_id=card)

    _echo, same, differs = (posted.event["message"] for posted in webhook.wait_for(3))
    assert same["quote_msg_id"] == card
    assert differs["quote_msg_id"] != card
    assert len(differs["quote_msg_id"]) == 20


def test_own_sends_come_back_as_echoes(
    sandbox: Caller, webhook: Receiver, jpeg: bytes
) -> None:  # fmt: skip
    """W7, M10, G4."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    photo = sandbox.upload(jpeg, unit["access_token"]).json["data"]["attachment_id"]

    in_group = sandbox.say(unit, "#nhan TB-7K3Q2M").json["data"]["message_id"]
    alone = sandbox.write(unit, officer, {"text": "Chào anh"}).json["data"]["message_id"]
    sandbox.write(unit, officer, image_message(photo, "ảnh"))

    events = [posted.event for posted in webhook.wait_for(3)]
    assert [event["event_name"] for event in events] == [
        "oa_send_group_text",
        "oa_send_text",
        "oa_send_image",
    ]
    assert [event["sender"] for event in events] == [{"id": unit["oa_id"]}] * 3
    assert events[0]["oa_id"] == unit["oa_id"]
    assert [event["recipient"]["id"] for event in events] == [unit["group_id"], officer, officer]
    assert [event["message"]["msg_id"] for event in events[:2]] == [in_group, alone]
    (attachment,) = events[2]["message"]["attachments"]
    assert attachment["payload"]["url"].endswith(photo)


def test_refused_send_has_no_echo(sandbox: Caller, webhook: Receiver) -> None:
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]

    sandbox.control(f"users/{officer}", standing="blocked")
    refused = sandbox.write(unit, officer, {"text": "a"}).error
    sandbox.say(unit, "b")

    assert refused == -217
    assert [posted.name for posted in webhook.wait_for(1)] == ["oa_send_group_text"]


def test_following_withdrawing_and_revoking_are_told(
    sandbox: Caller, webhook: Receiver
) -> None:  # fmt: skip
    """W13."""
    unit, resident = sandbox.unit(), sandbox.resident()

    for act in ("follow", "unfollow", "withdraw", "block"):
        sandbox.control(f"users/{resident}/{act}")
    sandbox.control(f"users/{resident}/submit-info", info={"name": "Lê An", "phone": "84900000000"})
    sandbox.control("expire", unit_id="phuong-tuy-hoa", token="revoke")

    follow, unfollow, withdrew, info, revoked = (p.event for p in webhook.wait_for(5))
    assert (follow["event_name"], unfollow["event_name"]) == ("follow", "unfollow")
    assert follow["follower"] == unfollow["follower"] == {"id": resident}
    assert (follow["oa_id"], follow["source"]) == (unit["oa_id"], "oa_profile")
    assert (withdrew["event_name"], withdrew["user_id"]) == ("user_withdraw", resident)
    assert withdrew["user_id_by_app"] == follow["user_id_by_app"] != resident
    assert info["info"] == {"name": "Lê An", "phone": "84900000000"}
    assert (revoked["event_name"], revoked["oa_id"]) == ("permission_revoked", unit["oa_id"])


@pytest.mark.parametrize(
    ("leave", "disband"),
    [("user_out_group", "delete_group"), ("user_leave_group", "disperse_group")],
)
def test_leaving_and_disbanding_go_by_either_name(
    sandbox: Caller, webhook: Receiver, leave: str, disband: str
) -> None:
    """W12."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    sandbox.control("switches", leave_event=leave, disband_event=disband)

    sandbox.control(f"users/{officer}/leave-group")
    sandbox.control(f"users/{officer}/leave-group")
    sandbox.control(f"users/{officer}/join-group")
    sandbox.control("groups/phuong-tuy-hoa/disband")

    events = [posted.event for posted in webhook.wait_for(3)]
    assert [event["event_name"] for event in events] == [leave, "user_join_group", disband]
    assert [event["group_id"] for event in events] == [unit["group_id"]] * 3
    assert events[0]["users"] == events[1]["users"] == [{"id": officer}]
    assert sandbox.say(unit, "a").error == -237


def test_timestamp_may_be_a_number(sandbox: Caller, webhook: Receiver, clock: FrozenClock) -> None:
    """W9: signed over its figures all the same."""
    app = sandbox.provision()["app"]
    sandbox.control("switches", numeric_timestamp=True)

    sandbox.hear(sandbox.resident(), "a")

    (posted,) = webhook.wait_for(1)
    assert posted.event["timestamp"] == clock.now_ms()
    mac = mac_of(app["app_id"], posted.body, str(clock.now_ms()), app["oa_secret_key"])
    assert posted.headers["x-zevent-signature"] == f"mac={mac}"


def test_message_under_way_for_hours_is_old_and_arrives_now(
    sandbox: Caller, webhook: Receiver, clock: FrozenClock
) -> None:
    resident = sandbox.resident()

    sandbox.hear(resident, "từ tối qua", seconds_ago=12 * 3_600)

    event = webhook.wait_for_event("user_send_text")
    assert event["timestamp"] == str(clock.now_ms() - 12 * 3_600_000)
    assert sandbox.chat(resident)[0]["time_ms"] == clock.now_ms() - 12 * 3_600_000


def test_events_of_several_oas_come_to_one_address(sandbox: Caller, webhook: Receiver) -> None:
    """W14."""
    units = [sandbox.unit(), sandbox.unit("xa-ea-kar")]

    for unit in units:
        sandbox.hear(sandbox.resident(unit["unit_id"]), "a")

    recipients = [posted.event["recipient"]["id"] for posted in webhook.wait_for(2)]
    assert recipients == [unit["oa_id"] for unit in units]


@pytest.mark.parametrize(
    ("how", "accepted"),
    [
        ("right", True),
        ("upper-hex", True),
        ("bare", True),
        ("none", False),
        ("empty", False),
        ("wrong-key", False),
        ("app-secret", False),
        ("hmac", False),
        ("re-serialised", False),
        ("one-byte-changed", False),
    ],
)
def test_posts_by_hand_are_signed_as_ordered(
    sandbox: Caller, webhook: Receiver, how: str, accepted: bool
) -> None:
    """W2."""
    app = sandbox.provision()["app"]
    event = {"event_name": "user_send_text", "sender": {"id": "1"}, "message": {"text": "Chào bạn"}}

    answer = sandbox.control("webhook/send", body=event, sign=how, fill=True).json

    (posted,) = webhook.wait_for(1)
    claimed = posted.headers.get("x-zevent-signature", "").lower().removeprefix("mac=")
    mac = mac_of(app["app_id"], posted.body, posted.event["timestamp"], app["oa_secret_key"])
    assert answer["status"] == 200
    assert hmac.compare_digest(mac, claimed) is accepted


def test_any_bytes_can_be_posted(sandbox: Caller, webhook: Receiver) -> None:
    """W3, W8."""
    sandbox.control("webhook/send", raw="{}", sign="none")
    sandbox.control("webhook/send", raw_base64=in_base64(b"\xff\xfe"), headers={"X-Own": "1"})

    first, second = webhook.wait_for(2)
    assert (first.body, second.body) == (b"{}", b"\xff\xfe")
    assert "x-zevent-signature" not in first.headers
    assert second.headers["x-own"] == "1"
