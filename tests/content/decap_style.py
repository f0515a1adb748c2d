"""What Decap's rich text makes of a body, for pages of which there is no record.

`test_bodies` compares it with what the real one made of some pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from textwrap import indent

from functions.content.texts.markdown_blocks import Block, BlockKind, read_blocks
from functions.content.texts.markdown_writing import cells_of


def decap_body(body: str) -> str:
    """Return a body as Decap writes it again."""
    return _written(read_blocks(body))


def _written(blocks: Sequence[Block]) -> str:
    return "\n\n".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block.kind:
        case BlockKind.HEADING:
            return f"{'#' * block.number} {_words(block.words)}"
        case BlockKind.PARAGRAPH:
            return _words(block.words)
        case BlockKind.BULLETS:
            return "\n".join(_item(item, "* ") for item in block.inner)
        case BlockKind.NUMBERS:
            items = enumerate(block.inner, start=1)
            return "\n".join(_item(item, f"{number}. ") for number, item in items)
        case BlockKind.TABLE:
            return _table([cells_of(row) for row in block.words.split("\n")])
        case BlockKind.QUOTE:
            return indent(_written(block.inner), "> ", lambda line: True).replace("> \n", ">\n")
        case BlockKind.CODE:
            return f"```\n{block.words}\n```"
        case BlockKind.RULE:
            return "- - -"
    return block.source


def _item(item: Block, mark: str) -> str:
    return mark + indent(_written(item.inner), " " * len(mark)).lstrip(" ")


def _words(words: str) -> str:
    words = re.sub(r"\[(?=[^\]]*\](?![(\[:]))", r"\\[", words)
    words = re.sub(r"(?<!\w)_(\w[^_]*)_(?!\w)", r"*\1*", words)
    return re.sub(r" {2,}\n", r"\\\n", words)


def _table(rows: Sequence[Sequence[str]]) -> str:
    del rows[1]  # type: ignore[attr-defined]
    widths = [max(3, *map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=False)] for row in rows]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
