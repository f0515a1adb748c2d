"""Tips with their timeline and attachments, in DynamoDB."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from functions.core.errors import (
    CardCodeTakenError,
    ConflictError,
    NotFoundError,
    StoreUnavailableError,
)
from functions.core.models import AttachmentState, Tip, TipStatus, TipSummary
from functions.core.ports import NewTip
from functions.stores.dynamodb.batches import get_many
from functions.stores.dynamodb.job_items import job_parts
from functions.stores.dynamodb.table import Item, Key, Table, Tables, Update, sortable, to_micros
from functions.stores.dynamodb.tip_items import (
    SUMMARY,
    attachment_key,
    blob_item,
    blob_key_key,
    card_item,
    card_key,
    open_tip,
    receipt_key,
    signpost_items,
    submission_item,
    submission_key,
    summary,
    tip_item,
    tip_key,
)
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact
from functions.stores.sealing import Sealer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_NEW = "attribute_not_exists(pk)"
_TRIES = 20
_CARD_PART = 1
"""Where the card code stands among the parts of `add`."""


class DynamoTipStore:
    """The port TipStore on the table of tips, its jobs in their own.

    The list of a unit and the counts come from an index, which follows a write by some
    milliseconds as a rule; everything else sees every finished write.
    """

    def __init__(self, tables: Tables, sealer: Sealer) -> None:
        self._table = tables.tips
        self._jobs = tables.jobs
        self._sealer = sealer

    @property
    def _client(self) -> DynamoDBClient:
        return self._table.client

    def add(self, new: NewTip) -> Tip | None:
        try:
            transact(self._client, self._add_parts(new))
            return None
        except TransactionRefusedError as refused:
            return self._explain(refused, new)

    def find_submission(
        self, submission_hash: bytes, content_hash: bytes, now: datetime
    ) -> Tip | None:
        known = self._table.get(submission_key(submission_hash))
        if known is None:
            return None
        if known["content_hash"] != content_hash or known["repeatable_until"] <= to_micros(now):
            raise ConflictError("the submission key was used for another tip, or long ago")
        return self.get(known["tip_id"])

    def get(self, tip_id: str) -> Tip:
        return open_tip(self._item(tip_id), self._sealer)

    def by_card_code(self, unit_id: str, card_code: str) -> Tip:
        tip = self.get(self._tip_id_at(card_key(card_code)))
        if unit_id != tip.unit_id and unit_id not in tip.case.joint_unit_ids:
            raise NotFoundError("no such tip")
        return tip

    def by_receipt(self, receipt_hash: bytes) -> Tip:
        return self.get(self._tip_id_at(receipt_key(receipt_hash)))

    def list_for_unit(
        self, unit_id: str, limit: int, before: datetime | None = None
    ) -> list[TipSummary]:
        condition, values = "unit_id = :unit", {":unit": unit_id}
        if before is not None:
            # The key of that very moment goes on with "#" and the id, and so sorts after it.
            condition += " AND received_order < :before"
            values[":before"] = sortable(to_micros(before))
        rows = self._table.query(condition, values, index="by_unit", limit=limit, newest_first=True)
        # The index lags behind, and carries nothing of the case.
        order = [row["tip_id"] for row in rows]
        found = summaries(self._table, order)
        return [
            found[tip_id]
            for tip_id in order
            if tip_id in found and found[tip_id].unit_id == unit_id
        ]

    def all_ids(self) -> Iterable[str]:
        rows = self._table.scan(
            FilterExpression="attribute_exists(received_order)",
            ProjectionExpression="tip_id, received_order",
        )
        # The table itself is in no order.
        return [row["tip_id"] for row in sorted(rows, key=lambda row: str(row["received_order"]))]

    def set_attachment(
        self, attachment_id: str, state: AttachmentState, blob_key: str, clean_sha256: str
    ) -> None:
        tip_id = self._tip_id_at(attachment_key(attachment_id))
        for _ in range(_TRIES):
            # A refusal means that another writer changed the photo in between: look again.
            earlier = self._item(tip_id)["attachments"][attachment_id]
            changed = {
                **earlier,
                "state": state.value,
                "blob_key": blob_key,
                "clean_sha256": clean_sha256,
            }
            try:
                transact(self._client, self._attachment_parts(tip_id, earlier, changed))
                return
            except TransactionRefusedError:
                continue
        raise StoreUnavailableError("the photo is being changed by others")

    def blob_keys(self) -> set[str]:
        rows = self._table.scan(
            FilterExpression="attribute_exists(blob_key)", ProjectionExpression="blob_key"
        )
        return {row["blob_key"] for row in rows}

    def named_blobs(self, keys: Collection[str]) -> set[str]:
        found = get_many(self._table, (blob_key_key(key) for key in keys))
        return {item["blob_key"] for item in found}

    def counts(self) -> dict[str, int]:
        total = erased = 0
        # Only tips are in the index, and nothing of them but the row of a list.
        for row in self._table.scan(
            IndexName="by_unit",
            ConsistentRead=False,
            ProjectionExpression="#status",
            ExpressionAttributeNames={"#status": "status"},
        ):
            total += 1
            erased += row["status"] == TipStatus.ERASED.value
        # Nothing is set aside before the tray for suspects exists.
        return {"stored": total - erased, "set_aside": 0, "erased": erased}

    def _add_parts(self, new: NewTip) -> list[Item]:
        items = [
            submission_item(new),
            card_item(new.tip),
            tip_item(new, self._sealer),
            *signpost_items(new),
        ]
        parts = [self._table.put_part(item, _NEW) for item in items]
        for job in new.jobs:
            parts += job_parts(self._jobs, job)
        return parts

    def _explain(self, refused: TransactionRefusedError, new: NewTip) -> Tip | None:
        """Say why a tip was refused, as `add` promises.

        The submission is looked at first: a repeat has the receipt of its first tip too.
        """
        earlier = self.find_submission(new.submission_hash, new.content_hash, new.tip.received_at)
        if earlier is not None:
            # Our own tip: the answer was lost, and its repeat came when the token of the
            # transaction was no longer known. Its photos are in use, so it is no repeat.
            return None if earlier.tip_id == new.tip.tip_id else earlier
        if _CARD_PART in refused.failed:
            raise CardCodeTakenError(new.tip.card_code) from refused
        raise ConflictError("an id of the tip, or its receipt, is taken") from refused

    def _attachment_parts(self, tip_id: str, earlier: Item, changed: Item) -> list[Item]:
        before, after = earlier["blob_key"], changed["blob_key"]
        attachment_id = changed["attachment_id"]
        parts = [
            self._table.update_part(
                tip_key(tip_id),
                Update(
                    "SET attachments.#id = :changed",
                    condition="attachments.#id = :earlier",
                    values={":changed": changed, ":earlier": earlier},
                    names={"#id": attachment_id},
                ),
            )
        ]
        if before != after:
            if after:
                parts.append(self._table.put_part(blob_item(after, attachment_id)))
            if before:
                parts.append(self._table.delete_part(blob_key_key(before)))
        return parts

    def _item(self, tip_id: str) -> Item:
        item = self._table.get(tip_key(tip_id))
        if item is None:
            raise NotFoundError("no such tip")
        return item

    def _tip_id_at(self, key: Key) -> str:
        signpost = self._table.get(key)
        if signpost is None:
            raise NotFoundError("nothing leads there")
        return str(signpost["tip_id"])


def summaries(table: Table, tip_ids: Collection[str]) -> dict[str, TipSummary]:
    """Return the rows of the officers' list for these tips as they stand, by their ids."""
    found = get_many(table, (tip_key(tip_id) for tip_id in tip_ids), SUMMARY)
    return {item["tip_id"]: summary(item) for item in found}
