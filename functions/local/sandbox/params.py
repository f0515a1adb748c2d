"""Reading the parameters of GET calls, in the two styles Zalo has."""

from __future__ import annotations

import re

from functions.local.sandbox.calls import Call, parse_json
from functions.local.sandbox.errors import ZaloError

_NUMBER = re.compile(r"[0-9]{1,9}")


def plain_page(call: Call, *, most: int) -> tuple[int, int]:
    """`offset` and `count` as plain query parameters, 0 and 5 by default (G7)."""
    offset = _number("offset", call.query.get("offset", "0"))
    count = _number("count", call.query.get("count", "5"))
    return _checked(offset, count, most)


def data_object(call: Call) -> dict[str, object]:
    """The one query parameter `data`, which holds JSON, of the older calls."""
    try:
        parsed = parse_json(call.query.get("data", ""))
    except ValueError as exc:
        raise ZaloError(-201, "data is invalid!") from exc
    if not isinstance(parsed, dict):
        raise ZaloError(-201, "data is invalid!")
    return parsed


def data_page(data: dict[str, object], *, most: int) -> tuple[int, int]:
    """`offset` and `count` out of `data`."""
    offset = _number("offset", str(data.get("offset", 0)))
    count = _number("count", str(data.get("count", 5)))
    return _checked(offset, count, most)


def _number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ZaloError(-201, f"{name} is invalid!")
    return int(text)


def _checked(offset: int, count: int, most: int) -> tuple[int, int]:
    if count < 1:
        raise ZaloError(-201, "count is invalid!")
    if count > most:
        raise ZaloError(-210, f"count exceeds the limit {most}")
    return offset, count
