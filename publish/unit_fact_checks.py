"""What may stand in a unit's own file; every mistake is told with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from publish.documents import Document, is_day
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


def fact_problems(document: Document, keys: Collection[str], slugs: Collection[str]) -> list[str]:
    """Return everything that is wrong with a unit's front matter."""
    return [
        *_single_values(document, keys),
        *_rows(document),
        *_local_rules(document, slugs),
    ]


def _single_values(document: Document, keys: Collection[str]) -> Iterator[str]:
    meta = document.meta
    for key in sorted(set(map(str, meta)) - set(keys)):
        yield document.problem(key, f"unknown key {key}; use {', '.join(sorted(keys))}")
    for key in _TEXTS:
        if not isinstance(meta.get(key), str | None) or meta.get(key) == "":
            yield document.problem(
                key, f"{key} must be text in quotes, or empty where it is not known"
            )
    for key in _ANSWERS:
        if not isinstance(meta.get(key), bool | None):
            yield document.problem(
                key, f"{key} must be true, false, or empty where it is not known"
            )
    if meta.get("checked_on") is not None and not is_day(meta["checked_on"]):
        yield document.problem("checked_on", "checked_on must be a date as 2026-07-01")
    if not _is_texts(meta.get("residence_notice_channels")):
        yield document.problem(
            "residence_notice_channels", "residence_notice_channels must be a list of texts"
        )
    yield from _wrong_phone(document, "duty_phone", meta.get("duty_phone"))
    yield from _wrong_address(document, "website", meta.get("website"))


def _rows(document: Document) -> Iterator[str]:
    for key, (required, optional) in _ROWS.items():
        rows = document.meta.get(key)
        if rows is None:
            continue
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield document.problem(key, f"{key} must be a list of entries with keys")
            continue
        for row in rows:
            yield from _row(document, key, row, required, optional)


def _row(
    document: Document,
    key: str,
    row: Mapping[str, Any],
    required: tuple[str, ...],
    optional: tuple[str, ...],
) -> Iterator[str]:
    needle = str(row.get("name") or key)
    for name in required:
        if not row.get(name):
            yield document.problem(needle, f"an entry of {key} needs {name}; write it")
    for name in sorted(set(map(str, row)) - {*required, *optional}):
        yield document.problem(name, f"unknown key {name} in {key}; take it out")
    if row.get("kind") and row["kind"] not in _KINDS[key]:
        yield document.problem(needle, f"kind must be one of {', '.join(_KINDS[key])}")
    if row.get("checked_on") and not is_day(row["checked_on"]):
        yield document.problem(needle, "checked_on must be a date as 2026-07-01")
    for name in ("name", "officer"):
        if not isinstance(row.get(name), str | None):
            yield document.problem(needle, f"{name} must be text in quotes")
    yield from _wrong_phone(document, needle, row.get("phone"))
    yield from _wrong_address(document, needle, row.get("url"))


def _local_rules(document: Document, slugs: Collection[str]) -> Iterator[str]:
    rules = document.meta.get("procedures")
    if rules is None:
        return
    if not isinstance(rules, dict) or not all(isinstance(rule, dict) for rule in rules.values()):
        yield document.problem("procedures", "procedures must hold a slug and below it its keys")
        return
    for slug, rule in rules.items():
        if slug not in slugs:
            yield document.problem(
                str(slug), f"procedure {slug!r} is unknown; use the file name of site/thu-tuc/"
            )
        for key in sorted(set(map(str, rule)) - {*_RULE}):
            yield document.problem(key, f"unknown key {key}; use {', '.join(_RULE)}")
        for key in _RULE_TEXTS:
            if not isinstance(rule.get(key), str | None):
                yield document.problem(str(slug), f"{key} must be text in quotes")
        if rule.get("paused_until") is not None and not is_day(rule["paused_until"]):
            yield document.problem(str(slug), "paused_until must be a date as 2026-07-01")
        if rule.get("handled_here") not in (None, *HANDLED_HERE):
            yield document.problem(
                str(slug), f"handled_here must be one of {', '.join(HANDLED_HERE)}"
            )
        yield from _wrong_phone(document, str(slug), rule.get("phone"))


def _is_texts(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(item, str) and item for item in value)
    )


def _wrong_phone(document: Document, needle: str, phone: object) -> Iterator[str]:
    if isinstance(phone, str) and not _TELEPHONE.fullmatch(phone):
        key = needle if needle == "duty_phone" else "phone"
        yield document.problem(needle, f"{key} must be one telephone number")
    elif phone is not None and not isinstance(phone, str) and needle != "duty_phone":
        yield document.problem(needle, "phone must be text in quotes, so that its 0 stays")


def _wrong_address(document: Document, needle: str, address: object) -> Iterator[str]:
    if isinstance(address, str) and not address.startswith(("https://", "http://")):
        key = "website" if needle == "website" else "url"
        yield document.problem(needle, f"{key} must begin with https://")
