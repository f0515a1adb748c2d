"""Pages of facts (procedures, guides, warnings): read, their ids turned into what pages show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from functions.core.vietnamese import slug_of
from publish.documents import Document, read_document
from publish.errors import Problem, PublishError
from publish.inputs import shared_files
from publish.laws import Confidence, Hotline, Law, LawStatus, status_on
from publish.page_checks import Registers, page_problems
from publish.pictures import picture_problems


def read_pages(root: Path, folder: str) -> dict[str, Document]:
    """Return the pages of facts of one shared folder by slug, without its list (or the home)."""
    paths = sorted((root / "site" / folder).glob("*.md"))
    pages = {path.stem: read_document(root, path) for path in paths if path.stem != "index"}
    files = [*paths, *(root / "site" / folder).glob("*/index.md")]
    others = {path.relative_to(root / "site").as_posix() for path in files}
    problems = [problem for slug in pages for problem in address_problems(folder, slug, others)]
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
                problems += picture_problems(name, path.read_bytes())
        except PublishError as exc:
            problems += exc.problems
    if problems:
        raise PublishError(problems)


def address_problems(folder: str, slug: str, others: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with the address that a page's file name gives.

    `others` are the paths below `site/` of all pages. What folds to the same letters is the
    same address.
    """
    name, plain = f"{folder}/{slug}.md".lstrip("/"), slug_of(slug)
    twins = (f"{folder}/{plain}.md".lstrip("/"), f"{folder}/{plain}/index.md".lstrip("/"))
    taken = next((twin for twin in twins if twin in others and twin != name), None)
    if taken is not None:
        text = f"has the address of site/{taken} too; rename one of the two"
        yield Problem(f"site/{name}", 1, text, "address-taken")
    elif slug != plain:
        text = f"the file name is no address; rename it to {plain}.md"
        yield Problem(f"site/{name}", 1, text, "file-name")


def resolve_pages(
    folders: Mapping[str, Mapping[str, Document]], registers: Registers, on: date
) -> dict[str, Mapping[str, Any]]:
    """Return each page's front matter, by page name, with laws, hotlines and fees of that day.

    Raises PublishError with every problem of every page, each with file and line.
    """
    problems: list[Problem] = []
    bearers: dict[str, str] = {}
    for folder, pages in folders.items():
        for page in pages.values():
            problems += page_problems(page, folder, registers)
            bearer = bearers.setdefault(str(page.meta.get("id")), page.name)
            if bearer != page.name:
                problems.append(id_taken(page, bearer))
    if problems:
        raise PublishError(problems)
    return {
        page.name: _resolve(page.meta, registers, on)
        for pages in folders.values()
        for page in pages.values()
    }


def id_taken(page: Document, bearer: str) -> Problem:
    """Return what is wrong with a page whose id another page has."""
    page_id = str(page.meta.get("id"))
    text = f"id stands in {bearer} too; change one"
    return page.problem(page_id, text, "id-taken", "id", other=bearer)


def _resolve(meta: Mapping[str, Any], registers: Registers, on: date) -> Mapping[str, Any]:
    laws = registers.laws
    fees = meta.get("fees") or []
    bases = [fee["basis"] for fee in fees if fee.get("basis")]
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
        "hotlines": [
            _hotline_entry(registers.hotlines[line]) for line in meta.get("hotlines") or []
        ],
        "fees": [{**fee, "state": _fee_state(fee, on)} for fee in fees],
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
