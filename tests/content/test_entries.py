"""A page that Decap opened and gave back is the page it was, but for what was edited."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.content.texts.entries import shown_to_decap, taken_from_decap
from functions.content.texts.page_keys import (
    ANSWER,
    DAY,
    MARK,
    NUMBER,
    PAGE_KEYS,
    TEXT,
    Keys,
    Named,
    Rows,
    Shape,
    Texts,
)
from functions.content.texts.rewriting import read_page, split_page
from functions.content.texts.typed_text import clean_value
from functions.core.errors import InvalidContentError
from functions.core.models.content import PageKind, PagePath
from functions.yaml_files import read_yaml
from tests.content.all_pages import PROJECT, SAMPLE_UNIT, changed_lines, put, staff_pages
from tests.content.decap_style import decap_body

RECORDED = Path(__file__).with_name("decap_bodies") / "unedited.json"
UNEDITED: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))

PROCEDURE = PagePath("site/thu-tuc/dang-ky-tam-tru.md", PageKind.PROCEDURE, "", "dang-ky-tam-tru")
UNIT = PagePath(f"site/don-vi/{SAMPLE_UNIT}/index.md", PageKind.UNIT, SAMPLE_UNIT, SAMPLE_UNIT)
NOTICE = PagePath(
    f"site/don-vi/{SAMPLE_UNIT}/thong-bao/cat-dien.md", PageKind.NOTICE, SAMPLE_UNIT, "cat-dien"
)
NOTICE_TEXT = "---\ntitle: Cắt điện\nposted_on: 2026-11-20\nvalid_until:\n---\n\nBuổi sáng.\n"

Data = dict[str, Any]


def parts_of(entry: str) -> tuple[Data, str]:
    """Return what Decap reads in an entry: its data and its body."""
    page = split_page(entry)
    return yaml.safe_load(page.source) or {}, page.body


def edited(page: PagePath, **changes: Any) -> str:
    """Return what Decap sends for a page in which some fields were changed."""
    data, body = parts_of(shown_to_decap(page.path, staff_pages()[page]))
    return f"---\n{json.dumps(data | changes)}\n---\n{body}"


def in_lines(data: Data) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=80)


def in_quotes(data: Data) -> str:
    lines = [f"{key}: {json.dumps(value)}\n" for key, value in sorted(data.items())]
    return "".join(lines)


def in_braces(data: Data) -> str:
    return yaml.safe_dump(data, allow_unicode=False, default_flow_style=True)


def with_empty_values(data: Data) -> str:
    """Write what Decap's widgets leave behind: empty texts and lists, marks that are not set."""
    rows = {
        key: [{"note": "", "check": False} | row for row in data[key]]
        for key in ("fees", "documents")
        if key in data
    }
    return in_lines({"title": None, "summary": "", "valid_until": None} | data | rows)


def test_what_decap_is_shown_has_days_as_texts_and_nothing_empty() -> None:
    data, body = parts_of(shown_to_decap(UNIT.path, staff_pages()[UNIT]))

    assert (data["checked_on"], data["channels"][0]["checked_on"]) == ("2026-11-20", "2026-11-01")
    assert data["motorbike_registration"] is True
    assert data["duty_phone"] == "0262 3000 001"
    assert not {"email", "website", "id_card_point"} & data.keys()
    assert body.startswith("## Đường đến trụ sở { #duong-den }\n")


def test_parts_by_name_are_rows_to_decap() -> None:
    data, _ = parts_of(shown_to_decap(UNIT.path, staff_pages()[UNIT]))

    assert [row["procedure"] for row in data["procedures"]] == ["sang-ten", "doi-cap-lai"]
    assert data["procedures"][1]["handled_here"] == "refer"


def test_every_page_that_is_given_back_as_shown_is_what_it_was() -> None:
    pages = staff_pages()

    back = {
        page: taken_from_decap(page, text, shown_to_decap(page.path, text))
        for page, text in pages.items()
    }

    assert len(back) > 190
    assert back == pages


