"""Where a mistake is, in words: the fields as the editor's own forms name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from functions.core.editing.pages import page_path
from functions.core.errors import NotAllowedError
from functions.core.models.content import ContentProblem

_Field = Mapping[str, Any]


class FieldLabels:
    """The labels of `templates/editor/fields.yml`, by kind of page and key."""

    def __init__(self, kinds: Mapping[str, Mapping[str, Any]]) -> None:
        self._labels = {kind: dict(_labels(about["fields"])) for kind, about in kinds.items()}

    def of(self, problem: ContentProblem) -> str:
        """Return the field a problem is about, as `list – entry – field of the entry`.

        A field that the forms do not have goes by its key.
        """
        labels = self._labels.get(_kind_of(problem.path), {})
        part, item = problem.values.get("part", ""), problem.values.get("item", "")
        named = labels.get(f"{problem.key}.{part}", part)
        return " – ".join(filter(None, (labels.get(problem.key, problem.key), item, named)))


def _labels(fields: Iterable[_Field], above: str = "") -> Iterator[tuple[str, str]]:
    for field in fields:
        key = above + str(field["name"])
        yield key, str(field["label"])
        yield from _labels(field.get("fields") or (), f"{key}.")


def _kind_of(path: str) -> str:
    try:
        # Of any unit: who has no such unit has no such page either.
        return page_path(path, path.split("/")[2:3]).kind
    except NotAllowedError:
        return ""
