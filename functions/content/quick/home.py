"""Where small forms are opened: one unit's forms, notices and drafts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from functions.content.desk.drafts import waits_for
from functions.content.desk.drawing import HOME
from functions.content.desk.reading import PageReader
from functions.content.guard import current_editor
from functions.content.quick.behind import unseen_slugs
from functions.content.quick.drawing import quick_page
from functions.content.quick.targets import permitted_unit, unit_page
from functions.content.services import ContentServices
from functions.core.editing import notices, unit_fixes
from functions.core.editing.pages import UNIT_FOLDER
from functions.core.editing.permissions import is_province
from functions.core.editing.unit_fixes import text_of
from functions.core.errors import NotAllowedError
from functions.core.models.content import Draft, PagePath
from functions.core.units import Unit
from publish.documents import Document

MOST_DRAFTS = 5
MOST_WAITING = 10
MOST_OVER = 5


@dataclass(frozen=True)
class Notice:
    """One line of the list of notices."""

    slug: str
    title: str
    begins: str
    ends: str
    is_over: bool
    begins_later: bool
    is_removed: bool
    """Whether its end takes it away."""


class HomeViews:
    """The routes with what they share."""

    def __init__(self, services: ContentServices, reader: PageReader) -> None:
        self._services = services
        self._editing = services.editing
        self._reader = reader

    def show_own(self) -> ResponseReturnValue:
        """Show the editor's own unit; the province may choose one."""
        editor = current_editor()
        chosen = request.args.get("don-vi", "").strip()
        if not chosen or chosen == editor.unit_id:
            return self.show(editor.unit_id)
        permitted_unit(chosen, self._editing)
        return redirect(f"{HOME}{chosen}/", 303)

    def show(self, unit_id: str) -> Response:
        """Show a unit's forms."""
        editing = self._editing
        unit = permitted_unit(unit_id, editing)
        version = editing.store.published()
        page = unit_page(unit_id, editing)
        about = self._reader.at(version, page.path)
        drafts = self._drafts(unit_id)
        waiting = [one for one in drafts if waits_for(current_editor(), one[0], one[2])]
        # What an approver sent back has to be found by who wrote it.
        others = sorted(
            (one for one in drafts if one not in waiting), key=lambda one: not one[2].note
        )
        listed = self._notices(unit)
        return quick_page(
            "quick_home.html.j2",
            self._services,
            unit,
            units=editing.units.with_pages(editing.today())
            if is_province(current_editor())
            else [],
            notices=[one for one in listed if not one.is_over],
            over=[one for one in listed if one.is_over][:MOST_OVER],
            paused=len(unit_fixes.paused(about.meta, editing.today())) if about else 0,
            behind=len(unseen_slugs(page.path, about.meta, editing, self._reader)) if about else 0,
            waiting=waiting[:MOST_WAITING],
            waiting_count=len(waiting),
            drafts=others[:MOST_DRAFTS],
        )

    def _notices(self, unit: Unit) -> list[Notice]:
        folder = f"site/{UNIT_FOLDER}/{unit.unit_id}/thong-bao"
        found = [self._notice(one.page, one.document) for one in self._reader.published(folder)]
        return sorted(found, key=lambda one: one.begins, reverse=True)

    def _notice(self, page: PagePath, document: Document) -> Notice:
        meta, today = document.meta, self._editing.today()
        return Notice(
            page.slug,
            self._reader.title(page, document),
            notices.first_day(meta),
            text_of(meta.get(notices.ENDS)),
            notices.is_over(meta, today),
            notices.first_day(meta) > today.isoformat(),
            notices.end_of(meta, today) is None,
        )

    def _drafts(self, unit_id: str) -> list[tuple[PagePath, str, Draft]]:
        """Return the drafts of a unit's pages; with the province's own those that all share."""
        store, found = self._editing.store, []
        sees_shared = is_province(current_editor()) and unit_id == current_editor().unit_id
        for draft in store.drafts():
            try:
                page = self._editing.page(draft.page)
            except NotAllowedError:
                continue  # of a unit that has ended since
            if page.unit_id == unit_id or (page.is_shared and sees_shared):
                document = self._reader.at(draft.version, page.path)
                document = document or self._reader.at(store.published(), page.path)
                found.append((page, self._reader.title(page, document), draft))
        return found
