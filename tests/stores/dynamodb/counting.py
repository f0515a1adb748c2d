"""How many items the engine reads to answer: what is paid for, and what takes time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from functions.stores.dynamodb.table import TABLE_NAMES, Tables
from tests.stores.dynamodb.troubled import client_at


@dataclass
class Reads:
    """Items looked at since `items` was set."""

    items: int = 0

    def count(self, parsed: Any, **_: Any) -> None:
        self.items += parsed.get("ScannedCount", 0) + ("Item" in parsed)
        self.items += sum(len(found) for found in parsed.get("Responses", {}).values())


def counted(tables: Tables) -> tuple[Tables, Reads]:
    """Return the same tables through a client whose reads are counted."""
    client: Any = client_at(tables.tips.client.meta.endpoint_url, attempts=2)
    reads = Reads()
    client.meta.events.register("after-call.dynamodb.*", reads.count)
    prefix = tables.tips.name.removesuffix(f"-{TABLE_NAMES[0]}")
    return Tables.named(client, prefix), reads
