"""What Decap's own front matter says, in the shape of our pages.

It is YAML 1.2, where yes and no are texts, and so are 7:30 and 2026-11-30; our pages are read as
YAML 1.1, where they are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from functions.content.texts.page_keys import Keys, Leaf, Named, Rows, Shape
from functions.content.texts.yaml_values import EMPTY, meant, shape_below, shape_of_items
from functions.core.errors import InvalidContentError
from functions.core.models.content import ContentProblem
from publish import fast_yaml
from publish.fast_yaml import MappingNode, Node, ScalarNode, SequenceNode

_NULL = re.compile(r"(?:~|null|Null|NULL)?")
_BOOLEAN = re.compile(r"(?:true|True|TRUE|false|False|FALSE)")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)


def with_rows(meta: Mapping[str, Any], shape: Keys) -> dict[str, Any]:
    """Return a page's facts with parts by name as rows, which Decap can edit."""
    shown = dict(meta)
    for key, inner in shape.keys.items():
        if isinstance(inner, Named) and isinstance(shown.get(key), dict):
            shown[key] = [{inner.name: name, **part} for name, part in shown[key].items()]
    return shown


def decap_data(path: str, source: str, shape: Keys, old: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Decap sent; `old` is what the page said before.

    Raises InvalidContentError (yaml, unknown-key, entry-needs, written-twice), and YAMLError.
    """
    root = fast_yaml.compose(source)
    rows = Keys({key: _as_rows(inner) for key, inner in shape.keys.items()})
    if root is None:
        return {}
    if not isinstance(root, MappingNode):
        raise InvalidContentError([ContentProblem(path, 2, "", "yaml")])
    unknown = [*_unknown_keys(root, rows, with_rows(old, shape))]
    if unknown:
        raise InvalidContentError(
            [
                ContentProblem(
                    path, line, above or key, "unknown-key", {"part": key} if above else {}
                )
                for above, key, line in unknown
            ]
        )
    data: dict[str, Any] = meant(_value(root, rows), rows) or {}
    for key, inner in shape.keys.items():
        if isinstance(inner, Named) and key in data:
            data[key] = _by_name(path, key, inner.name, data[key])
    return data


def _as_rows(shape: Shape) -> Shape:
    if isinstance(shape, Named):
        return Rows(Keys({shape.name: Leaf.TEXT, **shape.keys.keys}))
    return shape


def _unknown_keys(
    node: Node, shape: Shape | None, old: Any, above: str = ""
) -> Iterator[tuple[str, str, int]]:
    """Yield keys that neither the kind of page nor the page itself knows.

    Each with the key of the page above it, and with its line.
    """
    if isinstance(node, SequenceNode):
        rows = [row for row in old if isinstance(row, dict)] if isinstance(old, list) else []
        known = {key: value for row in rows for key, value in row.items()}
        for value in node.value:
            yield from _unknown_keys(value, shape_of_items(shape), known, above)
    if not isinstance(node, MappingNode):
        return
    known = old if isinstance(old, dict) else {}
    for key, value in node.value:
        name = str(key.value)
        below = shape_below(shape, name)
        if below is not None:
            yield from _unknown_keys(value, below, known.get(name), above or name)
        elif name not in known and _value(value, None) not in EMPTY:
            yield above, name, key.start_mark.line + 2


def _value(node: Node, shape: Shape | None) -> Any:
    """Return what a node says; where texts are meant, a number is the text that stands there."""
    if isinstance(node, MappingNode):
        return {
            str(key.value): _value(value, shape_below(shape, str(key.value)))
            for key, value in node.value
        }
    if isinstance(node, SequenceNode):
        return [_value(value, shape_of_items(shape)) for value in node.value]
    text = str(node.value)
    is_plain = isinstance(node, ScalarNode) and not node.style
    if is_plain and _NULL.fullmatch(text):
        return None
    if is_plain and _BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    if is_plain and shape is None and _NUMBER.fullmatch(text):
        return float(text)
    return text


def _by_name(path: str, key: str, name: str, rows: Any) -> dict[str, Any]:
    """Turn rows back into parts by name."""
    made: dict[str, Any] = {}
    for row in rows if isinstance(rows, list) else ():
        called = row.pop(name, "") if isinstance(row, dict) else ""
        if not called or called in made:
            code = "written-twice" if called else "entry-needs"
            values = {"part": name, "item": called} if called else {"part": name}
            raise InvalidContentError([ContentProblem(path, 1, key, code, values)])
        made[called] = row
    return made
