"""POST /api/receipts: how a tip stands, for whoever has its code."""

from __future__ import annotations

import html
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import casework, codes
from functions.core.casework import Act
from functions.core.errors import StoreUnavailableError
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    MessageKind,
    Outcome,
    TipStatus,
    Via,
)
from functions.web.limits import WRONG_RECEIPTS
from tests.functions.world import ALL_FIELDS, JSON, KEY, OFFICER, PHONE, UNIT, World

PATHS = [
    "/api/receipts",
    "/api/receipts/messages",
    "/api/receipts/contact/withdraw",
    "/api/receipts/deletion",
]
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


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [JSON, {}])
def test_unknown_expired_and_malformed_codes_look_alike(
    world: World, headers: dict[str, str], path: str
) -> None:
    expired = world.send(headers=JSON).json["receipt_code"]
    world.tips.put(replace(world.stored()[0], status=TipStatus.ERASED))
    answers = [
        world.public.post(path, data={"receipt_code": wrong}, headers=headers)
        for wrong in [*WRONG, expired, codes.random_receipt_code()]
    ]
    answers.append(world.public.post(path, headers=headers))
    answers.append(world.public.post(path, json={"receipt_code": 5}, headers=headers))
    for body in (b'{"receipt_code": "\\ud800"}', b"[", b"\xff"):
        kind = "application/json"
        answers.append(world.public.post(path, data=body, content_type=kind, headers=headers))

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


@pytest.mark.parametrize("path", PATHS)
def test_wrong_codes_are_slowed_down_while_a_right_one_always_passes(
    world: World, path: str
) -> None:
    code = world.send(headers=JSON).json["receipt_code"]
    client = world.public
    for number in range(WRONG_RECEIPTS.failures):
        body = {"receipt_code": WRONG[number % len(WRONG)]}
        assert client.post(path, data=body, headers=JSON).status_code == 404

    right = {"receipt_code": code, "text": "Một"}
    refused = [client.post(path, data={"receipt_code": one}, headers=JSON) for one in WRONG]
    page = client.post(path, data={"receipt_code": "1"})
    passed = [client.post(one, data=right, headers=JSON).status_code for one in PATHS]
    elsewhere = client.post(
        path, data={"receipt_code": "1"}, environ_base={"REMOTE_ADDR": "10.0.0.9"}
    )
    world.clock.advance(timedelta(seconds=int(refused[0].headers["Retry-After"])))
    later = client.post(path, data={"receipt_code": "1"})

    assert {answer.status_code for answer in refused} == {429}
    assert len({answer.data for answer in refused}) == 1
    assert page.status_code == 429
    assert page.headers["Retry-After"] == refused[0].headers["Retry-After"] == "600"
    said = " ".join(page.get_data(as_text=True).split())
    assert "Mã này không đúng, hoặc hệ thống không có mã này. Xin thử lại sau 10 phút." in said
    assert "Gõ đúng mã thì bạn xem được bất cứ lúc nào" in said
    assert passed == [200, 201, 200, 200]
    assert (elsewhere.status_code, later.status_code) == (404, 404)


def test_limit_of_wrong_codes_is_one_for_all_routes(world: World) -> None:
    for number in range(WRONG_RECEIPTS.failures):
        world.public.post(PATHS[number % len(PATHS)], data={"receipt_code": "1"}, headers=JSON)

    answers = [world.public.post(path, data={"receipt_code": "1"}) for path in PATHS]

    assert {answer.status_code for answer in answers} == {429}


def test_twenty_wrong_codes_are_let_pass_and_the_wait_gets_shorter(world: World) -> None:
    answers = []
    for seconds in (*[0] * 21, 541, 58):
        world.clock.advance(timedelta(seconds=seconds))
        answers.append(world.public.post("/api/receipts", data={"receipt_code": "1"}))

    waits = [answer.headers.get("Retry-After") for answer in answers]
    assert waits == [None] * 20 + ["600", "59", "1"]
    assert "thử lại sau 1 phút" in answers[-1].get_data(as_text=True)


def test_neighbours_of_who_guesses_codes_are_not_locked_out(world: World) -> None:
    """All of a mobile network may come from one address."""
    guesser, neighbour = world.tips_app.test_client(), world.tips_app.test_client()
    code = world.send(headers=JSON).json["receipt_code"]
    for _ in range(500):
        guesser.post("/api/receipts", data={"receipt_code": codes.random_receipt_code()})

    mistyped = neighbour.post("/api/receipts", data={"receipt_code": code[:-1]})
    right = neighbour.post("/api/receipts", data={"receipt_code": code})
    message = {"receipt_code": code, "text": "Thêm."}

    assert (mistyped.status_code, right.status_code) == (429, 200)
    assert 'name="receipt_code"' in mistyped.get_data(as_text=True)
    assert neighbour.post("/api/receipts/messages", data=message).status_code == 201
    assert world.send(text="Tin khác.").status_code == 201


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


@pytest.mark.parametrize("path", PATHS)
def test_wrong_content_type_is_415(world: World, path: str) -> None:
    answer = world.public.post(path, data=b"x", content_type="text/plain", headers=JSON)

    assert answer.status_code == 415


@pytest.mark.parametrize("path", PATHS)
def test_large_body_is_413(world: World, path: str) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        answer = world.public.post(path, data=b"x" * 600_000, content_type=kind, headers=JSON)
        assert answer.status_code == 413


