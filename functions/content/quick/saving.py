"""Saving what a small form says, joined with what others saved meanwhile.

What may publish goes out at once; all else becomes a draft that is handed in for review.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from functions.content.quick.standing import Standing, known_base, standing
from functions.content.texts.rewriting import changed
from functions.core.editing.drafting import save, set_status
from functions.core.editing.joined_fields import Fields
from functions.core.editing.permissions import Action, may
from functions.core.editing.publishing import publish
from functions.core.editing.services import EditingServices
from functions.core.editing.together import publish_together
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
    DraftStatus,
    Edit,
    Editor,
    PagePath,
    Saved,
)

_TRIES = 5
"""So many others may save the same page in the middle of this save."""


class How(StrEnum):
    """What became of what was typed; addresses and the catalogue name it so."""

    PUBLISHED = "dang"
    SENT = "gui"
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
    """Save a page that is there. Raises NotFoundError where it is gone, and NotAllowedError."""

    def attempt() -> Outcome:
        for _ in range(_TRIES):
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
    except (ConflictError, MergeConflictError):
        return Outcome(refusal="busy", status=409)
    except (StoreUnavailableError, ToolUnavailableError):
        return Outcome(refusal="not-stored", status=503)


def store_edit(
    edit: Edit, editor: Editor, editing: EditingServices, gone: Sequence[PagePath] = ()
) -> tuple[How, bool]:
    """Publish a change at once, or hand it in as a draft; tell whether it was joined.

    Pictures that are `gone` leave the public site with it; a draft takes none away. Raises as
    `save` and `publish_together` do.
    """
    page, store = edit.page, editing.store
    if not may(editor, Action.PUBLISH, page):
        saved = save(edit, editor, editing)
        hand_in(page, editor, editing)
        return How.SENT, saved.merged
    is_public = store.blob_id(store.published(), page.path)
    if store.draft(page.path) is not None and not is_public:
        # Nobody is to find two pages where there was one draft.
        draft: Saved = save(edit, editor, editing)
        publish(page, editor, editing, draft.draft.version)
        return How.PUBLISHED, draft.merged
    blobs = store.paths(store.published(), page.path.rpartition("/")[0])
    pictures = [Edit(one, None, blobs[one.path]) for one in gone if one.path in blobs]
    publish_together([edit, *pictures], editor, editing)
    return How.PUBLISHED, False


def hand_in(page: PagePath, editor: Editor, editing: EditingServices) -> None:
    """Hand a draft in for review, unless that is done already."""
    draft = editing.store.draft(page.path)
    if draft is None or draft.status is not DraftStatus.DRAFT:
        return
    try:
        set_status(page, DraftStatus.IN_REVIEW, editor, editing)
    except NotFoundError:
        return  # published or thrown away in this very moment


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
        return _done_already(page, now, editor, editing)  # the second press of a button
    change = plan(base, now)
    if change.conflicts:
        return Outcome(conflicts=change.conflicts, now=now, status=409)
    if not (change.is_touched or pictures):
        return Outcome(How.SAME)
    text = _text(page, change, now)
    if text == now.text and not pictures:
        return _done_already(page, now, editor, editing)
    edit = Edit(page, text, now.blob, pictures)
    how, is_merged = store_edit(edit, editor, editing, change.gone)
    return Outcome(how, is_joined=is_merged or base_blob != now.blob)


def _text(page: PagePath, change: Change, upon: Standing) -> str:
    return changed(page.path, upon.text, change.values, change.body)


def _done_already(
    page: PagePath, now: Standing, editor: Editor, editing: EditingServices
) -> Outcome:
    if now.draft is None:
        return Outcome(How.PUBLISHED)
    if may(editor, Action.PUBLISH, page):
        publish(page, editor, editing, now.draft.version)
        return Outcome(How.PUBLISHED)
    hand_in(page, editor, editing)
    return Outcome(How.SENT)
