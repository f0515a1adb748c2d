"""A page's Markdown after editing: what was not edited stays as its writer wrote it.

Decap's editor writes the whole text anew, in its own way (other bullets, padded tables, more
backslashes, lists set in by two blanks), and so do people. Blocks that show the same keep their
lines; the others are written the way our pages have them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from functions.content.texts.markdown_blocks import LISTS, Block, BlockKind, read_blocks
from functions.content.texts.markdown_tables import merged_table, sets_columns_anew
from functions.content.texts.markdown_writing import (
    BETWEEN_LISTS,
    as_paragraph,
    inline,
    is_spread,
    quoted,
    set_in,
    written,
    written_block,
    written_item,
)
from functions.content.texts.shown_markdown import Comparison

_LONGEST = 200_000
_MOST_LINES = 4_000
"""Nobody writes more, and comparing takes ever longer; the checks refuse what is too long."""

_NUMBER = re.compile(r"\d+")
_WANT_EMPTY_LINE = (*LISTS, BlockKind.TABLE)
"""What Python-Markdown reads as words where it follows words at once."""


@dataclass(frozen=True)
class _Part:
    """A block of the text that is being made."""

    kind: BlockKind
    text: str
    before: int | None
    """Which of the old blocks it comes from."""
    is_kept: bool
    """It stands there as it stood."""


def tidied(old: str, new: str) -> str:
    """Return the new body in our form, with the old lines of whatever shows the same."""
    old, new = old.strip("\n"), new.strip("\n")
    if old.rstrip() == new.rstrip():
        return old
    if len(old) + len(new) > _LONGEST or old.count("\n") + new.count("\n") > _MOST_LINES:
        return new
    before = read_blocks(old)
    code = {block.words for block in before if block.kind is BlockKind.CODE}
    after = read_blocks(new, code)
    if not before:
        return written(after)
    references = [block for block in before if block.kind is BlockKind.REFERENCE]
    return _Merger(Comparison(references)).merged(before, after)


class _Merger:
    """Joins old blocks and new ones."""

    def __init__(self, comparison: Comparison) -> None:
        self._key = comparison.key

    def merged(
        self, before: Sequence[Block], after: Sequence[Block], *, is_tight: bool = False
    ) -> str:
        """Return the new blocks as text; in a tight list's item a list follows at once."""
        parts = [*self._parts(before, after)]
        text = parts[0].text if parts else ""
        for one, other in pairwise(parts):
            text += _between(one, other, before, is_tight) + other.text
        return text

    def _parts(self, before: Sequence[Block], after: Sequence[Block]) -> Iterator[_Part]:
        # Decap writes addresses where they are used, and drops where they were named.
        drops_references = not any(block.kind is BlockKind.REFERENCE for block in after)
        for index, new in self._pairs(before, after):
            old = None if index is None else before[index]
            if new is None:
                if old is not None and old.kind is BlockKind.REFERENCE and drops_references:
                    yield _Part(old.kind, old.source, index, True)
            elif old is None:
                yield _Part(new.kind, written_block(new), None, False)
            else:
                text = self._changed(old, new)
                yield _Part(new.kind, text, index, text == old.source)

    def _pairs(
        self, before: Sequence[Block], after: Sequence[Block]
    ) -> Iterator[tuple[int | None, Block | None]]:
        """Yield each new block with the place of the old one it was; old ones may be left over."""
        old_keys, new_keys = [*map(self._key, before)], [*map(self._key, after)]
        matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
        for _, old_begin, old_end, new_begin, new_end in matcher.get_opcodes():
            left = deque(range(old_begin, old_end))
            for new in after[new_begin:new_end]:
                if not any(before[index].kind is new.kind for index in left):
                    yield None, new
                    continue
                while before[left[0]].kind is not new.kind:
                    yield left.popleft(), None
                yield left.popleft(), new
            yield from ((index, None) for index in left)

    def _changed(self, old: Block, new: Block) -> str:
        """Return a block after editing, in the lines of what it was where they still hold."""
        if self._key(old) == self._key(new) and not sets_columns_anew(old, new):
            return old.source
        match new.kind:
            case BlockKind.BULLETS | BlockKind.NUMBERS:
                return self._list(old, new)
            case BlockKind.TABLE:
                return merged_table(old, new, self._key)
            case BlockKind.BOX | BlockKind.DEFINITION if old.inner and new.inner:
                held = "\n" * old.inner[0].gap + set_in(self.merged(old.inner, new.inner))
                return f"{self._lines(old, new)}\n{held}"
            case BlockKind.QUOTE:
                return quoted(self.merged(old.inner, new.inner))
            case BlockKind.PARAGRAPH:
                return as_paragraph(self._lines(old, new))
        return written_block(new)

    def _lines(self, old: Block, new: Block) -> str:
        """Return words after editing: lines that show the same stay as they are."""
        before, after = old.words.split("\n"), inline(new.words).split("\n")
        old_keys = [self._line_key(line) for line in inline(old.words).split("\n")]
        new_keys = [self._line_key(line) for line in after]
        matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
        lines: list[str] = []
        for tag, old_begin, old_end, new_begin, new_end in matcher.get_opcodes():
            lines += before[old_begin:old_end] if tag == "equal" else after[new_begin:new_end]
        return "\n".join(lines)

    def _line_key(self, line: str) -> str:
        end = "  " if line.endswith("  ") else ""
        return self._key(Block(BlockKind.PARAGRAPH, words=line)) + end

    def _list(self, old: Block, new: Block) -> str:
        """Return a list after editing; items that show the same keep their lines."""
        first, counts = old.number, [item.number for item in old.inner]
        is_counted = counts == [*range(first, first + len(counts))]
        spread = is_spread(new.inner) or any(item.gap for item in old.inner)
        text, last, place = "", -2, 0
        for index, item in self._pairs(old.inner, new.inner):
            if item is None:
                continue
            was = None if index is None else old.inner[index]
            if place:
                text += "\n" * ((was.gap if was and index == last + 1 else spread) + 1)
            number = first + place if is_counted or was is None else was.number
            text += self._item(was, item, _mark(old, number), spread)
            last, place = -2 if index is None else index, place + 1
        return text

    def _item(self, was: Block | None, item: Block, mark: str, spread: bool) -> str:
        if was is None:
            return written_item(item, mark, spread=spread)
        if self._key(was) == self._key(item):
            return _NUMBER.sub(mark[:-2], was.source, count=1) if mark[0].isdigit() else was.source
        return mark + set_in(self.merged(was.inner, item.inner, is_tight=not spread)).lstrip(" ")


def _mark(old: Block, number: int) -> str:
    """Return the mark of an item, as the list has them."""
    return f"{number}. " if old.kind is BlockKind.NUMBERS else f"{old.inner[0].source.strip()[0]} "


def _between(one: _Part, other: _Part, before: Sequence[Block], is_tight: bool) -> str:
    """Return what parts two blocks: what did, or what our pages have there."""
    if one.before is not None and other.before == one.before + 1:
        gap = before[other.before].gap
        runs_on = one.kind is BlockKind.PARAGRAPH and other.kind in _WANT_EMPTY_LINE
        if gap or is_tight or not runs_on or (one.is_kept and other.is_kept):
            return "\n" * (gap + 1)
    if one.kind in LISTS and other.kind in LISTS:
        return f"\n\n{BETWEEN_LISTS}\n\n"
    return "\n" if is_tight and other.kind in LISTS else "\n\n"
