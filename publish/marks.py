"""The marks of what nobody has confirmed yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from publish.documents import Document


def count_marks(value: Any, mark: str) -> int:
    """Count the marks in front matter: `check: true`, and the words in a text."""
    if isinstance(value, Mapping):
        marked = int(value.get("check") is True)
        return marked + sum(count_marks(part, mark) for part in value.values())
    if isinstance(value, list):
        return sum(count_marks(part, mark) for part in value)
    return value.count(mark) if isinstance(value, str) else 0


def marks_by_key(page: Document, mark: str) -> Counter[str]:
    """Count the marks of a page by the key they stand in, `body` and `confidence` among them."""
    marks = Counter({key: count_marks(value, mark) for key, value in page.meta.items()})
    marks["confidence"] = int(page.meta.get("confidence") == "staff-check")
    marks["body"] = page.body.count(mark)
    return marks
