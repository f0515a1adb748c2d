"""Tips that the version before cases wrote: put on the officers' list of what is open.

That list is an index, and an item is in it only by keys that the version before did not write.
Whoever deploys lets every older tip have them, once; what is done with a tip meanwhile stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from functions.config import Settings
from functions.core.deadlines import CLOSED
from functions.core.models import TipStatus
from functions.stores.aws_clients import AwsClients
from functions.stores.dynamodb.batches import get_many
from functions.stores.dynamodb.table import ConditionFailedError, Item, Table, Tables, Update
from functions.stores.dynamodb.tip_items import first_open_keys, tip_key


def list_older_tips(environment: Mapping[str, str]) -> int:
    """Put the open tips of an installation on the lists of their units; return how many were
    not. Costs a look at each tip's row of the list of all."""
    names = Settings.from_env(environment).aws
    clients = AwsClients(names.endpoint_url)
    return list_in(Tables.named(clients.dynamodb, names.tables).tips)


def list_in(tips: Table) -> int:
    """Do so in this table."""
    ids = [row["tip_id"] for row in _rows(tips) if TipStatus(row["status"]) not in CLOSED]
    found = get_many(tips, map(tip_key, ids), ("tip_id", "unit_id", "received_at", "revision"))
    return sum(_list(tips, item) for item in found if "revision" not in item)


def _rows(tips: Table) -> Iterator[Item]:
    return tips.scan(
        IndexName="by_unit",
        ConsistentRead=False,
        ProjectionExpression="tip_id, #status",
        ExpressionAttributeNames={"#status": "status"},
    )


def _list(tips: Table, item: Item) -> bool:
    keys = first_open_keys(item)
    update = Update(
        "SET revision = :none, open_unit = :open_unit, due_order = :due_order",
        # Who acts on it counts its revisions, and lists it.
        "attribute_not_exists(revision)",
        {":none": 0, **{f":{name}": value for name, value in keys.items()}},
    )
    try:
        tips.update(tip_key(item["tip_id"]), update)
    except ConditionFailedError:
        return False
    return True