@pytest.mark.parametrize("dump", [in_lines, in_quotes, in_braces, with_empty_values])
def test_another_way_to_write_the_same_data_changes_nothing(dump: Callable[[Data], str]) -> None:
    pages = {
        page: text
        for page, text in staff_pages().items()
        if page.kind is not PageKind.UNIT or page.unit_id == SAMPLE_UNIT
    }

    back = {}
    for page, text in pages.items():
        data, body = parts_of(shown_to_decap(page.path, text))
        back[page] = taken_from_decap(page, text, f"---\n{dump(data)}---\n{decap_body(body)}")

    assert back == pages


@pytest.mark.parametrize("path", UNEDITED)
def test_what_the_real_decap_gave_back_changes_nothing(path: str) -> None:
    text, raw = ("\n".join(UNEDITED[path][part]) for part in ("text", "raw"))
    page = PagePath(path, PageKind(UNEDITED[path]["kind"]), "", "x")

    assert taken_from_decap(page, text, raw) == text


def test_one_field_edited_in_decap_is_a_one_line_change() -> None:
    text = staff_pages()[PROCEDURE]
    fees = read_page(PROCEDURE.path, text).meta["fees"]

    after = taken_from_decap(
        PROCEDURE, text, edited(PROCEDURE, fees=put(fees, (0, "amount_vnd"), "20000"))
    )

    assert changed_lines(text, after) == [("    amount_vnd: 15000", "    amount_vnd: 20000")]


def test_words_of_newer_yaml_are_texts() -> None:
    """Decap writes YAML 1.2, where yes is a text; an older reader takes it for true."""
    raw = "---\ntitle: no\nlevel: 7:30\nhandled_here: yes\n---\n"

    new = taken_from_decap(PROCEDURE, None, raw)

    assert '\ntitle: "no"\n' in new
    assert '\nlevel: "7:30"\nhandled_here: "yes"\n' in new


def test_what_comes_without_facts_leaves_none() -> None:
    after = taken_from_decap(NOTICE, NOTICE_TEXT, "Buổi sáng.\n")

    assert after == "---\ntitle:\nposted_on:\nvalid_until:\n---\n\nBuổi sáng.\n"


def test_a_new_page_gets_what_its_kind_tells() -> None:
    raw = '---\ntitle: "Cư trú"\nlayout: ""\nfacts_checked_on: 2026-11-21\n---\n* một\n'

    text = taken_from_decap(PROCEDURE, None, raw)

    assert text == (
        "---\nid: dang-ky-tam-tru\ntitle: Cư trú\ntemplate: procedure.html\n"
        "facts_checked_on: 2026-11-21\n---\n\n- một\n"
    )


def test_rows_by_name_go_back_to_their_own_lines() -> None:
    text = staff_pages()[UNIT]
    data, _ = parts_of(shown_to_decap(UNIT.path, text))
    rows = put(data["procedures"], (0, "place"), "Quầy số 4")

    after = taken_from_decap(UNIT, text, edited(UNIT, procedures=[*rows, {"procedure": "to-cao"}]))
    shorter = taken_from_decap(UNIT, text, edited(UNIT, procedures=rows[1:]))

    assert after == text.replace("Quầy số 3", "Quầy số 4")
    assert "sang-ten" not in shorter
    assert "\nprocedures:\n  doi-cap-lai:\n    handled_here: refer\n" in shorter


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (
            [{"procedure": "to-cao", "note": "a"}, {"procedure": "to-cao", "note": "b"}],
            "written-twice",
        ),
        ([{"note": "a"}], "entry-needs"),
    ],
)
def test_a_row_without_a_name_of_its_own_is_refused(rows: list[Data], code: str) -> None:
    with pytest.raises(InvalidContentError) as caught:
        taken_from_decap(UNIT, staff_pages()[UNIT], edited(UNIT, procedures=rows))

    (problem,) = caught.value.problems
    assert (problem.key, problem.code, problem.values["part"]) == ("procedures", code, "procedure")


