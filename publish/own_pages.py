"""A unit's own pages: `site/don-vi/<unit-id>/{thong-bao,tin-tuc,ket-qua}/*.md`.

Each is put into the shell that the generator made once; a notice that is over leaves the unit's
front page and says so on its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from publish.documents import Document, is_day, read_document
from publish.errors import Problem, PublishError
from publish.field_checks import is_blank, unknown_keys, wrong_texts
from publish.own_markdown import RenderedTexts, with_links
from publish.pictures import picture_problems
from publish.stamp import escaped
from publish.unit_facts import FOLDER, UnitFacts

NOTICES, NEWS, OUTCOMES = "thong-bao", "tin-tuc", "ket-qua"
KINDS = (NOTICES, NEWS, OUTCOMES)
"""Folders of a unit, and addresses below its own."""

OWN_KEYS = ("own_title", "own_description", "own_body")

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = frozenset({"title", "summary", "posted_on", "valid_from", "valid_until"})
_DAYS = ("posted_on", "valid_from", "valid_until")

Draw = Callable[..., str]


@dataclass(frozen=True)
class OwnPage:
    """One notice, piece of news or outcome post of a unit."""

    unit_id: str
    kind: str
    slug: str
    title: str
    summary: str
    posted_on: date
    valid_until: date | None
    is_over: bool
    source: Document

    @property
    def address(self) -> str:
        """The path below the unit's address."""
        return f"{self.kind}/{self.slug}/"


@dataclass(frozen=True)
class OwnFolder:
    """All that one unit wrote: its pages, newest first, and its pictures."""

    pages: tuple[OwnPage, ...] = ()
    pictures: tuple[str, ...] = ()
    """Paths below the unit's folder, which are those below its address too."""

    def of_kind(self, kind: str) -> list[OwnPage]:
        return [page for page in self.pages if page.kind == kind]


def read_own_folder(root: Path, unit_id: str, on: date) -> OwnFolder:
    """Read what a unit publishes on a day. Raises PublishError with every problem of its files."""
    folder = root / "site" / FOLDER / unit_id
    problems: list[str] = []
    pages: list[OwnPage] = []
    pictures: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        inside = path.relative_to(folder)
        name = path.relative_to(root).as_posix()
        try:
            if path.suffix.lower() != ".md":
                problems += picture_problems(name, path.read_bytes())
                pictures.append(inside.as_posix())
            elif inside.as_posix() != "index.md":
                pages += _published(read_document(root, path), unit_id, inside, on)
        except PublishError as exc:
            problems += exc.problems
    if problems:
        raise PublishError(problems)
    newest_first = sorted(pages, key=lambda page: (page.posted_on, page.slug), reverse=True)
    return OwnFolder(tuple(newest_first), tuple(pictures))


def _published(document: Document, unit_id: str, inside: Path, on: date) -> Iterator[OwnPage]:
    """Yield the page, or nothing while its first day has not come."""
    problems = own_page_problems(document, inside.as_posix())
    if problems:
        raise PublishError(problems)
    meta = document.meta
    ends: date | None = meta.get("valid_until")
    if first_day(meta) > on:
        return
    yield OwnPage(
        unit_id=unit_id,
        kind=inside.parts[0],
        slug=inside.stem,
        title=str(meta["title"]),
        summary=str(meta.get("summary") or meta["title"]),
        posted_on=meta["posted_on"],
        valid_until=ends,
        is_over=ends is not None and ends < on,
        source=document,
    )


def first_day(meta: Mapping[str, Any]) -> date:
    """Return the day from which a page without problems is public."""
    begins: date = meta.get("valid_from") or meta["posted_on"]
    return begins


def own_page_problems(document: Document, inside: str) -> list[Problem]:
    """Return what is wrong with a page at this path below its unit's folder."""
    return [*_wrong_place(document, inside), *_wrong_texts(document), *_wrong_days(document)]


def _wrong_place(document: Document, inside: str) -> Iterator[Problem]:
    folder, _, name = inside.rpartition("/")
    slug = name.removesuffix(".md")
    if folder not in KINDS:
        text = f"lies in no folder of pages; move it to {', '.join(KINDS)}"
        yield Problem(document.name, 1, text, "no-folder-of-pages")
    elif not SLUG.fullmatch(slug) or slug == "index":
        text = (
            "the file name is no address; use a-z, 0-9 and single hyphens, as cat-dien-ngay-20.md"
        )
        yield Problem(document.name, 1, text, "file-name")


