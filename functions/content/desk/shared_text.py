"""What changed in the shared procedures, and which units have words of their own beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, Response, request

from functions.content.desk.differences import (
    REVIEW_KEYS,
    Difference,
    differences,
    document_from,
)
from functions.content.desk.drawing import (
    HOME,
    STALE,
    Refusal,
    add_form,
    desk_page,
    go,
)
from functions.content.desk.field_names import PageFieldNames
from functions.content.desk.one_tap import save_tap
from functions.content.desk.reading import PageReader, PublishedPage
from functions.content.guard import current_editor
from functions.content.services import ContentServices
from functions.content.texts.rewriting import changed, read_page
from functions.core.editing.pages import UNIT_FOLDER
from functions.core.editing.permissions import Action, is_province, require
from functions.core.editing.shared_changes import (
    BASED_ON,
    Rules,
    SharedChange,
    noted,
    procedure_path,
    recent_changes,
    unseen_changes,
)
from functions.core.errors import NotAllowedError, NotFoundError
from functions.core.models.content import Edit, PagePath
from functions.core.unit import Unit
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields
from publish.documents import Document

SHARED = f"{HOME}phan-chung/"
RECENT = timedelta(days=60)
_RULES = "procedures"


@dataclass(frozen=True)
class _Change:
    """A shared procedure that is not what it was."""

    page: PagePath
    title: str
    differences: Sequence[Difference]
    is_known: bool
    """Whether there is something to compare with."""
    is_gone: bool


@dataclass(frozen=True)
class _Override:
    """A unit's own words upon a text that changed since."""

    slug: str
    change: _Change
    rule: Sequence[tuple[str, str]]
    """Label and value of what the unit says."""
    seen: str
    link: str


