"""The port ContentChecker: everything that is checked when somebody saves a page.

What the build refuses too is checked by the same routines; publish/save_checks.py adds to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from functions.core.editing.pages import OWN_FOLDERS, SHARED_FOLDERS, page_path
from functions.core.errors import NotAllowedError, NotFoundError
from functions.core.models.content import ContentProblem, PageKind, PagePath
from functions.core.ports.content import ContentStore
from publish.check_registers import CheckRegisters, KeptRegisters
from publish.documents import Document, document_of, is_day
from publish.errors import Problem, PublishError
from publish.exposure import exposure_problems, number_problems
from publish.field_checks import entries
from publish.inputs import UNIT_FOLDER
from publish.law_numbers import law_number_problems
from publish.own_pages import own_page_problems
from publish.page_checks import page_problems
from publish.page_links import link_problems
from publish.pages import address_problems, id_taken
from publish.pictures import picture_problems
from publish.save_checks import (
    Change,
    claim_problems,
    day_problems,
    fee_problems,
    notice_problems,
    phone_problems,
    text_problems,
)
from publish.unit_facts import unit_problems
from publish.vanished_pages import vanished_problems
from publish.version_pages import VersionPages
from publish.wording import wording_problems

_MOST_TOLD = 20
"""So many mistakes of one page are told at once; more nobody reads on a phone."""

_LONGEST_VALUE = 80
_FOLDERS = {kind: folder for folder, kind in SHARED_FOLDERS.items()} | {PageKind.TOP: ""}
_OWN = frozenset(OWN_FOLDERS.values())
_PLACE = re.compile(r"(?P<path>site/[^:\n]+):(?P<line>\d+): ")
_DOC_FILE = re.compile(r"Doc file '([^']+)'")


class PageChecker:
    """Checks pages as the build does, and more strictly where a person can mend them."""

    def __init__(self, project: Path, today: Callable[[], date]) -> None:
        """`project` has the registers and the templates; the pages are a store's."""
        self._project = project
        self._today = today
        self._registers = KeptRegisters(project)

    def problems(
        self, version: str, paths: Collection[str], store: ContentStore
    ) -> Sequence[ContentProblem]:
        today = self._today()
        pages = VersionPages(version, store, self._project, today)
        check = _Check(pages, store, self._registers.get(), today)
        return [problem for path in sorted(set(paths)) for problem in _told(check.of(path))]


def content_problems(error: PublishError) -> list[ContentProblem]:
    """Return what stopped a build, as editors are told; sentences for technicians keep none."""
    return [_content_problem(problem) for problem in error.problems]


