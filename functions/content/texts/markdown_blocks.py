"""The blocks of a page's Markdown: headings, lists with their items, tables, boxes, paragraphs.

It reads what our pages hold, which is Python-Markdown with parts set in by four blanks, and what
Decap's editor writes, which is CommonMark with lists set in by two or three.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

_FENCE = re.compile(r" {0,3}(```+|~~~+)([^`]*)$")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t])")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_BOX = re.compile(r"(?:!!!|\?\?\?\+?) ?[\w-]+")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_QUOTE = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r"( {0,3})([-*+]|\d{1,9}[.)])(?:[ \t]+(?=\S)|[ \t]*$)")
_DELIMITERS = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$")
_DEFINITION = re.compile(r":[ \t]{1,3}\S")
_REFERENCE = re.compile(r" {0,3}\[[^\]^]+\]:[ \t]*\S")

_DEEPEST = 8
"""So deep parts may lie in parts; below, all is taken for words."""


class BlockKind(Enum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLETS = "bullets"
    NUMBERS = "numbers"
    ITEM = "item"
    TABLE = "table"
    BOX = "box"
    """Its first line says what it is; what it holds is set in by four blanks."""
    DEFINITION = "definition"
    """A term and what it means; more of that is set in by four blanks."""
    QUOTE = "quote"
    CODE = "code"
    RULE = "rule"
    REFERENCE = "reference"
    """Where a link leads that is named elsewhere; it shows nothing itself."""


LISTS = (BlockKind.BULLETS, BlockKind.NUMBERS)


@dataclass(frozen=True)
class Block:
    """One block as it was read."""

    kind: BlockKind
    source: str = ""
    """Its lines as they stand, the last without its end."""
    words: str = ""
    """The words of a heading or paragraph, the lines of code, the first line of a box."""
    number: int = 0
    """The level of a heading, the number of an item."""
    inner: tuple[Block, ...] = ()
    """The items of a list, the blocks in an item, box, definition or quote."""
    gap: int = 0
    """How many empty lines stand before it."""


def read_blocks(text: str, own_code: Collection[str] | None = None) -> list[Block]:
    """Return the blocks of a text.

    Decap knows neither boxes nor definitions: from their first empty line on it makes code of
    what they hold. With `own_code` such code goes back to where it came from, except for pieces
    that are known to be code.
    """
    return _read(text.split("\n"), own_code, _DEEPEST)


def _read(lines: Sequence[str], own_code: Collection[str] | None, depth: int) -> list[Block]:
    reader = _Reader([_without_tabs(line) for line in lines], own_code, depth)
    return [*reader.blocks()]


def _without_tabs(line: str) -> str:
    words = line.lstrip(" \t")
    return line[: len(line) - len(words)].expandtabs(4) + words


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


class _Reader:
    """Reads block after block; `_at` is the line that comes next."""

    def __init__(self, lines: Sequence[str], own_code: Collection[str] | None, depth: int) -> None:
        self._lines = lines
        self._own_code = own_code
        self._depth = depth
        self._at = 0

    def _inside(self, lines: Sequence[str]) -> tuple[Block, ...]:
        return tuple(_read(lines, self._own_code, self._depth - 1))

    def blocks(self) -> Iterator[Block]:
        while (gap := self._skip_empty()) is not None:
            begin = self._at
            block = self._block(self._lines[begin])
            yield replace(block, source=self._since(begin), gap=gap)

    def _skip_empty(self) -> int | None:
        """Go to the next line with words; None where there is none."""
        begin = self._at
        while self._at < len(self._lines):
            if self._lines[self._at].strip():
                return self._at - begin
            self._at += 1
        return None

    def _since(self, begin: int) -> str:
        return "\n".join(self._lines[begin : self._at]).rstrip("\n")

    def _take(self) -> str:
        self._at += 1
        return self._lines[self._at - 1]

    @property
    def _ahead(self) -> str:
        """The next line; empty behind the last."""
        return self._lines[self._at] if self._at < len(self._lines) else ""

    def _block(self, line: str) -> Block:
        if _indent(line) >= 4:
            return Block(BlockKind.CODE, words="\n".join(self._set_in()))
        if opening := _FENCE.match(line):
            return Block(BlockKind.CODE, words="\n".join(self._fenced(opening)))
        if not self._depth:
            return self._paragraph()
        if _BOX.match(line):
            return Block(BlockKind.BOX, words=self._take().rstrip(), inner=self._held())
        if _ITEM.match(line) and not _RULE.match(line):
            return self._list()
        if _QUOTE.match(line):
            return self._quote()
        return self._single_line(line) or self._table() or self._paragraph()

    def _single_line(self, line: str) -> Block | None:
        heading = _HEADING.match(line)
        if not (heading or _RULE.match(line) or _REFERENCE.match(line)):
            return None
        self._at += 1
        if heading:
            words = _without_closing(line[heading.end() :])
            return Block(BlockKind.HEADING, words=words, number=len(heading[1]))
        if _RULE.match(line):
            return Block(BlockKind.RULE)
        return Block(BlockKind.REFERENCE, words=line.strip())

    def _set_in(self) -> list[str]:
        """Take lines that are set in by four blanks, with the empty ones between them."""
        lines: list[str] = []
        while self._at < len(self._lines):
            if self._ahead.strip() and _indent(self._ahead) < 4:
                break
            lines.append(self._take()[4:])
        while lines and not lines[-1].strip():
            lines.pop()
            self._at -= 1
        return lines

    def _fenced(self, opening: re.Match[str]) -> list[str]:
        """Take code between fences."""
        margin, fence = _indent(self._take()), opening[1]
        lines: list[str] = []
        while self._at < len(self._lines):
            line = self._take()
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                break
            lines.append(line[min(margin, _indent(line)) :])
        return lines

    def _held(self) -> tuple[Block, ...]:
        """Take what a box or definition holds."""
        lines = self._set_in()
        begin = self._at
        gap = self._skip_empty()
        fence = _FENCE.match(self._ahead) if gap else None
        if gap and fence and not fence[2].strip() and self._own_code is not None:
            code = self._fenced(fence)
            if "\n".join(code) not in self._own_code:
                return self._inside([*lines, *[""] * gap, *code])
        self._at = begin
        return self._inside(lines)

    def _list(self) -> Block:
        items: list[Block] = []
        sign = _sign(self._ahead)
        while True:
            before = self._at
            gap = self._skip_empty() or 0
            marker = _ITEM.match(self._ahead)
            if marker is None or _sign(self._ahead) != sign:
                self._at = before
                break
            begin = self._at
            inner = self._inside(self._item(marker))
            number = int(marker[2][:-1]) if sign != "-" else 0
            source = self._since(begin)
            items.append(Block(BlockKind.ITEM, source, "", number, inner, gap if items else 0))
        kind = BlockKind.BULLETS if sign == "-" else BlockKind.NUMBERS
        return Block(kind, number=items[0].number, inner=tuple(items))

    def _item(self, marker: re.Match[str]) -> list[str]:
        """Take an item's lines, without its mark and without what sets them in."""
        margin = len(marker[1])
        lines = [self._take()[marker.end() :]]
        below: list[str] = []
        while (found := self._more_of_item(margin)) is not None:
            below += found
        depths = [_indent(line) for line in below if _indent(line) >= margin + 2]
        depth = min([*depths, margin + 4])
        return lines + [line[min(depth, _indent(line)) :] for line in below]

    def _more_of_item(self, margin: int) -> list[str] | None:
        """Take the next line of an item, with the empty ones before it; None at its end."""
        begin = self._at
        gap = self._skip_empty()
        if gap is not None and _indent(self._ahead) >= margin + 2:
            return [*[""] * gap, self._take()]
        if gap == 0 and not _begins_block(self._ahead):
            return [self._take()]
        self._at = begin
        return None

    def _quote(self) -> Block:
        lines: list[str] = []
        while self._ahead.strip() and (_QUOTE.match(self._ahead) or not _begins_block(self._ahead)):
            lines.append(_QUOTE.sub("", self._take(), count=1))
        return Block(BlockKind.QUOTE, inner=self._inside(lines))

    def _table(self) -> Block | None:
        begin = self._at
        below = self._lines[begin + 1] if begin + 1 < len(self._lines) else ""
        if "|" not in self._ahead or "|" not in below or not _DELIMITERS.match(below.rstrip()):
            return None
        while self._ahead.strip():
            self._at += 1
        return Block(BlockKind.TABLE, words=self._since(begin))

    def _paragraph(self) -> Block:
        lines = [self._take().lstrip(" ")]
        is_definition = bool(_DEFINITION.match(lines[0]))
        while self._ahead.strip() and not _begins_block(self._ahead, behind_words=True):
            line = self._ahead
            if underline := _UNDERLINE.match(line):
                self._at += 1
                level = 1 if underline[1][0] == "=" else 2
                return Block(BlockKind.HEADING, words="\n".join(lines), number=level)
            is_definition = is_definition or bool(_DEFINITION.match(line))
            lines.append(self._take().lstrip(" "))
        if is_definition:
            return Block(BlockKind.DEFINITION, words="\n".join(lines), inner=self._held())
        return Block(BlockKind.PARAGRAPH, words="\n".join(lines))


def _without_closing(words: str) -> str:
    """Return the words of a heading without the signs that may end it."""
    words = words.strip(" \t")
    inside = words.rstrip("#")
    return inside.rstrip(" \t") if inside.endswith((" ", "\t")) else words


def _sign(line: str) -> str:
    """Return what marks the items of one list; empty where there is no item."""
    marker = None if _RULE.match(line) else _ITEM.match(line)
    if marker is None:
        return ""
    return marker[2][-1] if marker[2][0].isdigit() else "-"


def _begins_block(line: str, *, behind_words: bool = False) -> bool:
    """Tell whether a line cannot go on with the words above it."""
    item = _ITEM.match(line)
    if item and behind_words:
        # A number in running text is no list, unless it is the first.
        return item.end() < len(line) and item[2] in ("-", "*", "+", "1.", "1)")
    if behind_words and _UNDERLINE.match(line):
        return False
    return bool(
        item
        or _FENCE.match(line)
        or _HEADING.match(line)
        or _BOX.match(line)
        or _RULE.match(line)
        or _QUOTE.match(line)
    )
