"""Webhook events as they came, in DynamoDB, their bodies sealed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from functions.core.errors import ConflictError, NotFoundError
from functions.core.events import StoredEvent
from functions.core.models import Job
from functions.stores.dynamodb.job_items import job_parts
from functions.stores.dynamodb.schema import EXPIRY
from functions.stores.dynamodb.table import (
    ConditionFailedError,
    Key,
    Tables,
    Update,
    from_micros,
    to_micros,
)
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact
from functions.stores.sealing import Sealer

KNOWN_FOR = timedelta(days=30)
"""A handled event may come again for so long and has no effect. Zalo repeats one within days;
what is read back from histories is not older than that either."""

_EVENT_PART = 0
_UNVERIFIED = Key("COUNTERS", "UNVERIFIED")


class DynamoEventStore:
    """The port EventStore; events lie beside the jobs that handle them."""

    def __init__(self, tables: Tables, sealer: Sealer) -> None:
        self._table = tables.jobs
        self._system = tables.system
        self._sealer = sealer

    def add(self, event: StoredEvent, job: Job) -> bool:
        item = {
            **_event_key(event.event_id).item,
            "event_id": event.event_id,
            "unit_id": event.unit_id,
            "received_at": to_micros(event.received_at),
            "sealed_body": self._sealer.seal(event.body, _context(event.event_id)),
            "known_until": int((event.received_at + KNOWN_FOR).timestamp()),
        }
        parts = [
            self._table.put_part(item, "attribute_not_exists(pk)"),
            *job_parts(self._table, job),
        ]
        try:
            transact(self._table.client, parts)
        except TransactionRefusedError as refused:
            if _EVENT_PART in refused.failed:
                return False
            raise ConflictError("the id of the event's job is taken") from refused
        return True

    def get(self, event_id: str) -> StoredEvent:
        item = self._table.get(_event_key(event_id))
        if item is None:
            raise NotFoundError("no such event")
        sealed = item.get("sealed_body")
        body = b"" if sealed is None else self._sealer.unseal(sealed, _context(event_id))
        return StoredEvent(event_id, item["unit_id"], from_micros(item["received_at"]), body)

    def finish(self, event_id: str) -> None:
        """From now on DynamoDB removes the event some time after it may come again."""
        wiped = Update(
            "SET #expiry = known_until REMOVE sealed_body",
            condition="attribute_exists(pk)",
            names={"#expiry": EXPIRY},
        )
        with suppress(ConditionFailedError):  # forgotten already: a handler that overslept
            self._table.update(_event_key(event_id), wiped)

    def forget(self, received_before: datetime) -> int:
        """Return 0: the table's time to live removes them, and a search for them would read
        every job."""
        return 0

    def count_unverified(self) -> None:
        self._system.update(_UNVERIFIED, Update("ADD requests :one", values={":one": 1}))

    def unverified(self) -> int:
        counted = self._system.get(_UNVERIFIED)
        return 0 if counted is None else int(counted["requests"])


def _event_key(event_id: str) -> Key:
    return Key(f"EVENT#{event_id}", "EVENT")


def _context(event_id: str) -> str:
    return f"webhook_events.body:{event_id}"
