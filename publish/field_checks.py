"""Which keys front matter may have and what kind of value each holds, for every kind of page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from publish.documents import Document, is_day
from publish.errors import Problem

Row = Mapping[str, Any]

# Keys of entries; what is named nowhere here is a text.
_DAYS = ("valid_from", "valid_until", "checked_on", "paused_until")
_ANSWERS = ("check", "skip_if_in_db")
_NUMBERS = ("value", "amount_vnd", "amount_min_vnd", "amount_max_vnd")


def rows(document: Document, key: str) -> list[Row]:
    """Return the entries of a list in front matter, without what is none."""
    return entries(document.meta.get(key))


def entries(value: object) -> list[Row]:
    """Return the entries of a list, without what is none."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def ids(document: Document, key: str) -> list[str]:
    """Return the texts of a list in front matter, without what is none."""
    found = document.meta.get(key)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def is_blank(value: object) -> bool:
    """Tell whether nothing is said; no and zero are something."""
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip())


def is_text(value: object) -> bool:
    """Tell whether a value is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def _is_text_or_empty(value: object) -> bool:
    return value in (None, "") or is_text(value)


def unknown_keys(document: Document, known: Collection[str]) -> Iterator[Problem]:
    """Yield the keys that no page of this kind has."""
    for key in sorted(set(map(str, document.meta)) - set(known)):
        text = f"unknown key {key}; use {', '.join(sorted(known))}"
        yield document.problem(key, text, "unknown-key")


def wrong_texts(document: Document, keys: Collection[str]) -> Iterator[Problem]:
    """Yield the keys whose values are no texts."""
    for key in keys:
        if not _is_text_or_empty(document.meta.get(key)):
            yield document.problem(key, f"{key} must be text in quotes", "not-text")


def wrong_lists(document: Document, keys: Collection[str]) -> Iterator[Problem]:
    """Yield the keys whose values are no lists of texts."""
    for key in keys:
        value = document.meta.get(key)
        if value is None:
            continue
        if not isinstance(value, list) or not all(is_text(item) for item in value):
            yield document.problem(key, f"{key} must be a list of texts", "not-texts")


def wrong_rows(
    document: Document, key: str, required: Collection[str], optional: Collection[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the entries of a list: not with what their values mean."""
    value = document.meta.get(key)
    if value is not None and not (
        isinstance(value, list) and len(rows(document, key)) == len(value)
    ):
        yield document.problem(key, f"{key} must be a list of entries with keys", "not-entries")
        return
    for row in rows(document, key):
        yield from _wrong_row(document, key, row, required, optional)


def entry_name(row: Row) -> str:
    """Return what tells an entry from its neighbours; empty where nothing does."""
    texts = (row.get(key) for key in ("case", "name", "act", "title", "code"))
    return next((text for text in texts if isinstance(text, str) and text), "")


def entry_problem(
    document: Document, key: str, row: Row, text: str, code: str, part: str = "", **values: str
) -> Problem:
    """Return a problem of one entry, at the line of its name if there is one."""
    item = entry_name(row)
    named = {name: value for name, value in (("part", part), ("item", item)) if value}
    return document.problem(item or key, text, code, key, **named, **values)


def _wrong_row(
    document: Document,
    key: str,
    row: Row,
    required: Collection[str],
    optional: Collection[str],
) -> Iterator[Problem]:
    for name in required:
        if is_blank(row.get(name)):
            text = f"an entry of {key} needs {name}; write it"
            yield entry_problem(document, key, row, text, "entry-needs", name)
    for name in sorted(set(map(str, row)) - {*required, *optional}):
        text = f"unknown key {name} in {key}; take it out"
        item = {"item": entry_name(row)} if entry_name(row) else {}
        yield document.problem(name, text, "unknown-key", key, part=name, **item)
    for name in (*required, *optional):
        value = row.get(name)
        if value is None or (value == "" and name not in _DAYS):
            continue
        if name in _DAYS and not is_day(value):
            text = f"{name} must be a date as 2026-07-01"
            yield entry_problem(document, key, row, text, "not-a-day", name)
        elif name in _ANSWERS and not isinstance(value, bool):
            text = f"{name} must be true or false"
            yield entry_problem(document, key, row, text, "not-yes-or-no", name)
        elif name not in (*_DAYS, *_ANSWERS, *_NUMBERS) and not is_text(value):
            text = f"{name} must be text in quotes"
            text += ", so that its 0 stays" if name == "phone" else ""
            yield entry_problem(document, key, row, text, "not-text", name)
