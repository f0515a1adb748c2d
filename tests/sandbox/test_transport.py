"""T1-T11: envelope, tokens, limits, standing of app and OA, and the record of calls."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from tests.sandbox.client import (
    CONVERSATION,
    GROUP_GET,
    GROUP_SEND,
    UPLOAD_IMAGE,
    USER_SEND,
    Caller,
)
from tests.sandbox.conftest import FrozenClock


def test_success_carries_data_error_zero_and_the_word_success(sandbox: Caller) -> None:
    """T1."""
    reply = sandbox.say(sandbox.unit(), "Xin chào")

    assert reply.status == 200
    assert set(reply.json) == {"data", "error", "message"}
    assert (reply.json["error"], reply.json["message"]) == (0, "Success")


@pytest.mark.parametrize(
    "path",
    [
        "/openapi/v3.0/oa/group/listgroup",
        "/openapi/v3.0/oa/article/create",
        "/openapi/v2.0/oa/group/message",
        "/openapi/v3.0/oa/group/message/",
        "/business/message/template",
        "/oauth/v3/oa/access_token",
    ],
)
def test_unknown_path_is_404_without_json(sandbox: Caller, path: str) -> None:
    """T1, G7, A5: what the sandbox does not speak is not there at all."""
    reply = sandbox.post(path, {}, sandbox.unit()["access_token"])

    assert reply.status == 404
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.text)


def test_missing_unknown_and_bearer_tokens_are_216(sandbox: Caller) -> None:
    """T2."""
    unit = sandbox.unit()
    bearer = {"Authorization": f"Bearer {unit['access_token']}"}

    missing = sandbox.get(GROUP_GET, None, group_id=unit["group_id"])
    unknown = sandbox.get(GROUP_GET, "x" * 200, group_id=unit["group_id"])
    as_bearer = sandbox.send("GET", f"{GROUP_GET}?group_id={unit['group_id']}", headers=bearer)

    hyphen = {"Access-Token": unit["access_token"]}
    misspelt = sandbox.send("GET", f"{GROUP_GET}?group_id={unit['group_id']}", headers=hyphen)

    assert [r.error for r in (missing, unknown, as_bearer, misspelt)] == [-216] * 4
    assert missing.status == 200


def test_token_in_the_query_is_404(sandbox: Caller) -> None:
    """T2."""
    unit = sandbox.unit()

    reply = sandbox.get(GROUP_GET, None, access_token=unit["access_token"])

    assert reply.status == 404


def test_token_works_until_90000_seconds_and_then_is_220(
    sandbox: Caller, clock: FrozenClock
) -> None:
    """T3."""
    unit = sandbox.unit()

    clock.advance(seconds=90_000)
    at_the_limit = sandbox.say(unit, "còn hạn")
    clock.advance(seconds=1)
    after = sandbox.say(unit, "hết hạn")

    assert [at_the_limit.error, after.error] == [0, -220]


@pytest.mark.parametrize("code", [-216, -220])
def test_superseded_token_is_refused_with_the_switched_code(sandbox: Caller, code: int) -> None:
    """T3, T3a."""
    unit = sandbox.unit()
    sandbox.control("switches", superseded_token_code=code)

    sandbox.refresh(unit["refresh_token"])

    assert sandbox.say(unit, "thẻ cũ").error == code


def test_drill_can_expire_and_revoke_tokens(sandbox: Caller) -> None:
    """T3 by control: the trainer need not wait 25 hours."""
    unit = sandbox.unit()

    sandbox.control("expire", unit_id=unit["unit_id"], token="access")
    expired = sandbox.say(unit, "một")
    sandbox.control("expire", unit_id=unit["unit_id"], token="revoke")
    revoked = sandbox.say(unit, "hai")
    refreshed = sandbox.refresh(unit["refresh_token"])
    sandbox.control("consent", unit_id=unit["unit_id"])
    reconnected = sandbox.say(sandbox.unit(), "ba")

    assert [expired.error, revoked.error, refreshed.error] == [-220, -216, -14014]
    assert reconnected.error == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", GROUP_SEND), ("PUT", GROUP_SEND), ("OPTIONS", GROUP_SEND), ("POST", CONVERSATION)],
)
def test_wrong_method_is_405(sandbox: Caller, method: str, path: str) -> None:
    """T5."""
    assert sandbox.send(method, path).status == 405


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"{}"),
        ("application/x-www-form-urlencoded", b"recipient=1"),
        ("application/json", b""),
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"\xff\xfe"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"recipient":{"group_id":"\\ud800"},"message":{"text":"a"}}'),
    ],
    ids=["text", "form", "empty", "cut", "list", "not-utf8", "deep", "half-surrogate"],
)
def test_wrong_type_or_unreadable_json_is_201(
    sandbox: Caller, content_type: str, body: bytes
) -> None:
    """T5."""
    headers = {"access_token": sandbox.unit()["access_token"], "Content-Type": content_type}

    reply = sandbox.send("POST", GROUP_SEND, body=body, headers=headers)

    assert (reply.status, reply.error) == (200, -201)


@pytest.mark.parametrize(
    ("target", "change", "group_code", "user_code"),
    [
        ("app", {"active": False}, -209, -209),
        ("app", {"api_enabled": False}, -212, -212),
        ("oas/phuong-tuy-hoa", {"disabled": True}, -204, -204),
        ("oas/phuong-tuy-hoa", {"permissions": "message"}, -223, 0),
        ("oas/phuong-tuy-hoa", {"permissions": "group"}, 0, -223),
        ("oas/phuong-tuy-hoa", {"verified": False}, -221, 0),
        ("oas/phuong-tuy-hoa", {"package_ok": False}, -224, 0),
    ],
)
def test_standing_of_app_and_oa_decides_per_family(
    sandbox: Caller, target: str, change: dict[str, object], group_code: int, user_code: int
) -> None:
    """T6."""
    unit = sandbox.unit()
    sandbox.control(target, **change)

    to_group = sandbox.say(unit, "nhóm")
    to_user = sandbox.write(unit, unit["officers"][0]["user_id"], {"text": "riêng"})

    assert [to_group.error, to_user.error] == [group_code, user_code]


def test_calls_above_the_oa_limit_are_32_until_the_next_minute(
    sandbox: Caller, clock: FrozenClock
) -> None:
    """T7."""
    sandbox.control("switches", oa_calls_per_minute=3)
    unit = sandbox.unit()

    within = [sandbox.say(unit, "tin") for _ in range(3)]
    over = sandbox.say(unit, "quá")
    other_oa = sandbox.say(sandbox.unit("xa-ea-kar"), "nơi khác")
    clock.advance(seconds=60)
    next_minute = sandbox.say(unit, "phút sau")

    assert [reply.headers["X-RateLimit-Remain"] for reply in within] == ["2", "1", "0"]
    assert (over.error, over.headers["X-RateLimit-Limit"]) == (-32, "3")
    assert over.json["message"] == "Your OA reached limit call api"
    assert [other_oa.error, next_minute.error] == [0, 0]
    assert len(sandbox.standing()) == 4


def test_calls_above_the_app_limit_are_32_for_every_oa(sandbox: Caller) -> None:
    """T7."""
    sandbox.control("switches", app_calls_per_minute=1)

    sandbox.say(sandbox.unit(), "một")
    over = sandbox.say(sandbox.unit("xa-ea-kar"), "hai")

    assert (over.error, over.json["message"]) == (-32, "Your application reached limit call api")


def test_default_limits_are_those_of_the_growth_package(sandbox: Caller) -> None:
    """T7."""
    with_token = sandbox.say(sandbox.unit(), "tin")
    without = sandbox.get(GROUP_GET)

    assert with_token.headers["X-RateLimit-Limit"] == "100"
    assert without.headers["X-RateLimit-Limit"] == "4000"


def test_required_proof_is_the_hmac_of_the_token_under_the_app_secret(sandbox: Caller) -> None:
    """T8."""
    sandbox.control("switches", appsecret_proof_required=True)
    unit, app = sandbox.unit(), sandbox.provision()["app"]
    proof = hmac.new(
        app["secret_key"].encode(), unit["access_token"].encode(), hashlib.sha256
    ).hexdigest()

    def ask(given: str) -> int:
        headers = {"access_token": unit["access_token"], "appsecret_proof": given}
        path = f"{GROUP_GET}?group_id={unit['group_id']}"
        return int(sandbox.send("GET", path, headers=headers).error)

    assert [ask(""), ask(proof[::-1]), ask(proof)] == [-242, -242, 0]


def test_older_calls_show_ids_as_numbers_beyond_a_double(sandbox: Caller) -> None:
    """T10."""
    unit = sandbox.unit()
    officer = unit["officers"][0]["user_id"]
    sent = sandbox.write(unit, officer, {"text": "chào anh"}).json["data"]
    data = json.dumps({"user_id": officer, "offset": 0, "count": 10})

    chat = sandbox.get("/openapi/v2.0/oa/conversation", unit["access_token"], data=data)
    recent = sandbox.get(
        "/openapi/v2.0/oa/listrecentchat", unit["access_token"], data='{"offset":0,"count":10}'
    )

    item = chat.json["data"][0]
    assert item["message_id"] == sent["message_id"]
    assert item["from_id"] == int(unit["oa_id"]) > 2**53
    assert item["to_id"] == int(officer) > 2**53
    assert recent.json["data"] == [item]


def test_older_calls_refuse_more_than_ten(sandbox: Caller) -> None:
    """Section 6: count up to 10, else -210."""
    unit = sandbox.unit()

    reply = sandbox.get(
        "/openapi/v2.0/oa/listrecentchat", unit["access_token"], data='{"offset":0,"count":11}'
    )

    assert reply.error == -210


def test_getoa_tells_name_and_verification(sandbox: Caller) -> None:
    unit = sandbox.unit()

    data = sandbox.get("/openapi/v2.0/oa/getoa", unit["access_token"]).json["data"]

    assert data["oa_id"] == unit["oa_id"]
    assert data["name"] == "Công an phường Tuy Hòa"
    assert data["is_verified"] is True
    assert data["oa_type"] == 4


def test_every_request_is_recorded_with_headers_body_and_time(
    sandbox: Caller, clock: FrozenClock
) -> None:
    """T11."""
    unit = sandbox.unit()
    before = sandbox.get("/control/requests").json["last"]

    sandbox.say(unit, "Tin “mật”")
    sandbox.get("/openapi/v3.0/oa/group/listgroup", unit["access_token"])

    found = sandbox.get("/control/requests", since=before).json
    sent, unknown = found["requests"]
    assert (sent["method"], sent["path"]) == ("POST", GROUP_SEND)
    assert json.loads(sent["body"])["message"]["text"] == "Tin “mật”"
    assert sent["headers"]["access_token"] == unit["access_token"]
    assert sent["time_ms"] == clock.now_ms()
    assert (sent["status"], sent["error"], sent["unit_id"]) == (200, 0, "phuong-tuy-hoa")
    assert unknown["status"] == 404
    assert found["last"] == unknown["id"]


def test_recorded_upload_shows_digest_and_name_of_each_part(sandbox: Caller, jpeg: bytes) -> None:
    """T11: a binary body is recorded by its digest, its parts one by one."""
    sandbox.upload(jpeg, sandbox.unit()["access_token"], file_name="nhà tôi.jpg")

    (recorded,) = sandbox.requests(UPLOAD_IMAGE)

    assert recorded["body"] is None
    (part,) = recorded["parts"]
    assert part["sha256"] == hashlib.sha256(jpeg).hexdigest()
    assert (part["name"], part["file_name"], part["size"]) == ("file", "nhà tôi.jpg", len(jpeg))


def test_body_above_eight_mebibytes_is_not_read(sandbox: Caller) -> None:
    unit = sandbox.unit()
    headers = {"access_token": unit["access_token"], "Content-Type": "application/json"}

    reply = sandbox.send("POST", USER_SEND, body=b"x" * (8 * 1_048_576 + 1), headers=headers)

    assert reply.status == 413
    assert sandbox.requests(USER_SEND) == []


def test_foreign_host_name_is_refused(sandbox: Caller) -> None:
    """A page that points its own name at this machine learns no tokens."""
    reply = sandbox.send("GET", "/control/provision", headers={"Host": "evil.example"})

    assert reply.status == 400
    assert "access_token" not in reply.text
