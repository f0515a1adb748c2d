"""Pages changed in one place differ in that place only: all of the project's own pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from functions.content.texts.page_keys import PAGE_KEYS, shape_of
from functions.content.texts.rewriting import changed, new_page, read_page
from functions.core.errors import InvalidContentError
from functions.core.models.content import PageKind
from tests.content.all_pages import (
    SAMPLE_UNIT,
    Place,
    all_pages,
    changed_lines,
    leaves,
    put,
    staff_pages,
)

PROCEDURE = "site/thu-tuc/dang-ky-tam-tru.md"
UNIT = f"site/don-vi/{SAMPLE_UNIT}/index.md"
NOTICE = f"site/don-vi/{SAMPLE_UNIT}/thong-bao/cat-dien.md"
NOTICE_TEXT = """\
---
title: Trụ sở cắt điện
posted_on: 2026-11-20
---

Nội dung.
"""
GROUPS = 3
"""Leaves that are not neighbours are changed together, which takes a twentieth of the time."""


def other(leaf: Any) -> Any:
    """Return another value of the same kind."""
    if leaf is None:
        return "Điều mới biết"
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, int):
        return leaf + 1
    if re.fullmatch(r"\d{4}-\d\d-\d\d", leaf):
        return "2027-01-31"
    return f'{leaf} (sửa: "lần 2")'


def lines_of(places: list[Place], meta: Mapping[str, Any], source: str) -> int:
    """Return how many lines hold these leaves: a list between brackets is one line."""
    return len(
        {place[:1] if re.search(rf"^{place[0]}: \[", source, re.M) else place for place in places}
    )


def changeable(meta: Mapping[str, Any]) -> list[tuple[Place, Any]]:
    """Return all leaves but marks, which are there or not and so add or take a line."""
    return [(place, leaf) for place, leaf in leaves(meta) if leaf is not True or len(place) == 1]


def every_group() -> Iterator[tuple[str, str, dict[str, Any], list[tuple[Place, Any]]]]:
    for path, text in all_pages().items():
        meta = dict(read_page(path, text).meta)
        found = changeable(meta)
        for first in range(GROUPS):
            yield path, text, meta, found[first::GROUPS]


def test_a_page_with_nothing_changed_keeps_its_very_bytes() -> None:
    rewritten = {
        path: changed(path, text, (page := read_page(path, text)).meta, page.body)
        for path, text in all_pages().items()
    }

    assert len(rewritten) > 200
    assert rewritten == all_pages()


def test_a_changed_leaf_of_any_page_changes_its_own_line_only() -> None:
    count = 0
    for path, text, meta, group in every_group():
        wanted = meta
        for place, leaf in group:
            wanted = put(wanted, place, other(leaf))

        after = changed(path, text, wanted)

        assert read_page(path, after).meta == wanted, path
        places = [place for place, _ in group]
        assert len(changed_lines(text, after)) == lines_of(places, meta, text), (path, places)
        count += len(group)
    assert count > 6_000


@pytest.mark.long
def test_every_single_leaf_of_every_page_is_a_one_line_change() -> None:
    for path, text in all_pages().items():
        meta = dict(read_page(path, text).meta)
        for place, leaf in changeable(meta):
            key = str(place[0])

            after = changed(path, text, {key: put(meta, place, other(leaf))[key]})

            assert len(changed_lines(text, after)) == 1, (path, place)


def test_a_mark_taken_off_takes_its_line_only() -> None:
    text = all_pages()[PROCEDURE]
    documents = read_page(PROCEDURE, text).meta["documents"]

    after = changed(PROCEDURE, text, {"documents": put(documents, (1, "skip_if_in_db"), False)})

    assert after == text.replace("    skip_if_in_db: true\n", "")


def without_empty_keys(text: str) -> str:
    """Leave out the keys that a page shows and nobody has filled in: data does not tell them."""
    empty = r"^ *(?:checked_by_role|code_dvc|amount_vnd|email|website|id_card_point):\n"
    return re.sub(empty, "", text, flags=re.M)


def test_written_from_their_data_pages_look_as_their_writers_wrote_them() -> None:
    """So what the editor writes is in the project's own way, letter by letter."""
    pages = {
        page: text
        for page, text in staff_pages().items()
        if page.kind is not PageKind.UNIT or page.unit_id == SAMPLE_UNIT
    }

    alike = [
        page
        for page, text in pages.items()
        for said in [read_page(page.path, text)]
        if without_empty_keys(text) == without_empty_keys(new_page(page.kind, said.meta, said.body))
    ]

    assert len(alike) >= 0.9 * len(pages) > 80


