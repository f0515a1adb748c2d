"""Filling an installation with tips of the past: as many as asked for, all delivered.

Stored are the tip itself and its job, which lists and queries could meet. What leads to a tip
(receipt, card code, submission) is found by its whole key alone, and is left out.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from functions.core.models import (
    Contact,
    Job,
    JobKind,
    JobState,
    TimelineEntry,
    Tip,
    TipContent,
    TipStatus,
    Urgency,
)
from functions.core.ports import NewTip
from functions.stores.dynamodb.job_items import job_parts
from functions.stores.dynamodb.table import Table, Tables
from functions.stores.dynamodb.tip_items import tip_item
from functions.stores.sealing import Sealer

BATCH = 25
PAGE = 50
"""The officers' list shows so many."""
DONE, PENDING = JobState.DONE, JobState.PENDING
APART = timedelta(minutes=5)
"""Tips of the past lie so far apart; all before the present."""


class Past:
    """Makes tips of the past, each with its job, evenly spread over the units."""

    def __init__(self, tables: Tables, sealer: Sealer, units: list[str], until: datetime) -> None:
        """The first of the units gets a page of tips before the others get any."""
        self._tables = tables
        self._sealer = sealer
        self._units = itertools.chain([units[0]] * PAGE, itertools.cycle(units))
        self._until = until
        self._stored = 0

    def grow_to(self, size: int) -> None:
        """Store as many as are missing to that size."""
        tips = [self._tip(number) for number in range(self._stored, size)]
        _write(self._tables.tips, (tip_item(_new(tip), self._sealer) for tip in tips))
        _write(self._tables.jobs, (_job_item(self._tables, _job(tip, DONE)) for tip in tips))
        self._stored = max(size, self._stored)

    @contextmanager
    def waiting(self, units: Sequence[str], each: int) -> Iterator[None]:
        """Let so many jobs of each unit be due, and gone afterwards."""
        tips = [self._tip(number, unit_id) for unit_id in units for number in range(each)]
        items = [_job_item(self._tables, _job(tip, PENDING)) for tip in tips]
        _write(self._tables.tips, (tip_item(_new(tip), self._sealer) for tip in tips))
        _write(self._tables.jobs, items)
        yield
        client, name = self._tables.jobs.client, self._tables.jobs.name
        for item in items:
            client.delete_item(TableName=name, Key={key: item[key] for key in ("pk", "sk")})

    def _tip(self, number: int, unit_id: str = "") -> Tip:
        unit_id = unit_id or next(self._units)
        at = self._until - APART * (number + 1)
        return Tip(
            tip_id=uuid.uuid4().hex,
            card_code="TB-000000",
            unit_id=unit_id,
            addressed_unit_id=unit_id,
            category="gay-roi",
            urgency=Urgency.NORMAL,
            status=TipStatus.RECEIVED,
            sealed=False,
            received_at=at,
            content=TipContent(text="Có người gây rối trước chợ. " * 10),
            contact=Contact(),
            attachments=(),
            timeline=(TimelineEntry(at, TipStatus.RECEIVED),),
        )


def _job(tip: Tip, state: JobState) -> Job:
    return Job(
        job_id=uuid.uuid4().hex,
        kind=JobKind.DELIVER_TIP,
        subject_id=tip.tip_id,
        unit_id=tip.unit_id,
        urgency=tip.urgency,
        state=state,
        due_at=tip.received_at,
        created_at=tip.received_at,
        lane=tip.unit_id,
    )


def _new(tip: Tip) -> NewTip:
    return NewTip(
        tip=tip,
        receipt_hash=uuid.uuid4().bytes * 2,
        submission_hash=uuid.uuid4().bytes * 2,
        content_hash=uuid.uuid4().bytes * 2,
        repeatable_until=tip.received_at,
        jobs=(),
        contact_erase_after=None,
        erase_after=tip.received_at + timedelta(days=365),
    )


def _job_item(tables: Tables, job: Job) -> Any:
    """Return the item that the store itself writes for a new job, in the client's own form."""
    [part] = job_parts(tables.jobs, job)
    return part["Put"]["Item"]


def _write(table: Table, items: Iterable[Any]) -> None:
    """Write the items in batches; what is in the client's form already stays so."""
    waiting = iter(items)
    while batch := list(itertools.islice(waiting, BATCH)):
        requests = [{"PutRequest": {"Item": _marshalled(table, item)}} for item in batch]
        left: Any = {table.name: requests}
        while left:
            answer = table.client.batch_write_item(RequestItems=left)
            left = answer.get("UnprocessedItems")


def _marshalled(table: Table, item: Any) -> Any:
    is_marshalled = isinstance(item["pk"], dict)
    return item if is_marshalled else table.put_part(item)["Put"]["Item"]
