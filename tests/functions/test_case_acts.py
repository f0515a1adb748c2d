"""What officers do from the case page: each act once, and only by who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.core.models import (
    ChatAddress,
    EntryKind,
    JobKind,
    Outcome,
    OutcomeItem,
    TipStatus,
    Via,
)
from tests.functions.case_forms import (
    CHIEF,
    COLLEAGUE,
    do,
    draw,
    entries,
    one_case,
    text_of,
    words_of,
)
from tests.functions.world import OFFICER, UNIT, World

ACTS = [
    ("nhan", {}, (EntryKind.TAKEN, "", "")),
    ("dang", {}, (EntryKind.STARTED, "", "")),
    ("dap", {"text": "Cảm ơn bà."}, (EntryKind.ANSWER, "Cảm ơn bà.", "")),
    ("can", {"text": "Mấy giờ?"}, (EntryKind.QUESTION, "Mấy giờ?", "")),
    (
        "giao",
        {"officer": COLLEAGUE.user_id},
        (EntryKind.HANDED_OVER, "", COLLEAGUE.user_id),
    ),
    (
        "chuyen",
        {"unit": "Xã Ea Kly", "text": "Ở bên đó."},
        (EntryKind.TRANSFERRED, "Ở bên đó.", "xa-ea-kly"),
    ),
    (
        "phoi-hop",
        {"unit": "ea kly", "on": "2026-11-26", "text": "Cùng kiểm tra."},
        (EntryKind.JOINT_ACTION, "26/11/2026: Cùng kiểm tra.", "xa-ea-kly"),
    ),
    (
        "noi-xac-minh",
        {"place": "hẻm 14  Nguyễn Tất Thành"},
        (EntryKind.PLACE_VERIFIED, "hẻm 14 Nguyễn Tất Thành", ""),
    ),
    ("gia-han", {"text": "Chờ giám định."}, (EntryKind.EXTENDED, "Chờ giám định.", "")),
    ("ket-qua", {"outcome_text": "Đã nhắc nhở."}, (EntryKind.CLOSED, "Đã nhắc nhở.", "")),
]


@pytest.mark.parametrize(("act", "fields", "entry"), ACTS, ids=[act for act, *_ in ACTS])
def test_act_is_recorded_once_however_often_its_form_is_sent(
    world: World, act: str, fields: dict[str, str], entry: tuple[str, str, str]
) -> None:
    tip = one_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, act) | fields

    answers = [client.post(f"/can-bo/tin/{tip.card_code}/{act}", data=form) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303] * 3
    assert len({answer.location for answer in answers}) == 1
    assert entries(world, tip) == [entry]
    (stored,) = world.cases.entries(tip.tip_id)
    assert (stored.via, stored.actor_id, stored.actor_name) == (
        Via.CASE_PAGE,
        OFFICER.user_id,
        OFFICER.name,
    )
    relays = [job for job in world.jobs.all() if job.kind is JobKind.RELAY_TO_GROUP]
    assert [(job.subject_id, job.lane) for job in relays] == [(tip.tip_id, UNIT)]
    assert client.get(answers[0].location).status_code == 200


def test_success_leads_back_to_the_case_and_says_so(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()

    answer = do(client, tip.card_code, "nhan")

    assert answer.location == f"/can-bo/tin/{tip.card_code}?xong=nhan"
    page = words_of(client.get(answer.location))
    assert "Bạn đã nhận việc này." in page
    assert "Trần Văn Bình nhận việc" in page
    assert "Cán bộ đã nhận" in page


@pytest.mark.parametrize("made_up", ["xong=<b>", "xong=vao", "xong="])
def test_made_up_success_is_not_said(world: World, made_up: str) -> None:
    tip = one_case(world)

    page = text_of(world.sign_in().get(f"/can-bo/tin/{tip.card_code}?{made_up}"))

    assert "st-done" not in page


def test_another_text_from_the_same_page_is_another_act(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, "dap")

    for text in ("Câu một.", "Câu hai.", "Câu một."):
        client.post(f"/can-bo/tin/{tip.card_code}/dap", data=form | {"text": text})

    assert [text for _, text, _ in entries(world, tip)] == ["Câu một.", "Câu hai."]


def test_same_form_of_two_officers_is_two_acts(world: World) -> None:
    tip = one_case(world)
    key = "k" * 22

    for officer in (OFFICER, COLLEAGUE):
        client = world.sign_in(officer)
        form = draw(client, tip.card_code, "dap") | {"act_key": key, "text": "Chào bà."}
        assert client.post(f"/can-bo/tin/{tip.card_code}/dap", data=form).status_code == 303

    assert [one.actor_id for one in world.cases.entries(tip.tip_id)] == [
        OFFICER.user_id,
        COLLEAGUE.user_id,
    ]


def test_outcome_keeps_persons_objects_and_tests(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()

    do(
        client,
        tip.card_code,
        "ket-qua",
        outcome_text="Bắt quả tang.\r\nLập biên bản.",
        men="5",
        women=" 1 ",
        object_1="bơm kim tiêm",
        object_count_1="2",
        object_4="cân điện tử",
        object_count_4="1",
        test_1="chất ma túy",
        test_count_1="6",
        test_positive_1="6",
        test_3="nồng độ cồn",
        test_count_3="2",
    )

    stored = world.tips.get(tip.tip_id)
    assert stored.status is TipStatus.RESOLVED
    assert stored.case.outcome == Outcome(
        "Bắt quả tang.\nLập biên bản.",
        5,
        1,
        (OutcomeItem("bơm kim tiêm", 2), OutcomeItem("cân điện tử", 1)),
        (OutcomeItem("chất ma túy", 6, 6), OutcomeItem("nồng độ cồn", 2, 0)),
    )
    page = words_of(client.get(f"/can-bo/tin/{tip.card_code}"))
    assert "Người: 5 nam, 1 nữ" in page
    assert "bơm kim tiêm : 2" in page
    assert "chất ma túy : 6/6 dương tính" in page


def test_matter_of_another_body_ends_as_out_of_scope(world: World) -> None:
    tip = one_case(world)

    do(world.sign_in(), tip.card_code, "ket-qua", outcome_text="Đã chỉ chỗ.", scope="out")

    assert world.tips.get(tip.tip_id).status is TipStatus.OUT_OF_SCOPE


@pytest.mark.parametrize("into", ["{code}", " {small} ", "{bare}"])
def test_double_is_merged_by_its_code_and_the_other_tip_takes_note(world: World, into: str) -> None:
    first, double = one_case(world), one_case(world, text="Lần nữa.")
    code = first.card_code
    typed = into.format(code=code, small=code.lower(), bare=code.removeprefix("TB-"))
    client = world.sign_in()
    form = draw(client, double.card_code, "gop") | {"into": typed}

    answers = [client.post(f"/can-bo/tin/{double.card_code}/gop", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert world.tips.get(double.tip_id).status is TipStatus.DUPLICATE
    assert entries(world, double) == [(EntryKind.MERGED, "", code)]
    assert entries(world, first) == [(EntryKind.GAINED, "", double.card_code)]
    page = text_of(client.get(f"/can-bo/tin/{double.card_code}"))
    assert f'<a href="/can-bo/tin/{code}">{code}</a>' in page


def test_verified_place_stands_beside_the_reported_one(world: World) -> None:
    tip = one_case(world, place="hẻm 12")
    client = world.sign_in()

    do(client, tip.card_code, "noi-xac-minh", place="hẻm 14")

    page = words_of(client.get(f"/can-bo/tin/{tip.card_code}"))
    assert "Nơi xảy ra, theo người gửi hẻm 12" in page
    assert "Nơi đã xác minh hẻm 14" in page
    assert world.tips.get(tip.tip_id).content.place == "hẻm 12"


def test_taken_tip_is_refused_with_the_name_of_who_has_it(world: World) -> None:
    tip = one_case(world)
    late = world.sign_in(COLLEAGUE)
    form = draw(late, tip.card_code, "nhan")
    do(world.sign_in(), tip.card_code, "nhan")

    answer = late.post(f"/can-bo/tin/{tip.card_code}/nhan", data=form)

    assert answer.status_code == 409
    assert "Trần Văn Bình đã nhận việc này." in text_of(answer)
    assert world.tips.get(tip.tip_id).case.assignee_id == OFFICER.user_id


def test_what_an_officer_who_left_had_can_be_taken(world: World) -> None:
    tip = one_case(world)
    do(world.sign_in(COLLEAGUE), tip.card_code, "nhan")
    world.officers.dismiss(UNIT, COLLEAGUE.user_id, world.clock.now())
    client = world.sign_in()
    assert "Chưa có người nhận." in words_of(client.get(f"/can-bo/tin/{tip.card_code}"))

    answer = do(client, tip.card_code, "nhan")

    assert answer.status_code == 303
    assert world.tips.get(tip.tip_id).case.assignee_id == OFFICER.user_id
    assert "H'Lan Niê nhận việc" in words_of(client.get(f"/can-bo/tin/{tip.card_code}"))


def test_case_can_be_taken_over_from_a_colleague(world: World) -> None:
    tip = one_case(world)
    do(world.sign_in(COLLEAGUE), tip.card_code, "nhan")
    client = world.sign_in()

    answer = do(client, tip.card_code, "giao", officer=OFFICER.user_id)

    assert answer.status_code == 303
    assert world.tips.get(tip.tip_id).case.assignee_id == OFFICER.user_id
    page = words_of(client.get(f"/can-bo/tin/{tip.card_code}"))
    assert "Trần Văn Bình giao việc cho Trần Văn Bình" in page


def test_lone_officer_has_nobody_to_hand_over_to(world: World) -> None:
    world.send()
    (tip,) = world.stored()

    page = text_of(world.sign_in().get(f"/can-bo/tin/{tip.card_code}"))

    assert f"/{tip.card_code}/giao" not in page


def test_closed_case_takes_an_answer_and_nothing_else(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()
    forms: dict[str, dict[str, str]] = {
        act: draw(client, tip.card_code, act) | fields for act, fields, _ in ACTS
    }
    do(client, tip.card_code, "ket-qua", outcome_text="Xong.")

    refused = ["nhan", "dang", "can", "giao", "chuyen", "phoi-hop", "gia-han", "ket-qua"]
    answers: dict[str, Any] = {
        act: client.post(f"/can-bo/tin/{tip.card_code}/{act}", data=forms[act]) for act in forms
    }

    assert {act: answers[act].status_code for act in refused} == dict.fromkeys(refused, 409)
    assert answers["dap"].status_code == answers["noi-xac-minh"].status_code == 303
    assert "Việc này đã kết thúc" in text_of(answers["can"])
    # The form is gone, what was typed is not.
    assert "Mấy giờ?" in text_of(answers["can"])
    assert world.tips.get(tip.tip_id).status is TipStatus.RESOLVED


def test_extended_case_has_two_months_and_says_so(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()

    do(client, tip.card_code, "gia-han", text="Chờ giám định.")

    page = words_of(client.get(f"/can-bo/tin/{tip.card_code}"))
    assert "hạn 20/01/2027 08:30 · đã gia hạn" in page
    assert "Gia hạn giải quyết" not in page


def test_dismissed_officers_next_click_does_nothing(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, "dap") | {"text": "Câu cuối."}
    world.officers.dismiss(UNIT, OFFICER.user_id, world.clock.now())

    acted = client.post(f"/can-bo/tin/{tip.card_code}/dap", data=form)
    read = client.get(f"/can-bo/tin/{tip.card_code}")

    assert (acted.status_code, read.status_code) == (401, 401)
    assert entries(world, tip) == []


def test_officer_of_the_province_acts_on_what_the_province_has(world: World) -> None:
    world.officers.enroll(CHIEF, world.clock.now())
    world.send(category="can-bo")
    (tip,) = world.stored()

    answer = do(world.sign_in(CHIEF), tip.card_code, "nhan")

    assert answer.status_code == 303
    assert world.tips.get(tip.tip_id).case.assignee_id == CHIEF.user_id


def test_sealed_tip_from_a_chat_says_what_zalo_will_show(world: World) -> None:
    tip = one_case(world, sealed="1")
    world.tips.put(replace(tip, chat=ChatAddress(UNIT, "resident-1")))
    client = world.sign_in()

    sealed = words_of(client.get(f"/can-bo/tin/{tip.card_code}"))
    world.tips.put(replace(tip, chat=ChatAddress(UNIT, "resident-1"), sealed=False))
    plain = words_of(client.get(f"/can-bo/tin/{tip.card_code}"))

    assert "Tin giữ kín: Zalo chỉ báo là có tin mới." in sealed
    assert "Người gửi đọc trong Zalo." in plain
    assert "resident-1" not in sealed + plain


def test_clock_shows_how_much_time_is_left(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()
    address = f"/can-bo/tin/{tip.card_code}"

    shown = []
    for wait in (0, 14, 9.75, 6):
        world.clock.advance(timedelta(hours=wait))
        client = world.sign_in()
        shown.append(words_of(client.get(address)))

    assert "Hạn nhận việc: còn 24 giờ" in shown[0]
    assert "Hạn nhận việc: còn 10 giờ" in shown[1]
    assert "Hạn nhận việc: còn 15 phút" in shown[2]
    assert "Hạn nhận việc: quá hạn 5 giờ" in shown[3]
