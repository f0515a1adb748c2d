"""The shape of the tables: what the template of `deploy/aws` declares, for tests and tools.

A test holds both together. Sparse indexes: an item is in one only while it has its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.stores.dynamodb.table import TABLE_NAMES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True)
class Index:
    """A second order of a table's items, with the attributes it carries beside its keys."""

    partition: str
    sort: str
    carries: tuple[str, ...]


_JOB = ("job_id", "unit_id", "lane", "urgency_rank", "created_at", "lease_until", "state")
_JOB_OF_UNIT = ("job_id", "lane", "urgency_rank", "due_at", "created_at", "lease_until")
_SUMMARY = ("tip_id", "card_code", "category", "urgency", "status", "received_at", "photo_count")
_OPEN_CASE = ("unit_id", *_SUMMARY, "due_at", "assignee_id", "is_waiting")

INDEXES: dict[str, dict[str, Index]] = {
    # Open jobs: of all units by the time they are due, and of one in the order of `unit_walk`.
    # Done jobs are in neither.
    "jobs": {
        "by_time": Index("queue", "due_at", _JOB),
        "by_unit": Index("open_unit", "unit_order", _JOB_OF_UNIT),
    },
    "tips": {
        # A unit's tips in order of receipt.
        "by_unit": Index("unit_id", "received_order", _SUMMARY),
        # Those that wait for officers, soonest due first, with what their list shows. DynamoDB
        # changes no index that stands, and makes one new one at a time.
        "by_due": Index("open_unit", "due_order", _OPEN_CASE),
    },
}

NUMBERS = frozenset({"due_at"})
"""Index keys that are numbers; all others are text."""

EXPIRY = "expires_on"
"""Seconds since 1970: DynamoDB removes an item some time after it (time to live)."""


def create_tables(client: DynamoDBClient, prefix: str) -> None:
    """Make the tables in an engine that is not AWS: there the template makes them."""
    for name in TABLE_NAMES:
        client.create_table(**_definition(prefix, name))


def _definition(prefix: str, name: str) -> Any:
    indexes = INDEXES.get(name, {})
    keys = {"pk", "sk"} | {key for one in indexes.values() for key in (one.partition, one.sort)}
    definition: dict[str, Any] = {
        "TableName": f"{prefix}-{name}",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key_schema("pk", "sk"),
        "AttributeDefinitions": [
            {"AttributeName": key, "AttributeType": "N" if key in NUMBERS else "S"}
            for key in sorted(keys)
        ],
    }
    if indexes:
        definition["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": _key_schema(one.partition, one.sort),
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": [
                        name for name in one.carries if name not in (one.partition, one.sort)
                    ],
                },
            }
            for index, one in indexes.items()
        ]
    return definition


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
