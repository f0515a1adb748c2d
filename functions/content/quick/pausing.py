"""The form that stops a unit from taking procedures in for a while, with a notice about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect

from functions.content.answers import editor_words
from functions.content.desk.drawing import HOME, go
from functions.content.desk.reading import PageReader
from functions.content.guard import current_editor
from functions.content.quick.drawing import (
    Sheet,
    mistake_words,
    problem_words,
    quick_page,
    refusal_words,
    typed_fields,
    written_day,
)
from functions.content.quick.notices import NoticeSaver
from functions.content.quick.procedures import Procedure, offered_procedures
from functions.content.quick.saving import Change, How, Outcome, guarded, save_form
from functions.content.quick.standing import Standing, standing
from functions.content.quick.targets import permitted_unit, unit_page
from functions.content.services import ContentServices
from functions.content.texts.rewriting import changed
from functions.core.editing import notices, unit_fixes
from functions.core.editing.joined_fields import Fields
from functions.core.editing.permissions import Action, may
from functions.core.editing.together import publish_together
from functions.core.editing.typed_values import TypedValues
from functions.core.errors import ConflictError, MergeConflictError, NotFoundError
from functions.core.models.content import Edit, Editor, PagePath
from functions.core.units import Unit

CHOSEN = "chon-"
ALL = "tat-ca"
REASON = "reason"
PAUSED, RESUMED = "tam-ngung", "mo-lai"
_TRIES = 5


@dataclass(frozen=True)
class Pause:
    """What is to be stopped, until when, and what is said about it."""

    chosen: Sequence[Procedure]
    until: str
    reason: str
    is_all: bool

    def notice(self) -> Fields:
        """Return the notice about it."""
        words, day = editor_words(), written_day(self.until)
        kind = "all" if self.is_all else "some"
        said = [words.of("quick-pause", f"{kind}-text", day=day)]
        if self.reason:
            said.insert(0, self.reason)
        if not self.is_all:
            links = [f"- [{one.title}](../../../thu-tuc/{one.slug}.md)" for one in self.chosen]
            said += ["", *links]
        return {
            "title": words.of("quick-pause", f"{kind}-title", day=day),
            notices.BEGINS: "",
            notices.ENDS: self.until,
            notices.BODY: "\n".join(said),
        }


class PauseForm:
    """Stops several procedures at once, or all of them."""

    def __init__(self, services: ContentServices, reader: PageReader) -> None:
        self._services = services
        self._editing = services.editing
        self._reader = reader

    def show(self, **address: Any) -> Response:
        """Draw the form; nothing is chosen."""
        unit = permitted_unit(address["unit_id"], self._editing)
        return self._draw(unit, Sheet({}))

    def again(self, **address: Any) -> Response:
        """Draw the form with what was typed into it before the session ran out."""
        unit = permitted_unit(address["unit_id"], self._editing)
        return self._draw(unit, Sheet(typed_fields(), top=[refusal_words("stale")]), 403)

    def send(self, **address: Any) -> Response:
        """Stop what was chosen, and tell it in a notice."""
        unit, typed = permitted_unit(address["unit_id"], self._editing), typed_fields()
        reader = TypedValues(typed)
        pause = self._read(unit, typed, reader)
        if reader.mistakes:
            return self._draw(unit, Sheet(typed, mistakes=mistake_words(reader.mistakes)), 422)
        saver = NoticeSaver(unit.unit_id, self._editing, current_editor())
        outcome = guarded(lambda: self._save(unit, pause, saver))
        if outcome.how is None:
            return self.refused(unit, outcome, typed)
        done = PAUSED if outcome.how is How.PUBLISHED else f"{PAUSED}-{outcome.how}"
        return go(f"{HOME}{unit.unit_id}/", done)

    def refused(self, unit: Unit, outcome: Outcome, typed: Mapping[str, str]) -> Response:
        """Draw the form with what was typed and why it was not saved."""
        at_fields, top = problem_words(outcome.problems, typed, lambda _: "")
        sheet = Sheet(typed, mistakes=at_fields, top=[refusal_words(outcome.refusal), *top])
        return self._draw(unit, sheet, outcome.status)

    def _read(self, unit: Unit, typed: Mapping[str, str], reader: TypedValues) -> Pause:
        offered = self._offered(unit)
        is_all = bool(reader.flag(ALL))
        chosen = [one for one in offered if is_all or CHOSEN + one.slug in typed]
        until = unit_fixes.read_pause(reader, self._editing.today())
        if not chosen:
            reader.wrong(ALL, "nothing-chosen")
        return Pause(chosen, until, reader.line(REASON), len(chosen) == len(offered))

    def _save(self, unit: Unit, pause: Pause, saver: NoticeSaver) -> Outcome:
        page, editor = unit_page(unit.unit_id, self._editing), current_editor()
        plan = self._plan(pause)
        if may(editor, Action.PUBLISH, page):
            return self._publish(page, plan, pause, saver, editor)
        # First the notice: a reason that the checks refuse leaves no rules behind without it.
        told = saver.save(pause.notice(), None, "")
        outcome = save_form(page, "", plan, editor, self._editing)
        return outcome if outcome.how in (None, How.KEPT) else told

    def _plan(self, pause: Pause) -> Callable[[Standing | None, Standing], Change]:
        based_on = {one.slug: one.based_on for one in pause.chosen}

        def plan(_: Standing | None, now: Standing) -> Change:
            return Change(unit_fixes.paused_rules(now.meta, list(based_on), pause.until, based_on))

        return plan

    def _publish(
        self,
        page: PagePath,
        plan: Callable[[Standing | None, Standing], Change],
        pause: Pause,
        saver: NoticeSaver,
        editor: Editor,
    ) -> Outcome:
        """Publish the rules and the notice in one step."""
        for _ in range(_TRIES):
            now = standing(page, editor, self._editing)
            if now is None:
                raise NotFoundError("page")
            text = changed(page.path, now.text, plan(None, now).values)
            edits = [Edit(page, text, now.blob)] if text != now.text else []
            edits += self._notice_edits(pause, saver, editor)
            try:
                if edits:
                    publish_together(edits, editor, self._editing)
            except MergeConflictError:
                continue  # saved by somebody else in this very moment
            return Outcome(How.PUBLISHED)
        raise ConflictError(page.path)

    def _notice_edits(self, pause: Pause, saver: NoticeSaver, editor: Editor) -> list[Edit]:
        """Return the notice that is still to be written; none where it is there already."""
        fields = pause.notice()
        for page in saver.free_pages(fields["title"]):
            edit = saver.edit(page, fields, None, "")
            found = standing(page, editor, self._editing)
            if found is None:
                return [edit]
            if found.text == edit.text and found.draft is None:
                return []
        raise ConflictError("notice")

    def _offered(self, unit: Unit) -> list[Procedure]:
        return offered_procedures(unit.unit_id, self._editing, self._reader, current_editor())

    def _draw(self, unit: Unit, sheet: Sheet, status: int = 200) -> Response:
        upon = standing(unit_page(unit.unit_id, self._editing), current_editor(), self._editing)
        offered = self._offered(unit)
        paused = unit_fixes.paused(upon.meta, self._editing.today()) if upon else {}
        return quick_page(
            "quick_pause.html.j2",
            self._services,
            unit,
            status,
            form=sheet,
            here=f"{HOME}{unit.unit_id}/{PAUSED}",
            offered=offered,
            paused=[(one, paused[one.slug]) for one in offered if one.slug in paused],
        )


class ResumeButton:
    """The button that lets a unit take everything in again."""

    def __init__(self, services: ContentServices, form: PauseForm) -> None:
        self._editing = services.editing
        self._form = form

    def show(self, **address: Any) -> Response:
        """Lead who opens the button's address to the form it stands on."""
        unit = permitted_unit(address["unit_id"], self._editing)
        return make_response(redirect(f"{HOME}{unit.unit_id}/{PAUSED}", 303))

    def again(self, **address: Any) -> Response:
        """Draw the form it stands on: the button has to be pressed again."""
        return self._form.again(**address)

    def send(self, **address: Any) -> Response:
        """End every pause now."""
        unit, today = permitted_unit(address["unit_id"], self._editing), self._editing.today()

        def plan(_: Standing | None, now: Standing) -> Change:
            return Change(unit_fixes.resumed_rules(now.meta, today))

        page, editor = unit_page(unit.unit_id, self._editing), current_editor()
        outcome = save_form(page, "", plan, editor, self._editing)
        if outcome.how is None:
            return self._form.refused(unit, outcome, {})
        done = RESUMED if outcome.how is How.PUBLISHED else f"{RESUMED}-{outcome.how}"
        return go(f"{HOME}{unit.unit_id}/", done)
