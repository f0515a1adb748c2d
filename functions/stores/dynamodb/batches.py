"""Reading many items of one table at once (BatchGetItem)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from functions.core.errors import StoreUnavailableError
from functions.stores.dynamodb.patience import TRIES, wait_before_next
from functions.stores.dynamodb.table import Item, Key, Table, translated_errors, unmarshal_all

_MOST_KEYS = 100


def get_many(table: Table, keys: Iterable[Key], attributes: Sequence[str] = ()) -> list[Item]:
    """Return those of the items that exist, in no order; each read is consistent. Where
    attributes are named, only those of each.

    What a throttled table leaves out is asked for again for about a second.
    Raises StoreUnavailableError.
    """
    waiting = iter(dict.fromkeys(keys))
    found: list[Item] = []
    while batch := list(islice(waiting, _MOST_KEYS)):
        found += _get_batch(table, batch, attributes)
    return found


def _get_batch(table: Table, keys: list[Key], attributes: Sequence[str]) -> list[Item]:
    found: list[Item] = []
    request: Any = {
        table.name: {
            # A key consists of two texts.
            "Keys": [{name: {"S": text} for name, text in key.item.items()} for key in keys],
            "ConsistentRead": True,
            **_projection(attributes),
        }
    }
    for attempt in range(TRIES):
        with translated_errors():
            answer = table.client.batch_get_item(RequestItems=request)
        found += unmarshal_all(answer["Responses"].get(table.name, []))
        request = answer.get("UnprocessedKeys")
        if not request:
            return found
        wait_before_next(attempt)
    raise StoreUnavailableError("UnprocessedKeys")


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    if not attributes:
        return {}
    # By other names: some of ours are reserved words.
    names = {f"#a{number}": name for number, name in enumerate(attributes)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
