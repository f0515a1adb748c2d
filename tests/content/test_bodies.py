"""A body that Decap wrote anew differs from the old one where it was edited, and nowhere else."""

from __future__ import annotations

import html
import json
import random
import re
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from functions.content.texts.bodies import tidied
from functions.content.texts.markdown_blocks import read_blocks
from functions.content.texts.markdown_writing import written
from functions.content.texts.rewriting import read_page
from functions.content.texts.shown_markdown import shown
from publish.own_markdown import new_renderer
from tests.content.all_pages import changed_lines, staff_pages
from tests.content.decap_style import decap_body

RECORDED = Path(__file__).with_name("decap_bodies")
UNEDITED: dict[str, Any] = json.loads((RECORDED / "unedited.json").read_text("utf-8"))
EDITED: dict[str, Any] = json.loads((RECORDED / "edited.json").read_text("utf-8"))
TYPED: list[tuple[str, str]] = json.loads((RECORDED / "typed.json").read_text("utf-8"))

COMMON_MARK = MarkdownIt("commonmark").enable("table")

BODIES = {
    page.path: body
    for page, text in staff_pages().items()
    if (body := read_page(page.path, text).body)
}


def body_of(path: str) -> str:
    return read_page(path, "\n".join(UNEDITED[path]["text"])).body


def page_html(body: str) -> str:
    return new_renderer().convert(body)


def differences(before: str, after: str) -> list[str]:
    lines = ndiff(before.split("\n"), after.split("\n"))
    return [line for line in lines if line.startswith(("+ ", "- "))]


@pytest.mark.parametrize("path", UNEDITED)
def test_what_decap_wrote_anew_without_an_edit_is_what_it_was(path: str) -> None:
    raw = read_page(path, "\n".join(UNEDITED[path]["raw"])).body

    assert tidied(body_of(path), raw) == body_of(path)


@pytest.mark.parametrize("edit", EDITED)
def test_an_edit_in_decap_changes_its_own_lines_only(edit: str) -> None:
    page, raw = EDITED[edit]["page"], "\n".join(EDITED[edit]["raw"])

    after = tidied(body_of(page), raw)

    assert differences(body_of(page), after) == EDITED[edit]["changes"]


@pytest.mark.parametrize(("typed", "raw"), TYPED)
def test_a_line_typed_in_decap_reads_on_the_site_as_it_was_typed(typed: str, raw: str) -> None:
    made = page_html(tidied("Đoạn cũ.", raw))

    assert html.unescape(made.removeprefix("<p>").removesuffix("</p>")) == typed


@pytest.mark.parametrize("path", [path for path in UNEDITED if "mau-" not in path])
def test_our_own_decap_writes_as_the_real_one(path: str) -> None:
    raw = read_page(path, "\n".join(UNEDITED[path]["raw"])).body

    assert decap_body(body_of(path)) == raw


def test_all_bodies_that_decap_writes_anew_are_what_they_were() -> None:
    rewritten = {path: tidied(body, decap_body(body)) for path, body in BODIES.items()}

    assert len(rewritten) > 80
    assert rewritten == BODIES


def test_a_word_edited_anywhere_in_any_body_is_a_one_line_change() -> None:
    """Every third line that has words: each kind of line of each kind of page is among them."""
    count = 0
    for number, (path, body) in enumerate(BODIES.items()):
        raw = decap_body(body).split("\n")
        with_words = [at for at, line in enumerate(raw) if re.search(r"[^\W\d_]{2,} ", line)]
        for at in with_words[number % 3 :: 3]:
            edited = re.sub(r"([^\W\d_]{2,}) ", r"\1 (sửa) ", raw[at], count=1)
            lines = [*raw[:at], edited, *raw[at + 1 :]]

            after = tidied(body, "\n".join(lines))

            ((old, new),) = changed_lines(body, after)
            assert (old, new.replace("(sửa) ", "")) == (old, old), (path, raw[at])
            count += 1
    assert count > 250


def meant(raw: str) -> str:
    """Return what a text shows by the rules that Decap follows, without the marks of our own."""
    return re.sub(r" ?\{ #[\w-]+ \}", "", shown(COMMON_MARK.render(raw)))


def test_the_site_shows_what_decap_meant() -> None:
    """Two other readers of Markdown are the judges: CommonMark for Decap, the site's own."""
    edited = {
        edit: (body_of(said["page"]), "\n".join(said["raw"]))
        for edit, said in EDITED.items()
        if "mau-" not in said["page"]
    }
    written_anew = {path: (f"{body}\n\nCũ.", decap_body(body)) for path, body in BODIES.items()}

    on_the_site = {
        name: re.sub(r" id=[\w-]+", "", shown(page_html(tidied(old, raw))))
        for name, (old, raw) in (edited | written_anew).items()
    }

    assert len(edited) > 5
    assert on_the_site == {name: meant(raw) for name, (_, raw) in (edited | written_anew).items()}


