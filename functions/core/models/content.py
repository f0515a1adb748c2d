"""What staff write: pages and pictures as files of the content repository, drafts, versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PageKind(StrEnum):
    """What a file of `site/` is; each kind has its own fields and rules."""

    PROCEDURE = "procedure"
    GUIDE = "guide"
    WARNING = "warning"
    TOP = "top"
    """A page of facts that stands alone, as the hotlines."""
    UNIT = "unit"
    """What a unit says about itself."""
    NOTICE = "notice"
    NEWS = "news"
    OUTCOME = "outcome"
    PICTURE = "picture"


@dataclass(frozen=True)
class PagePath:
    """A file that staff may change, known by its path below the project: `site/…`."""

    path: str
    kind: PageKind
    unit_id: str
    """Whose it is; empty for what all units share."""
    slug: str
    """The last part of its address; a unit's own page has the unit's id, a picture its name."""

    @property
    def is_shared(self) -> bool:
        return not self.unit_id


class EditorRole(StrEnum):
    """What an officer is to the pages."""

    EDITOR = "editor"
    """Writes the pages of one unit."""
    APPROVER = "approver"
    """Writes and publishes the pages of one unit."""
    PROVINCE_EDITOR = "province-editor"
    """Writes what all units share, and helps any unit."""
    PROVINCE_APPROVER = "province-approver"
    """Writes and publishes all of it."""


@dataclass(frozen=True)
class Editor:
    """Who edits, as the repository knows them: a role and a unit, never a person."""

    unit_id: str
    role: EditorRole
    mark: str = field(default="", repr=False)
    """Tells one session's saves from another's; means nothing outside the repository."""


class DraftStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in-review"
    READY = "ready"
    """Approved; publishing is one step."""


@dataclass(frozen=True)
class Draft:
    """A change of one page that is not published yet."""

    page: str
    """The path of the page it is about."""
    version: str
    """The commit of its last save or change of status."""
    status: DraftStatus
    by: Editor
    """Who saved last."""
    changed_at: datetime
    files: tuple[str, ...]
    """Every path that differs from what was published when it was begun."""
    note: str = ""
    """What the approver wrote when sending it back."""


class ChangeKind(StrEnum):
    """Why there is a version; the pages for staff have the words."""

    SAVED = "saved"
    STATUS = "status"
    PUBLISHED = "published"
    QUICK_FIX = "quick-fix"
    BROUGHT_BACK = "brought-back"
    WENT_BACK = "went-back"
    RELEASE = "release"
    """Pages that came with a new release of the software."""


@dataclass(frozen=True)
class ChangeNote:
    """What a commit says of itself."""

    kind: ChangeKind
    by: Editor
    page: str = ""
    status: DraftStatus | None = None
    text: str = ""
    """A few words of who made it; shown to staff only."""


@dataclass(frozen=True)
class Version:
    """One published state of the content, or of one page of it."""

    version: str
    """The commit."""
    number: int
    """Publications are counted from 1."""
    made_at: datetime
    note: ChangeNote
    files: tuple[str, ...] = ()
    """What it changed."""


@dataclass(frozen=True)
class ContentProblem:
    """One mistake in a page: where it is, and what a person has to do about it, by a code."""

    path: str
    line: int
    """From 1; of the whole file, front matter included."""
    key: str
    """The key of the front matter, `body`, or empty where it is about the file."""
    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    """What the sentence speaks of."""


@dataclass(frozen=True)
class Edit:
    """What somebody wants to save."""

    page: PagePath
    text: str | None
    """The whole file; None takes the page away."""
    base: str | None = None
    """The blob the editor began from; empty: a new page; None: not known."""
    pictures: Mapping[PagePath, bytes] = field(default_factory=dict)
    """New pictures beside it, as they were sent."""


@dataclass(frozen=True)
class Saved:
    """How a save went."""

    draft: Draft
    blob: str
    """What the page is now: the base of the next save."""
    merged: bool
    """Whether somebody else's change was joined with this one."""


@dataclass(frozen=True)
class ReviewItem:
    """One page whose facts are due to be looked at again."""

    page: PagePath
    title: str
    due_on: str
    """A day as 2026-11-30; empty: never confirmed."""