@pytest.mark.parametrize(
    ("changes", "key", "part"),
    [
        ({"layout": "x.html"}, "layout", None),
        ({"fees": [{"case": "a", "price": 1}]}, "fees", "price"),
        ({"short_answer": {"where": "a"}}, "short_answer", "where"),
    ],
)
def test_a_key_that_neither_page_nor_kind_knows_is_refused(
    changes: Data, key: str, part: str | None
) -> None:
    with pytest.raises(InvalidContentError) as caught:
        taken_from_decap(PROCEDURE, staff_pages()[PROCEDURE], edited(PROCEDURE, **changes))

    (problem,) = caught.value.problems
    assert (problem.code, problem.key, problem.values.get("part")) == ("unknown-key", key, part)


def test_a_key_that_the_old_page_has_stays() -> None:
    old = NOTICE_TEXT.replace("valid_until:", "weather: 3\nvalid_until:")

    same = taken_from_decap(NOTICE, old, shown_to_decap(NOTICE.path, old))
    changed = taken_from_decap(NOTICE, old, shown_to_decap(NOTICE.path, old).replace(": 3", ": 4"))

    assert same == old
    assert changed == old.replace(": 3", ": 4")


@pytest.mark.parametrize("facts", ["title: [a\n", "\ttitle: a\n", "- a\n"])
def test_what_cannot_be_read_is_refused(facts: str) -> None:
    with pytest.raises(InvalidContentError) as caught:
        taken_from_decap(NOTICE, NOTICE_TEXT, f"---\n{facts}---\nx\n")

    assert [(found.code, found.path) for found in caught.value.problems] == [("yaml", NOTICE.path)]


# YAML 1.1 takes this sign for the end of a line, and folds it into a blank.
TYPED = st.characters(exclude_categories=["Cs"], exclude_characters="\x85")


@settings(deadline=None)
@given(st.text(TYPED, max_size=40), st.text("abc \n:-#'\"\\", max_size=20))
def test_any_text_typed_into_decap_comes_back_the_same(title: str, summary: str) -> None:
    data = {"title": title, "posted_on": "2026-11-20", "summary": summary}

    after = taken_from_decap(NOTICE, NOTICE_TEXT, f"---\n{in_lines(data)}---\nBuổi sáng.\n")

    shown, body = parts_of(shown_to_decap(NOTICE.path, after))
    assert shown.get("title", "") == clean_value(title)
    assert shown.get("summary", "") == clean_value(summary)
    assert body == "Buổi sáng.\n"


WIDGETS: Mapping[str, set[Any]] = {
    "string": {TEXT},
    "text": {TEXT},
    "hidden": {TEXT},
    "select": {TEXT},
    "day": {DAY},
    "number": {NUMBER},
    "yes-no": {ANSWER},
    "boolean": {MARK},
}


def fits(field: Data, shape: Shape | None) -> bool:
    """Tell whether a field of the editor gives what the page's key holds."""
    if field["widget"] == "lines" or field.get("multiple"):
        return isinstance(shape, Texts)
    if field["widget"] == "list":
        if isinstance(shape, Named):
            shape = Rows(Keys({shape.name: TEXT, **shape.keys.keys}))
        return isinstance(shape, Rows) and all_fit(field["fields"], shape.keys)
    if field["widget"] == "object":
        return isinstance(shape, Keys) and all_fit(field["fields"], shape)
    return shape in WIDGETS[field["widget"]]


def all_fit(fields: list[Data], keys: Keys) -> bool:
    return all(fits(field, keys.keys.get(field["name"])) for field in fields)


@pytest.mark.parametrize("kind", PAGE_KEYS)
def test_every_field_of_the_editor_is_a_key_of_its_kind(kind: PageKind) -> None:
    said = read_yaml(PROJECT / "templates" / "editor" / "fields.yml")["kinds"][kind.value]

    misfits = [
        field["name"]
        for field in said["fields"]
        if field["name"] != "body" and not fits(field, PAGE_KEYS[kind].keys.get(field["name"]))
    ]

    assert misfits == []