@pytest.mark.parametrize("indent", ["  ", "   ", "    "])
def test_nested_lists_come_out_four_blanks_in(indent: str) -> None:
    raw = f"* một\n{indent}* hai\n{indent * 2}* ba\n* bốn"

    after = tidied("", raw)

    assert after == "- một\n    - hai\n        - ba\n- bốn"
    assert page_html(after).count("<ul>") == 3


def test_a_list_in_a_numbered_list_keeps_its_place() -> None:
    raw = "1. Nộp\n\n   * tờ khai\n   * ảnh\n2. Nhận\n\n   Đoạn thêm.\n3. Xong"

    after = tidied("", raw)

    assert after == ("1. Nộp\n\n    - tờ khai\n    - ảnh\n\n2. Nhận\n\n    Đoạn thêm.\n\n3. Xong")
    assert page_html(after).count("<ol>") == page_html(after).count("<ul>") == 1


def test_two_lists_that_follow_each_other_stay_two() -> None:
    after = tidied("", "* một\n* hai\n\n1. ba\n2. bốn")

    assert after == "- một\n- hai\n\n<!-- -->\n\n1. ba\n2. bốn"
    assert "<ol>" in page_html(after)


BOX = '!!! warning "Cẩn thận"\n    Đoạn.\n\n    - một\n        - hai\n\n    | A | B |\n    | --- | --- |\n    | 1 | 2 |'  # noqa: E501 - one block


def test_a_box_survives_also_where_decap_made_code_of_it() -> None:
    mangled = '!!! warning "Cẩn thận"\n    Đoạn.\n\n```\n- một\n    - hai\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n```'  # noqa: E501 - one block

    assert tidied(f"{BOX}\n\nSau.", f"{BOX}\n\nSau khi.") == f"{BOX}\n\nSau khi."
    assert tidied(f"{BOX}\n\nSau.", f"{mangled}\n\nSau khi.") == f"{BOX}\n\nSau khi."


def test_a_list_typed_into_a_box_is_set_in_like_any_other() -> None:
    after = tidied(BOX, BOX.replace("        - hai", "      - hai\n      - ba"))

    assert after == BOX.replace("- hai", "- hai\n        - ba")


def test_columns_keep_how_they_are_set() -> None:
    old = "| Buổi | Nhận |\n| :--- | :---: |\n| Sáng | không |"

    rich_text = tidied(old, "| Buổi | Nhận  |\n| ---- | ----- |\n| Sáng | không |\n| Tối  | có |")
    raw_text = tidied(old, "| Buổi | Nhận |\n| --- | ---: |\n| Sáng | không |")

    assert rich_text == f"{old}\n| Tối | có |"
    assert raw_text == old.replace(":--- | :---:", "--- | ---:")


def test_a_column_more_is_not_set_in_any_way() -> None:
    old = "| A | B |\n| :--- | :---: |\n| 1 | 2 |"

    after = tidied(old, "| A | B | C |\n| --- | --- | --- |\n| 1 | 2 | 3 |")

    assert after == "| A | B | C |\n| :--- | :---: | --- |\n| 1 | 2 | 3 |"


def test_a_hashtag_is_no_heading() -> None:
    assert page_html(tidied("", "#AnNinh là thẻ")) == "<p>#AnNinh là thẻ</p>"


def test_a_line_break_stays_one() -> None:
    assert page_html(tidied("", "một\\\nhai")) == "<p>một<br />\nhai</p>"


def test_a_number_in_front_of_a_paragraph_stays_the_number() -> None:
    assert page_html(tidied("", "12. Tháng chạp")) == "<p>12. Tháng chạp</p>"


def test_a_link_named_elsewhere_keeps_its_name() -> None:
    old = 'Xem [đây][a].\n\n[a]: https://a.vn "T"\n\nCuối.'

    after = tidied(old, 'Xem [đây](https://a.vn "T").\n\nCuối cùng.')

    assert after == old.replace("Cuối.", "Cuối cùng.")


def test_a_line_that_runs_on_in_an_item_belongs_to_it() -> None:
    assert tidied("", "* một\ndòng nữa\n* hai") == "- một\n    dòng nữa\n- hai"


def test_odd_pieces_are_compared_as_they_stand() -> None:
    odd = f"<div><![x\n\n{'- ' * 900}x\n\n{'chữ ' * 1_500}cuối.\n\n{'[' * 600}"

    assert tidied(f"{odd}\n\nSau.", f"{odd}\n\nSau nữa.") == f"{odd}\n\nSau nữa."


