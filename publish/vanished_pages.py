"""What has to be changed before a page or a picture can be taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from functions.core.errors import NotFoundError
from functions.core.models.content import ContentProblem, PageKind, PagePath
from functions.core.units import UnitRegister
from publish.inputs import UNIT_FOLDER
from publish.page_links import linking_pages
from publish.version_pages import VersionPages

_NEEDED = (PageKind.UNIT, PageKind.TOP)
"""Without these the site cannot be built, or lacks what its home page leads to."""
_SAMPLES = f"site/{UNIT_FOLDER}/_"
"""Made by publish/ into every unit's pages; they lead to no page by name."""


def vanished_problems(
    path: str, page: PagePath | None, pages: VersionPages, units: UnitRegister
) -> Iterator[ContentProblem]:
    """Yield why a file that a version has no more must stay."""
    if page is None or page.kind in _NEEDED:
        yield ContentProblem(path, 1, "", "page-needed")
        return
    others = [
        other for other in pages.files if other.endswith(".md") and not other.startswith(_SAMPLES)
    ]
    texts = pages.contents(others)
    for source in linking_pages(path, pages, texts):
        title = _title(source, pages, units)
        yield ContentProblem(path, 1, "", "still-linked", {"page": title, "other": source})
    if page.kind is PageKind.PROCEDURE:
        yield from _still_named(path, page.slug, pages, texts, units)


def _still_named(
    path: str, slug: str, pages: VersionPages, texts: Mapping[str, bytes], units: UnitRegister
) -> Iterator[ContentProblem]:
    """Yield the units that say something about a procedure that is gone."""
    for source, content in texts.items():
        if not source.startswith(f"site/{UNIT_FOLDER}/") or slug.encode() not in content:
            continue
        facts = pages.document_if_sound(source)
        rules = facts.meta.get("procedures") if facts else None
        if isinstance(rules, dict) and slug in rules:
            title = _title(source, pages, units)
            yield ContentProblem(path, 1, "", "still-named", {"page": title, "other": source})


def _title(path: str, pages: VersionPages, units: UnitRegister) -> str:
    page = pages.document_if_sound(path)
    if page is not None and page.meta.get("title"):
        return str(page.meta["title"])
    try:
        return units.get(path.split("/")[2]).name
    except (IndexError, NotFoundError):
        return path
