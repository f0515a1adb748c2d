"""Pages of facts (procedures, guides, warnings): read, their ids turned into what pages show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from functions.core.vietnamese import slug_of
from publish.documents import Document, read_document
from publish.errors import PublishError
from publish.inputs import shared_files
from publish.laws import Confidence, Hotline, Law, LawStatus, status_on
from publish.page_checks import Registers, page_problems
from publish.pictures import picture_problems


def read_pages(root: Path, folder: str) -> dict[str, Document]:
    """Return the pages of facts of one shared folder by slug, without its list (or the home)."""
    paths = sorted((root / "site" / folder).glob("*.md"))
    pages = {path.stem: read_document(root, path) for path in paths if path.stem != "index"}
    problems = [*_address_problems(root, folder, pages)]
    if problems:
        raise PublishError(problems)
    return pages


def check_other_files(root: Path, already_read: Collection[str]) -> None:
    """Check what is published beside the pages of facts: other pages, pictures.

    `already_read` are names of pages of facts. Raises PublishError with every problem.
    """
    problems: list[str] = []
    for path in map(Path, shared_files(root / "site")):  # units' own have stricter checks
        name = path.relative_to(root).as_posix()
        if name in already_read:
            continue
        try:
            if path.suffix.lower() == ".md":
                read_document(root, path)
            else:
                problems += picture_problems(path, name)
        except PublishError as exc:
            problems += exc.problems
    if problems:
        raise PublishError(problems)


def _address_problems(root: Path, folder: str, pages: Mapping[str, Document]) -> Iterator[str]:
    """Yield what is wrong with the addresses that the file names give."""
    for slug, page in pages.items():
        plain = slug_of(slug)
        if slug == plain:
            if (root / "site" / folder / slug / "index.md").is_file():
                other = f"site/{folder}/{slug}/index.md"
                yield f"{page.name}:1: has the address of {other} too; rename one of the two"
        elif plain in pages:
            other = pages[plain].name
            yield f"{page.name}:1: has the address of {other} too; rename one of the two"
        else:
            yield f"{page.name}:1: the file name is no address; rename it to {plain}.md"


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
    bases = [fee["basis"] for fee in meta.get("fees", []) if fee.get("basis")]
    cited = dict.fromkeys([*(meta.get("legal_basis") or []), *bases])
    return {
        **meta,
        "lapsed_laws": [
            _law_entry(laws, laws[law_id], on)
            for law_id in cited
            if status_on(laws[law_id], on) is LawStatus.LAPSED
        ],
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
