"""Pages as their parts, and changed so that only what was edited differs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.content.texts.bodies import tidied
from functions.content.texts.front_matter import rewritten
from functions.content.texts.page_keys import PAGE_KEYS, shape_of
from functions.content.texts.typed_text import clean_text
from functions.content.texts.yaml_values import meant, parts, plain
from functions.core.errors import InvalidContentError
from functions.core.models.content import ContentProblem, PageKind
from publish import fast_yaml

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<source>(?:.*\n)*?)---[ \t]*(?:\n|\Z)")


@dataclass(frozen=True)
class PageText:
    """What a page says: its facts as plain data, days as texts, and its Markdown."""

    meta: Mapping[str, Any]
    body: str


@dataclass(frozen=True)
class PageSource:
    """A page's text in its parts."""

    opening: str
    source: str
    """The front matter's own lines."""
    rest: str
    """Everything below, from the closing line on."""
    body: str


def split_page(text: str) -> PageSource:
    """Part a page; one without front matter is all body."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    match = _FRONT_MATTER.match(text)
    if match is None:
        return PageSource("---\n", "", f"---\n{text}", text)
    begin, end = match.span("source")
    return PageSource(text[:begin], match["source"], text[end:], text[match.end() :])


def read_page(path: str, text: str) -> PageText:
    """Return a page's parts. Raises InvalidContentError (yaml) with the line."""
    page = split_page(text)
    return PageText(read_meta(path, page.source), page.body.strip("\n"))


def read_meta(path: str, source: str) -> dict[str, Any]:
    """Return what front matter says. Raises InvalidContentError (yaml) with the line."""
    try:
        meta = plain(fast_yaml.load(source))
    except fast_yaml.YAMLError as exc:
        raise unreadable(path, exc) from exc
    if not isinstance(meta or {}, dict):
        raise InvalidContentError([ContentProblem(path, 2, "", "yaml")])
    return meta or {}


def unreadable(path: str, error: fast_yaml.YAMLError) -> InvalidContentError:
    """Return the error that names the line at which YAML could not be read."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or ""
    line = mark.line + 2 if mark else 1
    return InvalidContentError([ContentProblem(path, line, "", "yaml", {"problem": problem})])


def changed(path: str, old: str, values: Mapping[str, Any], body: str | None = None) -> str:
    """Return a page with some of its keys, and maybe its body, changed.

    None empties a key. Lines that say the same afterwards are not touched. Raises
    InvalidContentError (yaml) where the old page cannot be read.
    """
    page, shape = split_page(old), shape_of(path)
    meta = read_meta(path, page.source)
    return (
        page.opening + rewritten(page.source, meta, {**meta, **values}, shape) + _below(page, body)
    )


def new_page(kind: PageKind, meta: Mapping[str, Any], body: str) -> str:
    """Return the text of a page that is not there yet, its keys in the kind's order."""
    shape = PAGE_KEYS[kind]
    return f"---\n{parts(meant(meta, shape) or {}, shape, 0)}---\n{_set_off(tidied('', body))}"


def _below(page: PageSource, body: str | None) -> str:
    if body is None:
        return page.rest
    text = tidied(page.body, clean_text(body))
    if text == page.body.strip("\n"):
        return page.rest
    return page.rest[: len(page.rest) - len(page.body)] + _set_off(text)


def _set_off(body: str) -> str:
    """Return a body as it stands below the front matter."""
    return f"\n{body}\n" if body else ""