def _wrong_texts(document: Document) -> Iterator[Problem]:
    yield from unknown_keys(document, _KEYS)
    for key in ("title", "posted_on"):
        if is_blank(document.meta.get(key)):
            yield document.problem(key, f"{key} is missing; write it", "required")
    yield from wrong_texts(document, ("title", "summary"))


def _wrong_days(document: Document) -> Iterator[Problem]:
    meta = document.meta
    for key in _DAYS:
        if meta.get(key) is not None and not is_day(meta[key]):
            text = f"{key} must be a date as 2026-07-01, without quotes"
            yield document.problem(key, text, "not-a-day")
    begins, ends = meta.get("valid_from"), meta.get("valid_until")
    if is_day(begins) and is_day(ends) and ends < begins:
        text = "valid_until lies before valid_from; it is the last day"
        yield document.problem("valid_until", text, "ends-before-begin")


@dataclass(frozen=True)
class DrawnPage:
    """What is put into a shell: all of it is safe to stand in HTML."""

    path: str
    """Below the unit's address."""
    is_listing: bool
    title: str
    description: str
    body: str

    @property
    def values(self) -> dict[str, str]:
        """The values the shell asks for, beside the unit's."""
        return dict(zip(OWN_KEYS, (self.title, self.description, self.body), strict=True))


class OwnPages:
    """Draws the pages of every unit's own folder."""

    def __init__(
        self,
        folders: Mapping[str, OwnFolder],
        texts: RenderedTexts,
        published: Callable[[str], bool],
        draw: Draw,
    ) -> None:
        """`published` tells whether a shared page has this path below `site/`."""
        self._folders = folders
        self._texts = texts
        self._published = published
        self._draw = draw

    def front_list(self, unit_id: str) -> str:
        """Return the list of current notices and latest posts for the unit's own home."""
        folder = self._folders.get(unit_id, OwnFolder())
        current = [page for page in folder.of_kind(NOTICES) if not page.is_over]
        latest = {kind: folder.of_kind(kind)[:3] for kind in (NEWS, OUTCOMES)}
        return self._draw(
            "own_list.html",
            unit_id=unit_id,
            notices=current,
            has_notices=bool(folder.of_kind(NOTICES)),
            latest=latest,
        )

    def drawn(self, unit_id: str) -> Iterator[DrawnPage]:
        """Yield the unit's own pages. Raises PublishError that names file and line."""
        folder = self._folders.get(unit_id, OwnFolder())
        for page in folder.pages:
            text = with_links(
                page.source, self._texts.html_of(page.source), self._resolver(unit_id)
            )
            body = self._draw("own_article.html", page=page, text=text)
            yield DrawnPage(
                f"{page.address}index.html", False, escaped(page.title), escaped(page.summary), body
            )
        for kind in KINDS:
            pages: Sequence[OwnPage] = folder.of_kind(kind)
            if pages:
                title = self._draw("own_heading.html", kind=kind)
                body = self._draw("own_listing.html", kind=kind, pages=pages)
                yield DrawnPage(f"{kind}/index.html", True, escaped(title), escaped(title), body)

    def body_of(self, facts: UnitFacts) -> str:
        """Return the text below the front matter of a unit's own `index.md`, rendered."""
        source = facts.source
        if source is None or not source.body.strip():
            return ""
        return with_links(source, self._texts.html_of(source), self._resolver(facts.unit_id))

    def save(self) -> None:
        """Keep the rendered texts for the next build."""
        self._texts.save()

    def pictures(self, unit_id: str) -> tuple[str, ...]:
        """Return the pictures to publish with a unit's pages."""
        return self._folders.get(unit_id, OwnFolder()).pictures

    def _resolver(self, unit_id: str) -> Callable[[str], str | None]:
        folder = self._folders.get(unit_id, OwnFolder())
        own = {f"{page.kind}/{page.slug}.md": page.address for page in folder.pages}
        own |= {picture: picture for picture in folder.pictures} | {"index.md": ""}

        def resolve(path: str) -> str | None:
            below = path.removeprefix(f"{FOLDER}/{unit_id}/")
            if below in own:
                return f"/{unit_id}/{own[below]}"
            if not self._published(path):
                return None
            address = re.sub(r"(?:^|(?<=/))index\.md$|\.md$", "", path)
            address += "/" if address and not address.endswith("/") else ""
            return f"/{unit_id}/{address}" if address.startswith("thu-tuc/") else f"/{address}"

        return resolve
