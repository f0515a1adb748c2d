"""The form that stops a unit from taking procedures in for a while, and the button that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect

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
)
from functions.content.quick.pause_notices import Pause
from functions.content.quick.pause_saving import PauseSaver
from functions.content.quick.procedures import Procedure, offered_procedures
from functions.content.quick.saving import Change, How, Outcome
from functions.content.quick.standing import Standing, standing
from functions.content.quick.targets import permitted_unit, unit_page
from functions.content.services import ContentServices
from functions.core.editing import unit_fixes
from functions.core.editing.typed_values import TypedValues
from functions.core.units import Unit

CHOSEN = "chon-"
ALL = "tat-ca"
REASON = "reason"
PAUSED, RESUMED = "tam-ngung", "mo-lai"
LEFT = "con"
"""Behind the code of what was done: a notice stays that a person has to look at."""


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
        based_on = {one.slug: one.based_on for one in pause.chosen}

        def plan(_: Standing | None, now: Standing) -> Change:
            return Change(unit_fixes.paused_rules(now.meta, list(based_on), pause.until, based_on))

        outcome = PauseSaver(unit.unit_id, self._editing, current_editor()).save(plan, pause)
        if outcome.how is None:
            return self.refused(unit, outcome, typed)
        return go(f"{HOME}{unit.unit_id}/", _done(PAUSED, outcome))

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
        return Pause(chosen, until, reader.joined_lines(REASON), len(chosen) == len(offered))

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
        """End every pause now, and take its notice away."""
        unit, today = permitted_unit(address["unit_id"], self._editing), self._editing.today()

        def plan(_: Standing | None, now: Standing) -> Change:
            return Change(unit_fixes.resumed_rules(now.meta, today))

        outcome = PauseSaver(unit.unit_id, self._editing, current_editor()).save(plan, None)
        if outcome.how is None:
            return self._form.refused(unit, outcome, {})
        return go(f"{HOME}{unit.unit_id}/", _done(RESUMED, outcome))


def _done(act: str, outcome: Outcome) -> str:
    """Return what was done, by its code."""
    left = f"-{LEFT}" if outcome.leaves else ""
    return f"{act}{left}" + ("" if outcome.how is How.PUBLISHED else f"-{outcome.how}")
