"""What differs between two texts, as rows for people."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from functions.content.desk.differences import (
    REVIEW_KEYS,
    Difference,
    Keys,
    LineKind,
    differences,
    document_from,
)

PATH = "site/thu-tuc/mau.md"


class PlainNames:
    """The keys themselves, in capitals."""

    def label(self, keys: Keys) -> str:
        return ".".join(keys).upper()

    def value(self, keys: Keys, value: Any) -> str:
        return str(value)

    def is_hidden(self, keys: Keys) -> bool:
        return keys[-1] == "machine"

    def say(self, code: str, **values: str) -> str:
        return " ".join([code.upper(), *values.values()])


def compared(old: str | None, new: str | None, **more: Any) -> list[Difference]:
    documents = (None if text is None else document_from(PATH, text) for text in (old, new))
    return differences(*documents, PlainNames(), **more)


def rows(found: list[Difference]) -> list[tuple[str, str, str]]:
    """Return field, kind and text of each line; of a gap how long it is."""
    return [
        (field.label, line.kind.value, "".join(p.text for p in line.pieces) or str(line.count))
        for field in found
        for line in field.lines
    ]


def test_field_shows_its_old_and_new_value_with_the_words_that_changed() -> None:
    found = compared("---\na: Sáng 7 giờ\n---\n", "---\na: Sáng 8 giờ\n---\n")

    assert rows(found) == [("A", "old", "Sáng 7 giờ"), ("A", "new", "Sáng 8 giờ")]
    changed = [p.text for line in found[0].lines for p in line.pieces if p.is_changed]
    assert changed == ["7", "8"]


def test_line_that_is_quite_another_is_not_marked_word_by_word() -> None:
    found = compared("---\na: Trụ sở ở số 12\n---\n", "---\na: Xem mục dưới\n---\n")

    assert [piece.is_changed for line in found[0].lines for piece in line.pieces] == [False, False]


def test_rows_of_a_table_are_lines_and_those_that_stay_are_left_out() -> None:
    old = "---\nfees:\n  - {case: Một, vnd: 1}\n  - {case: Hai, vnd: 2}\n---\n"
    new = "---\nfees:\n  - {case: Một, vnd: 1}\n  - {case: Hai, vnd: 3}\n---\n"

    assert rows(compared(old, new)) == [
        ("FEES", "old", "FEES.CASE: Hai; FEES.VND: 2"),
        ("FEES", "new", "FEES.CASE: Hai; FEES.VND: 3"),
    ]


def test_part_with_keys_of_its_own_has_a_line_for_each() -> None:
    found = compared("---\np:\n  a: {x: 1, y: [2, 3]}\n---\n", "---\np: {}\n---\n")

    assert rows(found) == [("P", "old", "P.A: P.A.X: 1; P.A.Y: 2, 3")]


def test_long_stretches_of_the_body_that_stay_are_left_out() -> None:
    lines = [f"dòng {number}" for number in range(10)]
    old = "---\na: 1\n---\n" + "\n".join(lines)
    new = old.replace("dòng 5", "dòng năm")

    assert rows(compared(old, new)) == [
        ("BODY", "gap", "4"),
        ("BODY", "kept", "dòng 4"),
        ("BODY", "old", "dòng 5"),
        ("BODY", "new", "dòng năm"),
        ("BODY", "kept", "dòng 6"),
        ("BODY", "gap", "3"),
    ]


def test_new_page_is_all_new_and_a_page_that_goes_all_old() -> None:
    text = "---\ntitle: Tên\nempty:\n---\nLời\n"

    assert rows(compared(None, text)) == [("TITLE", "new", "Tên"), ("BODY", "new", "Lời")]
    assert rows(compared(text, None)) == [("TITLE", "old", "Tên"), ("BODY", "old", "Lời")]


def test_keys_that_only_a_review_changes_can_be_passed_over() -> None:
    old = "---\na: 1\nfacts_checked_on: 2026-01-01\nnext_review_on: 2026-04-01\n---\n"
    new = "---\na: 1\nfacts_checked_on: 2026-04-01\nnext_review_on: 2026-07-01\n---\n"

    assert compared(old, new, without=REVIEW_KEYS) == []
    assert [field.key for field in compared(old, new)] == ["facts_checked_on", "next_review_on"]


def test_order_of_keys_and_their_way_of_writing_are_no_difference() -> None:
    assert compared("---\na: 1\nb: [x]\n---\n", '---\nb:\n  - "x"\na: 1\n---\n') == []


def test_text_that_is_no_page_is_compared_line_by_line() -> None:
    assert rows(compared("không có gì", "---\na: [\n---\n"))[0] == ("BODY", "old", "không có gì")


def test_text_of_a_hundred_thousand_like_lines_takes_no_time_worth_telling() -> None:
    old = "---\na: 1\n---\n" + "a\n" * 100_000
    new = "---\na: 1\n---\nb\n" + "a\n" * 50_000 + "c\n" + "a\n" * 50_000

    (field,) = compared(old, new)

    kinds = [line.kind for line in field.lines]
    assert (kinds.count(LineKind.NEW), kinds.count(LineKind.OLD)) == (50_002, 50_000)


def body_rows(old: str, new: str | None) -> list[tuple[str, str]]:
    """Return kind and text of each line of a body, with > < around what is marked in it."""
    texts = (None if text is None else f"---\na: 1\n---\n{text}\n" for text in (old, new))
    return [
        (
            line.kind.value,
            "".join(f">{p.text}<" if p.is_changed else p.text for p in line.pieces),
        )
        for field in compared(*texts)
        if field.key == "body"
        for line in field.lines
    ]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ('!!! note "Lưu ý"', "BOX Lưu ý"),
        ('    !!! tip "Mẹo"', "    BOX Mẹo"),
        ("![Ảnh ra quân](ra-quan-3b72.jpg)", "PICTURE Ảnh ra quân"),
        ('![Cổng\\_1](anh/a.png "Cổng chính")', "PICTURE CAPTION Cổng_1 Cổng chính"),
        ("## Các bước { #cac-buoc }", "## Các bước"),
        ("\\* mục 1\\. và \\[x\\]", "* mục 1. và [x]"),
        ('Phạt. <span class="by-check">cần kiểm tra</span>', "Phạt. (cần kiểm tra)"),
        # What residents read or follow stays as it is written.
        ("Câu nói {#x}", "Câu nói {#x}"),
        ("{ #mot-minh }", "{ #mot-minh }"),
        ("[ở đây](https://dichvucong.gov.vn){ href=https://la.vn }",) * 2,
        ("[![Ảnh](a.png)](https://la.vn)", "[PICTURE Ảnh](https://la.vn)"),
        ("![Ảnh](https://la.vn/a.png?x)",) * 2,
        ("\\![Ảnh](a.png)", "![Ảnh](a.png)"),
        ("a\\b \\: !!! note",) * 2,
        ("!!! note",) * 2,
    ],
)
def test_marks_of_a_text_are_told_in_words_where_nothing_is_left_unsaid(
    written: str, plain: str
) -> None:
    assert body_rows(f"{written}\nhết", None) == [("old", plain), ("old", "hết")]


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("![Ảnh](a.jpg)", "![Ảnh](b.jpg)", "PICTURE-FILE Ảnh a.jpg", "PICTURE-FILE Ảnh b.jpg"),
        ('!!! note "Mẹo"', '!!! tip "Mẹo"', '!!! note "Mẹo"', '!!! tip "Mẹo"'),
        ("## Một { #a }", "## Một { #b }", "## Một> { #a }<", "## Một> { #b }<"),
        ("## Một { #a }", "## Một", "## Một> { #a }<", "## Một"),
        ("\\*một chữ\\*", "*một chữ*", ">\\*<một chữ>\\*<", ">*<một chữ>*<"),
        ("[ở đây](https://a.vn)", "[ở đây](https://b.vn)",
         "[ở đây](https://>a<.vn)", "[ở đây](https://>b<.vn)"),
        ("Tối hôm ấy ![Ảnh](a.jpg)", "Sáng hôm ấy ![Ảnh](b.jpg)",
         ">Tối< hôm ấy >PICTURE-FILE Ảnh a.jpg<", ">Sáng< hôm ấy >PICTURE-FILE Ảnh b.jpg<"),
    ],
)  # fmt: skip
def test_change_of_only_what_is_left_unsaid_is_shown(
    old: str, new: str, before: str, after: str
) -> None:
    assert body_rows(old, new) == [("old", before), ("new", after)]


MARKED = st.lists(
    st.sampled_from(
        ["## ", "một", " ", "{ #a }", "{ #b }", "*", "\\*", "![Ảnh](a.png)", "![Ảnh](b.png)", "("]
    ),
    min_size=1,
    max_size=6,
).map("".join)  # fmt: skip


@given(MARKED, MARKED)
def test_lines_that_are_written_otherwise_never_look_the_same(old: str, new: str) -> None:
    assume(old.strip() and new.strip() and old != new)

    shown = {kind: text.replace(">", "").replace("<", "") for kind, text in body_rows(old, new)}

    assert shown["old"] != shown["new"]


def test_line_that_reads_like_one_elsewhere_on_the_other_side_is_told_exactly() -> None:
    found = body_rows("![Ảnh](a.jpg)\n\nmột\n\nhai", "một\n\nhai\n\n![Ảnh](b.jpg)")

    assert [text for _, text in found if "Ảnh" in text] == [
        "PICTURE-FILE Ảnh a.jpg",
        "PICTURE-FILE Ảnh b.jpg",
    ]


def test_line_that_only_moved_or_stays_is_told_plainly() -> None:
    old = "## Một { #a }\n\nmột\n\nhai\n\nba"

    moved = body_rows(old, "một\n\nhai\n\nba\n\n## Một { #a }")
    stays = body_rows(old, old.replace("một", "một hai"))

    assert [row for row in moved + stays if "Một" in row[1]] == [
        ("old", "## Một"),
        ("new", "## Một"),
        ("kept", "## Một"),
    ]


def test_what_is_only_the_machines_is_left_out_beside_what_people_read() -> None:
    old = "---\nmachine: c04b\np:\n  a: {x: 1, machine: c04b}\n---\n"
    new = "---\nmachine: c04b\np:\n  a: {x: 2, machine: 9f3a}\n---\n"

    assert rows(compared(old, new)) == [
        ("P", "old", "P.A: P.A.X: 1"),
        ("P", "new", "P.A: P.A.X: 2"),
    ]
    assert rows(compared(None, new)) == [("P", "new", "P.A: P.A.X: 2")]
    assert rows(compared(old, None)) == [("P", "old", "P.A: P.A.X: 1")]


def test_change_of_only_the_machines_values_is_told_in_a_sentence() -> None:
    old = "---\nmachine: c04b\np:\n  a: {x: 1, machine: c04b}\n---\n"

    below = compared(old, old.replace("1, machine: c04b", "1, machine: 9f3a"))
    above = compared(old, old.replace("machine: c04b\np", "machine: 9f3a\np"))

    assert rows(below) == [("P", "kept", "HIDDEN-CHANGE")]
    assert rows(above) == [("MACHINE", "old", "c04b"), ("MACHINE", "new", "9f3a")]


def test_long_line_with_an_end_that_never_comes_takes_no_time_worth_telling() -> None:
    for odd in ("![" + "a" * 200_000, "![" * 100_000, "# a {#b}" + " {#b}" * 40_000 + "x"):
        assert body_rows(odd, None) == [("old", odd)]


LINES = st.lists(st.sampled_from(["một", "hai", "ba", "hai ba", ""]), max_size=12)


@given(LINES, LINES)
def test_old_and_new_can_be_read_off_the_lines(old: list[str], new: list[str]) -> None:
    head = "---\na: 1\n---\n"

    found = compared(head + "\n".join(old), head + "\n".join(new))

    before, after = ("\n".join(lines).strip("\n").splitlines() for lines in (old, new))
    assert bool(found) is (before != after)
    if found:
        lines = found[0].lines
        kept = sum(line.count or 1 for line in lines if line.kind in ("kept", "gap"))
        texts = [("".join(p.text for p in line.pieces), line.kind) for line in lines]
        assert len(before) == kept + sum(kind == "old" for _, kind in texts)
        assert len(after) == kept + sum(kind == "new" for _, kind in texts)
        assert {text for text, kind in texts if kind == "new"} <= set(after)
        assert {text for text, kind in texts if kind == "old"} <= set(before)
