"""What all small forms about one page do: draw, read, save, and draw again with all of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Flask, Response, request

from functions.content.desk.drawing import go
from functions.content.guard import current_editor, form_again
from functions.content.quick.drawing import (
    Sheet,
    by_sent_name,
    mistake_words,
    problem_words,
    quick_page,
    refusal_words,
    typed_fields,
)
from functions.content.quick.saving import GONE, Change, Outcome, save_form
from functions.content.quick.standing import NOTHING, Standing, known_base, standing
from functions.content.services import ContentServices
from functions.core.editing.joined_fields import Fields, JoinedFields, join_fields
from functions.core.editing.one_step import stays_in_draft
from functions.core.editing.permissions import Action, require
from functions.core.editing.typed_values import TypedValues
from functions.core.errors import NotFoundError
from functions.core.models.content import ContentProblem, PagePath
from functions.core.units import Unit
from functions.web.audience import Audience, audience

BASE = "base"
PICTURE = "picture"
JOINED = "-ghep"
"""Behind the code of what was done: somebody else's change stays beside it."""


@dataclass(frozen=True)
class Target:
    """What one form is about."""

    page: PagePath
    unit: Unit | None
    """Whose page it is; None for what all units share."""
    here: str
    """The form's address."""
    public: str
    """The address of what it changes, below the portal."""
    slug: str = ""
    """The procedure or notice."""
    row: int = 0


@dataclass(frozen=True)
class Sent:
    """What one form brought, beside what it was drawn from."""

    typed: Mapping[str, str]
    base_blob: str
    base: Standing | None
    fields: Fields
    """In its plain form."""
    pictures: Mapping[PagePath, bytes]


