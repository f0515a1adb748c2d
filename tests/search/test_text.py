"""How words are compared."""

from __future__ import annotations

import unicodedata

import pytest

from functions.core.search_text import is_one_slip_away, sound_of, without_telex, words_of


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_carry_marks_in_one_order(form: str) -> None:
    typed = unicodedata.normalize(form, "Hoà, hòa Đắk-Lắk M’gar ƀuôn 01/7")

    words = words_of(typed)

    assert [word.plain for word in words] == [
        *("hoa", "hoa", "dak", "lak", "mgar", "buon", "01", "7")
    ]
    assert words[0] == words[1]
    assert words[2].marked != words[2].plain


def test_i_and_y_at_the_end_are_one_letter_but_not_after_a_vowel() -> None:
    assert words_of("ký lý quý mỹ y") == words_of("kí lí quí mĩ i")
    assert words_of("tay") != words_of("tai")


def test_marks_without_a_letter_are_no_word() -> None:
    assert words_of("\u0301 \u0323 ̂!") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddawng", "dang"),
        ("dangs", "dang"),
        ("dawngs", "dang"),
        ("kys", "ki"),
        ("thuowngf", "thuong"),
        ("bieenr", "bien"),
        ("cuwowcs", "cuoc"),
        ("gia", "gia"),
        ("3", "3"),
    ],
)
def test_telex_keys_come_out(typed: str, meant: str) -> None:
    assert without_telex(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant", "is_slip"),
    [
        ("trm", "tram", True),
        ("traam", "tram", True),
        ("trym", "tram", True),
        ("rtam", "tram", True),
        ("tarm", "tram", True),
        ("tram", "tram", False),
        ("mart", "tram", False),
        ("t", "tram", False),
    ],
)
def test_one_slip_is_one_key(typed: str, meant: str, is_slip: bool) -> None:
    assert is_one_slip_away(typed, meant) is is_slip
    assert is_one_slip_away(meant, typed) is is_slip


@pytest.mark.parametrize(
    ("one", "other"), [("tram", "cham"), ("sung", "xun"), ("gia", "da"), ("cuoc", "cuot")]
)
def test_syllables_that_sound_alike_are_one(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)
