"""The notices that tell of pauses: how they read, and which of them the form made itself.

A notice must not outlive what it tells: who stands before an open office was turned away for
nothing. So the form's own ones go when the pause ends or another takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from functions.content.answers import editor_words
from functions.content.quick.drawing import written_day
from functions.content.quick.procedures import Procedure
from functions.content.quick.standing import Standing, published, standing
from functions.content.quick.targets import notice_page
from functions.core.editing import notices
from functions.core.editing.joined_fields import Fields
from functions.core.editing.pages import UNIT_FOLDER
from functions.core.editing.services import EditingServices
from functions.core.editing.unit_fixes import text_of
from functions.core.errors import NotAllowedError
from functions.core.models.content import Draft, DraftStatus, Editor, PagePath

_ALL, _SOME = "all", "some"
_LINK = r"\n+- \[[^\n]*\]\(\.\./\.\./\.\./thu-tuc/(?P<slug>[a-z0-9-]+)\.md\)"
_ANY_DAY = "00/00/0000"
_MOST_VERSIONS = 100


@dataclass(frozen=True)
class Pause:
    """What is to be stopped, until when, and what is said about it."""

    chosen: Sequence[Procedure]
    until: str
    reason: str
    is_all: bool

    def notice(self) -> Fields:
        """Return the notice about it."""
        day, kind = written_day(self.until), _ALL if self.is_all else _SOME
        said = [_words(kind, "text", day)]
        if self.reason:
            said.insert(0, self.reason)
        if not self.is_all:
            links = [f"- [{one.title}](../../../thu-tuc/{one.slug}.md)" for one in self.chosen]
            said += ["", *links]
        return {
            "title": _words(kind, "title", day),
            notices.BEGINS: "",
            notices.ENDS: self.until,
            notices.BODY: "\n".join(said),
        }


@dataclass(frozen=True)
class PauseNotice:
    """A notice at an address of this form's, that is not over."""

    page: PagePath
    title: str
    blob: str
    draft: Draft | None
    """Where it waits, if it is not public yet."""
    slugs: frozenset[str] | None
    """The procedures it names; None: all."""
    is_own: bool
    """Whether it says what the form wrote and nobody changed it by hand."""

    def tells_of(self, slug: str) -> bool:
        """Tell whether it may say that this procedure is stopped."""
        return self.slugs is None or slug in self.slugs

    def is_covered_by(self, pause: Pause | None) -> bool:
        """Tell whether nothing of it is left to say; a pause of None ends them all."""
        if pause is None or pause.is_all:
            return True
        return self.slugs is not None and self.slugs <= {one.slug for one in pause.chosen}

    def is_touched_by(self, pause: Pause | None) -> bool:
        """Tell whether something of it is not so any more."""
        if pause is None or self.slugs is None:
            return True
        return not self.slugs.isdisjoint(one.slug for one in pause.chosen)


def public_pause_notices(unit_id: str, editing: EditingServices) -> list[PauseNotice]:
    """Return the notices about pauses that residents find now."""
    store = editing.store
    found = []
    for page in _pages(unit_id, store.paths(store.published(), _folder(unit_id)), editing):
        upon, draft = published(page, editing), store.draft(page.path)
        if upon is None or notices.is_over(upon.meta, editing.today()):
            continue
        is_edited = draft is not None and not _asks_to_remove(draft, editing)
        is_untouched = not is_edited and not _was_changed_by_hand(page, editing)
        found.append(_notice(page, upon, None, is_untouched=is_untouched))
    return found


def drafted_pause_notices(
    unit_id: str, editing: EditingServices, editor: Editor
) -> list[PauseNotice]:
    """Return those that wait to be public for the first time."""
    store, folder = editing.store, _folder(unit_id)
    drafts = {draft.page: draft for draft in store.drafts() if draft.page.startswith(f"{folder}/")}
    public = store.paths(store.published(), folder)
    found = []
    for page in _pages(unit_id, drafts.keys() - public.keys(), editing):
        upon, draft = standing(page, editor, editing), drafts[page.path]
        if upon is not None and not notices.is_over(upon.meta, editing.today()):
            is_untouched = draft.status is not DraftStatus.DRAFT
            found.append(_notice(page, upon, draft, is_untouched=is_untouched))
    return found


def waits_to_be_removed(notice: PauseNotice, editing: EditingServices) -> bool:
    """Tell whether somebody asked already to take a notice away."""
    draft = editing.store.draft(notice.page.path)
    return draft is not None and _asks_to_remove(draft, editing)


def _notice(
    page: PagePath, upon: Standing, draft: Draft | None, *, is_untouched: bool
) -> PauseNotice:
    told = _procedures_told(upon)
    slugs = frozenset(told) if told else None
    title, is_own = text_of(upon.meta.get("title")), told is not None and is_untouched
    return PauseNotice(page, title, upon.blob, draft, slugs, is_own)


def _procedures_told(upon: Standing) -> list[str] | None:
    """Return the procedures that the form's own words name, none where they tell of all.

    None where a notice says anything else than the form would; a reason is one line of any words.
    """
    meta = upon.meta
    if meta.keys() - {"title", "posted_on", notices.ENDS}:
        return None
    day = written_day(text_of(meta.get(notices.ENDS)))
    for kind, links in ((_ALL, ""), (_SOME, f"(?:{_LINK.replace('?P<slug>', '?:')})+")):
        said = rf"(?:[^\n]+\n+)?{re.escape(_words(kind, 'text', day))}{links}"
        if meta.get("title") == _words(kind, "title", day) and re.fullmatch(said, upon.page.body):
            return [found["slug"] for found in re.finditer(_LINK, upon.page.body)]
    return None


def _was_changed_by_hand(page: PagePath, editing: EditingServices) -> bool:
    """Tell whether a notice was published under its own name after it first came.

    What this form publishes goes by the name of the unit's page.
    """
    store = editing.store
    for version, before in pairwise(store.versions(page.path, _MOST_VERSIONS)):
        if not store.blob_id(before.version, page.path):
            return False  # it came anew with this one
        if version.note.page == page.path:
            return True
    return False


def _asks_to_remove(draft: Draft, editing: EditingServices) -> bool:
    is_removal = not editing.store.blob_id(draft.version, draft.page)
    return is_removal and draft.status is not DraftStatus.DRAFT


def _pages(unit_id: str, paths: Iterable[str], editing: EditingServices) -> Iterator[PagePath]:
    """Yield the pages with an address that the form gives."""
    titles = [_words(kind, "title", _ANY_DAY) for kind in (_ALL, _SOME)]
    begins = [next(notices.slugs_for(title)).removesuffix("00-00-0000") for title in titles]
    address = re.compile(rf"(?:{'|'.join(begins)})\d\d-\d\d-\d{{4}}(?:-\d+)?")
    for path in sorted(paths):
        slug = path.rpartition("/")[2].removesuffix(".md")
        if address.fullmatch(slug):
            try:
                yield notice_page(unit_id, slug, editing)
            except NotAllowedError:
                continue


def _folder(unit_id: str) -> str:
    return f"site/{UNIT_FOLDER}/{unit_id}/thong-bao"


def _words(kind: str, part: str, day: str) -> str:
    return editor_words().of("quick-pause", f"{kind}-{part}", day=day)
