"""A unit's own Markdown as HTML: rendered once per content, checked, its links resolved.

It is written by many hands, so it may hold Markdown only: no raw HTML, no heading of the first
level (the page has its own), no address that runs something.
"""

from __future__ import annotations

import hashlib
import html
import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from publish.documents import Document
from publish.errors import Problem, PublishError
from publish.inputs import installed

if TYPE_CHECKING:
    import markdown

# As in mkdocs.yml, so that a unit's own text looks like a shared page's; toc is left out because
# its ids could coincide with those of the page around the text.
MARKDOWN_EXTENSIONS = ("admonition", "attr_list", "def_list", "tables")
# The content security policy lets no style attribute through.
_CONFIGURATION = {"tables": {"use_align_attribute": True}}

# What the extensions above can make out of Markdown, and the one mark that pages use.
_TAGS = frozenset({
    *("a", "abbr", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "hr", "img", "li"),
    *("h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "span", "strong", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
})  # fmt: skip
_ATTRIBUTES = frozenset({"align", "alt", "class", "href", "id", "src", "start", "title"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_HARMLESS = ("https:", "http:", "mailto:", "tel:")
# The renderer looks for the other end of each of these up to the next blank line, and for a free
# id among all headings: a text of nothing else would take it minutes.
_LONGEST_BODY = 100_000
_MOST_STEPS = 3_000_000
_MOST_HEADINGS = 300
_MOST_CELLS = 10_000
_HEADING = re.compile(r"^(?:#|=+[ \t]*$|-+[ \t]*$)", re.M)
_LINK = re.compile(r'(<(?:a|img)\b[^>]*?\s(?:href|src)=")([^"]*)(")')

Resolve = Callable[[str], str | None]


@dataclass(frozen=True)
class Rendered:
    """A page's Markdown as HTML, and what it holds."""

    html: str
    links: tuple[str, ...]
    """Addresses of links and pictures, as written."""
    anchors: frozenset[str]
    """What links may lead to within it."""
    problems: tuple[Problem, ...]


def render(document: Document, renderer: markdown.Markdown) -> Rendered:
    """Render a document's body, and tell what it may not hold. Raises PublishError."""
    problems = [*unreadable(document)]
    if problems:
        raise PublishError(problems)
    try:
        text = renderer.reset().convert(document.body)
        inspector = _Inspector()
        inspector.feed(text)
        inspector.close()
    except (RecursionError, AssertionError) as exc:  # their ways to tell what they cannot read
        raise PublishError([_body_problem(document, "cannot be rendered", "tangled")]) from exc
    problems += [
        document.problem(piece, wrong, code, "body", **values)
        for piece, wrong, code, values in inspector.found.values()
    ]
    return Rendered(text, tuple(inspector.links), frozenset(inspector.anchors), tuple(problems))


def unreadable(document: Document) -> Iterator[Problem]:
    """Yield why a body is not given to a renderer at all."""
    body = document.body
    longest = max(map(len, body.split("\n\n")))
    if len(body) > _LONGEST_BODY:
        text = f"is longer than {_LONGEST_BODY} signs; make several pages of it"
        yield _body_problem(document, text, "text-too-long")
    elif (
        (body.count("[") + body.count("<")) * longest > _MOST_STEPS
        or body.count("|") + body.count("`") > _MOST_CELLS
        or sum(1 for _ in _HEADING.finditer(body)) > _MOST_HEADINGS
    ):
        text = "holds too many brackets, cells or headings; take out what was pasted along"
        yield _body_problem(document, text, "tangled")


def _body_problem(document: Document, text: str, code: str) -> Problem:
    line = document.text.count("\n", 0, len(document.text) - len(document.body)) + 1
    return Problem(document.name, line, text, code, "body")


def new_renderer(*more: str) -> markdown.Markdown:
    """Return a renderer of units' own texts, or with more extensions; one thread may use it."""
    # Takes longer to import and to set up than many a build needs for everything.
    from markdown import Markdown

    extensions = (*MARKDOWN_EXTENSIONS, *more)
    return Markdown(extensions=extensions, extension_configs=_CONFIGURATION)


class RenderedTexts:
    """Rendered texts by content hash, kept between builds; only what a build used is kept on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: dict[str, str] = {}
        self._used: dict[str, str] = {}
        self._made_with = "\0".join((installed(), *MARKDOWN_EXTENSIONS, str(_CONFIGURATION)))
        if file.is_file():
            self._kept = json.loads(file.read_text(encoding="utf-8"))

    def html_of(self, document: Document) -> str:
        """Return the HTML of a document's body. Raises PublishError that names file and line."""
        seed = f"{self._made_with}\0{document.body}"
        key = hashlib.sha256(seed.encode("utf-8")).hexdigest()
        text = self._kept.get(key)
        if text is None:
            rendered = render(document, self._markdown)
            if rendered.problems:
                raise PublishError(rendered.problems)
            text = rendered.html
        self._kept[key] = self._used[key] = text
        return text

    @cached_property
    def _markdown(self) -> markdown.Markdown:
        return new_renderer()

    def save(self) -> None:
        """Keep what was used for the next build."""
        aside = self._file.with_suffix(".new")
        aside.write_text(json.dumps(self._used, ensure_ascii=False), encoding="utf-8")
        aside.replace(self._file)


def with_links(document: Document, text: str, resolve: Resolve) -> str:
    """Return rendered text in which links to files are addresses of the site.

    `resolve` gives the address of a path below `site/`, or None where nothing is published.
    """
    problems: list[Problem] = []
    folder = posixpath.dirname(document.name).removeprefix("site/")

    def replaced(match: re.Match[str]) -> str:
        before, raw, after = match.groups()
        target, hash_sign, anchor = html.unescape(raw).partition("#")
        if not target or _SCHEME.match(target):
            return match[0]
        address = resolve(posixpath.normpath(posixpath.join(folder, target)))
        if address is None:
            wrong = f"{target} leads nowhere; link to a file, as ../../../thu-tuc/x.md"
            problems.append(document.problem(target, wrong, "broken-link", "body", target=target))
            return match[0]
        return before + html.escape(address + hash_sign + anchor) + after

    text = _LINK.sub(replaced, text)
    if problems:
        raise PublishError(problems)
    return text.replace("<img ", '<img loading="lazy" ')


class _Inspector(HTMLParser):
    """Finds what a unit's text may not make, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, str], tuple[str, str, str, dict[str, str]]] = {}
        """(the piece to look for, what is wrong, its code, its values), each once."""
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "h1":
            text = "a heading begins with one #; use ## and more"
            self._add("#", text, "heading-first-level")
        elif tag not in _TAGS:
            text = f"<{tag}> is HTML of its own; write it as Markdown"
            self._add(f"<{tag}", text, "html-of-its-own", found=f"<{tag}>")
        for name, value in attributes:
            self._check(tag, name, value or "")
        if tag == "img" and not dict(attributes).get("alt"):
            text = "a picture has no words; write them between [ and ]"
            self._add("![](", text, "picture-without-words")

    def _check(self, tag: str, name: str, value: str) -> None:
        if name not in _ATTRIBUTES:
            self._add(name, f"{name} may not stand here; take it out", "attribute", found=name)
        if name == "id" or (tag, name) == ("a", "name"):
            self.anchors.add(value)
        if name in {"href", "src"}:
            self.links.append(value)
            scheme = _SCHEME.match(re.sub(r"\s", "", value))
            if scheme and scheme[0].lower() not in _HARMLESS:
                text = f"{scheme[0]} is no address of a page; take it out"
                self._add(value, text, "no-page-address", found=scheme[0])
            elif name == "src" and (scheme or value.startswith("//")):
                text = "a picture must lie in the unit's folder, not elsewhere"
                self._add(value, text, "picture-elsewhere", found=value)

    def _add(self, piece: str, wrong: str, code: str, **values: str) -> None:
        self.found.setdefault((piece, wrong), (piece, wrong, code, values))
