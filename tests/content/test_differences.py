"""What differs between two texts, as rows for people."""

from __future__ import annotations

from typing import Any

from hypothesis import given
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
