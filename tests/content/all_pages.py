"""The project's own pages, which are the test set of everything that rewrites pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from functions.core.editing.pages import page_path
from functions.core.errors import NotAllowedError
from functions.core.models.content import PagePath

PROJECT = Path(__file__).parents[2]
SAMPLE_UNIT = "phuong-mot"


@cache
def all_pages() -> Mapping[str, str]:
    """Return the text of every page, and of a unit that has filled in everything, by path."""
    sample = PROJECT / "tests" / "publish" / "sample_unit"
    own = {
        file: f"site/don-vi/{SAMPLE_UNIT}/{file.relative_to(sample)}" for file in markdown(sample)
    }
    shared = {file: file.relative_to(PROJECT).as_posix() for file in markdown(PROJECT / "site")}
    return {path: file.read_text("utf-8") for file, path in (shared | own).items()}


def markdown(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.md"))


@cache
def staff_pages() -> Mapping[PagePath, str]:
    """Return the pages that staff may edit: lists and samples are left out."""
    return {page: text for path, text in all_pages().items() for page in _of_staff(path)}


def _of_staff(path: str) -> Iterator[PagePath]:
    unit_id = path.split("/")[2:3]
    try:
        yield page_path(path, [name for name in unit_id if not name.startswith("_")])
    except NotAllowedError:
        return


Place = tuple[str | int, ...]
"""The keys and positions that lead to a value."""


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield every single value of a page's facts with its place."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*place, key))
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield from leaves(part, (*place, position))
    else:
        yield place, value


def put(value: Any, place: Place, leaf: Any) -> Any:
    """Return facts in which one single value is another one."""
    if not place:
        return leaf
    copy = value.copy()
    copy[place[0]] = put(value[place[0]], place[1:], leaf)
    return copy


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """Return the lines that differ; both texts must have as many lines."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return [(old, new) for old, new in pairs if old != new]
