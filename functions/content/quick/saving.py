"""Saving what a small form says, joined with what others saved meanwhile.

What may publish goes out at once; all else becomes a draft that is handed in for review.
`core/editing/one_step.py` decides it, and what meets an unfinished draft is kept in that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from functions.content.quick.standing import Standing, known_base, standing
from functions.content.texts.rewriting import changed
from functions.core.editing.drafting import save
from functions.core.editing.joined_fields import Fields
from functions.core.editing.one_step import (
    change_in_one_step,
    finish_in_one_step,
    says_only,
    stays_in_draft,
)
from functions.core.editing.services import EditingServices
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    NotFoundError,
    PublishFailedError,
    StoreUnavailableError,
    ToolUnavailableError,
)
from functions.core.models.content import (
    ContentProblem,
    Draft,
    DraftStatus,
    Edit,
    Editor,
    PagePath,
    Version,
)

GONE = "gone"
"""Refused because somebody took the page away, or the part of it that the form is about."""

TRIES = 5
"""So many others may save the same page in the middle of this save."""


class How(StrEnum):
    """What became of what was typed; addresses and the catalogue name it so."""

    PUBLISHED = "dang"
    SENT = "gui"
    KEPT = "luu"
    """In a draft that somebody has yet to hand in."""
    SAME = "nhu-cu"


@dataclass(frozen=True)
class Change:
    """What a form makes of a page as it stands."""

    values: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    conflicts: Fields = field(default_factory=dict)
    """What stands there now in fields that somebody else changed too."""
    is_touched: bool = True
    """Whether the person changed anything at all."""
    gone: tuple[PagePath, ...] = ()
    """Pictures of this page that it shows no more."""


@dataclass(frozen=True)
class Outcome:
    """How it went: done, or why not."""

    how: How | None = None
    is_joined: bool = False
    """Whether somebody else's change stays beside this one."""
    conflicts: Fields = field(default_factory=dict)
    now: Standing | None = None
    """What stands there, where there are conflicts."""
    refusal: str = ""
    """Why nothing was stored, by a code of the catalogue."""
    status: int = 200
    problems: Sequence[ContentProblem] = ()
    leaves: bool = False
    """Whether notices stay that a person has to look at."""


Plan = Callable[[Standing | None, Standing], Change]
"""Makes the change of what the form was drawn from, if that is known, and what stands now."""


def save_form(
    page: PagePath,
    base: str,
    plan: Plan,
    editor: Editor,
    editing: EditingServices,
    pictures: Mapping[PagePath, bytes] | None = None,
) -> Outcome:
    """Save a page that is there. Raises NotAllowedError."""

    def attempt() -> Outcome:
        for _ in range(TRIES):
            try:
                return _saved(page, base, plan, editor, editing, pictures or {})
            except (MergeConflictError, ConflictError):
                continue  # saved by somebody else in this very moment: look at it again
        raise ConflictError(page.path)

    return guarded(attempt)


def guarded(attempt: Callable[[], Outcome]) -> Outcome:
    """Return how an attempt went, whatever the stores and checks say: a form never ends bare."""
    try:
        return attempt()
    except InvalidContentError as wrong:
        return Outcome(refusal="invalid", status=422, problems=wrong.problems)
    except PublishFailedError as failed:
        return Outcome(refusal="not-built", status=422, problems=failed.problems)
    except NotFoundError:
        return Outcome(refusal=GONE, status=409)
    except (ConflictError, MergeConflictError):
        return Outcome(refusal="busy", status=409)
    except (StoreUnavailableError, ToolUnavailableError):
        return Outcome(refusal="not-stored", status=503)


def store_edit(
    edit: Edit,
    editor: Editor,
    editing: EditingServices,
    gone: Sequence[PagePath] = (),
    *,
    is_seen: bool = True,
) -> tuple[How, bool]:
    """Publish a change at once or hand it in; tell whether it was joined with another's.

    Where that would carry an unfinished draft along, the change is kept in the draft, and
    nothing is handed in; so it is where a draft would be published that says more than the
    form did (`is_seen` is false). A draft that says just what the form does goes on its way: the
    first of two presses of the button makes one. Pictures that are `gone` leave the public site
    with the change; a draft takes none away. Raises as `save` and `change_in_one_step` do.
    """
    page, store = edit.page, editing.store
    done: Version | Draft
    if stays_in_draft(page, editor, editing, is_seen=is_seen):
        done = save(edit, editor, editing).draft
        is_upon_public = edit.base == store.blob_id(store.published(), page.path)
        if is_upon_public and says_only(edit, done, editing):
            done = finish_in_one_step(page, done, editor, editing)
    else:
        blobs = store.paths(store.published(), page.path.rpartition("/")[0])
        pictures = [Edit(one, None, blobs[one.path]) for one in gone if one.path in blobs]
        done = change_in_one_step(edit, editor, editing, beside=pictures)
    stored = store.read(done.version, page.path)
    return how_of(done), stored != (None if edit.text is None else edit.text.encode())


def is_taken(refused: InvalidContentError) -> bool:
    """Tell whether a new page was refused because its address has one by now."""
    return any(problem.code == "address-taken" for problem in refused.problems)


def how_of(done: Version | Draft) -> How:
    """Return what became of a change by where it is now."""
    if isinstance(done, Version):
        return How.PUBLISHED
    return How.KEPT if done.status is DraftStatus.DRAFT else How.SENT


def _saved(
    page: PagePath,
    base_blob: str,
    plan: Plan,
    editor: Editor,
    editing: EditingServices,
    pictures: Mapping[PagePath, bytes],
) -> Outcome:
    now = standing(page, editor, editing)
    if now is None:
        raise NotFoundError("page")
    base = now if base_blob == now.blob else known_base(page, base_blob, editing)
    if base is not None and base is not now and _text(page, plan(base, base), base) == now.text:
        # The second press of the button.
        is_all = base_blob == editing.store.blob_id(editing.store.published(), page.path)
        return done_already(page, now, editor, editing, is_all=is_all)
    change = plan(base, now)
    if change.conflicts:
        return Outcome(conflicts=change.conflicts, now=now, status=409)
    if not (change.is_touched or pictures):
        return Outcome(How.SAME)
    text = _text(page, change, now)
    if text == now.text and not pictures:
        return done_already(page, now, editor, editing)
    edit = Edit(page, text, now.blob, pictures)
    is_seen = base_blob == now.blob
    how, is_merged = store_edit(edit, editor, editing, change.gone, is_seen=is_seen)
    return Outcome(how, is_joined=is_merged or not is_seen)


def done_already(
    page: PagePath,
    now: Standing,
    editor: Editor,
    editing: EditingServices,
    *,
    is_all: bool = False,
) -> Outcome:
    """Finish what stands there as it was typed, should the first press have been cut short.

    `is_all`: a draft holds that and nothing else, so it is nobody's unfinished work.
    """
    if now.draft is None:
        return Outcome(How.PUBLISHED)
    if now.draft.status is DraftStatus.DRAFT and not is_all:
        return Outcome(How.KEPT)
    return Outcome(how_of(finish_in_one_step(page, now.draft, editor, editing)))


def _text(page: PagePath, change: Change, upon: Standing) -> str:
    return changed(page.path, upon.text, change.values, change.body)
