"""Saving a pause or its end: the rules, the notice about it, and notices that it makes untrue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from functions.content.quick.notices import NoticeSaver
from functions.content.quick.pause_notices import (
    Pause,
    PauseNotice,
    drafted_pause_notices,
    public_pause_notices,
    waits_to_be_removed,
)
from functions.content.quick.saving import (
    TRIES,
    Change,
    How,
    Outcome,
    guarded,
    is_taken,
    save_form,
    store_edit,
)
from functions.content.quick.standing import Standing, standing
from functions.content.quick.targets import unit_page
from functions.content.texts.rewriting import changed
from functions.core.editing.discarding import discard
from functions.core.editing.permissions import Action, may
from functions.core.editing.publishing import publish_together
from functions.core.editing.services import EditingServices
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    NotFoundError,
)
from functions.core.models.content import Edit, Editor, PagePath

RulePlan = Callable[[Standing | None, Standing], Change]


class PauseSaver:
    """Saves what a unit's rules say of pauses together with the notices that tell of it."""

    def __init__(self, unit_id: str, editing: EditingServices, editor: Editor) -> None:
        self._unit_id = unit_id
        self._editing = editing
        self._editor = editor
        self._notices = NoticeSaver(unit_id, editing, editor)

    def save(self, plan: RulePlan, pause: Pause | None) -> Outcome:
        """Save the rules as planned, and tell of the pause; None: of no pause any more.

        What is published goes out in one step; else each page is handed in.
        """
        page = unit_page(self._unit_id, self._editing)
        if may(self._editor, Action.PUBLISH, page):
            return guarded(lambda: self._publish(page, plan, pause))
        return guarded(lambda: self._hand_in(page, plan, pause))

    def _publish(self, page: PagePath, plan: RulePlan, pause: Pause | None) -> Outcome:
        for _ in range(TRIES):
            now = standing(page, self._editor, self._editing)
            if now is None:
                raise NotFoundError("page")
            text = changed(page.path, now.text, plan(None, now).values)
            before = public_pause_notices(self._unit_id, self._editing)
            covered = _covered(before, pause)
            told, at = self._told(pause, covered) if pause else ([], None)
            gone = [Edit(one.page, None, one.blob) for one in covered if one.page != at]
            # The unit's page comes first, changed or not: so it is known for no change by hand.
            edits = [Edit(page, text, now.blob), *told, *gone]
            try:
                publish_together(edits, self._editor, self._editing)
            except MergeConflictError:
                continue  # saved by somebody else in this very moment
            except InvalidContentError as wrong:
                if not is_taken(wrong):
                    raise
                continue  # so too, as by a second press of the button
            return Outcome(How.PUBLISHED, leaves=_leaves(before, covered, pause, at))
        raise ConflictError(page.path)

    def _told(
        self, pause: Pause, covered: Collection[PauseNotice]
    ) -> tuple[Sequence[Edit], PagePath]:
        """Return the notice that is still to be written, none where it is there already, and
        its page.
        """
        fields, blobs = pause.notice(), {one.page: one.blob for one in covered}
        for page in self._notices.free_pages(fields["title"]):
            edit = self._notices.edit(page, fields, None, "")
            found = standing(page, self._editor, self._editing)
            if found is None:
                return [edit], page
            if found.text == edit.text and found.draft is None:
                return [], page
            if page in blobs:
                return [replace(edit, base=blobs[page])], page
        raise ConflictError("notice")

    def _hand_in(self, page: PagePath, plan: RulePlan, pause: Pause | None) -> Outcome:
        editor, editing = self._editor, self._editing
        now = standing(page, editor, editing)
        if now is None:
            raise NotFoundError("page")
        before = [
            *public_pause_notices(self._unit_id, editing),
            *drafted_pause_notices(self._unit_id, editing, editor),
        ]
        covered = _covered(before, pause)
        done = []
        if pause is not None:
            # First the notice: a reason that the checks refuse leaves no rules without it.
            over = [one.page for one in covered]
            done.append(self._notices.save(pause.notice(), None, "", over))
        rules = save_form(page, now.blob, plan, editor, editing)
        if rules.how is None:
            return rules
        at = self._notices.page
        done += [rules, *(self._ask_to_remove(one) for one in covered if one.page != at)]
        hows = {one.how for one in done}
        how = next((one for one in (How.KEPT, How.SENT) if one in hows), rules.how)
        return Outcome(how, leaves=_leaves(before, covered, pause, at))

    def _ask_to_remove(self, notice: PauseNotice) -> Outcome:
        """Hand in that a notice goes; one that only waits to be public is thrown away."""
        if notice.draft is not None:
            discard(notice.page, self._editor, self._editing, notice.draft.version)
        elif not waits_to_be_removed(notice, self._editing):
            store_edit(Edit(notice.page, None, notice.blob), self._editor, self._editing)
        return Outcome(How.SENT)


def _covered(notices: Sequence[PauseNotice], pause: Pause | None) -> list[PauseNotice]:
    return [one for one in notices if one.is_own and one.is_covered_by(pause)]


def _leaves(
    notices: Sequence[PauseNotice],
    covered: Collection[PauseNotice],
    pause: Pause | None,
    at: PagePath | None,
) -> bool:
    """Tell whether a notice stays that says what is not so any more; `at` is the new one."""
    return any(
        one not in covered and one.page != at and one.is_touched_by(pause) for one in notices
    )
