"""Receipt codes and card codes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core import codes
from tests.fakes.mac_keys import MemoryMacKeys

MAC = MemoryMacKeys()
CODE = codes.derived_receipt_code(MAC, "phuong-tan-an", "k" * 22)


@pytest.mark.parametrize(
    ("digits", "check_digit"), [("79462", "3"), ("00200667308", "5"), ("0794", "5")]
)
def test_check_digit_is_that_of_iso_7064(digits: str, check_digit: str) -> None:
    assert codes._with_check_digit(digits) == digits + check_digit


def test_receipt_code_has_twenty_digits_and_is_the_same_each_time() -> None:
    again = codes.derived_receipt_code(MAC, "phuong-tan-an", "k" * 22)

    assert re.fullmatch(r"[0-9]{20}", CODE)
    assert again == CODE


@pytest.mark.parametrize(("unit_id", "key"), [("xa-ea-kao", "k" * 22), ("phuong-tan-an", "j" * 22)])
def test_another_unit_or_key_gives_another_code(unit_id: str, key: str) -> None:
    assert codes.derived_receipt_code(MAC, unit_id, key) != CODE


def test_random_codes_can_be_read_back_and_differ() -> None:
    drawn = {codes.random_receipt_code() for _ in range(50)}

    assert len(drawn) == 50
    assert all(codes.read_receipt_code(code) == code for code in drawn)


def test_code_is_shown_in_five_groups_of_four() -> None:
    assert re.fullmatch(r"([0-9]{4} ){4}[0-9]{4}", codes.in_groups(CODE))


@pytest.mark.parametrize("separator", ["", " ", "-", ".", "–", "—", "\u00a0", "\n", "  "])
def test_code_is_read_however_it_is_grouped(separator: str) -> None:
    typed = f" {codes.in_groups(CODE).replace(' ', separator)} "

    assert codes.read_receipt_code(typed) == CODE


def test_every_single_wrong_digit_is_found() -> None:
    wrong = [
        CODE[:place] + digit + CODE[place + 1 :]
        for place in range(20)
        for digit in "0123456789"
        if digit != CODE[place]
    ]

    assert [codes.read_receipt_code(typed) for typed in wrong] == [None] * 180


@pytest.mark.parametrize(
    "typed", ["", CODE[:-1], CODE + "0", "x" * 20, "٠" * 20, "０" * 20, CODE[:-1] + "²", "9" * 5000]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert codes.read_receipt_code(typed) is None


@given(st.text(max_size=40))
def test_any_typed_text_is_read_or_refused_without_an_error(typed: str) -> None:
    code = codes.read_receipt_code(typed)

    assert code is None or re.fullmatch(r"[0-9]{20}", code)


def test_receipt_hash_does_not_show_the_code() -> None:
    receipt_hash = codes.receipt_hash(MAC, CODE)

    assert receipt_hash == codes.receipt_hash(MAC, CODE)
    assert receipt_hash != codes.receipt_hash(MAC, codes.random_receipt_code())
    assert CODE.encode() not in receipt_hash


def test_card_code_is_six_crockford_signs() -> None:
    drawn = {codes.new_card_code() for _ in range(200)}

    assert len(drawn) == 200
    assert all(re.fullmatch(r"TB-[0-9A-HJKMNP-TV-Z]{6}", code) for code in drawn)
