"""Every mistake that code can find has its sentence for editors, with all the values it needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from functions.content.answers import load_editor_words
from functions.core.models.content import ContentProblem
from functions.installed import PROJECT, TEMPLATES
from functions.yaml_files import read_yaml

SENTENCES: dict[str, str] = read_yaml(TEMPLATES / "editor" / "problems.yml")
ALWAYS = {"line", "field"}

# Where the code stands among the arguments, by what is called.
CODE_AT = {
    "Problem": 3,
    "ContentProblem": 3,
    "problem": 2,
    "entry_problem": 4,
    "_body_problem": 2,
    "_add": 2,
}
# What only hands on a code that it is given; and what takes it from a table of its own.
HANDS_ON = {
    "documents.py", "field_checks.py", "own_markdown.py", "content_check.py", "exposure.py",
    "unit_fact_checks.py",
}  # fmt: skip


def files() -> list[Path]:
    folders = ("publish", "functions/content", "functions/core/editing", "functions/local")
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))


def codes_used() -> Iterator[tuple[Path, Any, set[str]]]:
    """Yield (file, code, names of its values); no code where it is handed on."""
    for path in files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tables = {
            target.id: keys_of(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                is_ours = called == "ContentProblem" or path.parent.name == "publish"
                at = CODE_AT.get(called, len(node.args))
                if is_ours and at < len(node.args):
                    code = node.args[at]
                    named = {word.arg for word in node.keywords if word.arg}
                    for more in node.args[at + 1 :]:
                        name = getattr(more, "id", "")
                        named |= tables.get(name, set()) | keys_of(more)
                    yield path, code.value if isinstance(code, ast.Constant) else None, named


def keys_of(node: ast.AST) -> set[str]:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return {str(key.value) for key in keys if isinstance(key, ast.Constant)}


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_code_has_a_sentence_and_all_its_values() -> None:
    used = [(path, code, named) for path, code, named in codes_used() if code is not None]

    speechless = {code for _, code, _ in used} - SENTENCES.keys()
    lacking = {
        (path.name, code, name)
        for path, code, named in used
        for name in names_in(SENTENCES.get(str(code), "")) - named - ALWAYS
    }

    assert len(used) > 90
    assert speechless == set()
    assert lacking == set()


def test_codes_are_written_where_they_are_found() -> None:
    publish = PROJECT / "publish"

    unwritten = {
        path.name for path, code, _ in codes_used() if code is None and path.parent == publish
    }

    assert unwritten <= HANDS_ON


def test_no_sentence_is_left_of_a_code_that_is_gone() -> None:
    written = {
        node.value
        for path in files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert SENTENCES.keys() - written == set()


@pytest.mark.parametrize(
    ("path", "key", "values", "field"),
    [
        ("site/thu-tuc/a.md", "title", {}, "Tiêu đề"),
        (
            "site/thu-tuc/a.md",
            "fees",
            {"item": "Đổi thẻ", "part": "valid_until"},
            "Phí, lệ phí – Đổi thẻ – Đến hết ngày",
        ),
        ("site/don-vi/xa-ea-kly/index.md", "duty_phone", {}, "Điện thoại trực ban"),
        ("site/don-vi/xa-ea-kly/thong-bao/a.md", "valid_until", {}, "Đến hết ngày"),
        ("site/thu-tuc/a.md", "muc_la", {}, "muc_la"),
    ],
)
def test_sentence_names_the_field_as_the_editor_does(
    path: str, key: str, values: dict[str, str], field: str
) -> None:
    words = load_editor_words(TEMPLATES)

    sentence = words.problem(ContentProblem(path, 7, key, "required", values))

    assert sentence == f"Mục “{field}” còn trống. Hãy điền."


def test_mistake_without_a_sentence_is_still_told_with_its_line() -> None:
    words = load_editor_words(TEMPLATES)

    assert "Dòng 7 " in words.problem(ContentProblem("site/thu-tuc/a.md", 7, "", "no such code"))
