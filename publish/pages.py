"""Pages of facts (procedures, guides, warnings …): read, and their ids turned into what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from publish.documents import Document, read_document
from publish.errors import PublishError
from publish.laws import Confidence, Hotline, Law, LawStatus, status_on
from publish.page_checks import Registers, page_problems


def read_pages(root: Path, folder: str) -> dict[str, Document]:
    """Return the pages of facts of one shared folder by slug, without its list (or the home)."""
    paths = sorted((root / "site" / folder).glob("*.md"))
    return {path.stem: read_document(root, path) for path in paths if path.stem != "index"}


def resolve_pages(
    folders: Mapping[str, Mapping[str, Document]], registers: Registers, on: date
) -> dict[str, Mapping[str, Any]]:
    """Return each page's front matter, by page name, with laws, hotlines and fees of that day.

    Raises PublishError with every problem of every page, each with file and line.
    """
    problems: list[str] = []
    bearers: dict[str, str] = {}
    for folder, pages in folders.items():
        for page in pages.values():
            problems += page_problems(page, folder, registers)
            page_id = str(page.meta.get("id"))
            bearer = bearers.setdefault(page_id, page.name)
            if bearer != page.name:
                problems.append(page.problem(page_id, f"id stands in {bearer} too; change one"))
    if problems:
        raise PublishError(problems)
    return {
        page.name: _resolve(page.meta, registers, on)
        for pages in folders.values()
        for page in pages.values()
    }


def _resolve(meta: Mapping[str, Any], registers: Registers, on: date) -> Mapping[str, Any]:
    laws = registers.laws
    return {
        **meta,
        "legal_basis": [
            _law_entry(laws, laws[law_id], on) for law_id in meta.get("legal_basis") or []
        ],
        "hotlines": [_hotline_entry(registers.hotlines[line]) for line in meta.get("hotlines", [])],
        "fees": [{**fee, "state": _fee_state(fee, on)} for fee in meta.get("fees", [])],
        "review_passed": meta["next_review_on"] < on,
    }


def _law_entry(laws: Mapping[str, Law], law: Law, on: date) -> Mapping[str, Any]:
    amendments = [laws[other] for other in law.amended_by]
    return {
        "name": law.title,
        "number": law.number or "",
        "url": law.url,
        "in_force_from": law.in_force_from,
        "in_force_to": law.in_force_to,
        "lapsed": status_on(law, on) is LawStatus.LAPSED,
        "not_yet": status_on(law, on) is LawStatus.NOT_YET,
        "amended_by": [other.number or other.title for other in amendments],
        "check": law.confidence is Confidence.STAFF_CHECK,
    }


def _hotline_entry(line: Hotline) -> Mapping[str, Any]:
    return {
        "dial": line.number,
        "number": line.display,
        "name": line.name,
        "purpose": line.purpose,
        "checked_on": line.checked_on,
        "check": line.confidence is Confidence.STAFF_CHECK,
    }


def _fee_state(fee: Mapping[str, Any], on: date) -> str:
    begins, ends = fee.get("valid_from"), fee.get("valid_until")
    if ends is not None and ends < on:
        return "ended"
    if begins is not None and on < begins:
        return "future"
    return "current"
