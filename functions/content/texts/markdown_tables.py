"""Tables after editing: Decap pads them, forgets how columns are set, and escapes no bars."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher

from functions.content.texts.markdown_blocks import Block, BlockKind
from functions.content.texts.markdown_writing import (
    cells_of,
    is_delimiter,
    padded_cells,
    written_row,
)

Key = Callable[[Block], str]

_BAR = "\\|"
_BARS = re.compile(r" *\\?\| *")


def sets_columns_anew(old: Block, new: Block) -> bool:
    """Tell whether a table says in another way how its columns are set; Decap never says it."""
    if new.kind is not BlockKind.TABLE:
        return False
    columns = _columns(new)
    return any(":" in cell for cell in columns) and columns != _columns(old)


def merged_table(old: Block, new: Block, key: Key) -> str:
    """Return a table after editing: rows that show the same keep their lines."""
    before, after = old.words.split("\n"), new.words.split("\n")
    old_keys = [_key(row, key) for row in before]
    new_keys = [_key(row, key) for row in after]
    width = len(cells_of(after[0]))
    rows: list[str] = []
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag == "equal":
            rows += before[begin:end]
            continue
        for at in range(new_begin, new_end):
            was = begin + at - new_begin
            cells = _rejoined(after[at], before[was] if was < end else "", width)
            rows.append(written_row(cells))
    rows[1] = _delimiters(old, new, before[1])
    return "\n".join(rows)


def _key(row: str, key: Key) -> str:
    cells = cells_of(row)
    if all(map(is_delimiter, cells)):
        return ""
    words = _BARS.sub("|", "|".join(cells))
    return key(Block(BlockKind.PARAGRAPH, words=words))


def _rejoined(row: str, was: str, width: int) -> list[str]:
    """Return a row's cells; where they are too many, one held a bar and is put together again."""
    cells = padded_cells(row)
    more = len(cells) - width
    if more > 0:
        with_bar = (place for place, cell in enumerate(cells_of(was)) if _BAR in cell)
        at = min(next(with_bar, width - 1), width - 1)
        cells[at : at + more + 1] = [_BAR.join(cells[at : at + more + 1])]
    return [cell.strip() for cell in cells]


def _columns(table: Block) -> list[str]:
    return [cell if ":" in cell else "" for cell in cells_of(table.words.split("\n")[1])]


def _delimiters(old: Block, new: Block, line: str) -> str:
    """Return the line below the head: the old one, as far as it fits."""
    before, after = cells_of(line), cells_of(new.words.split("\n")[1])
    if any(":" in cell for cell in after):
        return line if _columns(old) == _columns(new) else written_row(after)
    if len(before) == len(after):
        return line
    return written_row([*before, *after[len(before) :]][: len(after)])
