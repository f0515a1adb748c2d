"""T9, O8: every fault that can be ordered, and what it leaves behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3

from tests.sandbox.client import GROUP_SEND, TOKEN, UPLOAD_IMAGE, Caller
from tests.sandbox.conftest import FrozenClock


def order(sandbox: Caller, kind: str, **rule: Any) -> Any:
    return sandbox.control("faults", kind=kind, **rule).json


@pytest.mark.parametrize("code", [-32, -201, -210, -216, -220, -237, -403, -99999])
def test_any_error_code_can_be_ordered_and_nothing_happens(sandbox: Caller, code: int) -> None:
    """T9."""
    order(sandbox, "error", route=GROUP_SEND, code=code)

    faulty = sandbox.say(sandbox.unit(), "một")
    healthy = sandbox.say(sandbox.unit(), "hai")

    assert (faulty.status, faulty.error) == (200, code)
    assert int(faulty.headers["X-RateLimit-Limit"]) > 0
    assert healthy.error == 0
    assert [message["text"] for message in sandbox.standing()] == ["hai"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_errors_come_as_html(sandbox: Caller, status: int) -> None:
    """T9."""
    order(sandbox, "http", status=status)

    reply = sandbox.say(sandbox.unit(), "một")

    assert reply.status == status
    assert reply.headers["Content-Type"].startswith("text/html")
    assert sandbox.standing() == []


def test_html_page_with_200(sandbox: Caller) -> None:
    """T9."""
    order(sandbox, "html")

    reply = sandbox.say(sandbox.unit(), "một")

    assert reply.status == 200
    assert reply.text.startswith("<!DOCTYPE html>")
    assert sandbox.standing() == []


def test_gateway_error_can_hide_a_done_deed(sandbox: Caller) -> None:
    """T9: a 502 says nothing about what stands behind it."""
    order(sandbox, "http", status=502, effect=True)

    reply = sandbox.say(sandbox.unit(), "một")

    assert reply.status == 502
    assert [message["text"] for message in sandbox.standing()] == ["một"]


def test_truncated_json_after_the_effect(sandbox: Caller) -> None:
    """T9."""
    order(sandbox, "truncated")

    reply = sandbox.say(sandbox.unit(), "một")

    assert reply.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.text)
    assert len(sandbox.standing()) == 1


def test_lost_answer_leaves_the_message_in_the_group(sandbox: Caller) -> None:
    """T9: done, but the connection ends without a byte."""
    order(sandbox, "lost_answer", route=GROUP_SEND)

    with pytest.raises(urllib3.exceptions.ProtocolError):
        sandbox.say(sandbox.unit(), "một")

    assert [message["text"] for message in sandbox.standing()] == ["một"]
    (recorded,) = sandbox.requests(GROUP_SEND)
    assert (recorded["fault"], recorded["status"]) == ("lost_answer", None)


def test_cut_connection_leaves_nothing(sandbox: Caller) -> None:
    """T9."""
    order(sandbox, "cut")

    with pytest.raises(urllib3.exceptions.ProtocolError):
        sandbox.say(sandbox.unit(), "một")

    assert sandbox.standing() == []


def test_delay_outlasts_the_clients_patience_after_the_effect(sandbox: Caller) -> None:
    """T9: a read time-out after the deed."""
    order(sandbox, "delay", seconds=30)

    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        sandbox.say(sandbox.unit(), "một", timeout=0.3)

    assert len(sandbox.standing()) == 1


def test_short_delay_only_slows(sandbox: Caller) -> None:
    order(sandbox, "delay", seconds=0.05)

    assert sandbox.say(sandbox.unit(), "một").error == 0


def test_lost_answer_of_a_refresh_spends_the_refresh_token(sandbox: Caller) -> None:
    """O8: the old refresh token must now fail."""
    unit = sandbox.unit()
    order(sandbox, "lost_answer", route=TOKEN)

    with pytest.raises(urllib3.exceptions.ProtocolError):
        sandbox.refresh(unit["refresh_token"])

    assert sandbox.refresh(unit["refresh_token"]).error == -14014
    assert sandbox.say(unit, "thẻ cũ").error == -216


def test_error_can_be_the_string_zero(sandbox: Caller) -> None:
    """T9."""
    order(sandbox, "string_zero")

    reply = sandbox.say(sandbox.unit(), "một")

    assert reply.json["error"] == "0"
    assert "message_id" in reply.json["data"]


def test_unknown_fields_can_be_added(sandbox: Caller) -> None:
    """T9."""
    order(sandbox, "extra_fields")

    payload = sandbox.say(sandbox.unit(), "một").json

    assert set(payload) == {"data", "error", "message", "trace_id"}
    assert set(payload["data"]) == {"message_id", "group_id", "new_field"}


def test_optional_fields_can_be_left_out(sandbox: Caller) -> None:
    """T9."""
    unit = sandbox.unit()
    order(sandbox, "missing_fields")

    data = sandbox.write(unit, unit["officers"][0]["user_id"], {"text": "a"}).json["data"]

    assert set(data) == {"message_id", "user_id"}


def test_outage_cuts_every_api_route_until_it_is_cleared(sandbox: Caller, jpeg: bytes) -> None:
    """T9, E1."""
    unit = sandbox.unit()
    fault = order(sandbox, "outage")

    for attempt in (
        lambda: sandbox.say(unit, "một"),
        lambda: sandbox.upload(jpeg, unit["access_token"]),
        lambda: sandbox.refresh(unit["refresh_token"]),
        lambda: sandbox.post("/business/message/template", {}),
    ):
        with pytest.raises(urllib3.exceptions.ProtocolError):
            attempt()
    assert fault["remaining"] is None
    assert sandbox.send("DELETE", f"/control/faults/{fault['id']}").status == 204

    assert sandbox.say(unit, "hai").error == 0
    assert [message["text"] for message in sandbox.standing()] == ["hai"]


def test_outage_can_answer_503(sandbox: Caller) -> None:
    order(sandbox, "outage", mode="503")

    assert sandbox.say(sandbox.unit(), "một").status == 503
    assert sandbox.standing() == []


def test_outage_hides_other_faults_and_does_not_use_them_up(sandbox: Caller) -> None:
    order(sandbox, "error", code=-237)
    outage = order(sandbox, "outage", mode="503")

    during = sandbox.say(sandbox.unit(), "một")
    sandbox.send("DELETE", f"/control/faults/{outage['id']}")
    after = sandbox.say(sandbox.unit(), "hai")

    assert (during.status, after.error) == (503, -237)


def test_fault_strikes_as_often_as_ordered(sandbox: Caller) -> None:
    order(sandbox, "error", code=-32, times=2)
    unit = sandbox.unit()

    first = sandbox.say(unit, "a").error
    left = sandbox.get("/control/faults").json["faults"]
    then = [sandbox.say(unit, "a").error for _ in range(2)]

    assert [first, *then] == [-32, -32, 0]
    assert [(fault["remaining"], fault["hits"]) for fault in left] == [(1, 1)]
    assert sandbox.get("/control/faults").json["faults"] == []


def test_fault_until_cleared_goes_on(sandbox: Caller) -> None:
    order(sandbox, "error", code=-32, times=None)
    unit = sandbox.unit()

    codes = [sandbox.say(unit, "a").error for _ in range(3)]
    sandbox.send("DELETE", "/control/faults")

    assert codes == [-32] * 3
    assert sandbox.say(unit, "a").error == 0


@pytest.mark.parametrize("by", ["unit_id", "oa_id", "group_id"])
def test_fault_can_be_meant_for_one_unit(sandbox: Caller, by: str) -> None:
    here, there = sandbox.unit(), sandbox.unit("xa-ea-kar")
    order(sandbox, "error", code=-237, times=None, **{by: here[by]})

    assert [sandbox.say(unit, "a").error for unit in (here, there)] == [-237, 0]


def test_fault_for_one_unit_finds_its_refresh(sandbox: Caller) -> None:
    here, there = sandbox.unit(), sandbox.unit("xa-ea-kar")
    order(sandbox, "http", status=502, times=None, unit_id=here["unit_id"], route=TOKEN)

    statuses = [sandbox.refresh(unit["refresh_token"]).status for unit in (here, there)]

    assert statuses == [502, 200]


def test_route_pattern_spares_other_routes(sandbox: Caller, jpeg: bytes) -> None:
    order(sandbox, "http", status=500, route="*/upload/*", times=None)
    unit = sandbox.unit()

    assert sandbox.say(unit, "a").error == 0
    assert sandbox.upload(jpeg, unit["access_token"]).status == 500
    assert sandbox.requests(UPLOAD_IMAGE)[0]["status"] == 500


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": "gremlin"},
        {"kind": "error", "code": 5},
        {"kind": "error", "code": "-32"},
        {"kind": "error", "times": 0},
        {"kind": "error", "times": True},
        {"kind": "http", "status": 200},
        {"kind": "delay", "seconds": -1},
        {"kind": "delay", "seconds": "nan"},
        {"kind": "delay", "seconds": 10_000},
        {"kind": "cut", "surprise": 1},
        {"kind": "cut", "route": 7},
        {"kind": "cut", "unit_id": "khong-co"},
        {"kind": "outage", "mode": "slow"},
        {"kind": "missing_fields", "missing": "quota"},
        {"kind": ["cut"]},
    ],
)
def test_senseless_rule_is_refused_with_a_reason(sandbox: Caller, rule: dict[str, Any]) -> None:
    reply = sandbox.post("/control/faults", rule)

    assert reply.status in (400, 404)
    assert reply.json["error"]
    assert sandbox.get("/control/faults").json["faults"] == []


def test_control_takes_json_only(sandbox: Caller) -> None:
    """A page of another origin cannot send it without asking first."""
    reply = sandbox.form("/control/faults", {"kind": "outage"}, {})

    assert reply.status == 415
    assert sandbox.get("/control/faults").json["faults"] == []


def test_clock_can_be_moved_by_control(sandbox: Caller, clock: FrozenClock) -> None:
    unit = sandbox.unit()

    shown = sandbox.control("clock", offset_seconds=90_001).json
    reply = sandbox.say(unit, "một ngày sau")

    assert shown["now_ms"] == clock.at_ms + 90_001_000
    assert reply.error == -220


@pytest.mark.parametrize("offset", [None, "5", True, 10**12])
def test_senseless_clock_is_refused(sandbox: Caller, offset: object) -> None:
    assert sandbox.post("/control/clock", {"offset_seconds": offset}).status == 400


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("switches", {"nonsense": 1}),
        ("switches", {"too_long_code": -5}),
        ("switches", {"keep_refresh_token": 1}),
        ("oas/phuong-tuy-hoa", {"oa_id": "1"}),
        ("oas/phuong-tuy-hoa", {"disabled": 1}),
        ("oas/khong-co", {"disabled": True}),
        ("users/1", {"standing": "blocked"}),
        ("expire", {"unit_id": "khong-co"}),
        ("expire", {"unit_id": "phuong-tuy-hoa", "token": "all"}),
    ],
)
def test_senseless_setting_is_refused(sandbox: Caller, path: str, payload: dict[str, Any]) -> None:
    assert sandbox.post(f"/control/{path}", payload).status in (400, 404)
