"""Changing a page's front matter in its own text: lines that say the same stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from functions.content.texts.page_keys import Shape
from functions.content.texts.yaml_values import (
    EMPTY,
    canonical,
    entry,
    in_order,
    item,
    meant,
    parts,
    plain,
    row,
    same,
    scalar,
    shape_below,
    shape_of_items,
)
from publish import fast_yaml
from publish.fast_yaml import MappingNode, Node, ScalarNode, SequenceNode


@dataclass(frozen=True)
class _Entry:
    """One key of a mapping with everything below it; `lines` begin at the key's line."""

    key: str
    node: Node
    lines: str
    begin: int
    """Where `lines` begin in the text that the node's marks count in."""

    @property
    def value_at(self) -> slice:
        mark = self.node.start_mark.index, self.node.end_mark.index
        return slice(mark[0] - self.begin, mark[1] - self.begin)


def rewritten(
    source: str, old: Mapping[str, Any], wanted: Mapping[str, Any], shape: Shape | None
) -> str:
    """Return front matter that says what is wanted, changing as few lines as that takes.

    `old` is what the source says.
    """
    if same(old, wanted, shape):
        return source
    wanted = {
        key: value if value is old.get(key) else meant(value, shape_below(shape, key))
        for key, value in wanted.items()
    }
    text = _mapping(source, old, wanted, shape)
    # Anchors and keys that stand twice have no place of their own: such a page is written anew.
    if text is None or not same(plain(fast_yaml.load(text)), wanted, shape):
        return parts(wanted, shape, 0)
    return text


def _mapping(
    source: str, old: Mapping[str, Any], wanted: Mapping[str, Any], shape: Shape | None
) -> str | None:
    """Return a mapping's lines; None where it is not written in lines of its own."""
    root = fast_yaml.compose(source)
    if not isinstance(root, MappingNode) or root.flow_style or not root.value:
        return None
    entries = [*_entries(source, root)]
    indent = root.value[0][0].start_mark.column
    made: dict[str, str] = {}
    for found in entries:
        value, below = wanted.get(found.key), shape_below(shape, found.key)
        if same(old.get(found.key), value, below):
            made[found.key] = found.lines
        elif found.key in wanted:
            made[found.key] = _changed_entry(found, old[found.key], value, below, indent)
    for key in in_order(wanted, shape):
        if key not in made and wanted[key] not in EMPTY:
            lines = entry(key, wanted[key], shape_below(shape, key), indent)
            made = _with(made, key, lines, in_order(wanted, shape))
    return source[: entries[0].begin] + "".join(made.values())


def _with(made: dict[str, str], key: str, lines: str, order: Sequence[str]) -> dict[str, str]:
    """Put a new key behind the nearest one that usually stands before it."""
    before = [name for name in order[: order.index(key)] if name in made]
    keys = [*made]
    at = keys.index(before[-1]) + 1 if before else 0
    return {name: lines if name == key else made[name] for name in [*keys[:at], key, *keys[at:]]}


def _entries(source: str, root: MappingNode) -> Iterator[_Entry]:
    begins = [_line_begin(source, key.start_mark.index) for key, _ in root.value]
    for (key, value), begin, end in zip(
        root.value, begins, [*begins[1:], len(source)], strict=True
    ):
        yield _Entry(str(key.value), value, source[begin:end], begin)


def _line_begin(source: str, index: int) -> int:
    return source.rfind("\n", 0, index) + 1


def _changed_entry(found: _Entry, old: Any, value: Any, shape: Shape | None, indent: int) -> str:
    """Return the lines of a key whose value is another one now."""
    lines = None
    if isinstance(found.node, SequenceNode) and isinstance(old, list) and isinstance(value, list):
        lines = (_row_of if found.node.flow_style else _items)(found, old, value, shape)
    elif isinstance(found.node, MappingNode) and isinstance(value, dict):
        head, below = _parted(found, found.node.value[:1])
        inner = _mapping(below, old, value, shape) if head else None
        lines = None if inner is None else head + inner
    elif isinstance(found.node, ScalarNode) and not isinstance(value, list | dict):
        lines = _single_value(found, value, shape, indent)
    return entry(found.key, value, shape, indent) if lines is None else lines


def _parted(found: _Entry, first: Sequence[tuple[Node, Node]]) -> tuple[str, str]:
    """Part an entry before the line of what it holds first; no head where that is its own line."""
    if not first:
        return "", found.lines
    at = _line_begin(found.lines, first[0][0].start_mark.index - found.begin)
    return found.lines[:at], found.lines[at:]


def _single_value(found: _Entry, value: Any, shape: Shape | None, indent: int) -> str | None:
    """Put another value in the place of one; what follows on the line stays."""
    if getattr(found.node, "style", "") in ("|", ">"):
        return None
    at = found.value_at
    before, after = found.lines[: at.start].rstrip(" "), found.lines[at.stop :]
    written = scalar(value, shape, indent + 2)
    if "\n" in written and after.strip():
        return None
    return f"{before} {written}".rstrip(" ") + after


def _row_of(found: _Entry, old: list[Any], value: list[Any], shape: Shape | None) -> str | None:
    """Write a list between brackets again, each part that stays as it was written."""
    if not all(isinstance(part, str) for part in value):
        return None
    sources = {
        canonical(part): found.lines[node.start_mark.index - found.begin :][
            : node.end_mark.index - node.start_mark.index
        ]
        for part, node in zip(old, found.node.value, strict=True)
    }
    written = [sources.get(canonical(part)) or row([part])[1:-1] for part in value]
    at = found.value_at
    return f"{found.lines[: at.start]}[{', '.join(written)}]{found.lines[at.stop :]}"


def _items(found: _Entry, old: list[Any], value: list[Any], shape: Shape | None) -> str | None:
    """Write a list's items again; those that stay keep their lines."""
    nodes = [(node, node) for node in found.node.value]
    head, _ = _parted(found, nodes)
    sources = [*_item_lines(found, [node for node, _ in nodes])]
    indent = len(sources[0]) - len(sources[0].lstrip(" "))
    if not head or not all(source[indent : indent + 2] == "- " for source in sources):
        return None
    inner = shape_of_items(shape)
    keys = [canonical(part, inner) for part in old]
    matcher = SequenceMatcher(None, keys, [canonical(part, inner) for part in value], False)
    made = [head]
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag == "equal":
            made += sources[begin:end]
            continue
        for at in range(new_begin, new_end):
            before = begin + at - new_begin
            if before < end:
                made.append(_changed_item(sources[before], old[before], value[at], shape, indent))
            else:
                made.append(item(value[at], shape, indent))
    return "".join(made)


def _item_lines(found: _Entry, nodes: Sequence[Node]) -> Iterator[str]:
    begins = [_line_begin(found.lines, node.start_mark.index - found.begin) for node in nodes]
    for begin, end in zip(begins, [*begins[1:], len(found.lines)], strict=True):
        yield found.lines[begin:end]


def _changed_item(source: str, old: Any, value: Any, shape: Shape | None, indent: int) -> str:
    """Return the lines of an item that says something else now."""
    lines: str | None = None
    if isinstance(old, dict) and isinstance(value, dict):
        # Without its hyphen an item is a mapping like any other.
        lines = _mapping(
            source[:indent] + " " + source[indent + 1 :], old, value, shape_of_items(shape)
        )
    if lines is None or not lines.startswith(" " * (indent + 1)):
        return item(value, shape, indent)
    return lines[:indent] + "-" + lines[indent + 1 :]
