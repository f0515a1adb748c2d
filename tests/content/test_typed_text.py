"""What people type into a field comes back the same, and is written as our pages have it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.content.texts.rewriting import changed, read_page
from functions.content.texts.typed_text import clean_value
from tests.content.all_pages import SAMPLE_UNIT, all_pages, put

PROCEDURE = "site/thu-tuc/dang-ky-tam-tru.md"
UNIT = f"site/don-vi/{SAMPLE_UNIT}/index.md"
NOTICE = f"site/don-vi/{SAMPLE_UNIT}/thong-bao/cat-dien.md"
NOTICE_TEXT = "---\ntitle: Trụ sở cắt điện\nposted_on: 2026-11-20\n---\n\nNội dung.\n"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Đăng ký tạm trú", "Đăng ký tạm trú"),
        ("1.004194", '"1.004194"'),
        ("0262 3811 234", '"0262 3811 234"'),
        ("+84 262 3811", '"+84 262 3811"'),
        ("yes", '"yes"'),
        ("No", '"No"'),
        ("null", '"null"'),
        ("~", '"~"'),
        ("7:30", '"7:30"'),
        ("2026-11-30", '"2026-11-30"'),
        ("từ 7:30 đến 11:00", "từ 7:30 đến 11:00"),
        ("Lưu ý: nghỉ", '"Lưu ý: nghỉ"'),
        ("số 5 # bỏ", '"số 5 # bỏ"'),
        ("#AnNinh", '"#AnNinh"'),
        ("- gạch", '"- gạch"'),
        ("[ngoặc] đầu", '"[ngoặc] đầu"'),
        ("*sao", '"*sao"'),
        ("&và", '"&và"'),
        ("!than", '"!than"'),
        ("Nói “thật” và 'đùa'", "Nói “thật” và 'đùa'"),
        ('"ngoặc" đầu', '"\\"ngoặc\\" đầu"'),
        ("Cháy 🔥 to", "Cháy 🔥 to"),
        ("a\tb", "a\tb"),
        ("5 km", "5 km"),
        ("hai\r\ndòng", "|-\n  hai\n  dòng"),
        ("một\n\n- hai: ba", "|-\n  một\n\n  - hai: ba"),
        (" thừa ", "thừa"),
        ("a\u0301", "á"),
        ("\ufeffdán\u200b từ\u00ad Word\u2060", "dán từ Word"),
        ("n\u200dh\u200cà 👨\u200d👩\u200d👧", "nhà 👨\u200d👩\u200d👧"),
    ],
)
def test_typed_text_is_written_plain_or_in_quotes(typed: str, line: str) -> None:
    after = changed(NOTICE, NOTICE_TEXT, {"title": typed})

    assert after == NOTICE_TEXT.replace("title: Trụ sở cắt điện", f"title: {line}")


texts = st.text(max_size=60) | st.text("ăđ \t\n:#-\"'[]{},&*!|>%@`?~=<0123yesno.", max_size=30)


@settings(deadline=None)
@given(texts)
def test_any_typed_text_comes_back_the_same(typed: str) -> None:
    page, said = read_page(UNIT, all_pages()[UNIT]), clean_value(typed) or None
    rows = page.meta["areas"]

    after = changed(
        UNIT,
        all_pages()[UNIT],
        {
            "address": typed,
            "residence_notice_channels": [typed, "Gọi số trực ban"],
            "areas": put(rows, (0, "officer"), typed),
            "procedures": {"sang-ten": {"note": typed, "place": "Quầy số 3"}},
        },
    )

    meta = read_page(UNIT, after).meta
    assert meta["address"] == said
    assert meta["residence_notice_channels"] == [*filter(None, [said]), "Gọi số trực ban"]
    assert meta["areas"][0].get("officer") == said
    assert meta["procedures"]["sang-ten"].get("note") == said
    assert read_page(UNIT, after).body == page.body


@settings(deadline=None)
@given(texts)
def test_any_text_typed_into_a_list_between_brackets_comes_back_the_same(typed: str) -> None:
    said = clean_value(typed)

    after = changed(PROCEDURE, all_pages()[PROCEDURE], {"also_called": ["KT3", typed, "ct01"]})

    words = ["KT3", *filter(None, [said]), "ct01"]
    assert read_page(PROCEDURE, after).meta["also_called"] == words


@settings(deadline=None)
@given(texts)
def test_clean_text_is_composed_and_clean_for_good(typed: str) -> None:
    once = clean_value(typed)

    assert unicodedata.is_normalized("NFC", once)
    assert clean_value(once) == once


def test_a_number_typed_is_a_number_and_a_half_is_one_too() -> None:
    text = all_pages()[PROCEDURE]
    limits = [{"case": "a", "value": "7", "unit": "day"}, {"case": "b", "value": "0.5"}]

    after = changed(PROCEDURE, text, {"dossier_sets": "2", "time_limit": limits})

    meta = read_page(PROCEDURE, after).meta
    assert (meta["dossier_sets"], [row["value"] for row in meta["time_limit"]]) == (2, [7, 0.5])
