"""What lies in the engine as it lies there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.stores.dynamodb.table import Table


def raw_bytes(*tables: Table) -> bytes:
    """Return all names and values of the tables, as somebody sees them who copied these."""
    return b"\n".join(part for table in tables for item in table.scan() for part in _parts(item))


def _parts(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name.encode()
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)
    else:
        yield str(value).encode()
