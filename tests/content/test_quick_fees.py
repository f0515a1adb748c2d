"""The small forms about fees of shared procedures: put right, a new rate, a further row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.content.texts.rewriting import read_page
from functions.core.models.content import DraftStatus
from tests.content.quick_forms import FEES, HOME, as_it_was, fields_of, fill, follow, send
from tests.content.small_site import PROCEDURE, published, small_world, text_of
from tests.content.world import PROVINCE_APPROVER, PROVINCE_EDITOR, EditingWorld

FIRST, NEW = f"{FEES}/1", f"{FEES}/them"
ROW: dict[str, Any] = {
    "case": "Cá nhân, hộ gia đình",
    "channel": "in_person",
    "amount_vnd": 15000,
    "basis": "tt-75-2022",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def meta(world: EditingWorld) -> Any:
    return read_page(PROCEDURE, world.published_text(PROCEDURE)).meta


def test_an_amount_is_put_right_in_one_line(world: EditingWorld) -> None:
    desk, before = world.sign_in(PROVINCE_APPROVER), world.published_text(PROCEDURE)

    page = follow(desk, fill(desk, FIRST, amount_vnd="20.000 đồng"))

    expected = before.replace("amount_vnd: 15000", "amount_vnd: 20000")
    assert world.published_text(PROCEDURE) == expected
    assert "Đã đăng" in text_of(page)
    assert "20.000 đồng" in text_of(page)


def test_a_new_rate_follows_the_old_one_which_ends_the_day_before(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    later = {"amount_vnd": "20000", "valid_from": "01/01/2027", "basis": "luat-118-2025"}
    cost = "Nộp trực tiếp 15.000 đồng, từ 01/01/2027 là 20.000 đồng; trực tuyến 7.000 đồng."

    follow(desk, fill(desk, FIRST, how="new", **later, cost=cost))

    rows = meta(world)["fees"]
    assert len(rows) == 4
    assert rows[0] == ROW | {"valid_until": "2026-12-31"}
    assert rows[1] == ROW | later | {"amount_vnd": 20000, "valid_from": "2027-01-01"}
    assert meta(world)["short_answer"]["cost"] == cost
    assert meta(world)["legal_basis"].count("luat-118-2025") == 1


@pytest.mark.parametrize("address", [FIRST, NEW])
def test_a_later_rate_does_not_change_what_is_said_of_today(
    world: EditingWorld, address: str
) -> None:
    desk, version = world.sign_in(PROVINCE_APPROVER), world.store.published()
    typed = {"amount_vnd": "20000", "valid_from": "01/01/2027", "cost": "20.000 đồng"}
    more = {"how": "new"} if address == FIRST else {"case": "Trẻ em", "channel": "online"}
    shown = desk.get(address)

    answer = send(desk, address, fields_of(shown, address), **typed, **more)

    assert "từ 01/01/2027 là 20.000 đồng" in text_of(shown)
    assert answer.status_code == 422
    at_field = answer.text.partition('id="cost-loi"')[2].partition("</div>")[0]
    assert "Mức này áp dụng từ 01/01/2027, còn câu này hiện ngay khi đăng" in at_field
    assert fields_of(answer, address)["cost"] == "20.000 đồng"
    assert world.store.published() == version
    follow(
        desk, fill(desk, address, **typed | {"cost": meta(world)["short_answer"]["cost"]}, **more)
    )
    assert len(meta(world)["fees"]) == 4


def test_a_law_that_the_page_does_not_cite_is_cited(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    assert "tt-155-2025" not in meta(world)["legal_basis"]

    follow(desk, fill(desk, FIRST, basis="tt-155-2025"))

    assert meta(world)["fees"][0]["basis"] == "tt-155-2025"
    assert meta(world)["legal_basis"][-1] == "tt-155-2025"


def test_a_further_row_stands_last_and_once(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    drawn = fields_of(desk.get(NEW), NEW)
    typed = {"case": "Trẻ em", "channel": "online", "amount_vnd": "0", "valid_until": "28/02/2027"}

    for _ in range(2):
        follow(desk, send(desk, NEW, drawn, **typed))

    rows = meta(world)["fees"]
    assert len(rows) == 4
    assert rows[3] == {
        "case": "Trẻ em",
        "channel": "online",
        "amount_vnd": 0,
        "check": True,
        "valid_until": "2027-02-28",
    }


def test_a_way_to_hand_in_keeps_its_own_name_within_a_line(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    drawn = fields_of(desk.get(NEW), NEW)

    follow(desk, send(desk, NEW, drawn, case="Trẻ em", channel="vneid", amount_vnd="0"))

    assert "Trẻ em (ứng dụng VNeID): " in text_of(desk.get(FEES))
    assert "Trẻ em (ứng dụng VNeID)" in text_of(desk.get(f"{FEES}/4"))


def test_the_second_press_makes_no_second_rate(world: EditingWorld) -> None:
    for officer, versions in ((PROVINCE_EDITOR, 1), (PROVINCE_APPROVER, 2)):
        desk = world.sign_in(officer)
        drawn = fields_of(desk.get(FIRST), FIRST)
        typed = {"how": "new", "amount_vnd": "20000", "valid_from": "2027-01-01"}

        for _ in range(2):
            follow(desk, send(desk, FIRST, drawn, **typed))

        assert len(world.store.versions()) == versions
    assert len(meta(world)["fees"]) == 4


def test_an_editor_of_the_province_hands_a_fee_in(world: EditingWorld) -> None:
    desk, before = world.sign_in(PROVINCE_EDITOR), world.published_text(PROCEDURE)

    follow(desk, fill(desk, FIRST, amount_vnd="20000"))

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.IN_REVIEW
    assert world.published_text(PROCEDURE) == before
    assert "bản nháp đang chờ duyệt" in text_of(desk.get(FEES))


def test_a_row_that_moved_is_found_again(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    drawn = fields_of(desk.get(FIRST), FIRST)
    before = "fees:\n  - case: Trước\n    channel: any\n    amount_vnd: 0\n"
    published(world, PROCEDURE, "fees:\n", before, PROVINCE_APPROVER)

    follow(desk, send(desk, FIRST, drawn, amount_vnd="20000"))

    assert [row["amount_vnd"] for row in meta(world)["fees"]] == [0, 20000, 7000, 0]


def test_two_people_at_one_amount_see_both(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    drawn = fields_of(desk.get(FIRST), FIRST)
    published(world, PROCEDURE, "amount_vnd: 15000", "amount_vnd: 18000", PROVINCE_APPROVER)

    answer = send(desk, FIRST, drawn, amount_vnd="20000")

    assert answer.status_code == 409
    assert "Trên trang bây giờ: 18000" in text_of(answer)
    follow(desk, send(desk, FIRST, fields_of(answer, FIRST)))
    assert meta(world)["fees"][0]["amount_vnd"] == 20000


def test_a_row_that_is_gone_keeps_what_was_typed(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    third = f"{FEES}/3"
    drawn = fields_of(desk.get(third), third)
    text = world.published_text(PROCEDURE)
    begin, end = text.index("  - case: Công dân số"), text.index("result:")
    published(world, PROCEDURE, text[begin:end], "", PROVINCE_APPROVER)

    answer = send(desk, third, drawn, amount_vnd="5000")

    assert answer.status_code == 409
    assert fields_of(answer, third)["amount_vnd"] == "5000"
    assert "người khác vừa gỡ trang hoặc mục này" in text_of(answer)
    assert 'class="by-button"' not in answer.text.partition(f'action="{third}"')[2]
    assert desk.get(third).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount_vnd": "mười nghìn"}, "Ghi số tiền bằng chữ số"),
        ({"amount_vnd": "", "note": ""}, "hãy ghi số tiền"),
        ({"amount_min_vnd": "5000"}, "không ghi cả hai"),
        ({"amount_vnd": "", "amount_min_vnd": "9000", "amount_max_vnd": "5000"}, "mức cao lớn"),
        ({"valid_from": "2027-01-02", "valid_until": "2027-01-01"}, "đứng trước “Từ ngày”"),
        ({"how": "new"}, "Chỗ này cần điền"),
        ({"how": "new", "valid_from": "x"}, "Ngày chưa đúng"),
        ({"basis": "khong-co"}, "chọn một mục"),
        ({"cost": ""}, "Chỗ này cần điền"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    world: EditingWorld, typed: dict[str, str], said: str
) -> None:
    desk, version = world.sign_in(PROVINCE_APPROVER), world.store.published()

    answer = fill(desk, FIRST, **{"note": "Ghi chú"} | typed)

    assert answer.status_code == 422
    assert said.lower() in text_of(answer).lower()
    kept = fields_of(answer, FIRST)
    assert {name: kept[name] for name in typed if name != "basis"} == {
        name: value for name, value in typed.items() if name != "basis"
    }
    assert kept["note"] == typed.get("note", "Ghi chú")
    assert world.store.published() == version


def test_a_new_rate_begins_after_the_old_one(world: EditingWorld) -> None:
    desk, third = world.sign_in(PROVINCE_APPROVER), f"{FEES}/3"

    answer = fill(desk, third, how="new", amount_vnd="5000", valid_from="2026-08-15")

    assert answer.status_code == 422
    assert "sau ngày bắt đầu của mức cũ" in text_of(answer)


def test_a_further_row_says_for_whom_and_how(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)

    answer = fill(desk, NEW, amount_vnd="5000")

    assert answer.status_code == 422
    assert 'id="case-loi"' in answer.text
    assert 'id="channel-loi"' in answer.text
    assert fields_of(answer, NEW)["amount_vnd"] == "5000"


def test_all_procedures_are_listed_with_their_fees(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_EDITOR)

    everything = text_of(desk.get(f"{HOME}le-phi"))
    one = text_of(desk.get(FEES))

    assert "Đăng ký tạm trú 3 dòng" in everything
    assert "Danh mục" not in everything
    assert "15.000 đồng" in one
    assert "từ 15/08/2026; đến hết 28/02/2027" in one
    assert desk.get(f"{HOME}le-phi/khong-co").status_code == 404
    assert desk.get(f"{FEES}/9").status_code == 404