def officer_acts(world: World, number: int = 1) -> Act:
    return Act(OFFICER, world.stored()[-1].card_code, f"act-{number}", Via.CASE_PAGE)


def page_of(world: World, code: str) -> str:
    answer = world.public.post("/api/receipts", data={"receipt_code": code})
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def test_page_tells_the_conversation_and_no_officer(world: World) -> None:
    code = world.send(ALL_FIELDS, headers=JSON).json["receipt_code"]
    casework.ask(officer_acts(world, 1), "Xe màu gì?\n<b>Mấy người?</b>", world.casework)
    casework.answer(officer_acts(world, 2), "Cảm ơn bạn.", world.casework)

    page = page_of(world, code)

    assert "Cán bộ đang chờ bạn trả lời." in page
    assert "Cán bộ hỏi" in page
    assert "Xe màu gì?\n<b>Mấy người?</b>" in page
    assert "<b>Mấy người" not in world.public.post(
        "/api/receipts", data={"receipt_code": code}
    ).get_data(as_text=True)
    assert "Cảm ơn bạn." in page
    for word in (OFFICER.name, OFFICER.user_id, officer_acts(world).card_code):
        assert word not in page
    for field in ("text", "place", "contact_name", "contact_phone"):
        assert ALL_FIELDS[field] not in page


def test_messages_of_officers_stand_in_the_document(world: World) -> None:
    code = world.send(headers=JSON, sealed="1").json["receipt_code"]
    world.clock.advance(timedelta(minutes=1))
    casework.ask(officer_acts(world, 1), "Xe màu gì?", world.casework)
    casework.close(officer_acts(world, 2), Outcome("kết quả kín"), world.casework)

    document = world.public.post("/api/receipts", json={"receipt_code": code}, headers=JSON).json

    assert document["status"] == "resolved"
    assert [one["status"] for one in document["timeline"]] == ["received", "need_info", "resolved"]
    assert document["messages"] == [
        {
            "at": world.clock.now().isoformat(),
            "from": "officers",
            "kind": "question",
            "text": "Xe màu gì?",
            "photos": 0,
        }
    ]


def test_page_says_where_the_tip_went_and_until_when(world: World) -> None:
    code = world.send(headers=JSON).json["receipt_code"]
    before = page_of(world, code)
    casework.transfer(officer_acts(world), "xa-ea-kly", "", world.casework)
    after = page_of(world, code)
    world.clock.advance(timedelta(days=2))

    late = page_of(world, code)

    assert "Thời hạn của bước này: 21/11/2026 08:30" in before
    assert "Đã chuyển cơ quan có thẩm quyền: Công an xã Ea Kly" in after
    assert "nay đã qua" in late
    assert "nay đã qua" not in after


def test_code_is_carried_in_bodies_only_and_the_page_is_not_kept(world: World) -> None:
    code = world.send(ALL_FIELDS, headers=JSON).json["receipt_code"]

    answer = world.public.post("/api/receipts", data={"receipt_code": code})

    page = answer.get_data(as_text=True)
    hidden = f'<input type="hidden" name="receipt_code" value="{code}" autocomplete="off">'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert page.count(hidden) == page.count(code) == 3
    assert page.count('autocomplete="off"') > page.count("<form")
    assert code not in page.split("<title>")[1].split("</title>")[0]


def test_contact_is_withdrawn_at_once_and_twice_is_fine(world: World) -> None:
    code = world.send(ALL_FIELDS, headers=JSON).json["receipt_code"]
    path, body = "/api/receipts/contact/withdraw", {"receipt_code": code}
    before = page_of(world, code)

    page = world.public.post(path, data=body)
    document = world.public.post(path, json=body, headers=JSON)

    assert "Rút thông tin liên hệ" in before
    assert (page.status_code, document.status_code) == (200, 200)
    assert "không còn giữ họ tên, số điện thoại" in page.get_data(as_text=True)
    assert "Rút thông tin liên hệ" not in page.get_data(as_text=True)
    assert not world.stored()[0].contact
    assert [one["kind"] for one in document.json["messages"]] == ["contact_withdrawn"]


def test_deletion_is_asked_for_once_and_the_page_says_who_decides(world: World) -> None:
    code = world.send(headers=JSON).json["receipt_code"]
    path, body = "/api/receipts/deletion", {"receipt_code": code}
    before = page_of(world, code)

    page = world.public.post(path, data=body).get_data(as_text=True)
    document = world.public.post(path, json=body, headers=JSON)

    assert "theo quy định của pháp luật" in before
    assert "30 ngày sau khi kết thúc" in before
    assert "Bạn đã đề nghị xóa tin lúc 20/11/2026 08:30" in page
    assert "Gửi đề nghị xóa tin" not in page
    assert [one["kind"] for one in document.json["messages"]] == ["deletion_asked"]


@pytest.mark.parametrize("path", PATHS[2:])
def test_act_that_cannot_be_stored_is_503_with_the_units_phone(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    code = world.send(ALL_FIELDS, headers=JSON).json["receipt_code"]

    def full(*_: object) -> None:
        raise StoreUnavailableError("disk full")

    monkeypatch.setattr(world.cases, "change", full)
    page = world.public.post(path, data={"receipt_code": code})
    document = world.public.post(path, data={"receipt_code": code}, headers=JSON)

    assert (page.status_code, document.status_code) == (503, 503)
    assert PHONE in page.get_data(as_text=True)
    assert document.json["phone"] == PHONE
    assert world.stored()[0].contact
