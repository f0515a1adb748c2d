import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.vietnamese import collation_key, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Phường Buôn Ma Thuột", "phuong-buon-ma-thuot"),
        ("Xã Cư M’gar", "xa-cu-mgar"),
        ("Xã Cư M'gar", "xa-cu-mgar"),
        ("Xã Ea D’Rơng", "xa-ea-drong"),
        ("Thị trấn M'Đrắk", "thi-tran-mdrak"),
        ("Xã  Phú Hòa 1 ", "xa-phu-hoa-1"),
        ("XÃ ĐẮK LIÊNG", "xa-dak-lieng"),
    ],
)
def test_name_becomes_an_ascii_address(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_composed_and_decomposed_marks_give_one_address() -> None:
    name = "Xã Ea Knuếc"

    assert slug_of(unicodedata.normalize("NFD", name)) == slug_of(name)


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=60))
def test_any_text_becomes_an_address_or_nothing(text: str) -> None:
    slug = slug_of(text)

    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug
    assert slug_of(slug) == slug


def test_letters_stand_in_the_order_of_the_vietnamese_alphabet() -> None:
    names = ["Đá", "Da", "Ân", "Ăn", "An", "Ước", "Uông", "Ơn", "Ôn", "On", "Ê", "E"]

    ordered = sorted(names, key=collation_key)

    assert ordered == ["An", "Ăn", "Ân", "Da", "Đá", "E", "Ê", "On", "Ôn", "Ơn", "Uông", "Ước"]


def test_tones_decide_only_between_words_of_the_same_letters() -> None:
    names = ["Hoạ", "Hoá", "Hoã", "Hoả", "Hoà", "Hoa", "Hoang"]

    ordered = sorted(names, key=collation_key)

    assert ordered == ["Hoa", "Hoà", "Hoả", "Hoã", "Hoá", "Hoạ", "Hoang"]


def test_shorter_first_word_stands_before_longer_one() -> None:
    assert sorted(["Eang Bá", "Ea Ô"], key=collation_key) == ["Ea Ô", "Eang Bá"]


def test_numbers_sort_by_their_value() -> None:
    names = ["Phường 10", "Phường 9", "Phường 2"]

    assert sorted(names, key=collation_key) == ["Phường 2", "Phường 9", "Phường 10"]


def test_apostrophe_does_not_part_a_word() -> None:
    names = ["Ea H’Leo", "Ea Hồ", "Ea Hiao"]

    assert sorted(names, key=collation_key) == ["Ea Hiao", "Ea H’Leo", "Ea Hồ"]


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_names_can_be_ordered_and_none_is_lost(names: list[str]) -> None:
    ordered = sorted(names, key=collation_key)

    assert sorted(ordered) == sorted(names)
    assert sorted(reversed(ordered), key=collation_key) == ordered
