"""The ranking on a handful of pages: what counts, and what is too unsure to show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.core.search import MAX_RESULTS, Index, search
from tests.search.real import real_index

WORDS = {
    "fillers": ["ở đâu", "cần giấy tờ gì", "bao nhiêu tiền"],
    "small": ["làm", "cho", "bị", "tại", "giấy"],
    "synonyms": [
        ["cccd", "căn cước"],
        ["khẩu", "hộ khẩu"],
        ["dk", "đăng ký"],
        ["gplx", "giấy phép lái xe"],
    ],
    "foreign": ["kết hôn", "khai sinh", "bhyt"],
}
ENTRIES = [
    ["thu-tuc", "a/", "Đăng ký tạm trú", "Tạm trú", ["KT3", "ở trọ", "1.004194"], "den o", "ct01"],
    ["thu-tuc", "b/", "Đăng ký thường trú", "Thường trú", ["nhập hộ khẩu"], "", ""],
    ["thu-tuc", "c/", "Cấp, cấp đổi, cấp lại thẻ căn cước", "Thẻ căn cước", [], "", "khai sinh"],
    ["thu-tuc", "d/", "Đổi, cấp lại giấy phép lái xe", "", ["bằng lái"], "", ""],
    ["huong-dan", "/e/", "Hỗ trợ nạn nhân tai nạn giao thông", "", ["quỹ hoà giải"], "", ""],
    ["thu-tuc", "f/", "Cư trú cho trẻ em", "", ["liên thông khai sinh"], "", ""],
    ["don-vi", "/m/", "Công an xã Cư M’gar", "Xã Cư M’gar", ["Xã Ea Tu · Huyện Ea H’leo"], "", ""],
    ["don-vi", "/n/", "Công an phường Hòa Hiệp", "Phường Hòa Hiệp", [], "thi xa dong hoa", ""],
]
INDEX = Index([{"words": WORDS, "entries": ENTRIES}])


def first(query: str) -> str:
    hits = search(INDEX, query)
    return hits[0].location if hits else ""


@pytest.mark.parametrize(
    "query",
    [
        "đăng ký tạm trú",
        "dang ky tam tru",
        "ĐĂNG KÝ TẠM TRÚ",
        "đăng kí tạm trú",
        "dăng ký tàm trú",
        "dang ky tam tru o dau",
        "tam tru can giay to gi",
        "dang ky tam t",
        "dk tam tru",
        "kt3",
        "1.004194",
    ],
)
def test_marks_spelling_filler_and_abbreviations_do_not_matter(query: str) -> None:
    assert first(query) == "a/"


@pytest.mark.parametrize(
    "query",
    [
        "dang ky tma tru",
        "dang ky tam ru",
        "dang ky tamm tru",
        "dang ky tan tru",
        "dangky tam tru",
        "dang ky tamtru",
        "d ang ky tam tru",
        "dangs kys tamj trus",
        "ddawng kys tamj trus",
        "dang ky tam chu",
    ],
)
def test_one_typing_error_or_telex_keys_do_not_matter(query: str) -> None:
    assert first(query) == "a/"


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("khẩu", "b/"),
        ("nhap khau", "b/"),
        ("mat cccd", "c/"),
        ("doi gplx", "d/"),
        ("cu mgar", "/m/"),
        ("cu m gar", "/m/"),
        ("Cư M'gar", "/m/"),
        ("cumgar", "/m/"),
        ("xã ea tu", "/m/"),
        ("hoà hiệp", "/n/"),
        ("hòa hiệp", "/n/"),
        ("quỹ hòa giải", "/e/"),
    ],
)
def test_old_names_and_both_spellings_are_found(query: str, location: str) -> None:
    assert first(query) == location


def test_hit_tells_by_which_name_it_was_found() -> None:
    assert search(INDEX, "ea tu")[0].name == "Xã Ea Tu · Huyện Ea H’leo"
    assert search(INDEX, "cư mgar")[0].name == "Xã Cư M’gar"


def test_exact_marks_count_between_pages_that_differ_in_marks_only() -> None:
    entries = [
        ["trang", "/dau/", "Con dấu", "", [], "", ""],
        ["trang", "/dau-2/", "Con đầu", "", [], "", ""],
    ]
    index = Index([{"entries": entries}])

    assert search(index, "con đầu")[0].location == "/dau-2/"
    assert search(index, "con dấu")[0].location == "/dau/"
    assert [hit.location for hit in search(index, "con dau")] == ["/dau/", "/dau-2/"]


def test_a_small_word_with_other_marks_is_no_small_word() -> None:
    assert first("tai nạn") == "/e/"
    assert first("tai nan") == "/e/"


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "a",
        "?!",
        "💥💥",
        "天气",
        "asdfgh",
        "thời tiết hôm nay",
        "đăng ký kết hôn",
        "giấy khai sinh",
        "mua bhyt",
        "giá vàng",
        "viec lam hoa hiep luong cao",
    ],
)
def test_nonsense_and_other_offices_business_find_nothing(query: str) -> None:
    assert search(INDEX, query) == []


def test_other_offices_business_is_found_where_a_page_is_called_so() -> None:
    assert first("lien thong khai sinh") == "f/"


def test_equal_scores_keep_the_order_of_the_index() -> None:
    twins = [["trang", f"/{number}/", "Sang tên xe", "", [], "", ""] for number in range(20)]

    hits = search(Index([{"entries": twins}]), "sang ten xe")

    assert [hit.location for hit in hits] == [f"/{number}/" for number in range(MAX_RESULTS)]


def test_parts_are_searched_together_and_order_decides_ties() -> None:
    one = {"entries": [["trang", "/1/", "Sang tên xe", "", [], "", ""]]}
    other = {"entries": [["trang", "/2/", "Sang tên xe", "", [], "", ""]], "words": WORDS}

    assert [hit.location for hit in search(Index([one, other]), "sang ten")] == ["/1/", "/2/"]
    assert [hit.location for hit in search(Index([other, one]), "sang ten")] == ["/2/", "/1/"]


def test_an_empty_index_finds_nothing() -> None:
    assert search(Index([]), "tạm trú") == []


def test_limit_cuts_the_list() -> None:
    assert len(search(INDEX, "dang ky", limit=1)) == 1


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=300))
@example("\ud800 tạm")
@example("̣̀" * 50)
@example("ss" * 300)
def test_whatever_is_typed_gives_a_sorted_list_and_the_same_again(query: str) -> None:
    hits = search(INDEX, query)

    assert hits == search(INDEX, query)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.location for hit in hits}) == len(hits) <= MAX_RESULTS


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_every_title_finds_its_page_with_and_without_marks(data: st.DataObject) -> None:
    index = real_index()
    entry: Any = data.draw(st.sampled_from(index.entries))
    plain = " ".join(word.plain for word in entry.names[0].words)

    for query in (entry.title, plain):
        hits = search(index, query)
        assert entry.title in {hit.title for hit in hits if hit.score == hits[0].score}
