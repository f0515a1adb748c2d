"""What a page of facts must say, and the codes it may use, checked before anything is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from publish.documents import Document
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
CONFIDENCE = ("high", "staff-check")

_SHORT_ANSWER = ("bring", "cost", "time", "come")
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
_CODES = {"field": FIELDS, "handled_here": HANDLED_HERE, "confidence": CONFIDENCE}


@dataclass(frozen=True)
class Registers:
    """What pages cite by id."""

    laws: Mapping[str, Law]
    hotlines: Mapping[str, Hotline]


def page_problems(page: Document, folder: str, registers: Registers) -> list[str]:
    """Return everything that is wrong with one page, each with file, line and remedy."""
    problems = [*_missing(page, folder), *_wrong_codes(page), *_wrong_days(page)]
    problems += _unknown_ids(page, registers)
    if folder == PROCEDURES:
        problems += [*_wrong_short_answer(page), *_wrong_rows(page)]
    return problems


def _missing(page: Document, folder: str) -> Iterator[str]:
    for key in _REQUIRED[folder]:
        if page.meta.get(key) in (None, "", []):
            yield page.problem(key, f"{key} is missing; write it")


def _wrong_codes(page: Document) -> Iterator[str]:
    for key, allowed in _CODES.items():
        value = page.meta.get(key)
        if value not in (None, *allowed):
            yield page.problem(key, f"{key} {value!r} is unknown; use {', '.join(allowed)}")
    code = page.meta.get("code_dvc")
    if code is not None and not _CODE.fullmatch(str(code)):
        yield page.problem("code_dvc", "code_dvc must look like 1.004194, or be empty")


def _wrong_days(page: Document) -> Iterator[str]:
    for key in ("facts_checked_on", "next_review_on"):
        if page.meta.get(key) is not None and not isinstance(page.meta[key], date):
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
    for row in _rows(page, "time_limit"):
        if row.get("value") is not None and row.get("unit") not in TIME_UNITS:
            yield page.problem("time_limit", f"unit must be one of {', '.join(TIME_UNITS)}")
        if row.get("value") is None and not row.get("note"):
            yield page.problem("time_limit", "a time limit needs value and unit, or a note")
    for fee in _rows(page, "fees"):
        yield from _wrong_fee(page, fee)


def _wrong_fee(page: Document, fee: Mapping[str, Any]) -> Iterator[str]:
    amount = fee.get("amount_vnd")
    if amount is None and not fee.get("note"):
        yield page.problem("fees", "a fee needs amount_vnd, or a note that says what is known")
    if amount is not None and (not isinstance(amount, int) or amount < 0):
        yield page.problem(str(amount), "amount_vnd must be a whole number as 15000")
    for key in ("valid_from", "valid_until"):
        if fee.get(key) is not None and not isinstance(fee[key], date):
            yield page.problem(str(fee[key]), f"{key} must be a date as 2026-07-01")


def _rows(page: Document, key: str) -> list[Mapping[str, Any]]:
    return [row for row in page.meta.get(key) or [] if isinstance(row, dict)]
