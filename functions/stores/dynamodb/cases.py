"""What becomes of tips: the record of each case, and the list of open ones, in DynamoDB.

An act is one transaction: the tip's item as it is then, refused where it has another revision,
and the act's entry under the same `pk`, refused where it stands there. Whatever else changes
that item, such as photos that are cleaned, changes other attributes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from functions.core.errors import ConflictError, NotFoundError
from functions.core.models import (
    CaseEntry,
    EntryKind,
    Job,
    Tip,
    TipStatus,
    TipSummary,
    Via,
)
from functions.stores.dynamodb.batches import get_many
from functions.stores.dynamodb.job_items import job_parts
from functions.stores.dynamodb.table import Item, Key, Tables, Update, from_micros, to_micros
from functions.stores.dynamodb.tip_items import (
    OPEN_KEYS,
    SUMMARY,
    attachment_items,
    attachment_values,
    case_values,
    chat_key,
    chat_pk,
    is_open,
    open_keys,
    summary,
    timeline_values,
    tip_key,
)
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact
from functions.stores.sealed_tips import open_entry, seal_entry
from functions.stores.sealing import Sealer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_NEW = "attribute_not_exists(pk)"
_TIP_PART, _ENTRY_PART = 0, 1
_ENTRY = "ENTRY#"
_JOINT = "JOINT#"


class DynamoCaseStore:
    """The port CaseStore on the table of tips, its jobs in their own."""

    def __init__(self, tables: Tables, sealer: Sealer) -> None:
        self._table = tables.tips
        self._jobs = tables.jobs
        self._sealer = sealer

    @property
    def _client(self) -> DynamoDBClient:
        return self._table.client

    def change(self, before: Tip, after: Tip, entry: CaseEntry, jobs: Sequence[Job]) -> bool:
        known = {one.attachment_id for one in before.attachments}
        added = [one for one in after.attachments if one.attachment_id not in known]
        parts = [
            self._table.update_part(tip_key(before.tip_id), self._update(before, after)),
            self._table.put_part(self._entry_item(entry), _NEW),
            *(self._table.put_part(item, _NEW) for item in attachment_items(after.tip_id, added)),
            *self._joint_parts(before, after),
            *self._chat_parts(before, after),
        ]
        for job in jobs:
            parts += job_parts(self._jobs, job)
        try:
            transact(self._client, parts)
        except TransactionRefusedError as refused:
            self._explain(refused, before)
            return False
        return True

    def entries(self, tip_id: str) -> list[CaseEntry]:
        found = self._table.query(
            "pk = :pk AND begins_with(sk, :entry)", {":pk": tip_key(tip_id).pk, ":entry": _ENTRY}
        )
        in_order = sorted(found, key=lambda item: int(item["position"]))
        return [self._entry(item) for item in in_order]

    def entry(self, tip_id: str, entry_id: str) -> CaseEntry | None:
        found = self._table.get(_entry_key(tip_id, entry_id))
        return None if found is None else self._entry(found)

    def open_for_unit(self, unit_id: str, limit: int) -> list[TipSummary]:
        """What the unit works on jointly is read anew, and not from an index."""
        own = self._table.query(
            "open_unit = :unit", {":unit": unit_id}, index="by_due", limit=limit
        )
        joint = self._table.query(
            "pk = :pk AND begins_with(sk, :joint)", {":pk": _unit_pk(unit_id), ":joint": _JOINT}
        )
        keys = [tip_key(item["tip_id"]) for item in joint]
        read = get_many(self._table, keys, (*SUMMARY, *OPEN_KEYS))
        # One that just came to the unit itself may still stand in both places.
        found = {item["tip_id"]: item for item in [*own, *read] if "due_order" in item}
        in_order = sorted(found.values(), key=lambda item: str(item["due_order"]))
        return [summary(item) for item in in_order[:limit]]

    def latest_of_chat(self, chat_hash: bytes) -> str | None:
        latest = self._table.query(
            "pk = :pk", {":pk": chat_pk(chat_hash)}, newest_first=True, limit=1
        )
        return next((str(item["tip_id"]) for item in latest), None)

    def _explain(self, refused: TransactionRefusedError, before: Tip) -> None:
        """Return where the act was done before; else raise what `change` promises.

        The entry is looked at first: a repeat is made from an old revision as a rule.
        """
        if _ENTRY_PART in refused.failed:
            return
        if self._table.get(tip_key(before.tip_id)) is None:
            raise NotFoundError("no such tip") from refused
        if _TIP_PART in refused.failed:
            raise ConflictError("the case was changed since it was read") from refused
        raise ConflictError("an id of an attachment or a job is taken") from refused

    def _update(self, before: Tip, after: Tip) -> Update:
        """Return the change of the tip's item, and of nothing in it that others may change."""
        sets = {**case_values(after, self._sealer), **open_keys(after)}
        if before.contact and not after.contact:
            sets |= {"sealed_contact": None, "contact_erase_after": None}
        if _lost_chat(before, after):
            sets |= {"sealed_chat": None, "chat_hash": b""}
        names = {f"#{name}": name for name in sets}
        values = {f":{name}": value for name, value in sets.items()}
        changes = [f"#{name} = :{name}" for name in sets]
        known = {one.attachment_id for one in before.attachments}
        for number, one in enumerate(after.attachments):
            if one.attachment_id not in known:
                changes.append(f"attachments.#added{number} = :added{number}")
                names[f"#added{number}"] = one.attachment_id
                values[f":added{number}"] = attachment_values(one)
        new_steps = after.timeline[len(before.timeline) :]
        if new_steps:
            changes.append("timeline = list_append(timeline, :steps)")
            values[":steps"] = timeline_values(new_steps)
        left = [name for name in OPEN_KEYS if name not in sets]
        removed = f" REMOVE {', '.join(left)}" if left else ""
        values[":read"] = before.revision
        return Update(f"SET {', '.join(changes)}{removed}", _is_as_read(before), values, names)

    def _joint_parts(self, before: Tip, after: Tip) -> list[Item]:
        """Return what puts the tip on the lists of the units that work on it too, and takes it
        off them when it is done."""
        had, has = _joint_units(before), _joint_units(after)
        left = [self._table.delete_part(_joint_key(unit, after.tip_id)) for unit in had - has]
        return left + [
            self._table.put_part({**_joint_key(unit, after.tip_id).item, "tip_id": after.tip_id})
            for unit in has - had
        ]

    def _chat_parts(self, before: Tip, after: Tip) -> list[Item]:
        """Return what ends the way from a chat to its tip where the chat is taken away."""
        item = self._table.get(tip_key(before.tip_id)) if _lost_chat(before, after) else None
        if not item or not item.get("chat_hash"):
            return []
        return [self._table.delete_part(chat_key(item["chat_hash"], item["received_order"]))]

    def _entry_item(self, entry: CaseEntry) -> Item:
        return {
            **_entry_key(entry.tip_id, entry.entry_id).item,
            "entry_id": entry.entry_id,
            "tip_id": entry.tip_id,
            "position": entry.position,
            "at": to_micros(entry.at),
            "kind": entry.kind.value,
            "unit_id": entry.unit_id,
            "via": entry.via.value,
            "actor_id": entry.actor_id,
            "sealed_words": seal_entry(
                entry.tip_id, entry.entry_id, entry.actor_name, entry.text, self._sealer
            ),
            "about": entry.about,
            "status": None if entry.status is None else entry.status.value,
        }

    def _entry(self, item: Item) -> CaseEntry:
        name, text = open_entry(
            item["tip_id"], item["entry_id"], item["sealed_words"], self._sealer
        )
        return CaseEntry(
            entry_id=item["entry_id"],
            tip_id=item["tip_id"],
            position=item["position"],
            at=from_micros(item["at"]),
            kind=EntryKind(item["kind"]),
            unit_id=item["unit_id"],
            via=Via(item["via"]),
            actor_id=item["actor_id"],
            actor_name=name,
            text=text,
            about=item["about"],
            status=None if item["status"] is None else TipStatus(item["status"]),
        )


def _is_as_read(before: Tip) -> str:
    if before.revision:
        return "revision = :read"
    # The version before counted no changes.
    return "attribute_exists(pk) AND (attribute_not_exists(revision) OR revision = :read)"


def _lost_chat(before: Tip, after: Tip) -> bool:
    return before.chat is not None and after.chat is None


def _joint_units(tip: Tip) -> frozenset[str]:
    """Return the units on whose lists the tip stands beside its own."""
    return frozenset(tip.case.joint_unit_ids) if is_open(tip) else frozenset()


def _entry_key(tip_id: str, entry_id: str) -> Key:
    return Key(tip_key(tip_id).pk, f"{_ENTRY}{entry_id}")


def _unit_pk(unit_id: str) -> str:
    return f"UNIT#{unit_id}"


def _joint_key(unit_id: str, tip_id: str) -> Key:
    return Key(_unit_pk(unit_id), f"{_JOINT}{tip_id}")
