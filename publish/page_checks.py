"""What a page of facts must say, and the codes it may use, checked before anything is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from publish.documents import Document, is_day
from publish.laws import Hotline, Law

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


@dataclass(frozen=True)
class Registers:
    """What pages cite by id."""

    laws: Mapping[str, Law]
    hotlines: Mapping[str, Hotline]


def page_problems(page: Document, folder: str, registers: Registers) -> list[str]:
    """Return everything that is wrong with one page, each with file, line and remedy."""
    problems = [*_missing(page, folder), *_wrong_codes(page), *_wrong_days(page)]
    problems += [*_unknown_ids(page, registers), *_wrong_headings(page)]
    if folder == PROCEDURES:
        problems += [*_wrong_short_answer(page), *_wrong_rows(page)]
    return problems


def _missing(page: Document, folder: str) -> Iterator[str]:
    for key in _REQUIRED[folder]:
        if page.meta.get(key) in (None, "", []):
            yield page.problem(key, f"{key} is missing; write it")


def _wrong_headings(page: Document) -> Iterator[str]:
    if _FIRST_LEVEL.search(page.body):
        yield page.problem("#", "a heading begins with one #; use ## (the title is above already)")


def _wrong_codes(page: Document) -> Iterator[str]:
    for key, allowed in _CODES.items():
        value = page.meta.get(key)
        if value not in (None, *allowed):
            yield page.problem(key, f"{key} {value!r} is unknown; use {', '.join(allowed)}")
    codes = page.meta.get("code_dvc")
    for code in codes if isinstance(codes, list) else [codes]:
        if code is not None and not (isinstance(code, str) and _CODE.fullmatch(code)):
            yield page.problem("code_dvc", 'code_dvc must look like "1.004194", or be empty')
    is_procedure = page.meta.get("administrative_procedure", True)
    if not isinstance(is_procedure, bool) or (codes and not is_procedure):
        yield page.problem(
            "administrative_procedure",
            "administrative_procedure must be true or false, and false only without a code",
        )
    for shown in page.meta.get("unit_shows") or []:
        if shown not in UNIT_SHOWS:
            yield page.problem("unit_shows", f"unit_shows may name {', '.join(UNIT_SHOWS)}")


def _wrong_days(page: Document) -> Iterator[str]:
    for key in ("facts_checked_on", "next_review_on"):
        if page.meta.get(key) is not None and not is_day(page.meta[key]):
            yield page.problem(key, f"{key} must be a date as 2026-07-01, without quotes")


def _unknown_ids(page: Document, registers: Registers) -> Iterator[str]:
    laws = [*(page.meta.get("legal_basis") or [])]
    laws += [fee["basis"] for fee in _rows(page, "fees") if fee.get("basis")]
    for law in dict.fromkeys(laws):
        if law not in registers.laws:
            yield page.problem(
                str(law), f"law {law!r} is unknown; add it to data/laws.yml or correct the id"
            )
    for line in page.meta.get("hotlines") or []:
        if line not in registers.hotlines:
            yield page.problem(
                str(line), f"hotline {line!r} is unknown; add it to data/hotlines.yml"
            )


def _wrong_short_answer(page: Document) -> Iterator[str]:
    answer = page.meta.get("short_answer")
    for key in _SHORT_ANSWER:
        if not isinstance(answer, dict) or not answer.get(key):
            yield page.problem("short_answer", f"short_answer needs {key}; write it")


def _wrong_rows(page: Document) -> Iterator[str]:
    for key in ("channels", "documents", "time_limit", "fees"):
        if not all(isinstance(row, dict) for row in page.meta.get(key) or []):
            yield page.problem(key, f"{key} must be a list of entries with keys")
    for key in ("channels", "fees"):
        for row in _rows(page, key):
            if row.get("channel") not in CHANNELS:
                yield page.problem(key, f"channel must be one of {', '.join(CHANNELS)}")
    for fee in _rows(page, "fees"):
        yield from _wrong_fee(page, fee)
    yield from _wrong_times(page)


def _wrong_times(page: Document) -> Iterator[str]:
    for row in _rows(page, "time_limit"):
        value = row.get("value")
        if value is not None and row.get("unit") not in TIME_UNITS:
            yield page.problem("time_limit", f"unit must be one of {', '.join(TIME_UNITS)}")
        if value is not None and not (isinstance(value, int | float) and value * 2 % 1 == 0):
            yield page.problem("time_limit", "value must be a number as 7 or 0.5; else use note")
        if row.get("value") is None and not row.get("note"):
            yield page.problem("time_limit", "a time limit needs value and unit, or a note")


def _wrong_fee(page: Document, fee: Mapping[str, Any]) -> Iterator[str]:
    lowest, highest = fee.get("amount_min_vnd"), fee.get("amount_max_vnd")
    amounts = [fee.get("amount_vnd"), lowest, highest]
    if all(amount is None for amount in amounts) and not fee.get("note"):
        yield page.problem("fees", "a fee needs amount_vnd, or a note that says what is known")
    for amount in amounts:
        if amount is not None and (not _is_whole(amount) or amount < 0):
            yield page.problem(str(amount), "amount_vnd must be a whole number as 15000")
    if (lowest is None) != (highest is None) or (
        _is_whole(lowest) and _is_whole(highest) and lowest >= highest
    ):
        yield page.problem(
            "amount_min_vnd", "a range needs amount_min_vnd and a greater amount_max_vnd"
        )
    if amounts[0] is not None and lowest is not None:
        yield page.problem("amount_min_vnd", "a fee has amount_vnd or a range; take one out")
    for key in ("valid_from", "valid_until"):
        if fee.get(key) is not None and not is_day(fee[key]):
            yield page.problem(str(fee[key]), f"{key} must be a date as 2026-07-01")


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _rows(page: Document, key: str) -> list[Mapping[str, Any]]:
    return [row for row in page.meta.get(key) or [] if isinstance(row, dict)]
