"""Publications and the versions of each page, and the ways back to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, Response, request

from functions.content.desk.differences import differences
from functions.content.desk.drafts import DRAFTS, VERSION
from functions.content.desk.drawing import (
    HOME,
    STALE,
    Refusal,
    add_form,
    desk_page,
    go,
    refusal_of,
)
from functions.content.desk.field_names import PageFieldNames
from functions.content.desk.reading import PageReader
from functions.content.desk.titles import title_in
from functions.content.guard import current_editor
from functions.content.services import ContentServices
from functions.core.editing.one_step import bring_back_in_one_step
from functions.core.editing.pages import UNIT_FOLDER
from functions.core.editing.permissions import Action, is_province, may, require
from functions.core.editing.publishing import go_back
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    NotAllowedError,
    NotFoundError,
    PublishFailedError,
)
from functions.core.models.content import (
    Draft,
    EditorRole,
    PageKind,
    PagePath,
    Version,
)
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields

HISTORY = f"{HOME}lich-su/"
GO_BACK = f"{HOME}quay-lai/"
_STEPS = (50, 200, 1_000)
"""So many publications are shown, and at a wish more."""

_MOST_FILES = 8


@dataclass(frozen=True)
class _File:
    """A page or picture that a publication changed."""

    title: str
    page: PagePath


@dataclass(frozen=True)
class _Publication:
    """One line of the list."""

    version: Version
    files: tuple[_File, ...]
    more: int


class HistoryViews:
    """The routes with what they share."""

    def __init__(
        self, services: ContentServices, reader: PageReader, names: PageFieldNames
    ) -> None:
        self._editing = services.editing
        self._reader = reader
        self._names = names

    @audience(Audience.STAFF)
    def show_list(self) -> Response:
        """List the publications of the editor's unit; the province sees all, or one unit's."""
        editor, editing = current_editor(), self._editing
        units = editing.units.with_pages(editing.today())
        sees_all = is_province(editor)
        chosen = request.args.get("don-vi", "") if sees_all else editor.unit_id
        if chosen not in {unit.unit_id for unit in units}:
            chosen = ""
        folder = f"site/{UNIT_FOLDER}/{chosen}" if chosen else ""
        limit = _limit()
        found = editing.store.versions(folder, limit)
        blobs = editing.store.paths(editing.store.published(), folder or "site")
        newest = editing.store.versions(limit=1)[0].number
        return desk_page(
            "history.html.j2",
            editing,
            rows=[self._row(version, blobs) for version in found],
            units=units if sees_all else [],
            chosen=chosen if sees_all else "",
            more=_next_limit(limit) if len(found) == limit else None,
            newest=newest,
            may_go_back=editor.role is EditorRole.PROVINCE_APPROVER,
        )

    @audience(Audience.STAFF)
    def show_page(self, path: str) -> Response:
        """List the versions of one page; with `?ban=` show one and how it differs from today's."""
        page = self._readable(path)
        version = request.args.get("ban", "")
        return self._draw_version(page, version) if version else self._draw_page(page)

    def bring_back(self, path: str) -> Response:
        """Let the page be what it was in a version."""
        page = self._readable(path)
        sent = read_fields(request, ("ban", "seen"))
        version, seen = sent.get("ban", ""), sent.get("seen", "")
        self._require_public(version)
        editing, store = self._editing, self._editing.store
        wanted = store.blob_id(version, page.path)
        if wanted and wanted == store.blob_id(store.published(), page.path):
            return go(f"{HISTORY}{page.path}?xong=dung-lai")  # a second press of the button
        refusal = Refusal("changed", 409)
        try:
            done = bring_back_in_one_step(page, version, current_editor(), editing, seen)
        except ConflictError:
            pass
        except MergeConflictError:
            draft, link = store.draft(page.path), f"{DRAFTS}{page.path}"
            if draft is not None and store.blob_id(draft.version, page.path) == wanted:
                return go(f"{link}?xong=gui-duyet")
            if draft is not None:
                refusal = Refusal("has-draft", 409, draft=link)
        except (InvalidContentError, PublishFailedError) as error:
            refusal = refusal_of(error)
        else:
            if isinstance(done, Draft):
                return go(f"{DRAFTS}{page.path}?xong=gui-duyet")
            return go(f"{HISTORY}{page.path}?xong=dung-lai")
        return self._draw_version(page, version, refusal)

    @audience(Audience.STAFF)
    def ask_to_go_back(self, number: int) -> Response:
        """Ask before the whole content is as it was in an earlier publication."""
        return self._draw_go_back(self._publication(number))

    def bring_back_again(self, path: str) -> Response:
        """Show the version that was to come back before the session ran out."""
        version = read_fields(request, ("ban",)).get("ban", "")
        return self._draw_version(self._readable(path), version, STALE)

    def go_back(self, number: int) -> Response:
        """Publish the whole content as it was."""
        wanted = self._publication(number)
        seen = read_fields(request, ("seen",)).get("seen", "")
        try:
            go_back(number, current_editor(), self._editing, seen)
        except ConflictError:
            return self._draw_go_back(wanted, Refusal("changed", 409))
        except PublishFailedError as failed:
            return self._draw_go_back(wanted, refusal_of(failed))
        return go(f"{HISTORY}?xong=quay-lai")

    def go_back_again(self, number: int) -> Response:
        """Ask once more where the answer came from another session."""
        return self._draw_go_back(self._publication(number), STALE)

    def _draw_page(self, page: PagePath) -> Response:
        store = self._editing.store
        found = store.versions(page.path, _limit())
        if not found:
            raise NotFoundError("page")
        return desk_page(
            "page_history.html.j2",
            self._editing,
            page_path=page,
            title=self._title(page),
            versions=[(one, bool(store.blob_id(one.version, page.path))) for one in found],
            draft=store.draft(page.path),
        )

    def _draw_version(
        self, page: PagePath, version: str, refused: Refusal | None = None
    ) -> Response:
        self._require_public(version)
        store, editor = self._editing.store, current_editor()
        published = store.published()
        then, now = self._reader.at(version, page.path), self._reader.at(published, page.path)
        if then is None and now is None and not store.versions(page.path, 1):
            raise NotFoundError("page")
        names = self._names.of(page)
        return desk_page(
            "page_version.html.j2",
            self._editing,
            refused.status if refused else 200,
            page_path=page,
            title=self._title(page),
            version=next(
                (v for v in store.versions(page.path, 1_000) if v.version == version), None
            ),
            version_id=version,
            is_there=then is not None,
            is_now=then is not None and now is not None and then.text == now.text,
            differences=differences(now, then, names) if then else [],
            whole=differences(None, then, names),
            seen=store.blob_id(published, page.path),
            at_once=may(editor, Action.BRING_BACK, page),
            may_write=may(editor, Action.WRITE, page),
            refused=refused,
        )

    def _draw_go_back(self, wanted: Version, refused: Refusal | None = None) -> Response:
        store = self._editing.store
        published = store.published()
        changed = store.changed_paths(published, wanted.version)
        blobs = {**store.paths(wanted.version), **store.paths(published)}
        return desk_page(
            "go_back.html.j2",
            self._editing,
            refused.status if refused else 200,
            wanted=wanted,
            files=self._files(self._pages(changed), blobs),
            seen=published,
            refused=refused,
        )

    def _publication(self, number: int) -> Version:
        """Return what to go back to, for those who may."""
        if current_editor().role is not EditorRole.PROVINCE_APPROVER:
            raise NotAllowedError("go-back")
        return self._editing.store.publication(number)

    def _row(self, version: Version, blobs: Mapping[str, str]) -> _Publication:
        pages = self._pages(version.files)
        files = self._files(pages[:_MOST_FILES], blobs)
        return _Publication(version, tuple(files), len(pages[_MOST_FILES:]))

    def _pages(self, paths: Sequence[str]) -> list[PagePath]:
        """Return what staff may see of these paths: no lists, no samples."""
        pages = []
        for path in paths:
            try:
                pages.append(self._editing.page(path))
            except NotAllowedError:
                continue  # only the software brings it
        return pages

    def _files(self, pages: Sequence[PagePath], blobs: Mapping[str, str]) -> list[_File]:
        wanted = {
            page.path: blobs.get(page.path, "")
            for page in pages
            if page.kind is not PageKind.PICTURE
        }
        documents = self._reader.documents(wanted)
        return [_File(self._reader.title(page, documents.get(page.path)), page) for page in pages]

    def _title(self, page: PagePath) -> str:
        store = self._editing.store
        return title_in(page, store.published(), self._reader, store)

    def _readable(self, path: str) -> PagePath:
        page = self._editing.page(path)
        require(current_editor(), Action.READ, page)
        if page.kind is PageKind.PICTURE:
            raise NotFoundError("picture")
        return page

    def _require_public(self, version: str) -> None:
        store = self._editing.store
        if not VERSION.fullmatch(version) or not store.contains(store.published(), version):
            raise NotFoundError("version")


def _limit() -> int:
    asked = request.args.get("so", "")
    return next((step for step in _STEPS if str(step) == asked), _STEPS[0])


def _next_limit(limit: int) -> int | None:
    return next((step for step in _STEPS if step > limit), None)


def add_routes(app: Flask, views: HistoryViews) -> None:
    """Add the routes."""
    one, number = f"{HISTORY}<path:path>", f"{GO_BACK}<int:number>"
    app.add_url_rule(HISTORY, "list_publications", views.show_list)
    app.add_url_rule(one, "show_versions", views.show_page)
    add_form(app, one, "bring_back_version", views.bring_back, views.bring_back_again)
    app.add_url_rule(number, "ask_to_go_back", views.ask_to_go_back)
    add_form(app, number, "go_back", views.go_back, views.go_back_again)
