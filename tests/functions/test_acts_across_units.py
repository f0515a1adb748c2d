"""Cases that leave the unit, or that another unit works on too."""

from __future__ import annotations

import pytest

from functions.core.models import TipStatus
from functions.staff.acting import ACT_NAMES
from tests.functions.case_forms import (
    COLLEAGUE,
    do,
    draw,
    drawn_form,
    entries,
    one_case,
    text_of,
    words_of,
)
from tests.functions.world import STRANGER, World


def test_transferred_tip_is_gone_here_and_there_for_the_other_unit(world: World) -> None:
    tip = one_case(world)
    client, other = world.sign_in(), world.sign_in(STRANGER)

    answer = do(client, tip.card_code, "chuyen", unit="Công an xã Ea Kly")

    assert answer.location == f"/can-bo/?xong=chuyen&ma={tip.card_code}"
    home = words_of(client.get(answer.location))
    assert f"Đã chuyển tin cho đơn vị khác. Mã: {tip.card_code}." in home
    assert client.get(f"/can-bo/tin/{tip.card_code}").status_code == 404
    page = words_of(other.get(f"/can-bo/tin/{tip.card_code}"))
    assert "Trần Văn Bình chuyển tin cho Công an xã Ea Kly" in page
    assert "Gửi tới Công an phường Tân An" in page
    assert tip.card_code in text_of(other.get("/can-bo/"))


def test_tip_sent_in_a_circle_is_for_the_province(world: World) -> None:
    tip = one_case(world)
    do(world.sign_in(), tip.card_code, "chuyen", unit="xa-ea-kly")
    other = world.sign_in(STRANGER)

    answer = do(other, tip.card_code, "chuyen", unit="Phường Tân An", text="Không phải của tôi.")

    assert answer.status_code == 409
    page = words_of(answer)
    assert "Phường Tân An đã từng giữ tin này." in page
    assert "Không phải của tôi." in page
    assert world.tips.get(tip.tip_id).unit_id == "xa-ea-kly"
    assert do(other, tip.card_code, "chuyen", unit="Tỉnh Đắk Lắk").status_code == 303


def test_transfer_form_of_somebody_else_tells_nothing_after_the_transfer(world: World) -> None:
    tip = one_case(world)
    colleague = world.sign_in(COLLEAGUE)
    form = draw(colleague, tip.card_code, "chuyen") | {"unit": "Xã Ea Kly"}
    do(world.sign_in(), tip.card_code, "chuyen", unit="Xã Ea Kly")

    answer = colleague.post(f"/can-bo/tin/{tip.card_code}/chuyen", data=form)

    assert answer.status_code == 404
    assert answer.data == colleague.post("/can-bo/tin/TB-ZZZZZZ/chuyen", data=form).data


def test_words_for_a_tip_that_was_given_away_meanwhile_are_given_back(world: World) -> None:
    tip = one_case(world)
    colleague = world.sign_in(COLLEAGUE)
    form = draw(colleague, tip.card_code, "dap") | {"text": "Câu <b>dài</b>."}
    do(world.sign_in(), tip.card_code, "chuyen", unit="Xã Ea Kly")

    answer = colleague.post(f"/can-bo/tin/{tip.card_code}/dap", data=form)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "Điều bạn vừa ghi chưa được lưu." in page
    assert "Câu &lt;b&gt;dài&lt;/b&gt;." in page
    assert form["csrf_token"] not in page.split("</main>")[0]


def test_joint_unit_reads_and_answers_but_does_not_own(world: World) -> None:
    tip = one_case(world)
    do(world.sign_in(), tip.card_code, "phoi-hop", unit="Xã Ea Kly")
    joint = world.sign_in(STRANGER)

    page = text_of(joint.get(f"/can-bo/tin/{tip.card_code}"))
    answered = do(joint, tip.card_code, "dap", text="Chúng tôi cũng xem.")
    form = drawn_form(page, "dap") | {"outcome_text": "Xong."}
    closed = joint.post(f"/can-bo/tin/{tip.card_code}/ket-qua", data=form)

    assert "Đơn vị giữ tin: Công an phường Tân An" in " ".join(page.split())
    for own in ("nhan", "dang", "giao", "chuyen", "phoi-hop", "gia-han", "ket-qua", "gop"):
        assert f'action="/can-bo/tin/{tip.card_code}/{own}"' not in page
    assert answered.status_code == 303
    assert closed.status_code == 409
    assert "Chỉ Phường Tân An làm được việc này." in text_of(closed)
    assert "Xong." in text_of(closed)
    assert world.tips.get(tip.tip_id).status is TipStatus.ACKNOWLEDGED


@pytest.mark.parametrize("act", ACT_NAMES)
def test_officer_of_another_unit_gets_the_page_of_an_unknown_tip(world: World, act: str) -> None:
    tip = one_case(world)
    own = one_case(world, text="Của xã.")
    world.send(unit_id="xa-ea-kly")
    theirs = world.stored()[-1]
    client = world.sign_in(STRANGER)
    form = draw(client, theirs.card_code, "dap") | {
        "text": "x", "place": "x", "unit": "Xã Ea Kly", "officer": COLLEAGUE.user_id,
        "outcome_text": "x", "into": own.card_code,
    }  # fmt: skip

    foreign = client.post(f"/can-bo/tin/{tip.card_code}/{act}", data=form)
    unknown = client.post(f"/can-bo/tin/TB-ZZZZZZ/{act}", data=form)

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.data == unknown.data
    assert entries(world, tip) == []
    assert world.officers.reads(tip.tip_id) == []
