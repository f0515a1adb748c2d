"""POST /api/receipts: how a tip stands, for whoever has its code."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    MessageKind,
)
from functions.web.limits import WRONG_RECEIPTS
from tests.functions.world import ALL_FIELDS, JSON, KEY, PHONE, UNIT, World

WRONG = [
    "1234 5678 9012 3456 7890",  # check digit
    "12345",
    "",
    "abc",
    "1" * 5000,
    "１２３４５６７８９０１２３４５６７８９０",
    "\0",
]


def deliver(world: World, tip_id: str) -> None:
    at = world.clock.now()
    message = DeliveryMessage(1, MessageKind.TEXT, "card")
    world.deliveries.plan_card(
        Delivery("d1", UNIT, Channel.ZALO_GROUP, "g1", False, DeliveryState.PLANNED, (tip_id,),
                 (message,), at)
    )  # fmt: skip
    world.deliveries.begin_send("d1", 1, at)
    world.deliveries.mark_sent("d1", 1, "m1", at)


def test_receipt_tells_status_and_timeline_and_no_more(world: World) -> None:
    code = world.send(ALL_FIELDS, headers=JSON).json["receipt_code"]

    answer = world.public.post("/api/receipts", data={"receipt_code": code}, headers=JSON)

    at = world.clock.now().isoformat()
    assert answer.status_code == 200
    assert answer.json == {
        "status": "received",
        "unit_id": UNIT,
        "received_at": at,
        "reached_group_at": None,
        "timeline": [{"at": at, "status": "received"}],
        "messages": [],
    }


def test_receipt_page_says_reached_only_when_it_did(world: World) -> None:
    code = world.send(headers=JSON).json["receipt_code"]
    question = {"receipt_code": code}
    before = world.public.post("/api/receipts", data=question).get_data(as_text=True)
    world.clock.advance(timedelta(minutes=1))
    deliver(world, world.stored()[0].tip_id)

    after = world.public.post("/api/receipts", data=question).get_data(as_text=True)

    assert "Đã lưu" in before
    assert "Đã tới nhóm trực" not in before
    assert PHONE in before
    assert "Đã tới nhóm trực" in after
    assert "20/11/2026 08:31" in after


@pytest.mark.parametrize("spelt", ["{}", " {} ", "{}."])
def test_code_may_be_typed_with_or_without_signs_between(world: World, spelt: str) -> None:
    code = world.send(headers=JSON).json["receipt_code"]

    for typed in (code, code.replace(" ", ""), code.replace(" ", "-"), code.replace(" ", ".")):
        body = {"receipt_code": spelt.format(typed)}
        assert world.public.post("/api/receipts", data=body).status_code == 200
        assert world.public.post("/api/receipts", json=body).status_code == 200


@pytest.mark.parametrize("headers", [JSON, {}])
def test_unknown_expired_and_malformed_codes_look_alike(
    world: World, headers: dict[str, str]
) -> None:
    answers = [
        world.public.post("/api/receipts", data={"receipt_code": wrong}, headers=headers)
        for wrong in WRONG
    ]
    answers.append(world.public.post("/api/receipts", headers=headers))
    answers.append(world.public.post("/api/receipts", json={"receipt_code": 5}, headers=headers))
    for body in (b'{"receipt_code": "\\ud800"}', b"[", b"\xff"):
        kind = "application/json"
        answers.append(
            world.public.post("/api/receipts", data=body, content_type=kind, headers=headers)
        )

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_after_many_wrong_codes_the_address_must_wait(world: World) -> None:
    code = world.send(headers=JSON).json["receipt_code"]
    for _ in range(WRONG_RECEIPTS.failures):
        world.public.post("/api/receipts", data={"receipt_code": "1"}, headers=JSON)

    refused = world.public.post("/api/receipts", data={"receipt_code": code}, headers=JSON)
    elsewhere = world.public.post(
        "/api/receipts", data={"receipt_code": code}, environ_base={"REMOTE_ADDR": "10.0.0.9"}
    )
    tip = world.send(text="tin khác")
    world.clock.advance(timedelta(seconds=int(refused.headers["Retry-After"])))
    later = world.public.post("/api/receipts", data={"receipt_code": code})

    assert refused.status_code == 429
    assert (elsewhere.status_code, tip.status_code, later.status_code) == (200, 201, 200)


def test_receipt_code_is_only_in_the_body(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent = world.send(ALL_FIELDS, headers=JSON, submission_key=KEY)
    code = sent.json["receipt_code"]
    page = world.send(ALL_FIELDS, submission_key=KEY)
    asked = world.public.post("/api/receipts", data={"receipt_code": code})
    wrong = world.public.post("/api/receipts", data={"receipt_code": code[:-1]})

    assert caplog.records
    for digits in (code, code.replace(" ", ""), code[:9]):
        assert digits not in str([record.__dict__ for record in caplog.records])
        for answer in (sent, page, asked, wrong):
            assert digits not in str(answer.headers)
        for address in asked.get_data(as_text=True).split('href="')[1:]:
            assert digits not in address.split('"')[0]
    for typed in (ALL_FIELDS["text"], ALL_FIELDS["contact_phone"], KEY, "127.0.0.1"):
        assert typed not in str([vars(record).get("fields") for record in caplog.records])


def test_wrong_content_type_is_415(world: World) -> None:
    answer = world.public.post("/api/receipts", data=b"x", content_type="text/plain", headers=JSON)

    assert answer.status_code == 415


def test_large_body_is_413(world: World) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        answer = world.public.post(
            "/api/receipts", data=b"x" * 600_000, content_type=kind, headers=JSON
        )
        assert answer.status_code == 413
