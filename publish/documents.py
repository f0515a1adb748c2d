"""Markdown files with front matter: read with line numbers, written for the generator."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from publish import fast_yaml
from publish.errors import PublishError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)(.*)\Z", re.DOTALL)
# Markdown passes raw HTML through, and attr_list turns {…} into attributes, so these would run or
# load in the reader's browser.
_ACTIVE_HTML = re.compile(
    r"<\s*(?:script|iframe|frame|object|embed|form|meta|base|link|style|svg|math)\b"
    r"|<[^>]+\son\w+\s*=|\{[^}\n]*\son\w+\s*=|\b(?:javascript|vbscript|data)\s*:(?=\S)",
    re.I,
)
# The signs that publish/stamp.py cuts pages at, and their neighbours.
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_LARGEST_FILE = 1024 * 1024


def is_day(value: object) -> TypeGuard[date]:
    """Tell whether YAML gave a day; a time of day is a date to Python too, and is none here."""
    return isinstance(value, date) and not isinstance(value, datetime)


@dataclass(frozen=True)
class Document:
    """One Markdown file; `name` is its path below the project, as messages write it."""

    name: str
    meta: Mapping[str, Any]
    body: str
    text: str

    def problem(self, needle: str, text: str) -> str:
        """Return a message that points at the first line that holds `needle`."""
        return f"{self.place(needle)}: {text}"

    def place(self, needle: str) -> str:
        """Return the file and the first line that holds `needle`, as messages write them."""
        return f"{self.name}:{self._line_of(needle)}"

    def _line_of(self, needle: str) -> int:
        whole_word = re.compile(rf"(?<![\w-]){re.escape(needle)}(?![\w-])")
        for number, line in enumerate(self.text.splitlines(), start=1):
            if whole_word.search(line):
                return number
        return 1


def read_document(root: Path, path: Path) -> Document:
    """Read one file. Raises PublishError that names file and line."""
    name = path.relative_to(root).as_posix()
    text = _read_text(path, name)
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise PublishError(
            [f"{name}:1: has no front matter; begin it with --- and end it with ---"]
        )
    document = Document(name, _parse(match[1], name), match[2], text)
    active = _ACTIVE_HTML.search(text)
    if active is not None:
        line = text.count("\n", 0, active.start()) + 1
        raise PublishError(
            [f"{name}:{line}: {active[0]!r} would run in the reader's browser; take it out"]
        )
    private = _PRIVATE_USE.search(text)
    if private is not None:
        line = text.count("\n", 0, private.start()) + 1
        raise PublishError(
            [f"{name}:{line}: holds an invisible sign that breaks the page; type the line again"]
        )
    return document


def write_document(path: Path, meta: Mapping[str, Any], body: str) -> None:
    """Write a page for the generator; JSON is YAML too, and quotes everything that needs it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    front_matter = json.dumps(meta, default=str)
    path.write_text(f"---\n{front_matter}\n---\n{body}", encoding="utf-8")


def _read_text(path: Path, name: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise PublishError([f"{name}:1: the file is missing; make it from a sibling"]) from None
    if len(raw) > _LARGEST_FILE:
        raise PublishError([f"{name}:1: is larger than 1 MB; take out what is not text"])
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        line = raw.count(b"\n", 0, exc.start) + 1
        raise PublishError([f"{name}:{line}: is not UTF-8; save the file as UTF-8"]) from exc
    # Decomposed letters look the same and break search, links and comparison.
    for line, content in enumerate(text.splitlines(), start=1):
        if not unicodedata.is_normalized("NFC", content):
            raise PublishError(
                [f"{name}:{line}: holds decomposed letters (NFD); save the file as UTF-8 in NFC"]
            )
    return text


def _parse(front_matter: str, name: str) -> Mapping[str, Any]:
    try:
        meta = fast_yaml.load(front_matter)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(exc, "problem", None) or "cannot be read"
        raise PublishError([f"{name}:{line}: is not YAML ({problem}); correct that line"]) from exc
    if not isinstance(meta, dict):
        raise PublishError([f"{name}:2: the front matter must hold lines like `title: ...`"])
    return meta