def test_a_new_entry_of_a_list_touches_its_own_lines_only() -> None:
    text = all_pages()[PROCEDURE]
    meta = read_page(PROCEDURE, text).meta
    fee = {"valid_until": "2027-12-31", "amount_vnd": 5000, "case": "Mới", "channel": "online"}

    longer = {"fees": [fee, *meta["fees"]], "conditions": ["Mới.", *meta["conditions"]]}
    after = changed(PROCEDURE, text, longer)

    lines = (
        "  - case: Mới\n    channel: online\n    amount_vnd: 5000\n    valid_until: 2027-12-31\n"
    )
    expected = text.replace("\nfees:\n", f"\nfees:\n{lines}")
    assert after == expected.replace("\nconditions:\n", "\nconditions:\n  - Mới.\n")


@pytest.mark.parametrize("position", range(9))
def test_an_entry_taken_out_takes_its_own_lines_only(position: int) -> None:
    text = all_pages()[PROCEDURE]
    sources = read_page(PROCEDURE, text).meta["sources"]
    rest = [row for place, row in enumerate(sources) if place != position]

    after = changed(PROCEDURE, text, {"sources": rest})

    url = sources[position].get("url")
    taken = f"  - title: {sources[position]['title']}\n" + (f"    url: {url}\n" if url else "")
    assert after == text.replace(taken, "")


def test_a_list_between_brackets_stays_in_its_line() -> None:
    text = all_pages()[PROCEDURE]

    after = changed(PROCEDURE, text, {"also_called": ["KT3", "trọ, ở nhờ", "ct01", "123"]})

    assert changed_lines(text, after)[0][1] == 'also_called: [KT3, "trọ, ở nhờ", ct01, "123"]'


def test_a_new_key_stands_where_pages_of_its_kind_have_it() -> None:
    after = changed(NOTICE, NOTICE_TEXT, {"valid_until": "2026-11-25", "summary": "Sáng 25/11."})

    assert after == NOTICE_TEXT.replace("posted_on", "summary: Sáng 25/11.\nposted_on").replace(
        "20\n---", "20\nvalid_until: 2026-11-25\n---"
    )


def test_a_key_that_no_kind_knows_stands_last() -> None:
    after = changed(NOTICE, NOTICE_TEXT, {"weather": "nắng"})

    assert after == NOTICE_TEXT.replace("20\n---", "20\nweather: nắng\n---")


@pytest.mark.parametrize("empty", [None, "", " ", [], {}])
def test_an_emptied_value_leaves_its_key(empty: Any) -> None:
    text = all_pages()[UNIT]

    after = changed(UNIT, text, {"duty_phone": empty, "areas": empty, "email": empty})

    page = read_page(UNIT, after)
    assert [page.meta[key] for key in ("duty_phone", "areas", "email")] == [None, None, None]
    assert "\nduty_phone:\nemail:\n" in after
    assert "\nareas:\nprocedures:\n" in after


def test_a_value_for_an_empty_key_fills_its_line() -> None:
    text = all_pages()["site/don-vi/phuong-tan-an/index.md"]

    after = changed(UNIT, text, {"duty_phone": "0262 3811 234", "car_registration": False})

    assert changed_lines(text, after) == [
        ("duty_phone:", 'duty_phone: "0262 3811 234"'),
        ("car_registration:", "car_registration: false"),
    ]


def test_parts_by_name_are_changed_in_their_own_lines() -> None:
    text = all_pages()[UNIT]
    rules = read_page(UNIT, text).meta["procedures"]
    new = {"paused_until": "2026-12-31", "note": "Nghỉ: bảo trì."}

    rules = put(rules, ("sang-ten", "hours"), None) | {"to-cao": new}
    after = changed(UNIT, text, {"procedures": rules})

    assert after == text.replace("    hours: Thứ Hai, thứ Tư, 7 giờ 30 đến 11 giờ\n", "").replace(
        "\nchecked_on: 2026-11-20\n---",
        '\n  to-cao:\n    note: "Nghỉ: bảo trì."\n    paused_until: 2026-12-31'
        "\nchecked_on: 2026-11-20\n---",
    )


def test_a_new_page_has_the_keys_in_their_usual_order() -> None:
    meta = {
        "valid_until": "2026-11-25",
        "posted_on": "2026-11-20",
        "title": "Cắt điện",
        "summary": "",
    }

    text = new_page(PageKind.NOTICE, meta, "* một\n* hai")

    facts = "title: Cắt điện\nposted_on: 2026-11-20\nvalid_until: 2026-11-25\n"
    assert text == f"---\n{facts}---\n\n- một\n- hai\n"


