"""Reading deliveries, and changing them although others do so too.

Every change names the revision that it was made from. Where another writer was first it is
refused as a whole, read again and made again.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from functions.core.errors import NotFoundError, StoreUnavailableError
from functions.core.models import Delivery
from functions.stores.dynamodb.batches import get_many
from functions.stores.dynamodb.delivery_items import (
    StoredDelivery,
    header_key,
    keys_within,
    message_key,
    tip_key,
)
from functions.stores.dynamodb.table import Item, Table
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact

_TRIES = 30
_LONGEST_WAIT = 0.05

_SMALL = 4
"""Tips and messages together; a relay has one."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class StoredMessage:
    """One message with the header of its delivery."""

    header: Item
    item: Item


class DeliveryTable:
    """The table of the deliveries in the words of their store."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def load(self, delivery_id: str) -> StoredDelivery:
        """Read one delivery whole. Raises NotFoundError."""
        items = list(self.table.query("pk = :pk", {":pk": header_key(delivery_id).pk}))
        found = StoredDelivery.of_items(items)
        if found is None:
            raise NotFoundError("no such delivery")
        return found

    def load_many(self, delivery_ids: Sequence[str]) -> list[StoredDelivery]:
        """Read those of the deliveries that exist whole: the small ones, of which a case has
        many, together; a large one by itself, for read item by item it costs much more."""
        headers = get_many(self.table, (header_key(one) for one in delivery_ids))
        keys = {one["pk"]: keys_within(one) for one in headers}
        small = [one for one in headers if len(keys[one["pk"]]) <= _SMALL]
        parts: defaultdict[str, list[Item]] = defaultdict(list)
        within = get_many(self.table, (key for one in small for key in keys[one["pk"]]))
        for item in [*small, *within]:
            parts[item["pk"]].append(item)
        found = (StoredDelivery.of_items(items) for items in parts.values())
        large = [one["delivery_id"] for one in headers if len(keys[one["pk"]]) > _SMALL]
        return [*(one for one in found if one is not None), *map(self.load, large)]

    def header(self, delivery_id: str) -> Item:
        """Read a delivery without its tips and messages. Raises NotFoundError."""
        found = self.table.get(header_key(delivery_id))
        if found is None:
            raise NotFoundError("no such delivery")
        return found

    def message(self, delivery_id: str, position: int) -> StoredMessage:
        """Read one message. Raises NotFoundError."""
        keys = [header_key(delivery_id), message_key(delivery_id, position)]
        found = {item["sk"]: item for item in get_many(self.table, keys)}
        header, item = (found.get(key.sk) for key in keys)
        if header is None or item is None or position > header["message_count"]:
            raise NotFoundError("no such message")
        return StoredMessage(header, item)

    def id_by_tip(self, tip_id: str, planned: Delivery) -> str | None:
        """Return the delivery that took the tip to the same recipient of the same channel."""
        found = self.table.get(tip_key(tip_id, planned))
        return None if found is None else str(found["delivery_id"])

    def new_part(self, item: Item) -> Item:
        """Return the write of an item, refused where one has its key."""
        return self.table.put_part(item, "attribute_not_exists(pk)")

    def changed_part(self, item: Item, **changes: object) -> Item:
        """Return the write of a header or message as it was read but for the changes, refused
        where it was changed since."""
        revision = item["revision"]
        changed = {**item, **changes, "revision": revision + 1}
        return self.table.put_part(changed, "revision = :revision", {":revision": revision})

    def unchanged_part(self, header: Item) -> Item:
        """Return a part that refuses the transaction where the header was changed since."""
        return self.table.check_part(
            header_key(header["delivery_id"]),
            "revision = :revision",
            {":revision": header["revision"]},
        )

    def write(self, parts: Sequence[Item]) -> None:
        """Write all or nothing. Raises TransactionRefusedError."""
        transact(self.table.client, parts)


def until_first(change: Callable[[], _Result]) -> _Result:
    """Read and write, again where another writer came in between.

    One of those who race always gets through. Raises StoreUnavailableError when it was never
    this one.
    """
    for _ in range(_TRIES):
        try:
            return change()
        except TransactionRefusedError:
            # Those who met once must not meet again.
            time.sleep(_LONGEST_WAIT * random.random())  # noqa: S311 - not a secret
    raise StoreUnavailableError("overtaken")
