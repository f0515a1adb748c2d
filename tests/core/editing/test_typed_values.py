"""What people type into small forms, made plain values or mistakes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.core.editing.typed_values import (
    TypedValues,
    clean_text,
    is_written_plainly,
    lines_as_one,
)


def mistake(read: Callable[[TypedValues], str], typed: str) -> str:
    """Return the code of the mistake in what was typed; empty where there is none."""
    values = TypedValues({"field": typed})
    read(values)
    return next((found.code for found in values.mistakes), "")


def value(read: Callable[[TypedValues], str], typed: str) -> str:
    values = TypedValues({"field": typed})
    found = read(values)
    assert values.mistakes == []
    assert not values.has_mistake("field")
    return found


def phone(values: TypedValues) -> str:
    return values.phone("field")


def day(values: TypedValues) -> str:
    return values.day("field")


def amount(values: TypedValues) -> str:
    return values.amount("field")


def site(values: TypedValues) -> str:
    return values.site("field")


def title(values: TypedValues) -> str:
    return values.title("field")


def test_text_is_composed_and_holds_nothing_unseen() -> None:
    typed = (
        "Tie\u0302\u0301ng\u200b Vie\u0323\u0302t\r\nhai\u2028ba\u00a0bo\u0301n\x00\ue001\ufeff\t5"
    )

    assert clean_text(typed) == "Tiếng Việt\nhai\nba bón 5"


@pytest.mark.parametrize(
    "typed",
    ["0262 385 2113", "0262.3852.113", "0913-000-111", "+84262 3852113", "113", "1022", "19000368"],
)
def test_numbers_that_can_be_called_stay_as_they_are_grouped(typed: str) -> None:
    assert value(phone, f"  {typed} ") == typed


@pytest.mark.parametrize(
    "typed",
    [
        "0262 385",
        "091300011122",
        "113; 114",
        "abc",
        "12345",
        "+8426",
        "1900 12",
        "٠٢٦٢٣٨٥٢١١٣",
        "--",
    ],
)
def test_numbers_that_cannot_be_called_are_told(typed: str) -> None:
    assert mistake(phone, typed) == "phone"


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("30/11/2026", "2026-11-30"),
        ("1.2.2027", "2027-02-01"),
        ("05-06-2027", "2027-06-05"),
        ("2026-11-30", "2026-11-30"),
        (" ", ""),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, iso: str) -> None:
    assert value(day, typed) == iso


@pytest.mark.parametrize(
    "typed", ["31/02/2026", "2026-02-31", "11/2026", "mai", "20261130", "1/1/0026", "1/1/2999"]
)
def test_days_that_are_none_are_told(typed: str) -> None:
    assert mistake(day, typed) == "day"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("15.000", "15000"),
        ("15,000 đồng", "15000"),
        ("1 500 000đ", "1500000"),
        ("0", "0"),
        ("007", "7"),
        ("", ""),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, digits: str) -> None:
    assert value(amount, typed) == digits


@pytest.mark.parametrize("typed", ["-5", "1.5", "15k", "9" * 13, "١٥"])
def test_amounts_that_are_none_are_told(typed: str) -> None:
    assert mistake(amount, typed) == "amount"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("congan.daklak.gov.vn", "https://congan.daklak.gov.vn"),
        ("http://a.vn/x?y=1", "http://a.vn/x?y=1"),
        ("", ""),
    ],
)
def test_addresses_of_sites_are_completed(typed: str, address: str) -> None:
    assert value(site, typed) == address


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "a b.vn", "trang", 'https://a.vn/"x'])
def test_addresses_that_lead_nowhere_are_told(typed: str) -> None:
    assert mistake(site, typed) == "site"


def test_mail_has_an_at_and_a_place() -> None:
    assert value(lambda values: values.mail("field"), "a.b@daklak.gov.vn") == "a.b@daklak.gov.vn"
    assert value(lambda values: values.mail("field"), "") == ""
    assert mistake(lambda values: values.mail("field"), "a@b") == "mail"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("Nghỉ lễ 🎉", "emoji"),
        ("Nghỉ ☀️", "emoji"),
        ("25/11", "no-letters"),
        ("a" * 121, "too-long"),
        ("Nhiệt độ 35°C, § 5", ""),
    ],
)
def test_a_title_is_a_short_line_of_letters(typed: str, code: str) -> None:
    assert mistake(title, typed) == code


def test_a_text_keeps_its_lines_and_a_line_has_one() -> None:
    values = TypedValues({"field": "\r\n một  \r\n\r\n hai \r\n"})

    assert values.text("field") == " một\n\n hai"
    assert values.line("field") == "một hai"
    assert values.line("other") == ""


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("Sáng 7h30\r\n\r\n Chiều  13h30 ", "Sáng 7h30; Chiều 13h30"),
        ("Sáng:\n7h30,\n8h30.\nHết;\nNghỉ!\nlễ", "Sáng: 7h30, 8h30. Hết; Nghỉ! lễ"),
        ("7h30 -\n11h30", "7h30 - 11h30"),
        ("một", "một"),
        (" \n ", ""),
    ],
)
def test_lines_of_a_box_are_parted(typed: str, one: str) -> None:
    assert lines_as_one(typed) == one
    assert lines_as_one(one) == one
    assert value(lambda values: values.joined_lines("field"), typed) == one


def test_a_box_is_no_longer_than_it_may_be() -> None:
    assert mistake(lambda values: values.joined_lines("field", 5), "một\nhai") == "too-long"


@pytest.mark.parametrize(
    ("day", "is_plain"),
    [
        ("2026-11-30", True),
        ("2026-02-31", False),
        ("30/11/2026", False),
        ("2026-W48-1", False),
        ("20261130", False),
        ("", False),
    ],
)
def test_a_day_is_plain_as_a_browser_writes_it(day: str, is_plain: bool) -> None:
    assert is_written_plainly(day) == is_plain


def test_choices_and_boxes_are_codes() -> None:
    values = TypedValues({"a": " yes ", "b": "maybe", "c": "on"})

    assert values.choice("a", ("yes", "no")) == "yes"
    assert values.choice("d", ("yes", "no")) == ""
    assert values.mistakes == []
    values.choice("b", ("yes", "no"))
    assert [found.code for found in values.mistakes] == ["unknown-choice"]
    assert (values.flag("c"), values.flag("d")) == ("yes", "")


def test_what_is_too_long_says_by_how_much() -> None:
    values = TypedValues({"field": "ă" * 301})

    values.line("field")

    assert [dict(found.values) for found in values.mistakes] == [{"most": "300", "length": "301"}]