class SharedTextViews:
    """The routes with what they share."""

    def __init__(
        self, services: ContentServices, reader: PageReader, names: PageFieldNames
    ) -> None:
        self._editing = services.editing
        self._reader = reader
        self._names = names

    @audience(Audience.STAFF)
    def show(self) -> Response:
        """Show what changed beneath a unit's own words, and what changed lately at all."""
        return self._draw(self._chosen(request.args.get("don-vi", "")))

    def keep(self) -> Response:
        """Note that a unit has seen the shared text of now and keeps its own words."""
        sent = read_fields(request, ("unit", "slug", "seen"))
        unit_id, slug = sent.get("unit", ""), sent.get("slug", "")
        page = self._editing.page(f"site/{UNIT_FOLDER}/{unit_id}/index.md")
        require(current_editor(), Action.WRITE, page)
        own = self._unit_page(unit_id)
        rule = _rules_of(own).get(slug)
        if own is None or rule is None:
            raise NotFoundError("rule")
        store, path = self._editing.store, procedure_path(slug)
        shared = store.blob_id(store.published(), path)
        if shared and rule.get(BASED_ON) == noted(shared):
            return self._done(unit_id)  # a second press of the button
        title = self._title(slug)
        if not shared or shared != sent.get("seen"):
            return self._draw(self._chosen(unit_id), Refusal("changed", 409, title=title))
        return self._keep(own, slug, shared, title)

    def again(self) -> Response:
        """Show the page where the tap came from another session."""
        unit_id = read_fields(request, ("unit",)).get("unit", "")
        return self._draw(self._chosen(unit_id), STALE)

    def _keep(self, own: PublishedPage, slug: str, shared: str, title: str) -> Response:
        page, unit_id = own.page, own.page.unit_id

        def noted_rule() -> Edit:
            rules = dict(read_page(page.path, own.document.text).meta[_RULES])
            rules[slug] = {**rules[slug], BASED_ON: noted(shared)}
            return Edit(page, changed(page.path, own.document.text, {_RULES: rules}), own.blob_id)

        def says_it(drafted: Document) -> bool:
            return _rules(drafted.meta).get(slug, {}).get(BASED_ON) == noted(shared)

        done = save_tap(noted_rule, page, title, says_it, self._reader, self._editing)
        if isinstance(done, Refusal):
            return self._draw(self._chosen(unit_id), done)
        return self._done(unit_id) if done is None else done

    def _draw(self, chosen: str, refused: Refusal | None = None) -> Response:
        editor, editing = current_editor(), self._editing
        sees_all = is_province(editor)
        since = editing.clock.now() - RECENT
        recent = [
            change
            for found in recent_changes(editing.store, since)
            for change in [self._change(found)]
            if change is not None
        ]
        return desk_page(
            "shared_text.html.j2",
            editing,
            refused.status if refused else 200,
            overrides=self._overrides(self._unit_page(chosen)) if chosen else [],
            recent=recent,
            days=RECENT.days,
            units=[] if chosen or not sees_all else self._units_behind(),
            chosen=editing.units.get(chosen) if chosen else None,
            sees_all=sees_all,
            refused=refused,
        )

    def _overrides(self, own: PublishedPage | None) -> list[_Override]:
        """Return where the shared text changed under a unit's words since it saw it."""
        if own is None:
            return []
        rules = _rules_of(own)
        names = self._names.of(own.page)
        found = []
        for unseen in self._unseen(own):
            change = self._change(unseen)
            if change is None:
                continue
            slug = change.page.slug
            said = [
                (names.label((_RULES, slug, key)), names.value((_RULES, slug, key), value))
                for key, value in rules[slug].items()
                if value not in (None, "") and key != BASED_ON
            ]
            link = f"{HOME}{own.page.unit_id}/thu-tuc/{slug}"
            found.append(_Override(slug, change, said, unseen.after, link))
        return found

    def _units_behind(self) -> list[tuple[Unit, int]]:
        """Return the units that have not seen what changed under their words, and how often."""
        found = []
        for own in self._reader.published(f"site/{UNIT_FOLDER}"):
            if own.page.path.endswith("/index.md"):
                count = len(self._overrides(own))
                if count:
                    found.append((self._editing.units.get(own.page.unit_id), count))
        return found

    def _unseen(self, own: PublishedPage) -> list[SharedChange]:
        path = own.page.path

        def read_rules(content: bytes) -> Rules:
            document = document_from(path, content.decode("utf-8", "replace"))
            return _rules(document.meta)

        return unseen_changes(self._editing.store, path, _rules_of(own), read_rules)

    def _change(self, found: SharedChange) -> _Change | None:
        """Return a change as people read it; None where there was only a review."""
        try:
            page = self._editing.page(found.path)
        except NotAllowedError:
            return None  # the list of procedures itself
        before = self._reader.document(found.path, found.before)
        after = self._reader.document(found.path, found.after)
        rows = differences(before, after, self._names.of(page), REVIEW_KEYS)
        if before is not None and not rows:
            return None
        title = self._reader.title(page, after or before)
        return _Change(page, title, rows, before is not None, after is None)

    def _unit_page(self, unit_id: str) -> PublishedPage | None:
        folder = f"site/{UNIT_FOLDER}/{unit_id}"
        pages = self._reader.published(folder)
        return next((own for own in pages if own.page.path == f"{folder}/index.md"), None)

    def _title(self, slug: str) -> str:
        path = procedure_path(slug)
        document = self._reader.at(self._editing.store.published(), path)
        return self._reader.title(self._editing.page(path), document)

    def _chosen(self, asked: str) -> str:
        editor = current_editor()
        if not is_province(editor):
            return editor.unit_id
        known = {unit.unit_id for unit in self._editing.units.with_pages(self._editing.today())}
        return asked if asked in known else ""

    def _done(self, unit_id: str) -> Response:
        unit = f"don-vi={unit_id}&" if is_province(current_editor()) else ""
        return go(f"{SHARED}?{unit}xong=giu-nguyen")


def _rules_of(own: PublishedPage | None) -> Rules:
    return _rules(own.document.meta) if own else {}


def _rules(meta: Mapping[str, Any]) -> Rules:
    rules = meta.get(_RULES)
    if not isinstance(rules, dict):
        return {}
    return {str(slug): rule for slug, rule in rules.items() if isinstance(rule, dict)}


def add_routes(app: Flask, views: SharedTextViews) -> None:
    """Add the routes."""
    app.add_url_rule(SHARED, "show_shared_text", views.show)
    add_form(app, SHARED, "keep_own_words", views.keep, views.again)
