"""What a page of facts must say, and the codes it may use, checked before anything is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from publish.documents import Document, is_day
from publish.errors import Problem
from publish.field_checks import (
    Row,
    entry_problem,
    ids,
    is_blank,
    rows,
    unknown_keys,
    wrong_lists,
    wrong_rows,
    wrong_texts,
)
from publish.laws import Hotline, Law
from publish.own_markdown import unreadable

PROCEDURES = "thu-tuc"
GUIDES = "phap-luat"
WARNINGS = "canh-bao"
TOP = ""
"""The pages of facts that stand alone in site/, beside the home page."""

FOLDERS = (PROCEDURES, GUIDES, WARNINGS, TOP)

# The words for these codes are in templates/site/partials/labels.html; a test compares them.
FIELDS = ("cu-tru", "can-cuoc", "dinh-danh", "xe", "gplx", "antt", "vu-khi", "xnc", "khac")
CHANNELS = (
    "dvcqg",
    "vneid",
    "in_person",
    "phone",
    "email",
    "website",
    "software",
    "post",
    "online",
    "any",
)
TIME_UNITS = ("hour", "working_hour", "day", "working_day")
HANDLED_HERE = ("yes", "receive-only", "refer")
CONTACTS = ("unit", "province")
UNIT_SHOWS = ("residence_notice_channels",)
CONFIDENCE = ("high", "staff-check")
AMOUNTS = ("amount_vnd", "amount_min_vnd", "amount_max_vnd")

_SHORT_ANSWER = ("bring", "cost", "time", "come")
_FIRST_LEVEL = re.compile(r"^(?:# |[^\n]+\n=+[ \t]*$)", re.M)
_CODE = re.compile(r"\d\.\d{6}")
_ALWAYS = (
    "id",
    "title",
    "description",
    "template",
    "facts_checked_on",
    "next_review_on",
    "confidence",
)
_REQUIRED = {
    PROCEDURES: (
        *_ALWAYS,
        "short_title",
        "legal_basis",
        "field",
        "handled_here",
        "authority",
        "who_can_apply",
        "short_answer",
        "channels",
        "documents",
        "time_limit",
        "fees",
        "result",
    ),
    GUIDES: (*_ALWAYS, "legal_basis", "summary"),
    WARNINGS: (*_ALWAYS, "summary"),
    TOP: (*_ALWAYS, "summary"),
}
_CODES = {
    "field": FIELDS,
    "handled_here": HANDLED_HERE,
    "confidence": CONFIDENCE,
    "contact": CONTACTS,
}
_TEMPLATES = {
    PROCEDURES: ("procedure.html",),
    GUIDES: ("guide.html",),
    WARNINGS: ("guide.html",),
    TOP: ("guide.html", "hotlines.html"),
}
_TEXTS = (
    *("id", "title", "short_title", "description", "template", "field", "level", "handled_here"),
    *("contact", "authority", "who_can_apply", "result", "summary", "audience", "sensitive"),
    *("confidence", "checked_by_role"),
)
_LISTS = (
    *("also_called", "conditions", "common_mistakes", "do", "do_not"),
    *("legal_basis", "hotlines", "unit_shows"),
)
_ROWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # key: (what an entry must have, what it may have)
    "channels": (("channel",), ("note", "check")),
    "documents": (("name",), ("form", "note", "skip_if_in_db", "check")),
    "forms": (("code", "issued_by"), ("valid_from", "check")),
    "time_limit": (("case",), ("value", "unit", "note", "check")),
    "fees": (
        ("case", "channel"),
        (*AMOUNTS, "note", "check", "basis", "valid_from", "valid_until"),
    ),
    "penalties": (("act", "subject", "range", "basis", "checked_on"), ("check",)),
    "sources": (("title",), ("url",)),
}
_OTHER_KEYS = (
    *("code_dvc", "administrative_procedure", "never_paused", "short_answer", "dossier_sets"),
    *("facts_checked_on", "next_review_on"),
)


@dataclass(frozen=True)
class Registers:
    """What pages cite by id."""

    laws: Mapping[str, Law]
    hotlines: Mapping[str, Hotline]


def page_problems(page: Document, folder: str, registers: Registers) -> list[Problem]:
    """Return everything that is wrong with one page, each with file, line and remedy."""
    problems = [*_missing(page, folder), *_wrong_codes(page, folder), *_wrong_days(page)]
    problems += [*_unknown_ids(page, registers), *_wrong_headings(page)]
    if folder == PROCEDURES:
        problems += [*_wrong_short_answer(page), *_wrong_amounts(page)]
    # The generator would take minutes for such a text.
    return [*problems, *_wrong_fields(page), *unreadable(page)]


def _wrong_fields(page: Document) -> Iterator[Problem]:
    yield from unknown_keys(page, (*_TEXTS, *_LISTS, *_ROWS, *_OTHER_KEYS))
    yield from wrong_texts(page, _TEXTS)
    yield from wrong_lists(page, _LISTS)
    for key, (required, optional) in _ROWS.items():
        yield from wrong_rows(page, key, required, optional)
    for source in rows(page, "sources"):
        url = source.get("url")
        if isinstance(url, str) and url and not url.startswith(("https://", "http://")):
            text = "url must begin with https://"
            yield entry_problem(page, "sources", source, text, "web-address", "url")
    sets = page.meta.get("dossier_sets")
    if sets is not None and not (_is_whole(sets) and sets > 0):
        yield page.problem("dossier_sets", "dossier_sets must be a whole number", "not-a-number")


def _missing(page: Document, folder: str) -> Iterator[Problem]:
    for key in _REQUIRED[folder]:
        if is_blank(page.meta.get(key)):
            yield page.problem(key, f"{key} is missing; write it", "required")


def _wrong_headings(page: Document) -> Iterator[Problem]:
    if _FIRST_LEVEL.search(page.body):
        text = "a heading begins with one #; use ## (the title is above already)"
        yield page.problem("#", text, "heading-first-level", "body")


def _wrong_codes(page: Document, folder: str) -> Iterator[Problem]:
    for key, allowed in {**_CODES, "template": _TEMPLATES[folder]}.items():
        value = page.meta.get(key)
        if value not in (None, *allowed):
            text = f"{key} {value!r} is unknown; use {', '.join(allowed)}"
            yield page.problem(key, text, "unknown-value")
    codes = page.meta.get("code_dvc")
    for code in codes if isinstance(codes, list) else [codes]:
        if code is not None and not (isinstance(code, str) and _CODE.fullmatch(code)):
            text = 'code_dvc must look like "1.004194", or be empty'
            yield page.problem("code_dvc", text, "procedure-code")
    is_procedure = page.meta.get("administrative_procedure", True)
    if not isinstance(is_procedure, bool) or (codes and not is_procedure):
        text = "administrative_procedure must be true or false, and false only without a code"
        yield page.problem("administrative_procedure", text, "no-procedure-with-code")
    if not isinstance(page.meta.get("never_paused", False), bool | None):
        text = "never_paused must be true or false"
        yield page.problem("never_paused", text, "not-yes-or-no")
    for shown in ids(page, "unit_shows"):
        if shown not in UNIT_SHOWS:
            text = f"unit_shows may name {', '.join(UNIT_SHOWS)}"
            yield page.problem("unit_shows", text, "unknown-value")


def _wrong_days(page: Document) -> Iterator[Problem]:
    for key in ("facts_checked_on", "next_review_on"):
        if page.meta.get(key) is not None and not is_day(page.meta[key]):
            text = f"{key} must be a date as 2026-07-01, without quotes"
            yield page.problem(key, text, "not-a-day")


def _unknown_ids(page: Document, registers: Registers) -> Iterator[Problem]:
    cited = dict.fromkeys(ids(page, "legal_basis"), "legal_basis")
    for fee in rows(page, "fees"):
        if isinstance(fee.get("basis"), str):
            cited.setdefault(fee["basis"], "fees")
    for law, key in cited.items():
        if law not in registers.laws:
            text = f"law {law!r} is unknown; add it to data/laws.yml or correct the id"
            yield page.problem(law, text, "unknown-law", key, law=law)
    for line in ids(page, "hotlines"):
        if line not in registers.hotlines:
            text = f"hotline {line!r} is unknown; add it to data/hotlines.yml"
            yield page.problem(line, text, "unknown-hotline", "hotlines", hotline=line)


def _wrong_short_answer(page: Document) -> Iterator[Problem]:
    answer = page.meta.get("short_answer")
    for key in _SHORT_ANSWER:
        if not isinstance(answer, dict) or is_blank(answer.get(key)):
            text = f"short_answer needs {key}; write it"
            yield page.problem("short_answer", text, "required", part=key)
        elif not isinstance(answer[key], str):
            text = f"{key} must be text in quotes"
            yield page.problem("short_answer", text, "not-text", part=key)


def _wrong_amounts(page: Document) -> Iterator[Problem]:
    for key in ("channels", "fees"):
        for row in rows(page, key):
            if row.get("channel") not in CHANNELS:
                text = f"channel must be one of {', '.join(CHANNELS)}"
                yield entry_problem(page, key, row, text, "unknown-value", "channel")
    for fee in rows(page, "fees"):
        yield from _wrong_fee(page, fee)
    for row in rows(page, "time_limit"):
        yield from _wrong_time(page, row)


def _wrong_time(page: Document, row: Row) -> Iterator[Problem]:
    value = row.get("value")
    if value is not None and row.get("unit") not in TIME_UNITS:
        text = f"unit must be one of {', '.join(TIME_UNITS)}"
        yield entry_problem(page, "time_limit", row, text, "unknown-value", "unit")
    if value is not None and not _is_time(value):
        text = "value must be a number as 7 or 0.5; else use note"
        yield entry_problem(page, "time_limit", row, text, "time-value", "value")
    if value is None and not row.get("note"):
        text = "a time limit needs value and unit, or a note"
        yield entry_problem(page, "time_limit", row, text, "time-empty")


def _wrong_fee(page: Document, fee: Row) -> Iterator[Problem]:
    lowest, highest = fee.get("amount_min_vnd"), fee.get("amount_max_vnd")
    amounts = {key: fee[key] for key in AMOUNTS if fee.get(key) is not None}
    if not amounts and not fee.get("note"):
        text = "a fee needs amount_vnd, or a note that says what is known"
        yield entry_problem(page, "fees", fee, text, "fee-empty")
    for key, amount in amounts.items():
        if not _is_whole(amount) or amount < 0:
            text = "amount_vnd must be a whole number as 15000"
            yield entry_problem(page, "fees", fee, text, "fee-amount", key)
    if (lowest is None) != (highest is None) or (
        _is_whole(lowest) and _is_whole(highest) and lowest >= highest
    ):
        text = "a range needs amount_min_vnd and a greater amount_max_vnd"
        yield entry_problem(page, "fees", fee, text, "fee-range")
    if "amount_vnd" in amounts and lowest is not None:
        text = "a fee has amount_vnd or a range; take one out"
        yield entry_problem(page, "fees", fee, text, "fee-amount-and-range")


def _is_time(value: object) -> bool:
    """Tell whether a value is a number of halves."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value > 0 and value * 2 % 1 == 0


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
