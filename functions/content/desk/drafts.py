"""Drafts: the list, what each would change, and the buttons of review.

A page without a draft offers the one that was thrown away last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import Flask, Response, abort, make_response, request

from functions.content.desk.differences import differences, document_from
from functions.content.desk.drawing import (
    DONE,
    HOME,
    STALE,
    Refusal,
    add_form,
    desk_page,
    edit_link,
    go,
    public_address,
    refusal_of,
)
from functions.content.desk.field_names import PageFieldNames
from functions.content.desk.reading import PageReader
from functions.content.desk.titles import title_in
from functions.content.guard import current_editor
from functions.content.services import ContentServices
from functions.core.editing.comparing import change_of
from functions.core.editing.discarding import discard, take_back
from functions.core.editing.drafting import draft_of, set_status
from functions.core.editing.permissions import Action, is_approver, is_province, may, require
from functions.core.editing.publishing import publish
from functions.core.editing.renewing import renew
from functions.core.editing.typed_values import clean_text
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
    DraftStatus,
    Editor,
    PageKind,
    PagePath,
)
from functions.web.audience import Audience, audience
from functions.web.fields import read_fields
from publish.documents import Document

DRAFTS = f"{HOME}ban-nhap/"
PICTURES = f"{HOME}anh-ban-nhap/"
VERSION = re.compile(r"[0-9a-f]{40}")

_STATUS_OF_ACT = {
    "gui-duyet": DraftStatus.IN_REVIEW,
    "rut-lai": DraftStatus.DRAFT,
    "tra-lai": DraftStatus.DRAFT,
}
_PUBLISH, _DISCARD, _SEND_BACK, _RENEW = "dang", "bo", "tra-lai", "giu-ban-nhap"
_TAKE_BACK = "lay-lai"
_PAGE = "trang"
"""Tells the list which page was published."""
_STAY = frozenset({*_STATUS_OF_ACT, _RENEW, _TAKE_BACK})
"""Acts that leave a draft, which is shown next."""
_ACTS = frozenset({*_STAY, _PUBLISH, _DISCARD})
_STUCK = "merge-conflict"
_LONGEST_WORD = 1_000
_PICTURE_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}


class DraftViews:
    """The routes with what they share."""

    def __init__(
        self, services: ContentServices, reader: PageReader, names: PageFieldNames
    ) -> None:
        self._editing = services.editing
        self._public_url = services.public_url
        self._reader = reader
        self._names = names

    @audience(Audience.STAFF)
    def show_list(self) -> Response:
        """List the drafts of the editor's unit; the province sees all, or those of one unit.

        What waits for who may publish comes first.
        """
        editor, editing = current_editor(), self._editing
        rows = self._rows(editing.store.drafts())
        current = {page.path for page, _, _ in rows}
        discarded = [
            row for row in self._rows(editing.store.all_discarded()) if row[0].path not in current
        ]
        units = {page.unit_id for page, _, _ in [*rows, *discarded]}
        chosen = request.args.get("don-vi", "")
        if chosen and chosen in units:
            rows, discarded = (
                [row for row in found if row[0].unit_id == chosen] for found in (rows, discarded)
            )
        public_link, public_from = self._publication(request.args.get(_PAGE, ""))
        return desk_page(
            "drafts.html.j2",
            editing,
            waiting=[row for row in rows if waits_for(editor, row[0], row[2])],
            rows=[row for row in rows if not waits_for(editor, row[0], row[2])],
            publishes=is_approver(editor),
            public_link=public_link,
            public_from=public_from,
            discarded=discarded,
            units=[unit for unit in editing.units.all() if unit.unit_id in units],
            chosen=chosen,
            has_choice=is_province(editor),
        )

    @audience(Audience.STAFF)
    def show(self, path: str) -> Response:
        """Show what a draft would change; with `?viec=bo` ask before it is thrown away."""
        page = self._readable(path)
        draft = self._editing.store.draft(page.path)
        if draft is None:
            return self._gone(page)
        if request.args.get("viec") == _DISCARD and may(current_editor(), Action.WRITE, page):
            title = self._title(page, draft)
            return desk_page(
                "draft_discard.html.j2", self._editing, page_path=page, draft=draft, title=title
            )
        return self._draw(page, draft)

    def act(self, path: str) -> Response:
        """Do what a button says with the version that was looked at."""
        page = self._readable(path)
        sent = read_fields(request, ("viec", "seen", "text"))
        act, seen = sent.get("viec", ""), sent.get("seen", "")
        text = clean_text(sent.get("text", "")).strip()
        if act not in _ACTS:
            abort(400)
        try:
            refused = self._do(act, page, seen, text)
        except NotFoundError:
            if VERSION.fullmatch(seen) and self._is_public(seen):
                return _go_on(_PUBLISH, page)  # a second press of the same button
            return self._gone(page)
        if refused is None:
            return _go_on(act, page)
        draft = self._editing.store.draft(page.path)
        return self._gone(page) if draft is None else self._draw(page, draft, refused)

    def again(self, path: str) -> Response:
        """Show the draft with what was typed before the session ran out."""
        page = self._readable(path)
        typed = read_fields(request, ("text",)).get("text", "")
        draft = self._editing.store.draft(page.path)
        if draft is None:
            return self._gone(page)
        return self._draw(page, draft, replace(STALE, typed=typed))

    @audience(Audience.STAFF)
    def show_picture(self, version: str, path: str) -> Response:
        """Serve a picture as a draft has it."""
        picture = self._readable(path)
        if picture.kind is not PageKind.PICTURE or not VERSION.fullmatch(version):
            abort(404)
        content = self._editing.store.read(version, picture.path)
        if content is None:
            abort(404)
        response = make_response(content)
        response.content_type = _PICTURE_TYPES.get(picture.path.rpartition(".")[2], "image/webp")
        return response

    def _do(self, act: str, page: PagePath, seen: str, text: str) -> Refusal | None:
        editor, editing = current_editor(), self._editing
        if act == _SEND_BACK:
            require(editor, Action.APPROVE, page)
            if not text:
                draft_of(page, editing)
                return Refusal("no-word", 422)
        try:
            if act == _PUBLISH:
                publish(page, editor, editing, seen)
            elif act == _DISCARD:
                discard(page, editor, editing, seen)
            elif act == _RENEW:
                renew(page, editor, editing, seen)
            elif act == _TAKE_BACK:
                take_back(page, editor, editing, seen)
            else:
                said = text[:_LONGEST_WORD] if act == _SEND_BACK else ""
                set_status(page, _STATUS_OF_ACT[act], editor, editing, said, seen)
        except ConflictError:
            return Refusal("changed", 409, typed=text)
        except MergeConflictError:
            return Refusal(_STUCK, 409)
        except (InvalidContentError, PublishFailedError) as error:
            return refusal_of(error)
        return None

    def _draw(self, page: PagePath, draft: Draft, refused: Refusal | None = None) -> Response:
        editor, editing = current_editor(), self._editing
        change = change_of(draft, editing)
        is_picture = page.kind is PageKind.PICTURE
        before, after = (_document(page, text) for text in (change.before, change.after))
        found = [] if is_picture else differences(before, after, self._names.of(page))
        acts = {act for act in Action if may(editor, act, page)}
        is_done = change.before is None and change.after is None
        return desk_page(
            "draft_done.html.j2" if is_done else "draft.html.j2",
            editing,
            refused.status if refused else 200,
            page_path=page,
            title=self._title(page, draft),
            draft=draft,
            change=change,
            differences=found,
            pictures=self._pictures(draft),
            is_stuck=change.has_conflict or (refused is not None and refused.code == _STUCK),
            may_publish=Action.PUBLISH in acts,
            may_submit=Action.SUBMIT in acts,
            may_write=Action.WRITE in acts,
            is_own=draft.by.mark == editor.mark,
            edit_link=None if is_picture else edit_link(page),
            has_history=self._has_history(page),
            refused=refused,
        )

    def _pictures(self, draft: Draft) -> list[tuple[str, str]]:
        """Return the name of each picture that changed, with its address, if it still has one."""
        pictures = []
        for path in draft.files:
            try:
                page = self._editing.page(path)
            except NotAllowedError:
                continue
            if page.kind is PageKind.PICTURE:
                stays = self._editing.store.blob_id(draft.version, path)
                address = f"{PICTURES}{draft.version}/{path}" if stays else ""
                pictures.append((page.slug, address))
        return pictures

    def _gone(self, page: PagePath) -> Response:
        discarded = self._editing.store.discarded(page.path)
        return desk_page(
            "draft_gone.html.j2",
            self._editing,
            404,
            page_path=page,
            title=self._title(page, discarded),
            discarded=discarded,
            has_history=self._has_history(page),
            may_write=may(current_editor(), Action.WRITE, page),
        )

    def _rows(self, drafts: Sequence[Draft]) -> list[tuple[PagePath, str, Draft]]:
        """Return drafts that the editor may read, each with its page and its title."""
        return [
            (page, self._title(page, draft), draft)
            for draft in drafts
            for page in [self._page_of(draft)]
            if page is not None and may(current_editor(), Action.READ, page)
        ]

    def _title(self, page: PagePath, draft: Draft | None) -> str:
        store = self._editing.store
        version = draft.version if draft else store.published()
        return title_in(page, version, self._reader, store)

    def _has_history(self, page: PagePath) -> bool:
        """Tell whether there is a page about what was published of it."""
        is_text = page.kind is not PageKind.PICTURE
        return is_text and bool(self._editing.store.versions(page.path, 1))

    def _publication(self, path: str) -> tuple[str, date | None]:
        """Return where residents read a page now, or the day from which they will."""
        try:
            page = self._editing.page(path)
        except NotAllowedError:
            return "", None
        document = self._reader.at(self._editing.store.published(), page.path)
        if page.kind is PageKind.PICTURE or document is None:
            return "", None
        begins = self._reader.dates(page, document).begins_on
        if begins is not None and begins > self._editing.today():
            return "", begins
        return f"{self._public_url}{public_address(page)}", None

    def _readable(self, path: str) -> PagePath:
        page = self._editing.page(path)
        require(current_editor(), Action.READ, page)
        return page

    def _page_of(self, draft: Draft) -> PagePath | None:
        try:
            return self._editing.page(draft.page)
        except NotAllowedError:
            return None  # of a unit that has ended since

    def _is_public(self, version: str) -> bool:
        store = self._editing.store
        return store.contains(store.published(), version)


def waits_for(editor: Editor, page: PagePath, draft: Draft) -> bool:
    """Tell whether a draft waits for this editor to publish it."""
    return draft.status is not DraftStatus.DRAFT and may(editor, Action.PUBLISH, page)


def _go_on(act: str, page: PagePath) -> Response:
    """Lead to the draft where there still is one, else to the list."""
    if act in _STAY:
        return go(f"{DRAFTS}{page.path}", act)
    of_page = f"&{_PAGE}={page.path}" if act == _PUBLISH else ""
    return go(f"{DRAFTS}?{DONE}={act}{of_page}")


def _document(page: PagePath, content: bytes | None) -> Document | None:
    return None if content is None else document_from(page.path, content.decode("utf-8", "replace"))


def add_routes(app: Flask, views: DraftViews) -> None:
    """Add the routes."""
    one = f"{DRAFTS}<path:path>"
    app.add_url_rule(DRAFTS, "list_drafts", views.show_list)
    app.add_url_rule(one, "show_draft", views.show)
    add_form(app, one, "act_on_draft", views.act, views.again)
    app.add_url_rule(f"{PICTURES}<version>/<path:path>", "show_draft_picture", views.show_picture)