def test_a_rule_below_a_list_is_no_item_of_it() -> None:
    assert tidied("", "* một\n\n- - -\n\nhai") == "- một\n\n---\n\nhai"


def test_a_list_put_above_another_stays_apart_from_it() -> None:
    after = tidied("Đầu.\n\n- một", "Đầu.\n\n1. hai\n\n* một")

    assert after == "Đầu.\n\n1. hai\n\n<!-- -->\n\n- một"


def test_far_too_deep_parts_are_words() -> None:
    deep = "".join(f"{'  ' * depth}* mục\n" for depth in range(40))

    assert "- mục" in tidied("", deep)


def test_an_edited_paragraph_right_above_a_list_is_parted_from_it() -> None:
    """Python-Markdown would take the list for words."""
    assert tidied("Đoạn.\n- một", "Đoạn sửa.\n\n* một") == "Đoạn sửa.\n\n- một"
    assert (
        tidied("Đoạn.\n- một\n\nSau.", "Đoạn.\n\n* một\n\nSau này.") == "Đoạn.\n- một\n\nSau này."
    )


def test_empty_and_unchanged_bodies_stay_so() -> None:
    assert tidied("", "") == tidied("x", "") == tidied("", "\n\n") == ""
    assert tidied("x  y\n\n\n\nz", "x  y\n\n\n\nz\n") == "x  y\n\n\n\nz"


def test_what_is_far_too_long_is_left_to_the_checks() -> None:
    endless = "* mục\n" * 100_000

    assert tidied("Cũ.", endless) == endless.strip("\n")


WORDS = st.sampled_from(["một", "**hai**", "[ba](x.md)", "_bốn_", "năm.", "`sáu`", "“bảy”"])
LINE = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


def lists(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lists in our form whose items hold what `item` makes."""
    items = st.lists(item.map(lambda text: text.replace("\n", "\n    ")), min_size=1, max_size=4)
    return items.map(lambda texts: "\n".join(f"- {text}" for text in texts)) | items.map(
        lambda texts: "\n".join(f"{at}. {text}" for at, text in enumerate(texts, start=1))
    )


ITEM = st.recursive(LINE, lambda inner: st.tuples(LINE, lists(inner)).map("\n".join), max_leaves=4)
TABLE = st.lists(st.tuples(LINE, LINE), min_size=2, max_size=4).map(
    lambda rows: "\n".join(
        [f"| {rows[0][0]} | {rows[0][1]} |", "| --- | :---: |"]
        + [f"| {one} | {other} |" for one, other in rows[1:]]
    )
)
PLAIN = LINE | lists(ITEM) | TABLE | LINE.map(lambda words: f"## {words} {{ #id }}")
BLOCK = PLAIN | st.lists(PLAIN, min_size=1, max_size=3).map(
    lambda blocks: '!!! note "Tên"\n    ' + "\n\nGiữa.\n\n".join(blocks).replace("\n", "\n    ")
)


def joined(blocks: list[str]) -> str:
    """Join blocks; lists that follow each other would be one list, so words stand between."""
    return re.sub(r"[ \t]+\n", "\n", "\n\nGiữa.\n\n".join(blocks))


@settings(max_examples=50, deadline=None)
@given(st.lists(BLOCK, min_size=1, max_size=5).map(joined))
def test_any_body_that_decap_writes_anew_is_what_it_was(body: str) -> None:
    assert tidied(body, decap_body(body)) == body


@settings(max_examples=50, deadline=None)
@given(
    st.lists(BLOCK, min_size=1, max_size=4).map(joined),
    st.lists(BLOCK, min_size=1, max_size=4).map(joined),
    st.randoms(use_true_random=False),
)
def test_any_edit_shows_what_was_meant(old: str, other: str, chance: random.Random) -> None:
    blocks, more = old.split("\n\n"), other.split("\n\n")
    at = chance.randrange(len(blocks) + 1)
    raw = decap_body("\n\n".join([*blocks[:at], *more[:3], *blocks[at + 1 :]]))

    after = tidied(old, raw)

    assert shown(page_html(after)) == shown(page_html(written(read_blocks(raw, ()))))
    assert tidied(after, after) == after


@given(st.text('ab -*+1.)>#|`~[]()!"\\_:\n\t{}<&= ', max_size=80), st.text(max_size=40))
def test_nothing_that_is_typed_stops_the_editor(old: str, new: str) -> None:
    assert tidied(old, old + new) is not None
    assert tidied(new, old) is not None
    assert tidied(old, old) == old.strip("\n")
