"""Answers of the editor's origin: what went wrong, in words, as a page or as JSON.

The sentences stand in `templates/editor/messages.yml`, by code.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify

from functions.content.problem_words import FieldLabels
from functions.core.models.content import ContentProblem
from functions.web.answers import said_answer
from functions.web.words import PageWords
from functions.yaml_files import read_yaml


class EditorWords:
    """Every word and sentence of the editor that code names by a code."""

    def __init__(
        self, messages: dict[str, Any], problems: dict[str, str], labels: FieldLabels
    ) -> None:
        self.messages = messages
        self._problems = problems
        self._labels = labels

    def of(self, group: str, code: str, **values: str) -> str:
        """Return a sentence of a group, its values put in; a code without one names itself."""
        return str(self.messages[group].get(code, code)).format(**values)

    def problem(self, problem: ContentProblem) -> str:
        """Return what is wrong at one place, and what to do about it."""
        sentence = self._problems.get(problem.code, self._problems["any"])
        place = {"line": str(problem.line), "field": self._labels.of(problem)}
        return sentence.format_map({**place, **problem.values})


@lru_cache(maxsize=4)
def load_editor_words(templates: Path) -> EditorWords:
    """Read the catalogues."""
    folder = templates / "editor"
    messages, problems = read_yaml(folder / "messages.yml"), read_yaml(folder / "problems.yml")
    return EditorWords(messages, problems, FieldLabels(read_yaml(folder / "fields.yml")["kinds"]))


def editor_words() -> EditorWords:
    """Return the catalogue of the running app."""
    found: EditorWords = current_app.extensions["binhyen_editor_words"]
    return found


def error_page(status: int) -> Response:
    """Answer with what staff read for an HTTP status; a rare one borrows a common one's words."""
    pages = editor_words().messages["error-pages"]
    said = pages.get(status) or pages[400 if status < 500 else 503]
    return said_answer(status, PageWords(**said), template="editor/error.html.j2")


def json_problem(
    status: int, code: str, problems: Sequence[ContentProblem] = (), **more: Any
) -> Response:
    """Answer with `{"error": sentence, "code", "problems": [{"path","line","key","message"}]}`.

    `error` is what Decap shows, so it tells the problems too.
    """
    words = editor_words()
    listed: list[dict[str, Any]] = [
        {
            "path": problem.path,
            "line": problem.line,
            "key": problem.key,
            "code": problem.code,
            "message": words.problem(problem),
        }
        for problem in problems
    ]
    sentences = [words.of("answers", code), *(entry["message"] for entry in listed)]
    document = {"error": " ".join(sentences), "code": code, "problems": listed} | more
    response = jsonify(document)
    response.status_code = status
    return response
