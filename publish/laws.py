"""The registers of laws and hotlines that pages cite by id: data/laws.yml, data/hotlines.yml.

A page never copies a number, a date or a telephone number: it names an id, so that one correction
reaches every page, and a page whose law has lapsed can say so by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from publish.fast_yaml import SafeLoader

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TELEPHONE = re.compile(r"[0-9]{3,12}")
_LINE = "line of the entry"  # no key of a register can be spelled like this by accident


class Confidence(StrEnum):
    """How sure a fact is; staff-check is shown on the page."""

    HIGH = "high"
    STAFF_CHECK = "staff-check"


class LawStatus(StrEnum):
    """Where a law stands on a day."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Law:
    """One law, decree, circular or decision; `None` is a fact nobody has found yet.

    It is in force from the first day `in_force_from` to the last day `in_force_to`.
    """

    law_id: str
    number: str | None
    title: str
    issuer: str | None
    issued: date | None
    in_force_from: date | None
    in_force_to: date | None
    amended_by: tuple[str, ...]
    replaced_by: str | None
    url: str | None
    checked_on: date
    confidence: Confidence
    note: str | None


@dataclass(frozen=True)
class Hotline:
    """One number to call; `number` is for the tel: link, `display` for the eye."""

    hotline_id: str
    number: str
    display: str
    name: str
    purpose: str
    url: str | None
    checked_on: date
    confidence: Confidence
    note: str | None


_LAW_KEYS = frozenset({"id"} | {field.name for field in fields(Law)} - {"law_id"})
_HOTLINE_KEYS = frozenset({"id"} | {field.name for field in fields(Hotline)} - {"hotline_id"})


class LawDataError(ValueError):
    """A register cannot be used; `problems` names file, line, id and what to do."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def load_laws(path: Path) -> dict[str, Law]:
    """Read the register of laws, whole or not at all; `LawDataError` lists every problem."""
    problems: list[str] = []
    entries = _entries(path, "laws", _LAW_KEYS, problems)
    laws = {entry.entry_id: _law(entry) for entry in entries}
    for entry in entries:
        _check_law_links(entry, laws)
    if problems:
        raise LawDataError(problems)
    return laws


def load_hotlines(path: Path) -> dict[str, Hotline]:
    """Read the register of hotlines, whole or not at all; `LawDataError` lists every problem."""
    problems: list[str] = []
    entries = _entries(path, "hotlines", _HOTLINE_KEYS, problems)
    hotlines = {entry.entry_id: _hotline(entry) for entry in entries}
    if problems:
        raise LawDataError(problems)
    return hotlines


def status_on(law: Law, day: date) -> LawStatus:
    """Tell whether a law is in force on that day.

    An unknown beginning counts as long ago. A replaced law whose last day nobody has found
    counts as lapsed from the day that was noted.
    """
    if law.in_force_from is not None and day < law.in_force_from:
        return LawStatus.NOT_YET
    if law.in_force_to is not None:
        return LawStatus.LAPSED if day > law.in_force_to else LawStatus.IN_FORCE
    if law.replaced_by is not None and day >= law.checked_on:
        return LawStatus.LAPSED
    return LawStatus.IN_FORCE


class _LinedLoader(SafeLoader):
    """Plain data only; keeps the line of each entry and refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} is written twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        mapping = super().construct_mapping(node, deep=deep)
        mapping[_LINE] = node.start_mark.line + 1
        return mapping


@dataclass(frozen=True)
class _Entry:
    """One entry as YAML gives it, and where to tell what is wrong with it."""

    entry_id: str
    values: Mapping[str, object]
    report: Callable[[str], None]

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        found = self.optional_text(key)
        if found is None:
            self.report(f"{key} is missing; write it")
        return found or ""

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None where it is not known."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.report(f"{key} must be text in quotes, or null where it is not known")
            return None
        if not unicodedata.is_normalized("NFC", value):
            self.report(f"{key} is not NFC text; save the file as UTF-8 with composed letters")
        return value

    def day(self, key: str) -> date | None:
        """Return a day, or None where it is not known."""
        value = self.values.get(key)
        # A time of day is a date to Python too, and no law begins at one.
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.report(f"{key} {value!r} is not a date; write it as 2026-07-01 without quotes")
        return None

    def required_day(self, key: str) -> date:
        """Return a day that must be there."""
        if self.values.get(key) is None:
            self.report(f"{key} is missing; write the day somebody looked it up")
        return self.day(key) or date.min

    def confidence(self) -> Confidence:
        """Return how sure the entry is."""
        value = self.values.get("confidence")
        if value not in set(Confidence):
            self.report(f"confidence {value!r} is unknown; use {' or '.join(Confidence)}")
            return Confidence.STAFF_CHECK
        return Confidence(str(value))

    def ids(self, key: str) -> tuple[str, ...]:
        """Return a list of ids, empty where there are none."""
        value = self.values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.report(f"{key} must be a list of ids, as [luat-118-2025]")
            return ()
        return tuple(value)


