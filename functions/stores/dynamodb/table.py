"""One table of DynamoDB in plain values, and errors in the domain's words.

Every table has the same key: `pk`, which groups what is read together, and `sk`, which
orders it. An item is a dict of str, int, bool, bytes, None, list and dict; times are whole
microseconds since 1970 UTC. All reads are consistent but those of an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.errors import StoreUnavailableError
from functions.stores.dynamodb.values import marshal, unmarshal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Item = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class ConditionFailedError(Exception):
    """The condition of a write did not hold; nothing was written.

    `item` is the item as it stands, None where there is none or nobody asked for it.
    """

    def __init__(self, item: Item | None = None) -> None:
        super().__init__("a condition did not hold")
        self.item = item


def to_micros(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


def micros_or_none(time: datetime | None) -> int | None:
    return None if time is None else to_micros(time)


def time_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def sortable(micros: int) -> str:
    """Return the time as text that sorts like it, for a sort key made of several parts."""
    return f"{micros:020d}"


@dataclass(frozen=True)
class Key:
    pk: str
    sk: str

    @property
    def item(self) -> Item:
        return {"pk": self.pk, "sk": self.sk}


@dataclass(frozen=True)
class Update:
    """An update expression with its values; names that are reserved words go by `#name`."""

    expression: str
    condition: str = ""
    values: Mapping[str, Any] | None = None
    names: Mapping[str, str] | None = None

    def parameters(self) -> Item:
        made: Item = {"UpdateExpression": self.expression}
        if self.condition:
            made["ConditionExpression"] = self.condition
        if self.values:
            made["ExpressionAttributeValues"] = _marshal(self.values)
        if self.names:
            made["ExpressionAttributeNames"] = dict(self.names)
        return made


class Table:
    """One table, through a client that is shared by all."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self.client = client
        self.name = name

    def get(self, key: Key) -> Item | None:
        with translated_errors():
            found = self.client.get_item(
                TableName=self.name, Key=_marshal(key.item), ConsistentRead=True
            ).get("Item")
        return None if found is None else _unmarshal(found)

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> None:
        """Write the item whole. Raises ConditionFailedError."""
        parameters: Item = {"TableName": self.name, "Item": _marshal(item)}
        if condition:
            parameters["ConditionExpression"] = condition
        if values:
            parameters["ExpressionAttributeValues"] = _marshal(values)
        with translated_errors():
            self.client.put_item(**parameters)

    def update(self, key: Key, update: Update) -> Item:
        """Change the item and return it as it is then. Raises ConditionFailedError, with the
        item that did not fit the condition."""
        with translated_errors():
            answer = self.client.update_item(
                TableName=self.name,
                Key=_marshal(key.item),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **update.parameters(),
            )
        return _unmarshal(answer["Attributes"])

    def delete(self, key: Key) -> None:
        with translated_errors():
            self.client.delete_item(TableName=self.name, Key=_marshal(key.item))

    def query(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        index: str = "",
        limit: int | None = None,
        newest_first: bool = False,
        **more: Any,
    ) -> Iterator[Item]:
        """Yield items in order of their sort key, page after page; `limit` in all."""
        parameters: Item = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": _marshal(values),
            "ScanIndexForward": not newest_first,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **({} if limit is None else {"Limit": limit}),
            **more,
        }
        yield from self._pages("query", parameters, limit)

    def scan(self, **more: Any) -> Iterator[Item]:
        """Yield every item of the table: for an operator's commands, never for a request."""
        yield from self._pages("scan", {"TableName": self.name, "ConsistentRead": True, **more})

    def _pages(self, call: str, parameters: Item, limit: int | None = None) -> Iterator[Item]:
        left = limit
        while True:
            with translated_errors():
                page = getattr(self.client, call)(**parameters)
            for item in page["Items"]:
                yield _unmarshal(item)
            if left is not None:
                left -= len(page["Items"])
            start = page.get("LastEvaluatedKey")
            if not start or (left is not None and left <= 0):
                return
            parameters = {**parameters, "ExclusiveStartKey": start}

    # The parts of a transaction; see `transactions.transact`.

    def put_part(self, item: Item, condition: str = "", values: Item | None = None) -> Item:
        part: Item = {"TableName": self.name, "Item": _marshal(item)}
        if condition:
            part["ConditionExpression"] = condition
        if values:
            part["ExpressionAttributeValues"] = _marshal(values)
        return {"Put": part}

    def update_part(self, key: Key, update: Update) -> Item:
        return {
            "Update": {
                "TableName": self.name,
                "Key": _marshal(key.item),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                **update.parameters(),
            }
        }

    def delete_part(self, key: Key, condition: str = "", values: Item | None = None) -> Item:
        part: Item = {"TableName": self.name, "Key": _marshal(key.item)}
        if condition:
            part["ConditionExpression"] = condition
        if values:
            part["ExpressionAttributeValues"] = _marshal(values)
        return {"Delete": part}

    def check_part(self, key: Key, condition: str, values: Item | None = None) -> Item:
        part: Item = {
            "TableName": self.name,
            "Key": _marshal(key.item),
            "ConditionExpression": condition,
        }
        if values:
            part["ExpressionAttributeValues"] = _marshal(values)
        return {"ConditionCheck": part}


@dataclass(frozen=True)
class Tables:
    """The tables of one installation; their names begin with a common word."""

    tips: Table
    """Tips with the record of their cases and what leads to them: submissions, receipts, card
    codes, chats, units that work on them too, key-less repeats."""
    jobs: Table
    """Jobs, their lanes with lease and pause, and the events that some of them handle."""
    deliveries: Table
    channels: Table
    """The app, the units' channels, mailboxes and token pairs, spent refresh tokens."""
    officers: Table
    """Officers, their links and sessions, and what they read."""
    system: Table
    """Wrapped data keys, open alarms, and a count."""

    @classmethod
    def named(cls, client: DynamoDBClient, prefix: str) -> Tables:
        return cls(*(Table(client, f"{prefix}-{name}") for name in TABLE_NAMES))


TABLE_NAMES = ("tips", "jobs", "deliveries", "channels", "officers", "system")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what botocore raises into the domain's errors and ConditionFailedError."""
    try:
        yield
    except ClientError as exc:
        if exc.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
            # A response field that the type of the exception does not know.
            found: Any = exc.response.get("Item")
            raise ConditionFailedError(_unmarshal(found) if found else None) from exc
        raise _unavailable(exc) from exc
    except BotoCoreError as exc:
        raise StoreUnavailableError(type(exc).__name__) from exc


def _unavailable(exc: ClientError) -> StoreUnavailableError:
    # Only the code: a message may quote what was to be written.
    code = exc.response.get("Error", {}).get("Code", "ClientError")
    return StoreUnavailableError(f"the table answered {code}", code)


def unmarshal_all(items: Sequence[Mapping[str, Any]]) -> list[Item]:
    return [_unmarshal(item) for item in items]


def _marshal(values: Mapping[str, Any]) -> Item:
    return {name: marshal(value) for name, value in values.items()}


def _unmarshal(item: Mapping[str, Any]) -> Item:
    return {name: unmarshal(value) for name, value in item.items()}
