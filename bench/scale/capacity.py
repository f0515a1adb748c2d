"""What a call costs DynamoDB, in its own units.

Writes are told by the engine, indexes included. Reads it counts as one unit each, whatever
they look at, so those are worked out here from what was looked at: a unit for each 4 KiB begun,
half of one where the read may lag; in a query of everything together, filtered out or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
_READ_UNIT = 4096
_LEAVES_OUT = ("FilterExpression", "ProjectionExpression", "Select")

Item = Mapping[str, Any]


def write_units(operation: str, parameters: Any, answer: Any) -> float:
    """Return the write units of a call by its answer, or of one that was refused."""
    consumed = answer.get("ConsumedCapacity")
    if isinstance(consumed, list):
        return sum(float(one["CapacityUnits"]) for one in consumed)
    if consumed:
        return float(consumed["CapacityUnits"])
    # A condition that does not hold costs what the write would have: here all items that
    # are written under a condition are smaller than a unit.
    if operation == "TransactWriteItems":
        return 2.0 * len(parameters["TransactItems"])
    return 1.0


def read_units(client: Any, operation: str, parameters: Any, answer: Any) -> float:
    """Return the read units of a call; a query is asked again for what it left out."""
    if operation == "GetItem":
        found = [answer["Item"]] if "Item" in answer else [{}]
        return _each(found, bool(parameters.get("ConsistentRead")))
    if operation == "BatchGetItem":
        return sum(
            _each(
                [*answer["Responses"].get(table, []), *[{}] * _missing(asked, answer, table)],
                bool(asked.get("ConsistentRead")),
            )
            for table, asked in parameters["RequestItems"].items()
        )
    looked_at = _without_filter(client, operation, parameters)
    size = sum(item_size(item) for item in looked_at)
    return _units(size) * (1.0 if parameters.get("ConsistentRead") else 0.5)


def item_size(item: Item) -> int:
    """Return the bytes of an item as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _missing(asked: Any, answer: Any, table: str) -> int:
    return len(asked["Keys"]) - len(answer["Responses"].get(table, []))


def _each(items: Iterable[Item], is_consistent: bool) -> float:
    return sum(_units(item_size(item)) for item in items) * (1.0 if is_consistent else 0.5)


def _units(size: int) -> int:
    return max(1, -(-size // _READ_UNIT))


def _without_filter(client: Any, operation: str, parameters: Any) -> list[Item]:
    """Return all items that the call looked at, be they in its answer or not."""
    plain = {name: value for name, value in parameters.items() if name not in _LEAVES_OUT}
    plain.pop("ReturnConsumedCapacity", None)
    words = " ".join(str(value) for name, value in plain.items() if name.endswith("Expression"))
    for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        # What only the filter spoke of would now be refused as unused.
        used = {key: value for key, value in plain.get(kind, {}).items() if key in words}
        plain.pop(kind, None)
        if used:
            plain[kind] = used
    call = client.query if operation == "Query" else client.scan
    items: list[Item] = call(**plain)["Items"]
    return items


def _value_size(value: Any) -> int:
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        # Two digits to a byte, and one for the sign and the point.
        return (len(Decimal(held).as_tuple().digits) + 1) // 2 + 1
    if kind == "B":
        return len(held)
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in held)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in held.items())
    return 1
