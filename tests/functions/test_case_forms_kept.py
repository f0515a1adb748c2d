"""Forms of the case page that cannot be taken: a sentence at the field, and all that was typed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from functions.core.signin import SESSION_LIFE
from functions.web.requests import MAX_TEXT_BODY
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


def field(answer: Any, act: str, name: str) -> str:
    """Return what stands in a field of the page, and the marks on it."""
    page = text_of(answer)
    found = re.search(
        rf'<textarea id="{act}-{name}"([^>]*)>\n(.*?)</textarea>', page, re.DOTALL
    ) or re.search(rf'<input id="{act}-{name}"([^>]*)value="([^"]*)"[^>]*>', page)
    assert found, name
    return found.group(2)


@pytest.mark.parametrize(
    ("act", "fields", "wrong", "sentence"),
    [
        ("dap", {"text": " \n "}, "text", "Hãy viết nội dung."),
        ("can", {"text": ""}, "text", "Hãy viết nội dung."),
        ("can", {"text": "a\0b"}, "text", "ký tự không dùng được"),
        ("gia-han", {"text": ""}, "text", "Hãy viết nội dung."),
        ("noi-xac-minh", {"place": " "}, "place", "Hãy ghi nơi đã xác minh."),
        ("noi-xac-minh", {"place": "a" * 301}, "place", "dài quá 300 ký tự"),
        ("giao", {"officer": ""}, "officer", "Hãy chọn một cán bộ của đơn vị."),
        ("giao", {"officer": STRANGER.user_id}, "officer", "Hãy chọn một cán bộ"),
        ("chuyen", {"unit": "", "text": "Giúp."}, "unit", "Hãy ghi tên đơn vị."),
        ("chuyen", {"unit": "Phường Tân Lợi", "text": "Cũ."}, "unit", "Không có đơn vị nào"),
        ("chuyen", {"unit": "ea", "text": "Một phần."}, "unit", "Không có đơn vị nào"),
        ("phoi-hop", {"unit": "Ea Kly", "on": "hôm qua", "text": "Cùng."}, "on", "Ngày chưa đúng."),
        ("phoi-hop", {"unit": "?", "on": "2026-11-26", "text": "Ai?"}, "unit", "Không có đơn vị"),
        ("ket-qua", {"outcome_text": " "}, "outcome_text", "Hãy ghi kết quả bằng lời"),
        ("ket-qua", {"outcome_text": "x" * 5_001}, "outcome_text", "dài quá 5.000 ký tự"),
        ("ket-qua", {"men": "-1", "outcome_text": "Năm người."}, "men", "bằng chữ số"),
        ("ket-qua", {"women": "1e9", "outcome_text": "Nữ."}, "women", "bằng chữ số"),
        ("ket-qua", {"men": "năm"}, "men", "bằng chữ số"),
        ("ket-qua", {"men": "²"}, "men", "bằng chữ số"),
        ("ket-qua", {"men": "10000"}, "men", "lớn nhất ghi được là 9.999"),
        ("ket-qua", {"men": "9" * 5_000}, "men", "lớn nhất ghi được là 9.999"),
        ("ket-qua", {"object_2": "dao", "men": "1"}, "object_count_2", "ít nhất là 1"),
        ("ket-qua", {"object_2": "dao", "object_count_2": "hai"}, "object_count_2", "chữ số"),
        ("ket-qua", {"object_count_5": "2", "men": "1"}, "object_5", "chưa có tên"),
        ("ket-qua", {"object_1": "d" * 101, "object_count_1": "1"}, "object_1", "quá 100 ký tự"),
        (
            "ket-qua",
            {"test_1": "ma túy", "test_count_1": "6", "test_positive_1": "7", "men": "6"},
            "test_positive_1",
            "lớn hơn số đã xét nghiệm",
        ),
        ("ket-qua", {"test_positive_2": "1", "men": "6"}, "test_2", "chưa có tên"),
        ("ket-qua", {"outcome_text": "a\0b"}, "outcome_text", "ký tự không dùng được"),
        ("gop", {"into": ""}, "into", "Hãy ghi mã của tin"),
        ("gop", {"into": "TB-ZZZZZZ"}, "into", "Đơn vị không có tin mang mã này."),
        ("gop", {"into": "x" * 3_000}, "into", "Đơn vị không có tin mang mã này."),
    ],
)
def test_mistake_is_told_at_its_field_and_everything_typed_stays(
    world: World, act: str, fields: dict[str, str], wrong: str, sentence: str
) -> None:
    tip = one_case(world)

    answer = do(world.sign_in(), tip.card_code, act, **fields)

    page = text_of(answer)
    assert answer.status_code == 422
    at_field = re.search(rf'id="{act}-{wrong}-loi">([^<]*)<', page)
    assert at_field
    assert sentence in at_field.group(1)
    assert f'href="#{act}-{wrong}"' in page
    for name, value in fields.items():
        if name != "officer":
            assert field(answer, act, name) == value.replace("\0", "\ufffd")
    assert act == "dap" or re.search(rf'id="{act}" open>', page)
    assert entries(world, tip) == []


def test_mended_form_is_taken(world: World) -> None:
    tip = one_case(world)
    client = world.sign_in()
    again = text_of(do(client, tip.card_code, "ket-qua", outcome_text="Năm nam.", men="năm"))

    answer = client.post(
        f"/can-bo/tin/{tip.card_code}/ket-qua",
        data=drawn_form(again, "ket-qua") | {"outcome_text": "Năm nam.", "men": "5"},
    )

    assert answer.status_code == 303
    outcome = world.tips.get(tip.tip_id).case.outcome
    assert outcome is not None
    assert outcome.men == 5


def test_rows_far_down_stand_open_where_something_was_typed(world: World) -> None:
    tip = one_case(world)

    page = text_of(do(world.sign_in(), tip.card_code, "ket-qua", object_6="dao", test_4=" "))

    assert '<details class="st-more" open><summary>Thêm đồ vật' in page
    assert '<details class="st-more"><summary>Thêm xét nghiệm' in page


def test_unknown_scope_is_refused(world: World) -> None:
    tip = one_case(world)

    answer = do(world.sign_in(), tip.card_code, "ket-qua", outcome_text="Xong.", scope="x")

    assert answer.status_code == 422
    assert 'id="ket-qua-scope-loi"' in text_of(answer)


@pytest.mark.parametrize(
    ("into", "sentence"),
    [("{own}", "Đó chính là mã của tin này."), ("{double}", "Hãy gộp vào tin {first}.")],
)
def test_merging_into_itself_or_a_double_is_refused(world: World, into: str, sentence: str) -> None:
    first, double, tip = one_case(world), one_case(world, text="hai"), one_case(world, text="ba")
    client = world.sign_in()
    do(client, double.card_code, "gop", into=first.card_code)
    codes = {"own": tip.card_code, "double": double.card_code, "first": first.card_code}

    answer = do(client, tip.card_code, "gop", into=into.format(**codes))

    assert answer.status_code == 409
    assert sentence.format(**codes) in text_of(answer)
    assert field(answer, "gop", "into") == into.format(**codes)


NAUGHTY = '</textarea><script>alert(1)</script>" onfocus="x {{ 7*7 }} \u202e'


@pytest.mark.parametrize(("act", "name"), [("dap", "text"), ("chuyen", "unit"), ("gop", "into")])
def test_naughty_text_is_inert_where_it_is_shown_again(world: World, act: str, name: str) -> None:
    tip = one_case(world)
    client = world.sign_in()

    # Too long, unknown, unknown.
    answer = do(client, tip.card_code, act, **{name: NAUGHTY * (200 if act == "dap" else 1)})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<script" not in page
    assert 'onfocus="' not in page


def test_line_end_at_the_beginning_survives(world: World) -> None:
    tip = one_case(world)

    answer = do(world.sign_in(), tip.card_code, "dap", text="\n\n" + "x" * 5_001)

    assert field(answer, "dap", "text").startswith("\n\nx")


@pytest.mark.parametrize("change", [{"csrf_token": "x"}, {"csrf_token": ""}, {"csrf_token": "ạ"}])
def test_form_of_an_earlier_sign_in_does_nothing_and_keeps_the_text(
    world: World, change: dict[str, str]
) -> None:
    tip = one_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, "dap") | {"text": "Câu trả lời dài."} | change

    answer = client.post(f"/can-bo/tin/{tip.card_code}/dap", data=form)

    assert answer.status_code == 403
    assert "lần đăng nhập trước" in text_of(answer)
    assert field(answer, "dap", "text") == "Câu trả lời dài."
    assert entries(world, tip) == []
    fresh = drawn_form(text_of(answer), "dap") | {"text": "Câu trả lời dài."}
    sent = client.post(f"/can-bo/tin/{tip.card_code}/dap", data=fresh)
    assert sent.status_code == 303
    assert len(entries(world, tip)) == 1


@pytest.mark.parametrize("key", ["", "short", "k" * 65, "k" * 21 + " ", "ạ" * 22])
def test_form_without_a_key_of_ours_does_nothing(world: World, key: str) -> None:
    tip = one_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, "dap") | {"text": "Chào.", "act_key": key}

    answer = client.post(f"/can-bo/tin/{tip.card_code}/dap", data=form)

    assert answer.status_code == 403
    assert entries(world, tip) == []


def test_token_of_another_officer_is_no_token(world: World) -> None:
    tip = one_case(world)
    theirs = draw(world.sign_in(COLLEAGUE), tip.card_code, "nhan")

    answer = world.sign_in().post(f"/can-bo/tin/{tip.card_code}/nhan", data=theirs)

    assert answer.status_code == 403
    assert entries(world, tip) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_form_of_another_site_is_refused_without_a_look_at_the_case(
    world: World, headers: dict[str, str]
) -> None:
    tip = one_case(world, place="chợ Tân An")
    client = world.sign_in()
    form = draw(client, tip.card_code, "nhan")
    reads = len(world.officers.reads(tip.tip_id))

    answer = client.post(f"/can-bo/tin/{tip.card_code}/nhan", data=form, headers=headers)

    assert answer.status_code == 403
    assert "chợ Tân An" not in text_of(answer)
    assert len(world.officers.reads(tip.tip_id)) == reads
    assert entries(world, tip) == []


def test_text_typed_into_a_session_that_ran_out_comes_back_and_can_be_sent_on(
    world: World,
) -> None:
    tip = one_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, "chuyen") | {
        "unit": "Xã Ea Kly",
        "text": 'Dòng một\n<b>"hai"',
    }
    world.clock.advance(SESSION_LIFE)

    lost = client.post(f"/can-bo/tin/{tip.card_code}/chuyen", data=form)

    assert lost.status_code == 401
    page = text_of(lost)
    assert "chưa được lưu" in page
    assert "Xã Ea Kly" in page
    assert '<textarea name="text" hidden>\nDòng một\n<b>"hai"</textarea>' in page
    assert "<b>" not in lost.get_data(as_text=True)
    assert tip.card_code not in words_of(lost)

    again = world.sign_in()
    kept = {name: form[name] for name in ("unit", "text")}
    drawn = again.post(f"/can-bo/tin/{tip.card_code}/chuyen", data=kept)
    assert drawn.status_code == 403
    assert field(drawn, "chuyen", "text") == form["text"]
    sent = again.post(
        f"/can-bo/tin/{tip.card_code}/chuyen", data=drawn_form(text_of(drawn), "chuyen") | kept
    )
    assert sent.status_code == 303
    assert world.tips.get(tip.tip_id).unit_id == "xa-ea-kly"


def test_signed_out_form_shows_only_fields_of_the_form(world: World) -> None:
    data = {"text": "Của tôi.", "csrf_token": "bi-mat-1", "act_key": "bi-mat-2", "lạ": "bi-mat-3"}

    page = text_of(world.staff.post("/can-bo/tin/TB-0A1B2C/dap", data=data))
    other = text_of(world.staff.post("/can-bo/ra", data=data))

    assert "Của tôi." in page
    assert "bi-mat" not in page
    assert "Của tôi." not in other


@pytest.mark.parametrize("path", ["dap", "nhan", "ket-qua"])
def test_opening_a_forms_address_leads_to_the_case(world: World, path: str) -> None:
    tip = one_case(world)
    client = world.sign_in()

    answer = client.get(f"/can-bo/tin/{tip.card_code.lower()}/{path}")

    assert (answer.status_code, answer.location) == (303, f"/can-bo/tin/{tip.card_code}")


@pytest.mark.parametrize("code", ["a%0D%0AX:%20b", "%3F%23", "TB-0A1B2", "TB-0A1B2C%0A", "%C3%9F"])
def test_forms_address_without_a_code_is_404(world: World, code: str) -> None:
    assert world.sign_in().get(f"/can-bo/tin/{code}/dap").status_code == 404


@pytest.mark.parametrize("act", ["xoa", "", "nhan/1", "NHAN"])
def test_act_that_does_not_exist_is_404(world: World, act: str) -> None:
    tip = one_case(world)
    client = world.sign_in()
    form = draw(client, tip.card_code, "nhan")

    assert client.post(f"/can-bo/tin/{tip.card_code}/{act}", data=form).status_code == 404


def test_body_beyond_the_cap_is_413(world: World) -> None:
    tip = one_case(world)

    answer = do(world.sign_in(), tip.card_code, "dap", text="x" * MAX_TEXT_BODY)

    assert answer.status_code == 413
    assert entries(world, tip) == []


def test_words_of_a_form_are_in_no_log_and_no_address(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    tip = one_case(world)
    client = world.sign_in()

    answers = [
        do(client, tip.card_code, "dap", text="bí mật 0905123456"),
        do(client, tip.card_code, "chuyen", unit="bí mật 0905123456"),
        do(client, tip.card_code, "giao", officer="bí mật 0905123456"),
    ]

    logged = str([record.__dict__ for record in caplog.records])
    assert [answer.status_code for answer in answers] == [303, 422, 422]
    assert "0905123456" not in logged
    assert all("0905123456" not in str(answer.headers) for answer in answers)
