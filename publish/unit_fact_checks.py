"""What may stand in a unit's own file; every mistake is told with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from publish.documents import Document, is_day
from publish.errors import Problem
from publish.field_checks import (
    Row,
    entry_problem,
    is_text,
    rows,
    unknown_keys,
    wrong_lists,
    wrong_rows,
)
from publish.page_checks import HANDLED_HERE

# The words for these codes are in templates/site/stamped/; a test compares them.
CHANNEL_KINDS = ("facebook", "zalo_group", "other")
AREA_KINDS = ("khu_vuc", "to_dan_pho", "thon", "buon")

_TELEPHONE = re.compile(r"\+?[0-9](?:[ .\-]?[0-9]){2,14}")
_TEXTS = ("address", "duty_phone", "email", "website", "hours", "reception_schedule")
_ANSWERS = ("car_registration", "motorbike_registration", "gplx_receiving", "id_card_point")
_ROWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # key: (what a row must have, what it may have)
    "channels": (("kind", "name", "url", "checked_on"), ()),
    "areas": (("kind", "name"), ("officer", "phone")),
}
_KINDS = {"channels": CHANNEL_KINDS, "areas": AREA_KINDS}
_RULE_TEXTS = ("note", "handled_here", "place", "hours", "phone", "based_on")
_RULE = (*_RULE_TEXTS, "paused_until")


def fact_problems(
    document: Document, keys: Collection[str], slugs: Collection[str]
) -> list[Problem]:
    """Return everything that is wrong with a unit's front matter."""
    return [
        *unknown_keys(document, keys),
        *_single_values(document),
        *_lists(document),
        *_local_rules(document, slugs),
    ]


def _single_values(document: Document) -> Iterator[Problem]:
    meta = document.meta
    for key in _TEXTS:
        if meta.get(key) is not None and not is_text(meta[key]):
            text = f"{key} must be text in quotes, or empty where it is not known"
            yield document.problem(key, text, "not-text")
    for key in _ANSWERS:
        if not isinstance(meta.get(key), bool | None):
            text = f"{key} must be true, false, or empty where it is not known"
            yield document.problem(key, text, "not-yes-or-no")
    if meta.get("checked_on") is not None and not is_day(meta["checked_on"]):
        text = "checked_on must be a date as 2026-07-01"
        yield document.problem("checked_on", text, "not-a-day")
    yield from wrong_lists(document, ["residence_notice_channels"])
    if not _is_telephone(meta.get("duty_phone")):
        text = "duty_phone must be one telephone number"
        yield document.problem("duty_phone", text, "telephone")
    if not _is_address(meta.get("website")):
        yield document.problem("website", "website must begin with https://", "web-address")


def _lists(document: Document) -> Iterator[Problem]:
    for key, (required, optional) in _ROWS.items():
        yield from wrong_rows(document, key, required, optional)
        for row in rows(document, key):
            yield from _wrong_entry(document, key, row)


def _wrong_entry(document: Document, key: str, row: Row) -> Iterator[Problem]:
    if row.get("kind") and row["kind"] not in _KINDS[key]:
        text = f"kind must be one of {', '.join(_KINDS[key])}"
        yield entry_problem(document, key, row, text, "unknown-value", "kind")
    if not _is_telephone(row.get("phone")):
        text = "phone must be one telephone number"
        yield entry_problem(document, key, row, text, "telephone", "phone")
    if not _is_address(row.get("url")):
        text = "url must begin with https://"
        yield entry_problem(document, key, row, text, "web-address", "url")


def _local_rules(document: Document, slugs: Collection[str]) -> Iterator[Problem]:
    rules = document.meta.get("procedures")
    if rules is None:
        return
    if not isinstance(rules, dict) or not all(isinstance(rule, dict) for rule in rules.values()):
        text = "procedures must hold a slug and below it its keys"
        yield document.problem("procedures", text, "not-entries")
        return
    for slug, rule in rules.items():
        for text, code, part in _wrong_rule(slug in slugs, slug, rule):
            named = {"part": part} if part else {}
            needle = part if code == "unknown-key" else str(slug)
            yield document.problem(needle, text, code, "procedures", item=str(slug), **named)


def _wrong_rule(is_known: bool, slug: object, rule: Row) -> Iterator[tuple[str, str, str]]:
    """Yield (sentence, code, key of the rule) for what is wrong with one rule."""
    if not is_known:
        text = f"procedure {slug!r} is unknown; use the file name of site/thu-tuc/"
        yield text, "unknown-procedure", ""
    for key in sorted(set(map(str, rule)) - {*_RULE}):
        yield f"unknown key {key}; use {', '.join(_RULE)}", "unknown-key", key
    for key in _RULE_TEXTS:
        if rule.get(key) not in (None, "") and not is_text(rule[key]):
            yield f"{key} must be text in quotes", "not-text", key
    if rule.get("paused_until") is not None and not is_day(rule["paused_until"]):
        yield "paused_until must be a date as 2026-07-01", "not-a-day", "paused_until"
    if rule.get("handled_here") not in (None, *HANDLED_HERE):
        text = f"handled_here must be one of {', '.join(HANDLED_HERE)}"
        yield text, "unknown-value", "handled_here"
    if not _is_telephone(rule.get("phone")):
        yield "phone must be one telephone number", "telephone", "phone"


def _is_telephone(value: object) -> bool:
    """Tell whether a text can be called; what is no text is told already."""
    return not isinstance(value, str) or _TELEPHONE.fullmatch(value) is not None


def _is_address(value: object) -> bool:
    return not isinstance(value, str) or value.startswith(("https://", "http://"))