class PageForm(ABC):
    """A form about a page that is there; each kind says what its fields are."""

    template: ClassVar[str]

    def __init__(self, services: ContentServices) -> None:
        self._services = services
        self._editing = services.editing

    @abstractmethod
    def target(self, **address: Any) -> Target:
        """Return what the form of an address is about. Raises NotAllowedError, NotFoundError."""

    @abstractmethod
    def shown(self, target: Target, upon: Standing) -> Fields:
        """Return the fields as a content of the page has them."""

    @abstractmethod
    def read(self, target: Target, typed: TypedValues, upon: Standing) -> Fields:
        """Read what was typed; `upon` is what the form showed."""

    @abstractmethod
    def change(self, target: Target, upon: Standing, joined: JoinedFields, sent: Sent) -> Change:
        """Return what becomes of a content of the page, where nothing is in conflict."""

    def found(self, target: Target, base: Standing | None, now: Standing) -> Target:
        """Return the target as it stands now, should it have moved within its page.

        Raises NotFoundError where it is gone.
        """
        return target

    def pictures(self, target: Target, typed: TypedValues) -> dict[PagePath, bytes]:
        """Return the new pictures that came with the form."""
        return {}

    def field_of(self, target: Target, problem: ContentProblem) -> str:
        """Return the field in which the checks found something; empty where they do not tell."""
        return ""

    def more(self, target: Target, upon: Standing) -> dict[str, Any]:
        """Return what else the template shows."""
        return {}

    def standing(self, target: Target) -> Standing:
        """Return what the form is drawn from. Raises NotFoundError where it is gone."""
        found = standing(target.page, current_editor(), self._editing)
        if found is None:
            raise NotFoundError("page")
        return found

    def next(self, target: Target) -> str:
        """Return where to go on when all is done."""
        return target.here

    def permitted(self, address: Mapping[str, Any]) -> Target:
        """Return the target, if who is signed in may write there."""
        target = self.target(**address)
        require(current_editor(), Action.WRITE, target.page)
        return target

    def show(self, **address: Any) -> Response:
        """Draw the form."""
        target = self.permitted(address)
        upon = self.standing(target)
        return self._draw(target, upon, Sheet(self.shown(target, upon), upon.blob))

    def send(self, **address: Any) -> Response:
        """Save what was typed, or draw the form again with all of it."""
        target, typed = self.permitted(address), typed_fields()
        base_blob, reader = typed.get(BASE, ""), TypedValues(typed)
        base = known_base(target.page, base_blob, self._editing)
        try:
            upon = self.standing(target)
            fields = self.read(target, reader, base or upon)
        except NotFoundError:
            return self._gone(target, typed)
        pictures = self.pictures(target, reader)
        if reader.mistakes:
            wrong = mistake_words(reader.mistakes)
            sheet = Sheet(typed, base_blob, wrong, lost_picture=picture_was_sent())
            return self._draw(target, upon, sheet, 422)
        sent = Sent(typed, base_blob, base, fields, pictures)

        def plan(base: Standing | None, now: Standing) -> Change:
            here = self.found(target, base, now)
            joined = self._joined(target, here, base, now, sent)
            if joined.conflicts:
                return Change(conflicts=joined.conflicts)
            return self.change(here, now, joined, sent)

        outcome = save_form(target.page, base_blob, plan, current_editor(), self._editing, pictures)
        if outcome.how is not None:
            return go(self.next(target), outcome.how + (JOINED if outcome.is_joined else ""))
        if outcome.now is not None:
            return self._in_conflict(target, outcome.now, sent, outcome)
        return self.refused(target, upon, outcome, sent)

    def again(self, **address: Any) -> Response:
        """Draw the form with what was typed into it before the session ran out."""
        target, typed = self.permitted(address), typed_fields()
        try:
            upon = self.standing(target)
            shown = self.shown(target, upon)
        except NotFoundError:
            return self._gone(target, typed)
        top, lost = [refusal_words("stale")], PICTURE in self.fields()
        if typed.keys() & shown.keys():
            sheet = Sheet(typed, typed.get(BASE, ""), top=top, lost_picture=lost)
        else:  # sent by a button that stands beside the form
            sheet = Sheet(shown, upon.blob, top=top)
        return self._draw(target, upon, sheet, 403)

    def fields(self) -> tuple[str, ...]:
        """Return the fields that a browser cannot fill again."""
        return ()

    def _joined(
        self, target: Target, here: Target, base: Standing | None, now: Standing, sent: Sent
    ) -> JoinedFields:
        before = None if base is None else self.shown(target, base)
        return join_fields(before, sent.fields, self.shown(here, now))

    def refused(
        self, target: Target, upon: Standing, outcome: Outcome, sent: Sent | None = None
    ) -> Response:
        """Draw the form with what was typed and why it was not saved."""
        pictures = {page.path for page in sent.pictures} if sent else set()

        def field_of(problem: ContentProblem) -> str:
            return PICTURE if problem.path in pictures else self.field_of(target, problem)

        typed = sent.typed if sent else self.shown(target, upon)
        problems = by_sent_name(outcome.problems, pictures)
        at_fields, top = problem_words(problems, typed, field_of)
        sheet = Sheet(
            typed,
            sent.base_blob if sent else upon.blob,
            at_fields,
            top=[refusal_words(outcome.refusal), *top],
            lost_picture=picture_was_sent(),
            is_gone=outcome.refusal == GONE,
        )
        return self._draw(target, upon, sheet, outcome.status)

    def _gone(self, target: Target, typed: Mapping[str, str]) -> Response:
        """Draw what was typed for a page that is no more, with nothing of the page itself."""
        sheet = Sheet(
            typed, top=[refusal_words(GONE)], lost_picture=picture_was_sent(), is_gone=True
        )
        return self._draw(target, NOTHING, sheet, 409)

    def _in_conflict(self, target: Target, now: Standing, sent: Sent, outcome: Outcome) -> Response:
        """Draw the form upon what stands there now: what was typed, and beside it what is there.

        Fields that only somebody else changed show the change, else the next save undid it.
        """
        here = self.found(target, sent.base, now)
        now_fields = self.shown(here, now)
        touched = self._joined(target, here, sent.base, now, sent).touched
        others = {name: now_fields[name] for name in now_fields if name not in touched}
        sheet = Sheet(
            {**sent.typed, **others},
            now.blob,
            conflicts=outcome.conflicts,
            top=[refusal_words("conflict")],
            lost_picture=picture_was_sent(),
        )
        return self._draw(here, now, sheet, outcome.status)

    def _draw(self, target: Target, upon: Standing, sheet: Sheet, status: int = 200) -> Response:
        draft = self._editing.store.draft(target.page.path)
        return quick_page(
            self.template,
            self._services,
            target.unit,
            status,
            form=sheet,
            target=target,
            here=target.here,
            public=target.public,
            from_draft=upon.draft is not None,
            has_draft=draft is not None,
            returned=draft.note if draft else "",
            keeps=stays_in_draft(target.page, current_editor(), self._editing),
            **self.more(target, upon),
        )


def picture_was_sent() -> bool:
    """Tell whether a file came with the form."""
    try:
        return any(file.filename for file in request.files.values())
    except ValueError:
        return False


def add_form(app: Flask, rule: str, name: str, form: Any) -> None:
    """Let an address show a form (GET) and take it (POST).

    `form` has `show`, `send`, and `again` for what was typed before the session ran out.
    """

    @audience(Audience.STAFF)
    def show(**address: Any) -> Response:
        answer: Response = form.show(**address)
        return answer

    @form_again(form.again)
    @audience(Audience.STAFF)
    def send(**address: Any) -> Response:
        answer: Response = form.send(**address)
        return answer

    app.add_url_rule(rule, f"quick.{name}", show)
    app.add_url_rule(rule, f"quick.{name}.send", send, methods=["POST"])
