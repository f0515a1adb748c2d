"""Markdown files with front matter: read with line numbers, written for the generator."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from publish import fast_yaml
from publish.errors import Problem, PublishError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)(.*)\Z", re.DOTALL)
# Markdown passes raw HTML through, and attr_list turns {…} into attributes, so these would run or
# load in the reader's browser.
_RUNS = re.compile(
    r"<\s*(?:script|iframe|frame|object|embed|form|meta|base|link|style|svg|math)\b"
    r"|\b(?:javascript|vbscript|data)\s*:(?=\S)",
    re.I,
)
# An event's attribute, and all that opens or closes what it could stand in. One pattern for both
# would take minutes for a text of many < that are never closed.
_HANDLER = re.compile(r"[\s/\"']on\w+\s*=|[<>{}\n]", re.I)
# The signs that publish/stamp.py cuts pages at and their neighbours; signs that nobody can see
# and that no text needs, such as those that turn the direction of writing.
_UNSEEN = re.compile(
    "[\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_TOP_KEY = re.compile(r"^([\w-]+)[ \t]*:", re.M)
_DAY = re.compile(r"(?<![\d-])(\d{4})-(\d\d?)-(\d\d?)(?![\d-])")
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

    def problem(
        self, needle: str, text: str, code: str, key: str | None = None, **values: str
    ) -> Problem:
        """Return a problem at the first line that holds `needle`, which is its key if none is."""
        key = needle if key is None else key
        line = self._line_of(needle) or self._line_of(key) or 1
        return Problem(self.name, line, text, code, key, **values)

    def place(self, needle: str) -> str:
        """Return the file and the first line that holds `needle`, as messages write them."""
        return f"{self.name}:{self._line_of(needle) or 1}"

    def _line_of(self, needle: str) -> int | None:
        whole_word = re.compile(rf"(?<![\w-]){re.escape(needle)}(?![\w-])")
        for number, line in enumerate(self.text.splitlines(), start=1):
            if needle and whole_word.search(line):
                return number
        return None


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of front matter, keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key)
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)


def read_document(root: Path, path: Path) -> Document:
    """Read one file. Raises PublishError that names file and line."""
    name = path.relative_to(root).as_posix()
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        text = "the file is missing; make it from a sibling"
        raise PublishError([Problem(name, 1, text, "file-missing")]) from None
    return document_of(name, raw)


def document_of(name: str, raw: bytes) -> Document:
    """Read a file's content. Raises PublishError that names file and line."""
    text = _text_of(raw, name)
    match = _FRONT_MATTER.match(text)
    if match is None:
        wrong = "has no front matter; begin it with --- and end it with ---"
        raise PublishError([Problem(name, 1, wrong, "no-front-matter")])
    document = Document(name, _parse(match[1], name), match[2], text)
    active = _active(text)
    if active is not None:
        start, piece = active
        wrong = f"{piece!r} would run in the reader's browser; take it out"
        raise PublishError([Problem(name, _line_at(text, start), wrong, "runs", found=piece)])
    return document


def write_document(path: Path, meta: Mapping[str, Any], body: str) -> None:
    """Write a page for the generator; JSON is YAML too, and quotes everything that needs it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    front_matter = json.dumps(meta, default=str)
    path.write_text(f"---\n{front_matter}\n---\n{body}", encoding="utf-8")


def _text_of(raw: bytes, name: str) -> str:
    if len(raw) > _LARGEST_FILE:
        wrong = "is larger than 1 MB; take out what is not text"
        raise PublishError([Problem(name, 1, wrong, "text-too-large")])
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        line = raw.count(b"\n", 0, exc.start) + 1
        wrong = "is not UTF-8; save the file as UTF-8"
        raise PublishError([Problem(name, line, wrong, "not-utf-8")]) from exc
    # Decomposed letters look the same and break search, links and comparison.
    for line, content in enumerate(text.splitlines(), start=1):
        if not unicodedata.is_normalized("NFC", content):
            wrong = "holds decomposed letters (NFD); save the file as UTF-8 in NFC"
            raise PublishError([Problem(name, line, wrong, "decomposed-letters")])
    unseen = _UNSEEN.search(text)
    if unseen is not None:
        raise PublishError([_unseen_sign(name, _line_at(text, unseen.start()))])
    return text


def _parse(front_matter: str, name: str) -> Mapping[str, Any]:
    try:
        meta = fast_yaml.load(front_matter)
    except yaml.YAMLError as exc:
        raise PublishError([_not_yaml(front_matter, name, exc)]) from exc
    if not isinstance(meta, dict):
        wrong = "the front matter must hold lines like `title: ...`"
        raise PublishError([Problem(name, 2, wrong, "no-front-matter")])
    keys = _TOP_KEY.findall(front_matter)
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        found = [*re.finditer(rf"^{re.escape(key)}[ \t]*:", front_matter, re.M)][1]
        line = _line_at(front_matter, found.start()) + 1
        wrong = f"{key} is written twice; take one of the two out"
        raise PublishError([Problem(name, line, wrong, "written-twice", key)])
    # Quoted texts can write a sign by its number.
    escape = front_matter.find("\\")
    if escape >= 0 and not all(_is_clean(text) for text in texts_in(meta)):
        raise PublishError([_unseen_sign(name, _line_at(front_matter, escape) + 1)])
    return meta


def _not_yaml(front_matter: str, name: str, error: yaml.YAMLError) -> Problem:
    for found in _DAY.finditer(front_matter):
        try:
            date(*map(int, found.groups()))
        except ValueError:
            line = _line_at(front_matter, found.start()) + 1
            wrong = f"{found[0]} is no day; correct it"
            return Problem(name, line, wrong, "no-such-day", found=found[0])
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 2 if mark else 1
    problem = getattr(error, "problem", None) or "cannot be read"
    return Problem(name, line, f"is not YAML ({problem}); correct that line", "yaml")


def _unseen_sign(name: str, line: int) -> Problem:
    wrong = "holds an invisible sign that breaks the page; type the line again"
    return Problem(name, line, wrong, "unseen-sign")


def _is_clean(text: str) -> bool:
    return not _UNSEEN.search(text) and unicodedata.is_normalized("NFC", text)


def _active(text: str) -> tuple[int, str] | None:
    """Return the first piece that would run in the reader's browser, and where it begins."""
    running = _RUNS.search(text)
    end = len(text) if running is None else running.start()
    tag = brace = -1
    for found in _HANDLER.finditer(text, 0, end):
        sign = found[0]
        if sign[0] in "}\n":
            brace = -1
        if sign == "<":
            tag = found.start()
        elif sign == ">":
            tag = -1
        elif sign == "{":
            brace = found.start()
        elif len(sign) > 1 and (tag >= 0 or brace >= 0):
            start = tag if tag >= 0 else brace
            return start, text[start : found.end()]
    return None if running is None else (running.start(), running[0])


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