def test_a_changed_body_leaves_the_facts_alone() -> None:
    after = changed(NOTICE, NOTICE_TEXT, {}, "Nội dung.\n\n* thêm\n")

    assert after == NOTICE_TEXT + "\n- thêm\n"
    assert changed(NOTICE, after, {}, "") == NOTICE_TEXT.replace("\nNội dung.\n", "")


def test_front_matter_in_braces_is_written_anew_when_it_changes() -> None:
    text = "---\n{title: a, posted_on: 2026-11-20}\n---\nb\n"

    after = changed(NOTICE, text, {"title": "c"})

    assert changed(NOTICE, text, {"title": "a"}) == text
    assert after == "---\ntitle: c\nposted_on: 2026-11-20\n---\nb\n"


@pytest.mark.parametrize(
    ("source", "changes", "expected"),
    [
        (
            "title: |\n  một\n  hai\nposted_on: 2026-11-20\n",
            {"title": "ba"},
            "title: ba\nposted_on: 2026-11-20\n",
        ),
        (
            "title: một\n  hai\nposted_on: 2026-11-20\n",
            {"title": "ba"},
            "title: ba\nposted_on: 2026-11-20\n",
        ),
        ("title: 'a'  # vì sao\n", {"title": "b\nc"}, "title: |-\n  b\n  c\n"),
        (
            "title: 2026\nsummary: a\n",
            {"title": "2026", "summary": "b"},
            "title: 2026\nsummary: b\n",
        ),
        ("title: a\ntitle: b\n", {"title": "c"}, "title: c\n"),
        ("title: a\n", {"title": "1234e5678901"}, 'title: "1234e5678901"\n'),
    ],
)
def test_other_ways_to_write_a_value_are_understood(
    source: str, changes: dict[str, Any], expected: str
) -> None:
    assert changed(NOTICE, f"---\n{source}---\nx\n", changes) == f"---\n{expected}---\nx\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("areas:\n- kind: buon\n  name: A\n", "areas:\n- kind: buon\n  name: B\n"),
        ("areas:\n  -\n    kind: buon\n    name: A\n", "areas:\n  - kind: buon\n    name: B\n"),
        ("areas: [{kind: buon, name: A}]\n", "areas:\n  - kind: buon\n    name: B\n"),
        ("areas:\n  - {kind: buon, name: A}\n", "areas:\n  - kind: buon\n    name: B\n"),
        ("areas:\n", "areas:\n  - kind: buon\n    name: B\n"),
        ("areas: x\n", "areas:\n  - kind: buon\n    name: B\n"),
    ],
)
def test_other_ways_to_write_a_list_are_understood(source: str, expected: str) -> None:
    rows = [{"kind": "buon", "name": "B"}]

    after = changed(UNIT, f"---\nunit_id: x\n{source}---\n", {"areas": rows})

    assert after == f"---\nunit_id: x\n{expected}---\n"


def test_parts_in_braces_are_written_in_lines_when_they_change() -> None:
    text = "---\nprocedures: {to-cao: {note: a}}\n---\n"

    after = changed(UNIT, text, {"procedures": {"to-cao": {"note": "b"}}})

    assert after == "---\nprocedures:\n  to-cao:\n    note: b\n---\n"


def test_a_text_without_front_matter_is_all_body() -> None:
    assert read_page(NOTICE, "chữ\n").body == "chữ"
    assert changed(NOTICE, "\ufeffchữ\r\n", {"title": "a"}) == "---\ntitle: a\n---\nchữ\n"


def test_a_comment_stays_where_it_is() -> None:
    text = NOTICE_TEXT.replace("điện\n", "điện  # báo trước\n# ngày đăng\n")

    after = changed(NOTICE, text, {"title": "Mất nước"})

    assert after == text.replace("Trụ sở cắt điện", "Mất nước")


@pytest.mark.parametrize(
    ("source", "line"),
    [("title: a\nb: [c\n", 4), ("title: a\n\tb: c\n", 3), ("title: a: b\n", 2), ("- a\n", 2)],
)
def test_front_matter_that_cannot_be_read_is_named_with_its_line(source: str, line: int) -> None:
    with pytest.raises(InvalidContentError) as caught:
        changed(NOTICE, f"---\n{source}---\nx\n", {"title": "c"})

    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.code) == (NOTICE, line, "yaml")


def test_every_kind_of_page_and_every_page_of_staff_has_its_keys() -> None:
    assert PAGE_KEYS.keys() == set(PageKind) - {PageKind.PICTURE}
    assert {page.kind for page in staff_pages()} == PAGE_KEYS.keys()
    assert all(shape_of(page.path) is PAGE_KEYS[page.kind] for page in staff_pages())
