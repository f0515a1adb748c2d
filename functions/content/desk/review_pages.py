"""Reviews: what is to be looked at again, and the one tap that says it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from functions.content.answers import editor_words
from functions.content.desk.drawing import (
    HOME,
    STALE,
    Refusal,
    add_form,
    desk_page,
    edit_link,
    go,
    public_address,
)
from functions.content.desk.one_tap import save_tap
from functions.content.desk.reading import PageReader, PublishedPage
from functions.content.guard import current_editor
from functions.content.services import ContentServices
from functions.content.texts.rewriting import changed
from functions.core.editing.pages import SHARED_FOLDERS
from functions.core.editing.permissions import Action, is_province, may, require
from functions.core.editing.reviews import (
    FACTS,
    PageDates,
    due_for_unit,
    is_overdue,
    next_review,
)
from functions.core.errors import NotAllowedError
from functions.core.models.content import (
    DraftStatus,
    Edit,
    Editor,
    PageKind,
    PagePath,
    ReviewItem,
)
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields
from publish.catalogue import load_catalogue, office_name
from publish.documents import Document
from publish.laws import load_hotlines, load_laws
from publish.page_checks import TOP, Registers, page_problems
from publish.report import FindingKind, page_findings

REVIEWS = f"{HOME}ra-soat/"
_FOLDERS = {kind: folder for folder, kind in SHARED_FOLDERS.items()} | {PageKind.TOP: TOP}
_TOLD = (FindingKind.LAW_LAPSED, FindingKind.FEE_ENDED)


@dataclass(frozen=True)
class _Row:
    """One page that is due."""

    item: ReviewItem
    is_overdue: bool
    seen: str
    """What the page says now: a tap counts for this and nothing else."""
    says_something: bool
    """Whether there is anything to confirm."""
    is_blocked: bool
    """Whether an unfinished draft has to be seen to first."""
    has_draft: bool
    edit_link: str
    address: str
    """Where residents read it."""


@dataclass(frozen=True)
class _Finding:
    """Something on a page of facts that has come to its end."""

    code: str
    page: PagePath
    title: str
    since: date | None
    values: Mapping[str, str]
    edit_link: str


class ReviewViews:
    """The routes with what they share."""

    def __init__(self, services: ContentServices, reader: PageReader) -> None:
        self._editing = services.editing
        self._project: Path = services.project
        self._public_url = services.public_url
        self._reader = reader

    @audience(Audience.STAFF)
    def show_list(self) -> Response:
        """List what is due for the editor's unit; for the province what all share, or a unit's."""
        return self._draw(self._chosen(request.args.get("don-vi", "")))

    def confirm(self) -> Response:
        """Note that a page was looked at today and nothing was to be changed."""
        sent = read_fields(request, ("path", "seen"))
        page = self._editing.page(sent.get("path", ""))
        editor = current_editor()
        require(editor, Action.WRITE, page)
        if page.kind not in FACTS and page.kind is not PageKind.UNIT:
            raise NotAllowedError("kind")
        store = self._editing.store
        seen = store.blob_id(store.published(), page.path)
        document = self._reader.document(page.path, seen)
        if document is None:
            return self._refuse(page, Refusal("changed", 409, title=page.slug))
        title = self._reader.title(page, document)
        values = self._reviewed(page, editor)
        if seen != sent.get("seen"):
            if _says(document, values):
                return self._done(page)  # a second press of the button
            return self._refuse(page, Refusal("changed", 409, title=title))
        return self._save(page, document, values, seen)

    def again(self) -> Response:
        """Show the list where the tap came from another session."""
        return self._draw(self._chosen(""), STALE)

    def _save(
        self, page: PagePath, document: Document, values: Mapping[str, Any], seen: str
    ) -> Response:
        def reviewed() -> Edit:
            return Edit(page, changed(page.path, document.text, values), seen)

        title, reader = self._reader.title(page, document), self._reader
        done = save_tap(
            reviewed, page, title, lambda drafted: _says(drafted, values), reader, self._editing
        )
        if isinstance(done, Refusal):
            return self._refuse(page, done)
        return self._done(page) if done is None else done

    def _draw(self, chosen: str, refused: Refusal | None = None) -> Response:
        editor, editing = current_editor(), self._editing
        today = editing.today()
        sees_all = is_province(editor)
        pages = {found.page.path: found for found in self._reader.published()}
        dates = [self._reader.dates(found.page, found.document) for found in pages.values()]
        drafts = {draft.page: draft.status for draft in editing.store.drafts()}
        rows = [
            self._row(item, pages[item.page.path], drafts)
            for item in due_for_unit(dates, chosen, today)
        ]
        units = editing.units.with_pages(today) if sees_all else []
        return desk_page(
            "reviews.html.j2",
            editing,
            refused.status if refused else 200,
            rows=rows,
            findings=[] if chosen else [*self._findings(pages.values())],
            units=[(unit, self._counts(dates, unit.unit_id)) for unit in units],
            chosen=editing.units.get(chosen) if chosen else None,
            sees_all=sees_all,
            public_url=self._public_url,
            refused=refused,
        )

    def _row(
        self, item: ReviewItem, found: PublishedPage, drafts: Mapping[str, DraftStatus]
    ) -> _Row:
        page = found.page
        at_once = may(current_editor(), Action.PUBLISH, page)
        is_blocked = drafts.get(page.path) is DraftStatus.DRAFT and not at_once
        says_something = page.kind in FACTS or (
            page.kind is PageKind.UNIT
            and any(value for key, value in found.document.meta.items() if key != "unit_id")
        )
        return _Row(
            item,
            is_overdue(item, self._editing.today()),
            found.blob_id,
            says_something,
            is_blocked,
            page.path in drafts,
            edit_link(page),
            public_address(page),
        )

    def _counts(self, dates: Sequence[PageDates], unit_id: str) -> int:
        return len(due_for_unit(dates, unit_id, self._editing.today()))

    def _findings(self, pages: Iterable[PublishedPage]) -> Iterator[_Finding]:
        """Yield lapsed laws and ended fees of what all units share."""
        today = self._editing.today()
        for published in pages:
            page, document = published.page, published.document
            if page.kind not in FACTS:
                continue
            if page_problems(document, _FOLDERS[page.kind], self._registers):
                continue  # its checks come first: what is looked for relies on them
            for found in page_findings(document, self._registers, self._mark, today):
                if found.kind in _TOLD:
                    title = self._reader.title(page, document)
                    yield _Finding(
                        found.kind, page, title, found.since, found.values, edit_link(page)
                    )

    def _reviewed(self, page: PagePath, editor: Editor) -> dict[str, Any]:
        """Return what a page says of itself after a review by this editor today."""
        today = self._editing.today()
        if page.kind is PageKind.UNIT:
            return {"checked_on": today.isoformat()}
        office = office_name(self._catalogue, self._editing.units.get(editor.unit_id))
        return {
            "facts_checked_on": today.isoformat(),
            "checked_by_role": editor_words().of("checked-by", editor.role, office=office),
            "next_review_on": next_review(page.kind, today).isoformat(),
        }

    def _chosen(self, asked: str) -> str:
        """Return whose pages to list: the own unit's, or what the province asks for."""
        editor = current_editor()
        if not is_province(editor):
            return editor.unit_id
        known = {unit.unit_id for unit in self._editing.units.with_pages(self._editing.today())}
        return asked if asked in known else ""

    def _refuse(self, page: PagePath, refusal: Refusal) -> Response:
        return self._draw(self._chosen(page.unit_id), refusal)

    def _done(self, page: PagePath) -> Response:
        of_unit = page.unit_id and is_province(current_editor())
        return go(f"{REVIEWS}?{f'don-vi={page.unit_id}&' if of_unit else ''}xong=ra-soat")

    @cached_property
    def _registers(self) -> Registers:
        data = self._project / "data"
        return Registers(load_laws(data / "laws.yml"), load_hotlines(data / "hotlines.yml"))

    @cached_property
    def _catalogue(self) -> Mapping[str, Any]:
        return load_catalogue(self._project)

    @property
    def _mark(self) -> str:
        return str(self._catalogue["staff_check"])


def _says(document: Document, values: Mapping[str, Any]) -> bool:
    """Tell whether a page has these values already, but for who wrote them."""
    told = {key: value for key, value in values.items() if key != "checked_by_role"}
    return all(str(document.meta.get(key)) == value for key, value in told.items())


def add_routes(app: Flask, views: ReviewViews) -> None:
    """Add the routes."""
    app.add_url_rule(REVIEWS, "show_reviews", views.show_list)
    add_form(app, REVIEWS, "confirm_review", views.confirm, views.again)
