"""What a piece of Markdown shows, as a text to compare: two sources that show the same are one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from html.parser import HTMLParser

from functions.content.texts.markdown_blocks import Block, BlockKind
from functions.content.texts.markdown_writing import written_block
from publish.own_markdown import new_renderer

_EDGE, _KEPT_LINE = "\x1e", "\x1f"
_BLOCKS = frozenset({
    *("blockquote", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "pre", "ul"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"),
})  # fmt: skip
# Decap's tables have no columns set to the right or middle; tables are looked at by themselves.
_LOST = ("align", "style")
_LONGEST = 4_000
_MOST_STEPS = 200_000
"""The renderer looks for the other end of each bracket: odd pieces are compared as they stand."""


class _Shown(HTMLParser):
    """Writes HTML down without what nobody sees: loose lists, order of attributes, blanks."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._kept = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._kept += tag == "pre"
        said = "".join(f" {name}={value}" for name, value in sorted(attrs) if name not in _LOST)
        self._add(tag, f"<{tag}{said}>")

    def handle_endtag(self, tag: str) -> None:
        self._kept -= tag == "pre"
        self._add(tag, f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", _KEPT_LINE) if self._kept > 0 else data)

    def handle_comment(self, data: str) -> None:
        """Pass over it: it shows nothing."""

    def _add(self, tag: str, text: str) -> None:
        if tag == "p":
            text = ""
        self.parts.append(f"{_EDGE}{text}{_EDGE}" if tag in _BLOCKS else text)

    @property
    def text(self) -> str:
        text = re.sub(r"[ \t\n]+", " ", "".join(self.parts))
        return re.sub(f" ?{_EDGE}[ {_EDGE}]*", _EDGE, text)


def shown(html: str) -> str:
    """Return what HTML shows, as a text to compare."""
    reader = _Shown()
    reader.feed(html)
    reader.close()
    return reader.text


class Comparison:
    """Tells what blocks show; links may be named by the given references."""

    def __init__(self, references: Sequence[Block]) -> None:
        self._references = "".join(f"\n\n{block.words}" for block in references)
        self._known: dict[tuple[BlockKind, str], str] = {}

    @cached_property
    def _html_of(self) -> Callable[[str], str]:
        renderer = new_renderer()
        return lambda source: renderer.reset().convert(source)

    def key(self, block: Block) -> str:
        """Return a text that is the same for blocks that show the same."""
        source = written_block(block)
        known = self._known.get((block.kind, source))
        if known is None:
            known = f"{block.kind.value}\0{self._shown(source)}"
            self._known[block.kind, source] = known
        return known

    def _shown(self, source: str) -> str:
        brackets = source.count("[") + source.count("<") + 5 * source.count(">")
        if len(source) > _LONGEST or brackets * len(source) > _MOST_STEPS:
            return source
        try:
            return shown(self._html_of(source + self._references))
        except (RecursionError, AssertionError):  # their ways to tell what they cannot read
            return source
