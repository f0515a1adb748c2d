"""PyYAML's safe loader, in C where the installed wheel carries it: eight times as fast."""

from __future__ import annotations

from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode, YAMLError

if yaml.__with_libyaml__:
    from yaml import CSafeLoader as SafeLoader
else:
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = [
    "MappingNode",
    "Node",
    "SafeLoader",
    "ScalarNode",
    "SequenceNode",
    "YAMLError",
    "compose",
    "load",
]


_DEEPEST = 20
"""So deep parts may lie in parts. The library in C would crash at some ten thousand."""


def load(text: str) -> Any:
    """Return the plain data of a document. Raises yaml.YAMLError."""
    _require_plain(text)
    try:
        return yaml.load(text, SafeLoader)  # noqa: S506 - a safe loader
    except ValueError as exc:  # a day that no month has, a number of thousands of digits
        raise yaml.MarkedYAMLError(problem=f"a value cannot be read: {exc}") from exc


def compose(text: str) -> Node | None:
    """Return the nodes of a document, each with its place in the text. Raises YAMLError."""
    _require_plain(text)
    loader = SafeLoader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _require_plain(text: str) -> None:
    """Raises YAMLError where a document nests too deeply, or uses what ours never need.

    An alias can make a few lines into endless data; a tag can ask for a value of any type.
    """
    depth = 0
    for event in yaml.parse(text, SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        problem = None
        if depth > _DEEPEST:
            problem = "parts lie in parts too deeply"
        elif isinstance(event, yaml.AliasEvent):
            problem = "* stands for a part further up; write the text in quotes"
        elif getattr(event, "tag", None):
            problem = "! gives a type; write the text in quotes"
        if problem:
            raise yaml.MarkedYAMLError(
                problem=problem,
                problem_mark=event.start_mark,  # type: ignore[arg-type] # in C or not: it has a line
            )
