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
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from publish.documents import Document
from publish.errors import PublishError
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
_LINK = re.compile(r'(<(?:a|img)\b[^>]*?\s(?:href|src)=")([^"]*)(")')

Resolve = Callable[[str], str | None]


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
            text = self._markdown.reset().convert(document.body)
            problems = [*_problems(document, text)]
            if problems:
                raise PublishError(problems)
        self._kept[key] = self._used[key] = text
        return text

    @cached_property
    def _markdown(self) -> markdown.Markdown:
        # Takes longer to import and to set up than many a build needs for everything.
        from markdown import Markdown

        return Markdown(extensions=MARKDOWN_EXTENSIONS, extension_configs=_CONFIGURATION)

    def save(self) -> None:
        """Keep what was used for the next build."""
        aside = self._file.with_suffix(".new")
        aside.write_text(json.dumps(self._used, ensure_ascii=False), encoding="utf-8")
        aside.replace(self._file)


def with_links(document: Document, text: str, resolve: Resolve) -> str:
    """Return rendered text in which links to files are addresses of the site.

    `resolve` gives the address of a path below `site/`, or None where nothing is published.
    """
    problems: list[str] = []
    folder = posixpath.dirname(document.name).removeprefix("site/")

    def replaced(match: re.Match[str]) -> str:
        before, raw, after = match.groups()
        target, hash_sign, anchor = html.unescape(raw).partition("#")
        if not target or _SCHEME.match(target):
            return match[0]
        address = resolve(posixpath.normpath(posixpath.join(folder, target)))
        if address is None:
            problems.append(
                document.problem(
                    target, f"{target} leads nowhere; link to a file, as ../../../thu-tuc/x.md"
                )
            )
            return match[0]
        return before + html.escape(address + hash_sign + anchor) + after

    text = _LINK.sub(replaced, text)
    if problems:
        raise PublishError(problems)
    return text.replace("<img ", '<img loading="lazy" ')


class _Inspector(HTMLParser):
    """Finds what a unit's text may not make: (the piece to look for, what is wrong)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "h1":
            self.found.append(("#", "a heading begins with one #; use ## and more"))
        elif tag not in _TAGS:
            self.found.append((f"<{tag}", f"<{tag}> is HTML of its own; write it as Markdown"))
        for name, value in attributes:
            self._check(tag, name, value or "")
        if tag == "img" and not dict(attributes).get("alt"):
            self.found.append(("![](", "a picture has no words; write them between [ and ]"))

    def _check(self, tag: str, name: str, value: str) -> None:
        if name not in _ATTRIBUTES:
            self.found.append((name, f"{name} may not stand here; take it out"))
        if name in {"href", "src"}:
            scheme = _SCHEME.match(re.sub(r"\s", "", value))
            if scheme and scheme[0].lower() not in _HARMLESS:
                self.found.append((value, f"{scheme[0]} is no address of a page; take it out"))
            elif name == "src" and (scheme or value.startswith("//")):
                self.found.append((value, "a picture must lie in the unit's folder, not elsewhere"))


def _problems(document: Document, text: str) -> Iterator[str]:
    inspector = _Inspector()
    inspector.feed(text)
    inspector.close()
    for piece, wrong in dict.fromkeys(inspector.found):
        yield document.problem(piece, wrong)