class _Check:
    """One call of the port."""

    def __init__(
        self, pages: VersionPages, store: ContentStore, known: CheckRegisters, today: date
    ) -> None:
        self._pages = pages
        self._store = store
        self._known = known
        self._today = today
        self._units = {unit.unit_id for unit in known.units.all()}
        self._public_blobs = _published_blobs(store)

    def of(self, path: str) -> Iterator[ContentProblem | str]:
        """Yield what is wrong with one file."""
        page = self._page_at(path)
        if path not in self._pages.files:
            yield from vanished_problems(path, page, self._pages, self._known.units)
        elif not path.endswith(".md"):
            yield from picture_problems(path, self._pages.contents([path])[path])
        else:
            yield from self._address(path)
            yield from self._text(path, page)

    def _page_at(self, path: str) -> PagePath | None:
        try:
            return page_path(path, self._units)
        except NotAllowedError:
            return None  # a list or the home page, which come with the software

    def _address(self, path: str) -> Iterator[Problem]:
        folder, _, name = path.removeprefix("site/").rpartition("/")
        others = {
            other.removeprefix("site/") for other in self._pages.files if other.endswith(".md")
        }
        if name != "index.md":
            yield from address_problems(folder, name.removesuffix(".md"), others)

    def _text(self, path: str, page: PagePath | None) -> Iterator[ContentProblem | str]:
        try:
            document = self._pages.document(path)
        except PublishError as exc:
            yield from exc.problems
            return
        if page is None:
            return
        wrong = [*self._fields(document, page)] or [*self._rules(document, page)]
        yield from self._named(wrong) if page.kind is PageKind.UNIT else wrong
        yield from text_problems(document)
        yield from self._body(path)
        yield from wording_problems(path, document.text, self._known.wording)
        yield from self._exposed(document, page.kind)

    def _exposed(self, document: Document, kind: PageKind) -> Iterator[ContentProblem]:
        name, text, words = document.name, document.text, self._known.wording
        if kind in (PageKind.OUTCOME, PageKind.NEWS):
            posted = document.meta.get("posted_on")
            year = (posted if is_day(posted) else self._today).year
            yield from exposure_problems(name, text, words, year, lambda: self._public_numbers)
        elif kind is PageKind.NOTICE:
            yield from number_problems(name, text, words)

    def _fields(self, document: Document, page: PagePath) -> Iterator[Problem]:
        if page.kind is PageKind.UNIT:
            procedures = set(self._pages.shared_pages(_FOLDERS[PageKind.PROCEDURE]))
            yield from unit_problems(document, page.unit_id, procedures)
            yield from self._never_paused(document)
        elif page.kind in _OWN:
            inside = "/".join(page.path.split("/")[3:])
            yield from own_page_problems(document, inside)
        else:
            yield from page_problems(document, _FOLDERS[page.kind], self._known.cited)
            bearer = self._bearer(document)
            if bearer:
                yield id_taken(document, bearer)

    def _never_paused(self, unit_page: Document) -> Iterator[Problem]:
        """Yield pauses of what the law lets no unit turn away."""
        procedures = self._pages.shared_pages(_FOLDERS[PageKind.PROCEDURE])
        rules = unit_page.meta.get("procedures")
        for slug, rule in rules.items() if isinstance(rules, dict) else ():
            if slug in procedures and isinstance(rule, dict) and rule.get("paused_until"):
                shared = self._pages.document_if_sound(procedures[slug])
                if shared is not None and shared.meta.get("never_paused") is True:
                    text = f"{slug} is never paused; take paused_until out"
                    yield unit_page.problem(
                        slug, text, "never-paused", "procedures", item=slug, part="paused_until"
                    )

    def _bearer(self, document: Document) -> str:
        """Return another page that has this page's id; empty where there is none."""
        page_id = str(document.meta.get("id"))
        paths = [
            path
            for folder in _FOLDERS.values()
            for path in self._pages.shared_pages(folder).values()
            if path != document.name
        ]
        for path, content in self._pages.contents(paths).items():
            if page_id.encode() in content:
                other = self._pages.document_if_sound(path)
                if other is not None and str(other.meta.get("id")) == page_id:
                    return path
        return ""

    def _named(self, problems: list[Problem]) -> Iterator[ContentProblem]:
        """Yield problems of a unit's rules with the names of the procedures they are about."""
        procedures = self._pages.shared_pages(_FOLDERS[PageKind.PROCEDURE])
        for problem in problems:
            told = _content_problem(problem)
            path = procedures.get(told.values.get("item", ""))
            shared = self._pages.document_if_sound(path) if path else None
            if told.key == "procedures" and shared is not None:
                name = str(shared.meta.get("short_title"))
                told = replace(told, values={**told.values, "item": name})
            yield told

    def _body(self, path: str) -> Iterator[str]:
        try:
            rendered = self._pages.render(path)
        except PublishError as exc:
            yield from exc.problems
            return
        yield from rendered.problems
        yield from link_problems(self._pages.document(path), rendered, self._pages)

    def _rules(self, document: Document, page: PagePath) -> Iterator[Problem]:
        change = Change(document, self._public_page(page.path), self._today)
        yield from day_problems(change)
        if page.kind in _OWN:
            yield from notice_problems(document)
        elif page.kind is PageKind.UNIT:
            yield from phone_problems(change)
        else:
            yield from law_number_problems(document, change.old, self._known.cited.laws)
            yield from fee_problems(change, self._known.cited.laws)
            claims = [*claim_problems(change, self._known.mark)]
            # Whoever brings a version back claims nothing new.
            if claims and not (self._public_blobs and self._was_public(page.path)):
                yield from claims

    def _public_page(self, path: str) -> Document | None:
        """Return the page as it is public; None where it is not, or could not be saved today."""
        blob = self._public_blobs.get(path, "")
        if blob == self._pages.blob_id(path):
            return self._pages.document(path)
        content = self._store.blob(blob)
        try:
            return None if content is None else document_of(path, content)
        except PublishError:
            return None

    def _was_public(self, path: str) -> bool:
        blob = self._pages.blob_id(path)
        versions = self._store.versions(path)
        return any(self._store.blob_id(found.version, path) == blob for found in versions)

    @cached_property
    def _public_numbers(self) -> Collection[str]:
        """The telephones that the units and the register of hotlines publish."""
        numbers = [line.number for line in self._known.cited.hotlines.values()]
        paths = [f"site/{UNIT_FOLDER}/{unit_id}/index.md" for unit_id in self._units]
        for path in self._pages.contents([path for path in paths if path in self._pages.files]):
            facts = self._pages.document_if_sound(path)
            if facts is not None:
                numbers += _telephones(facts)
        return {re.sub(r"\D", "", number) for number in numbers}


def _telephones(facts: Document) -> Iterator[str]:
    rules = facts.meta.get("procedures")
    yield str(facts.meta.get("duty_phone"))
    for part in (facts.meta.get("areas"), [*rules.values()] if isinstance(rules, dict) else []):
        yield from (str(row.get("phone")) for row in entries(part))


def _published_blobs(store: ContentStore) -> Mapping[str, str]:
    try:
        return store.paths(store.published())
    except NotFoundError:
        return {}


def _told(problems: Iterator[ContentProblem | str]) -> list[ContentProblem]:
    """Return problems in the order of their lines, each once, not too many."""
    found: dict[tuple[object, ...], ContentProblem] = {}
    for problem in problems:
        told = problem if isinstance(problem, ContentProblem) else _content_problem(problem)
        found.setdefault((told.line, told.key, told.code, *sorted(told.values.items())), told)
    return sorted(found.values(), key=lambda told: told.line)[:_MOST_TOLD]


def _content_problem(problem: str) -> ContentProblem:
    if isinstance(problem, Problem):
        values = {name: _shortened(value) for name, value in problem.values.items()}
        return ContentProblem(problem.path, problem.line, problem.key, problem.code, values)
    # From the generator, or about what is no page: only a technician can mend it.
    place, doc_file = _PLACE.match(problem), _DOC_FILE.search(problem)
    path = place["path"] if place else f"site/{doc_file[1]}" if doc_file else ""
    return ContentProblem(path, int(place["line"]) if place else 1, "", "not-built")


def _shortened(value: str) -> str:
    """What was pasted by mistake may be a whole page."""
    plain = " ".join(value.split())
    return plain if len(plain) <= _LONGEST_VALUE else f"{plain[:_LONGEST_VALUE]}…"