def _entries(path: Path, top: str, keys: frozenset[str], problems: list[str]) -> list[_Entry]:
    """Return the entries with a usable id; what else is wrong goes to `problems`."""
    entries: dict[str, _Entry] = {}
    for values in _read_list(path, top):
        line = values.get(_LINE) if isinstance(values, dict) else None
        entry_id = values.get("id") if isinstance(values, dict) else None
        place = f"{path}:{line or '?'}: {entry_id or 'entry without id'}"

        def report(text: str, place: str = place) -> None:
            problems.append(f"{place}: {text}")

        if not isinstance(entry_id, str) or not _ID.fullmatch(entry_id):
            report("id must be an address; use a-z, 0-9 and single hyphens")
        elif entry_id in entries:
            report("id stands further up already; give one of the two another id")
        else:
            unknown = sorted(str(key) for key in values.keys() - keys - {_LINE})
            if unknown:
                report(f"unknown key {', '.join(unknown)}; use {', '.join(sorted(keys))}")
            entries[entry_id] = _Entry(entry_id, values, report)
    return list(entries.values())


def _read_list(path: Path, top: str) -> list[Any]:
    try:
        document = yaml.load(path.read_bytes().decode("utf-8"), _LinedLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise LawDataError([f"{path}: the file is missing; restore it"]) from None
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise LawDataError([f"{path}:{line}: is not UTF-8; save the file as UTF-8"]) from exc
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(exc, "problem", None) or exc
        raise LawDataError([f"{path}:{line}: is not YAML ({problem}); correct that line"]) from exc
    entries = document.get(top) if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise LawDataError([f"{path}:1: must begin with '{top}:' and hold a list below it"])
    return entries


def _law(entry: _Entry) -> Law:
    law = Law(
        law_id=entry.entry_id,
        number=entry.optional_text("number"),
        title=entry.text("title"),
        issuer=entry.optional_text("issuer"),
        issued=entry.day("issued"),
        in_force_from=entry.day("in_force_from"),
        in_force_to=entry.day("in_force_to"),
        amended_by=entry.ids("amended_by"),
        replaced_by=entry.optional_text("replaced_by"),
        url=_url(entry),
        checked_on=entry.required_day("checked_on"),
        confidence=entry.confidence(),
        note=entry.optional_text("note"),
    )
    if law.in_force_from and law.in_force_to and law.in_force_to < law.in_force_from:
        entry.report("in_force_to lies before in_force_from; it is the last day in force")
    return law


def _hotline(entry: _Entry) -> Hotline:
    number = entry.text("number")
    if number and not _TELEPHONE.fullmatch(number):
        entry.report(f"number {number!r} must be 3 to 12 digits; dots belong into display")
    return Hotline(
        hotline_id=entry.entry_id,
        number=number,
        display=entry.text("display"),
        name=entry.text("name"),
        purpose=entry.text("purpose"),
        url=_url(entry),
        checked_on=entry.required_day("checked_on"),
        confidence=entry.confidence(),
        note=entry.optional_text("note"),
    )


def _url(entry: _Entry) -> str | None:
    url = entry.optional_text("url")
    if url is not None and not url.startswith(("https://", "http://")):
        entry.report("url must begin with https:// or http://, or be null")
    return url


def _check_law_links(entry: _Entry, laws: Mapping[str, Law]) -> None:
    law = laws[entry.entry_id]
    replaced_by = (law.replaced_by,) if law.replaced_by else ()
    for other in law.amended_by + replaced_by:
        if other not in laws:
            entry.report(f"names {other!r}, which is not in the register; add it or correct the id")
        elif other == law.law_id:
            entry.report("names itself; name the law that amends or replaces it")
