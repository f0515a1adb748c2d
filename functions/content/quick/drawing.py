"""Drawing small forms: values, mistakes at their fields, and what stands there now beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, request

from functions.content.answers import editor_words
from functions.content.desk.drawing import DONE
from functions.content.guard import CSRF_FIELD, current_editor, current_session
from functions.content.services import ContentServices
from functions.core.editing.joined_fields import Fields
from functions.core.editing.permissions import is_approver, is_province
from functions.core.editing.typed_values import Mistake, clean_text, is_written_plainly
from functions.core.models.content import ContentProblem
from functions.core.units import Unit
from functions.web.answers import page

_DONE_WORDS = "quick-done"
_MISTAKES = "quick-mistakes"
_PROBLEMS = "quick-problems"
"""What the checks found, where a form has to say it in other words than Decap."""
REFUSALS = "quick-refusals"
_LONGEST_NAME = 80
"""Of a file."""


@dataclass(frozen=True)
class Sheet:
    """The state of one form on its page."""

    values: Fields
    base: str = ""
    """The content of the page that the form was drawn from."""
    mistakes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Sentences by field."""
    conflicts: Fields = field(default_factory=dict)
    """What stands there now in fields that somebody else changed too."""
    top: Sequence[str] = ()
    """Sentences that belong to no field."""
    lost_picture: bool = False
    """Whether the picture has to be chosen again."""
    is_gone: bool = False
    """Whether there is nothing any more that this could be saved into."""

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def wrong(self, name: str) -> Sequence[str]:
        return self.mistakes.get(name, ())

    def has_day(self, name: str) -> bool:
        """Tell whether a browser's own field for days can show what is in this one."""
        return is_written_plainly(self.value(name))


def typed_fields() -> dict[str, str]:
    """Return the texts of the form, of a repeated one the first; of a broken form nothing."""
    try:
        return {name: text for name, text in request.form.items() if name != CSRF_FIELD}
    except ValueError:
        return {}


def mistake_words(mistakes: Iterable[Mistake]) -> dict[str, list[str]]:
    """Return the sentences of mistakes, by field."""
    said: dict[str, list[str]] = {}
    for mistake in mistakes:
        sentence = editor_words().of(_MISTAKES, mistake.code, **mistake.values)
        said.setdefault(mistake.field, []).append(sentence)
    return said


def problem_words(
    problems: Iterable[ContentProblem],
    typed: Fields,
    field_of: Callable[[ContentProblem], str],
) -> tuple[dict[str, list[str]], list[str]]:
    """Return what the checks found: sentences by field, and those that belong to none.

    `field_of` names the field of a problem, where it can tell.
    """
    at_fields: dict[str, list[str]] = {}
    top: list[str] = []
    for problem in problems:
        name = field_of(problem) or _field_with(problem, typed)
        if name:
            problem = replace(problem, line=_line_in(problem, typed.get(name, "")))
        sentence = _sentence(problem)
        found = at_fields.setdefault(name, []) if name else top
        if sentence not in found:
            found.append(sentence)
    return at_fields, top


def _sentence(problem: ContentProblem) -> str:
    words = editor_words()
    if problem.code in words.messages[_PROBLEMS]:
        return words.of(_PROBLEMS, problem.code)
    return words.problem(problem)


def by_sent_name(
    problems: Iterable[ContentProblem], pictures: Collection[str]
) -> list[ContentProblem]:
    """Let problems of the form's pictures speak of the file by the name its sender knows."""
    if not pictures:
        return list(problems)
    named = (clean_text(file.filename or "") for file in request.files.values())
    name = " ".join(next(filter(None, named), "").split())[-_LONGEST_NAME:]
    return [
        replace(problem, values={**problem.values, "name": name})
        if name and problem.path in pictures
        else problem
        for problem in problems
    ]


def refusal_words(code: str) -> str:
    return editor_words().of(REFUSALS, code)


def quick_page(
    template: str, services: ContentServices, unit: Unit | None, status: int = 200, **values: Any
) -> Response:
    """Answer with a page of the small forms, about one unit or about what all units share."""
    editor, editing = current_editor(), services.editing
    done = request.args.get(DONE, "") if status == 200 else ""
    return page(
        f"editor/{template}",
        status,
        unit=unit,
        unit_name=(unit or editing.units.get(editor.unit_id)).name,
        signed_in=current_session(),
        is_province=is_province(editor),
        publishes=is_approver(editor),
        done=done if done in editor_words().messages[_DONE_WORDS] else "",
        public_url=services.public_url,
        today=editing.today().isoformat(),
        **values,
    )


def _field_with(problem: ContentProblem, typed: Fields) -> str:
    """Return the field in which the words stand that a problem is about."""
    words = _words_of(problem)
    return next((name for name, text in typed.items() if words and words in clean_text(text)), "")


def _line_in(problem: ContentProblem, text: str) -> int:
    """Return the line of the field; nobody at a form can count the lines of the file."""
    before, found, _ = clean_text(text).partition(_words_of(problem) or "\0")
    return before.count("\n") + 1 if found else 1


def _words_of(problem: ContentProblem) -> str:
    named = (problem.values.get(name) for name in ("wrong", "found", "target"))
    return next(filter(None, named), "")


def written_day(day: object) -> str:
    """Return a day as people write it; what is no day as it is."""
    text = str(day)
    is_day = len(text) == 10 and text[4:5] == "-" and text[7:8] == "-"
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}" if is_day else text
