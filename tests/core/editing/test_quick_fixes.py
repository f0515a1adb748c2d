"""What small forms make of pages: fields joined, rules, pauses, notices and fees."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from functions.core.editing import fees, notices, unit_fixes
from functions.core.editing.joined_fields import join_fields
from functions.core.editing.typed_values import TypedValues

TODAY = date(2026, 11, 20)


def test_fields_of_two_people_are_joined() -> None:
    base = {"a": "1", "b": "2", "c": "3", "d": "4"}

    joined = join_fields(base, base | {"a": "x", "b": "y", "d": "z"}, base | {"c": "9", "d": "z"})

    assert joined.touched == {"a", "b", "d"}
    assert joined.changes == {"a": "x", "b": "y"}
    assert joined.conflicts == {}


def test_what_both_changed_otherwise_is_a_conflict() -> None:
    base = {"a": "1", "b": "2"}

    assert join_fields(base, {"a": "x", "b": "2"}, {"a": "y", "b": "2"}).conflicts == {"a": "y"}
    assert join_fields(None, {"a": "x", "b": "2"}, base).conflicts == {"a": "1"}


def test_a_rule_of_nothing_is_none_and_others_stay() -> None:
    rules: dict[str, Any] = {"x": {"note": "Cũ", "based_on": "1"}, "y": {"phone": "113"}, "z": None}
    meta = {"procedures": rules}

    changed = unit_fixes.changed_rule(meta, "x", {"note": ""}, "2")

    assert changed == {"procedures": {"y": {"phone": "113"}}}
    only = {"procedures": {"x": {"note": "Cũ"}}}
    assert unit_fixes.changed_rule(only, "x", {"note": ""}, "2") == {"procedures": None}
    assert unit_fixes.rules_of({"procedures": ["x"]}) == {}


def test_a_rule_keeps_its_note_of_the_text_that_was_seen() -> None:
    meta = {"procedures": {"x": {"note": "Cũ", "based_on": "1"}, "y": {"note": "Cũ"}}}

    for slug, seen in (("x", "1"), ("y", "2"), ("z", "2")):
        changed = unit_fixes.changed_rule(meta, slug, {"phone": "113"}, "2")

        assert changed["procedures"][slug]["based_on"] == seen


def test_a_pause_is_noted_and_ends() -> None:
    until = date(2026, 11, 30)
    meta = {"procedures": {"x": {"paused_until": until}, "y": {"paused_until": date(2026, 1, 1)}}}

    assert unit_fixes.rule_fields(meta, "x")["paused_until"] == "2026-11-30"
    assert unit_fixes.paused(meta, TODAY) == {"x": "2026-11-30"}
    assert unit_fixes.resumed_rules(meta, TODAY) == {
        "procedures": {"y": {"paused_until": "2026-01-01"}}
    }
    assert unit_fixes.may_be_paused({"handled_here": "yes"}, {})
    assert not unit_fixes.may_be_paused({"handled_here": "yes"}, {"handled_here": "refer"})
    assert not unit_fixes.may_be_paused({"handled_here": "yes", "never_paused": True}, {})


def test_lines_that_nobody_touched_are_no_change() -> None:
    meta = {
        "hours": "Sáng 7h30\nChiều 13h30",
        "address": "12 Lê Duẩn\nTân An",
        "procedures": {"x": {"note": "Một\nHai", "place": "Cổng\nsau", "hours": "Sáng\nThứ Ba"}},
    }
    shown = [
        unit_fixes.hours_fields(meta),
        unit_fixes.contact_fields(meta),
        unit_fixes.rule_fields(meta, "x"),
    ]

    read = [
        unit_fixes.read_hours(TypedValues(shown[0])),
        unit_fixes.read_contact(TypedValues(shown[1])),
        unit_fixes.read_rule(TypedValues(shown[2]), shown[2], TODAY),
    ]

    assert read == shown
    assert shown[0]["hours"] == "Sáng 7h30; Chiều 13h30"
    assert shown[1]["address"] == "12 Lê Duẩn, Tân An"
    assert shown[2]["place"] == "Cổng; sau"
    typed = TypedValues({"hours": meta["hours"], "address": meta["address"]})
    assert unit_fixes.read_hours(typed)["hours"] == shown[0]["hours"]
    assert unit_fixes.read_contact(typed)["address"] == shown[1]["address"]


def test_answers_are_yes_no_or_unknown() -> None:
    meta = {"car_registration": True, "gplx_receiving": False, "id_card_point": "yes"}

    fields = unit_fixes.hours_fields(meta)

    assert fields["car_registration"] == "yes"
    assert fields["gplx_receiving"] == "no"
    assert fields["id_card_point"] == ""
    changed = unit_fixes.changed_facts({"car_registration": "", "hours": ""}, TODAY)
    assert changed == {"car_registration": None, "hours": None}


def test_lines_and_lists_are_taken_as_they_are_typed() -> None:
    typed = "Kính báo:\nMang theo\n• Căn cước\n2) Sổ\nĐến sớm.\n## Giờ\n| a |\n\nHết."

    body = notices.body_of(typed)

    assert body == (
        "Kính báo:  \nMang theo\n\n- Căn cước\n2. Sổ\n\nĐến sớm.\n## Giờ\n| a |\n\nHết.\n"
    )
    fields = notices.notice_fields({"title": "T"}, body)
    assert notices.body_of(fields["text"]) == body


def test_the_picture_below_the_words_is_apart() -> None:
    body = notices.body_of("Chữ.", notices.OwnPicture("a-1.jpg", "Cổng"))

    assert body == "Chữ.\n\n![Cổng](a-1.jpg)\n"
    assert notices.picture_of(body) == notices.OwnPicture("a-1.jpg", "Cổng")
    assert notices.notice_fields({}, body)["text"] == "Chữ."
    assert notices.picture_of("![x](y.jpg) và chữ") is None
    assert notices.picture_words("[a](b) <c>", "T") == "a b c"
    assert notices.picture_words("", "T") == "T"
    assert notices.is_own_picture("a", notices.picture_name("a", b"x"))
    assert not notices.is_own_picture("a", "a.jpg")


@pytest.mark.parametrize(
    ("title", "first"),
    [
        ("Đăng ký xe", "dang-ky-xe"),
        ("Từ " * 40, "tu-" * 19 + "tu"),
        ("a" * 90, "a" * 60),
        ("thông báo " + "b" * 55, "thong-bao"),
        ("!!!", None),
    ],
)
def test_addresses_are_made_of_titles(title: str, first: str | None) -> None:
    assert next(notices.slugs_for(title), None) == first


def test_further_addresses_are_numbered() -> None:
    assert [*notices.slugs_for("Cắt điện")][:3] == ["cat-dien", "cat-dien-2", "cat-dien-3"]


@pytest.mark.parametrize(
    ("meta", "last"),
    [
        ({"posted_on": date(2026, 11, 1)}, "2026-11-19"),
        ({"posted_on": TODAY}, None),
        ({"posted_on": TODAY, "valid_from": "2026-11-19"}, "2026-11-19"),
        ({"posted_on": TODAY, "valid_from": "2026-11-21"}, None),
    ],
)
def test_a_notice_ends_the_day_before_or_has_to_go(meta: dict[str, Any], last: str | None) -> None:
    assert notices.end_of(meta, TODAY) == last


def test_a_notice_is_over_after_its_last_day() -> None:
    assert notices.is_over({"valid_until": date(2026, 11, 19)}, TODAY)
    assert not notices.is_over({"valid_until": TODAY}, TODAY)
    assert not notices.is_over({}, TODAY)


def test_only_a_new_notice_must_not_be_over() -> None:
    typed = {"title": "Tiêu đề", "text": "Chữ", "valid_until": "2026-11-19"}

    for is_new, codes in ((True, ["day-passed"]), (False, [])):
        values = TypedValues(typed)
        notices.read_notice(values, TODAY, is_new=is_new)
        assert [mistake.code for mistake in values.mistakes] == codes


def test_a_fee_that_follows_lets_the_old_one_end_the_day_before() -> None:
    row = {"case": "a", "channel": "any", "amount_vnd": 1}

    assert fees.ended(row, "2027-01-01") == row | {"valid_until": "2026-12-31"}
    earlier = row | {"valid_until": "2026-06-30"}
    assert fees.ended(earlier, "2027-01-01") == earlier


NOW = "Trực tiếp 15.000 đồng, trực tuyến 7.000 đồng."
LATER = {"valid_from": "2027-01-01"}


@pytest.mark.parametrize(
    ("fields", "is_right"),
    [
        (LATER | {"cost": NOW}, True),
        (LATER | {"cost": ""}, True),
        (LATER | {"cost": "20.000 đồng"}, False),
        (LATER | {"cost": "Từ 01/01/2027: 20.000 đồng"}, False),
        (LATER | {"cost": "15.000 hoặc 20.000 đồng, trực tuyến 7.000 đồng"}, False),
        (LATER | {"cost": "15.000 đồng; từ 01/01/2027 là 20.000 đồng"}, False),
        (LATER | {"cost": "15 000đ (từ 1/1/2027: 20.000đ), trực tuyến 7000đ"}, True),
        (LATER | {"cost": "115.000 đồng, 7.000 đồng; từ 01/01/2027 là 20.000 đồng"}, False),
        ({"valid_from": "2026-11-20", "cost": "20.000 đồng"}, True),
        ({"valid_from": "", "cost": "20.000 đồng"}, True),
    ],
)
def test_the_short_answer_stays_right_until_a_later_rate_begins(
    fields: dict[str, str], is_right: bool
) -> None:
    rows = [
        {"case": "a", "amount_vnd": 15000},
        {"case": "b", "amount_min_vnd": 7000, "amount_max_vnd": 9000},
        {"case": "c", "amount_vnd": 20000, "valid_from": date(2027, 1, 1)},
        {"case": "d", "amount_vnd": 2000, "valid_until": date(2026, 11, 19)},
    ]
    values = TypedValues({})

    fees.require_todays_cost(values, fields, {"fees": rows, "short_answer": {"cost": NOW}}, TODAY)

    assert [mistake.field for mistake in values.mistakes] == ([] if is_right else ["cost"])


def test_a_row_is_found_where_it_went() -> None:
    a, b = {"case": "a", "channel": "any"}, {"case": "b", "channel": "any"}
    changed = a | {"amount_vnd": 5}

    assert fees.place_of([a, b], b, 1) == 1
    assert fees.place_of([b, a], b, 1) == 0
    assert fees.place_of([changed, b], a, 0) == 0
    assert fees.place_of([b], a, 0) is None
    assert fees.place_of([], a, 0) is None


def test_a_row_is_put_right_by_its_fields() -> None:
    row = {"case": "a", "channel": "any", "amount_vnd": 1, "check": True, "note": "x"}

    changes = {"amount_vnd": "", "amount_min_vnd": "0", "sure": "yes", "note": "", "cost": "c"}

    assert fees.corrected(row, changes) == {
        "case": "a",
        "channel": "any",
        "amount_vnd": None,
        "amount_min_vnd": 0,
        "check": False,
        "note": None,
    }
    assert fees.new_row("a", "any", {"amount_vnd": "0", "sure": ""}) == {
        "case": "a",
        "channel": "any",
        "amount_vnd": 0,
        "check": True,
    }


def test_fees_that_are_none_are_left_out() -> None:
    assert fees.rows_of({"fees": "none"}) == []
    assert fees.rows_of({"fees": ["x", {"valid_from": TODAY}]}) == [{"valid_from": "2026-11-20"}]
    assert fees.fee_fields({"short_answer": "x"}, {"check": True})["cost"] == ""
    assert fees.changed_fees([], None, {}) == {"fees": []}
    assert fees.changed_fees([], "c", {}) == {"fees": [], "short_answer": {"cost": "c"}}
