"""The fields of the editor are the keys of the pages: none is missing, none unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from functions.content.texts.entries import shown_to_decap
from functions.content.texts.page_keys import PAGE_KEYS, Keys, Leaf, Named, Shape, Texts
from functions.core.editing.pages import SHARED_FOLDERS, page_path
from functions.core.errors import NotAllowedError
from functions.core.models.content import PageKind
from functions.installed import PROJECT, TEMPLATES
from functions.yaml_files import read_yaml
from publish import page_checks, unit_fact_checks

Field = Mapping[str, Any]

KINDS: Mapping[str, Any] = read_yaml(TEMPLATES / "editor" / "fields.yml")["kinds"]
BODY = "body"
UNITS = [path.name for path in (PROJECT / "site" / "don-vi").glob("[a-z]*")]

SAID_ELSEWHERE = {PageKind.TOP: {"penalties", "sensitive"}}
"""What a guide may have, and the pages of its making that stand alone never do."""

WIDGETS = {
    "string": Leaf.TEXT,
    "text": Leaf.TEXT,
    "hidden": Leaf.TEXT,
    "number": Leaf.NUMBER,
    "day": Leaf.DAY,
    "yes-no": Leaf.ANSWER,
    "boolean": Leaf.MARK,
}
DECAPS = {
    *("name", "label", "label_singular", "widget", "required", "hint", "pattern", "default"),
    *("fields", "multiple", "collapsed", "summary", "min", "max", "step", "value_type"),
    *("modes", "buttons", "editor_components"),
}
OURS = {"choices", "default_days"}


def fields_of(kind: PageKind) -> dict[str, Field]:
    return {field["name"]: field for field in KINDS[kind]["fields"]}


def all_fields(fields: list[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from all_fields(field.get("fields", []))


def every_field() -> Iterator[Field]:
    for kind in KINDS.values():
        yield from all_fields(kind["fields"])


def is_drawn_as(shape: Shape, field: Field) -> bool:
    """Tell whether a widget gives what the page holds, all the way down."""
    widget = field["widget"]
    if isinstance(shape, Leaf):
        is_choice = widget == "select" and not field.get("multiple") and shape is Leaf.TEXT
        return is_choice or WIDGETS.get(widget) is shape
    if isinstance(shape, Texts):
        return widget == "lines" or (widget == "select" and bool(field.get("multiple")))
    inner = {part["name"]: part for part in field.get("fields", [])}
    keys = shape if isinstance(shape, Keys) else shape.keys
    expected: dict[str, Shape] = dict(keys.keys)
    if isinstance(shape, Named):
        expected[shape.name] = Leaf.TEXT
    return (
        widget == ("object" if isinstance(shape, Keys) else "list")
        and set(inner) == set(expected)
        and all(is_drawn_as(part, inner[key]) for key, part in expected.items())
    )


@pytest.mark.parametrize("kind", sorted(set(PageKind) - {PageKind.PICTURE}))
def test_every_key_has_a_field_that_fits_and_no_field_is_without(kind: PageKind) -> None:
    fields, keys = fields_of(kind), PAGE_KEYS[kind].keys

    assert set(fields) - {BODY} == set(keys) - SAID_ELSEWHERE.get(kind, set())
    for key in set(fields) - {BODY}:
        assert is_drawn_as(keys[key], fields[key]), key
    assert fields[BODY]["widget"] == "markdown"


@pytest.mark.parametrize("kind", sorted(set(PageKind) - {PageKind.PICTURE}))
def test_nobody_types_codes_of_the_software(kind: PageKind) -> None:
    fields = fields_of(kind)

    for key in {"id", "template", "unit_id"} & set(fields):
        assert fields[key]["widget"] == "hidden"
    if kind in SHARED_FOLDERS.values():
        folder = next(folder for folder, of in SHARED_FOLDERS.items() if of is kind)
        assert (fields["template"]["default"],) == page_checks._TEMPLATES[folder]


def test_what_a_page_must_have_is_marked_as_required() -> None:
    folders = {kind: folder for folder, kind in SHARED_FOLDERS.items()} | {PageKind.TOP: ""}

    for kind, folder in folders.items():
        fields = fields_of(kind)
        marked = {
            name
            for name, field in fields.items()
            if field.get("required") or field["widget"] == "hidden"
        }
        assert marked == set(page_checks._REQUIRED[folder])


def test_what_a_row_must_have_is_marked_as_required() -> None:
    rows = [
        (PageKind.PROCEDURE, page_checks._ROWS),
        (PageKind.GUIDE, page_checks._ROWS),
        (PageKind.UNIT, unit_fact_checks._ROWS),
    ]

    for kind, checked in rows:
        for name, field in fields_of(kind).items():
            if name in checked and field["widget"] == "list":
                required, optional = checked[name]
                inner = {part["name"]: bool(part.get("required")) for part in field["fields"]}
                assert inner == dict.fromkeys(required, True) | dict.fromkeys(optional, False)


def test_codes_are_those_that_the_checks_know() -> None:
    procedure, unit = fields_of(PageKind.PROCEDURE), fields_of(PageKind.UNIT)

    def codes(field: Field, *inner: str) -> set[str]:
        for name in inner:
            field = next(part for part in field["fields"] if part["name"] == name)
        return set(field["choices"])

    assert codes(procedure["field"]) == set(page_checks.FIELDS)
    assert codes(procedure["handled_here"]) == set(page_checks.HANDLED_HERE)
    assert codes(procedure["confidence"]) == set(page_checks.CONFIDENCE)
    assert codes(procedure["contact"]) == set(page_checks.CONTACTS)
    assert codes(procedure["unit_shows"]) == set(page_checks.UNIT_SHOWS)
    for name in ("channels", "fees"):
        assert codes(procedure[name], "channel") == set(page_checks.CHANNELS)
    assert codes(procedure["time_limit"], "unit") == set(page_checks.TIME_UNITS)
    assert codes(unit["procedures"], "handled_here") == set(page_checks.HANDLED_HERE)
    assert codes(unit["channels"], "kind") == set(unit_fact_checks.CHANNEL_KINDS)
    assert codes(unit["areas"], "kind") == set(unit_fact_checks.AREA_KINDS)


def test_fields_say_nothing_that_decap_would_not_understand() -> None:
    for field in every_field():
        assert set(field) <= DECAPS | OURS, field["name"]
        assert field["label"]
        assert (field["widget"] == "select") == ("choices" in field)
        assert isinstance(field.get("choices", {}), dict | str)
        assert not (field["widget"] == "day" and field.get("required")) or "default_days" in field


def values_at(data: Any, field: Field) -> Iterator[Any]:
    for holder in data if isinstance(data, list) else [data]:
        if isinstance(holder, dict) and holder.get(field["name"]) is not None:
            yield holder[field["name"]]


def refused(data: Any, fields: list[Field]) -> Iterator[tuple[str, Any]]:
    """Yield what Decap would not let through, though the page is public."""
    for field in fields:
        for value in values_at(data, field):
            choices = field.get("choices")
            if isinstance(choices, dict):
                chosen = value if isinstance(value, list) else [value]
                yield from ((field["name"], one) for one in chosen if one not in choices)
            if "pattern" in field and not re.search(field["pattern"][0], str(value)):
                yield field["name"], value
            yield from refused(value, field.get("fields", []))
        holders = data if isinstance(data, list) else [data]
        if field.get("required") and any(not holder.get(field["name"]) for holder in holders):
            yield field["name"], None


def test_every_page_there_is_can_be_saved_again() -> None:
    pages = 0

    for file in sorted((PROJECT / "site").rglob("*.md")):
        path = file.relative_to(PROJECT).as_posix()
        try:
            page = page_path(path, UNITS)
        except NotAllowedError:
            continue
        _, front_matter, body = shown_to_decap(path, file.read_text("utf-8")).split("---\n", 2)
        data = yaml.safe_load(front_matter) | {BODY: body}
        fields = list(fields_of(page.kind).values())
        assert set(data) <= {field["name"] for field in fields}, path
        assert list(refused(data, fields)) == [], path
        pages += 1

    assert pages > 150
