"""Markdown blocks written the way our pages have them, which is how Python-Markdown reads them.

What is set in stands four blanks in, bullets are hyphens, tables are not padded. Decap's escapes
that Python-Markdown does not know are said in another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from functions.content.texts.markdown_blocks import LISTS, Block, BlockKind

MARGIN = "    "
BETWEEN_LISTS = "<!-- -->"
"""Python-Markdown would join two lists that follow each other, whatever their marks are."""

_BACKSLASH_BREAK = re.compile(r"\\\n")
_NEEDLESS_BRACKET = re.compile(r"(?<![!\\])\\\[([^\[\]\n]*)\](?![(\[:])")
_TILDE = re.compile(r"(?<!\\)\\~")
_NEEDLESS_BAR = re.compile(r"(?<!\\)\\\|")
_EQUALS = re.compile(r"(?<!\\)\\=")
_HASH = re.compile(r"^(?=#)", re.MULTILINE)
_CELL = re.compile(r"((?:`[^`]*`|\\.|[^|`\\]|[`\\])*)(?:\||$)")
_DELIMITER = re.compile(r":?-+:?")


def written(blocks: Sequence[Block]) -> str:
    """Return blocks as one text."""
    return joined([(block.kind, written_block(block)) for block in blocks])


def joined(blocks: Sequence[tuple[BlockKind, str]]) -> str:
    """Join blocks by empty lines, lists by something that keeps them apart."""
    texts: list[str] = []
    before: BlockKind | None = None
    for kind, text in blocks:
        if before in LISTS and kind in LISTS:
            texts.append(BETWEEN_LISTS)
        texts.append(text)
        before = kind
    return "\n\n".join(texts)


def written_block(block: Block) -> str:
    """Return one block."""
    if block.kind in _HOLDERS:
        return _HOLDERS[block.kind](block)
    match block.kind:
        case BlockKind.HEADING:
            return f"{'#' * block.number} {inline(' '.join(block.words.split()))}"
        case BlockKind.PARAGRAPH:
            return as_paragraph(inline(block.words))
        case BlockKind.CODE:
            return set_in(block.words)
        case BlockKind.TABLE:
            return "\n".join(written_row(cells_of(row)) for row in block.words.split("\n"))
        case BlockKind.RULE:
            return "---"
    return block.words


def as_paragraph(words: str) -> str:
    """Return words so that they are a paragraph; Python-Markdown takes #word for a heading."""
    if "\n" not in words:
        words = _NEEDLESS_BAR.sub("|", words)
    return _HASH.sub(r"\\", words).rstrip()


def quoted(text: str) -> str:
    """Return text as a quotation."""
    return "\n".join(f"> {line}".rstrip(" ") for line in text.split("\n"))


def with_held(block: Block, held: str) -> str:
    """Return a box or definition with what it holds."""
    if not held:
        return block.words.rstrip()
    gap = "\n\n" if block.kind is BlockKind.DEFINITION else "\n"
    return block.words.rstrip() + gap + set_in(held)


def set_in(text: str) -> str:
    """Return text four blanks in."""
    return "\n".join(MARGIN + line if line else "" for line in text.split("\n"))


def marker(is_numbered: bool, number: int) -> str:
    """Return the mark of an item."""
    return f"{number}. " if is_numbered else "- "


def is_spread(items: Sequence[Block]) -> bool:
    """Tell whether items need empty lines between them: one holds more than words and lists."""
    return any(block.kind not in LISTS for item in items for block in item.inner[1:]) or any(
        item.inner and item.inner[0].kind is not BlockKind.PARAGRAPH for item in items
    )


def written_item(item: Block, mark: str = "- ", *, spread: bool = False) -> str:
    """Return an item; in a spread list its parts are parted by empty lines."""
    first, rest = item.inner[:1], item.inner[1:]
    text = mark + set_in(written(first)).lstrip(" ")
    if not rest:
        return text.rstrip(" ")
    gap = "\n\n" if spread or rest[0].kind not in LISTS else "\n"
    return text + gap + set_in(written(rest))


def _list(block: Block) -> str:
    is_numbered = block.kind is BlockKind.NUMBERS
    items, spread = block.inner, is_spread(block.inner)
    if is_numbered and block.number != 1 and len(items) == len(items[0].inner) == 1:
        # Python-Markdown counts every list from 1, so the words of this one would change.
        return written_item(items[0], f"{block.number}\\. ")
    texts = (
        written_item(item, marker(is_numbered, number), spread=spread)
        for number, item in enumerate(items, start=1)
    )
    return ("\n\n" if spread else "\n").join(texts)


_HOLDERS: Mapping[BlockKind, Callable[[Block], str]] = {
    BlockKind.QUOTE: lambda block: quoted(written(block.inner)),
    BlockKind.BOX: lambda block: with_held(block, written(block.inner)),
    BlockKind.DEFINITION: lambda block: with_held(block, written(block.inner)),
    BlockKind.ITEM: lambda block: written_item(block),
    BlockKind.BULLETS: _list,
    BlockKind.NUMBERS: _list,
}


def inline(words: str) -> str:
    """Return words so that they read here as they do in Decap."""
    words = _BACKSLASH_BREAK.sub("  \n", words)
    words = _TILDE.sub("~", _NEEDLESS_BRACKET.sub(r"[\1]", words))
    if "\n" in words:
        return _EQUALS.sub("&#61;", words)
    return _EQUALS.sub("=", words)


def cells_of(row: str) -> list[str]:
    """Return the cells of a table's row."""
    return [cell.strip() for cell in padded_cells(row)]


def padded_cells(row: str) -> list[str]:
    """Return the cells of a table's row with the blanks around their words."""
    return _CELL.findall(row.strip().removeprefix("|"))[:-1]


def written_row(cells: Sequence[str]) -> str:
    """Return a table's row without padding; the line below the head keeps its colons."""
    texts = (_delimiter(cell) if is_delimiter(cell) else inline(cell) for cell in cells)
    return f"| {' | '.join(texts)} |"


def is_delimiter(cell: str) -> bool:
    """Tell whether a cell is one of the line below a table's head."""
    return bool(_DELIMITER.fullmatch(cell))


def _delimiter(cell: str) -> str:
    return (":" if cell[0] == ":" else "") + "---" + (":" if cell[-1] == ":" else "")
