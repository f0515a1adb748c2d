"""Values of the front matter: compared as what they mean, written the way our pages have them.

Inside the editor a day is a text (2026-11-30), and what is empty does not exist: no value, an
empty text and an empty list mean the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from functions.content.texts.page_keys import Keys, Leaf, Named, Rows, Shape, Texts
from functions.content.texts.typed_text import clean_value
from publish import fast_yaml

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,15}\.\d{1,4}", re.ASCII)
# Plain YAML would do for many of them, but a reader could take them for numbers.
_LIKE_A_NUMBER = re.compile(r"[+\d][\d .\-]*|\d+[Ee]\d+", re.ASCII)
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

EMPTY: tuple[Any, ...] = (None, "", [], {})


def plain(value: Any) -> Any:
    """Return data of the YAML reader as plain data: days as texts, keys as texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | None) else str(value)


def meant(value: Any, shape: Shape | None = None) -> Any:
    """Return what a value means: text clean, numbers as numbers, nothing that is empty."""
    if isinstance(value, Mapping):
        return _meant_parts(value, shape)
    if isinstance(value, list):
        items = [meant(item, shape_of_items(shape)) for item in value]
        return [item for item in items if item not in EMPTY] or None
    if isinstance(value, str):
        return _meant_text(clean_value(value), shape)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is False and shape is Leaf.MARK:
        return None
    if shape is Leaf.TEXT and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _meant_parts(value: Mapping[str, Any], shape: Shape | None) -> Any:
    parts = {key: meant(item, shape_below(shape, key)) for key, item in value.items()}
    return {key: item for key, item in parts.items() if item not in EMPTY} or None


def _meant_text(text: str, shape: Shape | None) -> Any:
    if not text:
        return None
    if shape is Leaf.NUMBER and _WHOLE.fullmatch(text):
        return int(text)
    if shape is Leaf.NUMBER and _DECIMAL.fullmatch(text):
        return meant(float(text))
    if shape in (Leaf.ANSWER, Leaf.MARK) and text in ("true", "false"):
        return meant(text == "true", shape)
    day = _DAY.fullmatch(text) if shape is Leaf.DAY else None
    return day[1] if day else text


def same(one: Any, other: Any, shape: Shape | None = None) -> bool:
    """Tell whether two values mean the same. True is not 1 here."""
    return one is other or canonical(one, shape) == canonical(other, shape)


def canonical(value: Any, shape: Shape | None = None) -> str:
    """Return a text that is the same for values that mean the same."""
    return json.dumps(meant(value, shape), sort_keys=True, ensure_ascii=False)


def shape_below(shape: Shape | None, key: str) -> Shape | None:
    """Return the shape of what stands under a key."""
    if isinstance(shape, Named):
        return shape.keys
    return shape.keys.get(key) if isinstance(shape, Keys) else None


def shape_of_items(shape: Shape | None) -> Shape | None:
    """Return the shape of a list's items."""
    if isinstance(shape, Texts):
        return Leaf.TEXT
    return shape.keys if isinstance(shape, Rows) else None


def scalar(
    value: Any, shape: Shape | None = None, indent: int = 0, *, in_a_row: bool = False
) -> str:
    """Return a single value as YAML: plain where YAML allows, else in quotes.

    A text of several lines becomes a block, its lines set in by `indent`.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return json.dumps(value)
    if shape is Leaf.DAY and _is_day(value):
        return value
    if "\n" in value and not in_a_row:
        block = _block(value, indent)
        if _read(f"k: {block}\n") == value:
            return block
    return value if _is_plain(value, in_a_row) else as_json(value)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@lru_cache(4096)
def _is_plain(text: str, in_a_row: bool) -> bool:
    if _LIKE_A_NUMBER.fullmatch(text) or "\n" in text:
        return False
    if in_a_row:
        return bool(_read(f"k: [{text}, x]\n") == [text, "x"])
    return bool(_read(f"k: {text}\n") == text)


def _read(source: str) -> Any:
    """Return what the reader of pages makes of a line; None where it cannot."""
    try:
        document = fast_yaml.load(source)
    except fast_yaml.YAMLError:
        return None
    return document["k"] if isinstance(document, dict) and list(document) == ["k"] else None


def as_json(value: Any) -> str:
    """Return a value as JSON that every YAML reader takes."""
    return _UNPRINTABLE.sub(
        lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(value, ensure_ascii=False)
    )


def _block(text: str, indent: int) -> str:
    margin = " " * indent
    lines = (margin + line if line else "" for line in text.split("\n"))
    return "|-\n" + "\n".join(lines)


def entry(key: str, value: Any, shape: Shape | None, indent: int) -> str:
    """Return a key and what stands under it, as lines of the front matter."""
    margin, value = " " * indent, meant(value, shape)
    head = f"{margin}{scalar(key)}:"
    if isinstance(value, dict):
        return f"{head}\n{parts(value, shape, indent + 2)}"
    if isinstance(value, list):
        if isinstance(shape, Texts) and shape.in_a_row and _are_texts(value):
            return f"{head} {row(value)}\n"
        return head + "\n" + "".join(item(part, shape, indent + 2) for part in value)
    return f"{head} {scalar(value, shape, indent + 2)}".rstrip(" ") + "\n"


def parts(value: Mapping[str, Any], shape: Shape | None, indent: int) -> str:
    """Return the lines of a part with keys of its own, in their usual order."""
    return "".join(
        entry(key, value[key], shape_below(shape, key), indent) for key in in_order(value, shape)
    )


def item(value: Any, shape: Shape | None, indent: int) -> str:
    """Return the lines of one item of a list; `shape` is the list's."""
    margin = " " * indent
    if isinstance(value, dict):
        return f"{margin}- {parts(value, shape_of_items(shape), indent + 2).lstrip(' ')}"
    if isinstance(value, list):
        return f"{margin}- {row(value)}\n"
    return f"{margin}- {scalar(value, None, indent + 2)}\n"


def row(values: list[Any]) -> str:
    """Return a list written between brackets."""
    return f"[{', '.join(scalar(value, in_a_row=True) for value in values)}]"


def in_order(keys: Mapping[str, Any], shape: Shape | None) -> list[str]:
    """Return keys in the order in which our pages have them; others come last."""
    known = list(shape.keys) if isinstance(shape, Keys) else []
    return [*(key for key in known if key in keys), *(key for key in keys if key not in known)]


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
