"""Deliveries and their messages in DynamoDB, the texts sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from functions.core.errors import ConflictError
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryState,
    Job,
    MessageKind,
    SendState,
)
from functions.core.ports import DigestJoin, MacKeys
from functions.stores.dynamodb import delivery_items as items
from functions.stores.dynamodb.batches import get_many
from functions.stores.dynamodb.delivery_items import UNFINISHED
from functions.stores.dynamodb.delivery_table import DeliveryTable, until_first
from functions.stores.dynamodb.job_items import job_parts
from functions.stores.dynamodb.table import Item, Tables, from_micros, to_micros
from functions.stores.dynamodb.transactions import MOST_PARTS, TransactionRefusedError
from functions.stores.recipients import KeptDelivery, Recipients
from functions.stores.sealing import Sealer

# Beside its messages a delivery is closed by the writes of header, tip and digest.
_MOST_MESSAGES = MOST_PARTS - 5
# To reopen a message takes two writes.
_MOST_REOPENED = MOST_PARTS // 2 - 1

_HEADER_PART = 0


class DynamoDeliveryStore:
    """The port DeliveryStore on one table; digests bring their job in the same transaction."""

    def __init__(self, tables: Tables, sealer: Sealer, mac: MacKeys) -> None:
        self._rows = DeliveryTable(tables.deliveries)
        self._table = tables.deliveries
        self._jobs = tables.jobs
        self._sealer = sealer
        self._recipients = Recipients(sealer, mac)

    def plan_card(self, delivery: Delivery) -> Delivery:
        (tip_id,) = delivery.tip_ids
        kept = self._recipients.conceal(delivery)
        header = items.header_item(kept)
        first = self._first_parts(tip_id, kept.delivery, header)
        try:
            self._rows.write([*first, *self._message_parts(header, delivery)])
        except TransactionRefusedError as exc:
            planned_id = self._rows.id_by_tip(tip_id, kept.delivery)
            if planned_id is None:
                raise ConflictError("delivery id is taken") from exc
            return self.get(planned_id)
        return delivery

    def plan(self, delivery: Delivery, job: Job | None = None) -> Delivery:
        header = items.header_item(self._recipients.conceal(delivery))
        parts = [self._rows.new_part(header), *self._message_parts(header, delivery)]
        if delivery.about_tip_id:
            parts.append(self._table.put_part(items.about_pointer(delivery)))
        if job is not None:
            parts += job_parts(self._jobs, job)
        try:
            self._rows.write(parts)
        except TransactionRefusedError as exc:
            if _HEADER_PART not in exc.failed:
                raise ConflictError("the id of the delivery's job is taken") from exc
            return self.get(delivery.delivery_id)
        return delivery

    def plan_notice(self, delivery: Delivery) -> bool:
        kept = self._recipients.conceal(delivery)
        header = items.header_item(kept)
        delivery_id, tip_ids = delivery.delivery_id, delivery.tip_ids
        pointers = [items.tip_pointer(one, kept.delivery, delivery_id) for one in tip_ids]
        places = enumerate(tip_ids, start=1)
        parts = [
            *(self._rows.new_part(pointer) for pointer in pointers),
            self._rows.new_part(header),
            *(self._table.put_part(items.tip_item(delivery_id, *place)) for place in places),
            *self._message_parts(header, delivery),
        ]
        try:
            self._rows.write(parts)
        except TransactionRefusedError as exc:
            if min(exc.failed) >= len(pointers):
                raise ConflictError("delivery id is taken") from exc
            return False
        return True

    def _message_parts(self, header: Item, delivery: Delivery) -> list[Item]:
        messages = items.message_items(header, delivery.messages, self._sealer)
        return [self._table.put_part(one) for one in [*messages, *items.marks(header, messages)]]

    def of_tip(self, tip_id: str) -> list[Delivery]:
        stored = self._rows.load_many(self._ids_of_tip(tip_id))
        found = [one.unseal(self._sealer) for one in stored]
        return sorted(found, key=lambda one: (one.created_at, one.delivery_id))

    def get(self, delivery_id: str) -> Delivery:
        return self._rows.load(delivery_id).unseal(self._sealer)

    # Digests

    def join_digest(self, tip_id: str, digest: Delivery, job: Job, most: int) -> DigestJoin:
        kept = self._recipients.conceal(digest)
        return until_first(partial(self._join, tip_id, kept, job, most))

    def _join(self, tip_id: str, kept: KeptDelivery, job: Job, most: int) -> DigestJoin:
        digest, open_key = kept.delivery, items.open_digest_key(items.header_item(kept))
        delivery_id = self._rows.id_by_tip(tip_id, digest)
        if delivery_id is not None:
            return DigestJoin(delivery_id)
        opened = self._table.get(open_key)
        if opened is None:
            self._open(tip_id, kept, job)
            return DigestJoin(digest.delivery_id)
        delivery_id = str(opened["delivery_id"])
        header = self._rows.header(delivery_id)
        if header["tip_count"] >= most:
            return DigestJoin(delivery_id, is_full=True)
        place = header["tip_count"] + 1
        self._rows.write(
            [
                self._rows.new_part(items.tip_pointer(tip_id, digest, delivery_id)),
                self._rows.changed_part(header, tip_count=place),
                # The header may have been read when the digest was closed already.
                self._table.check_part(open_key, "delivery_id = :id", {":id": delivery_id}),
                self._table.put_part(items.tip_item(delivery_id, place, tip_id)),
            ]
        )
        return DigestJoin(delivery_id)

    def _open(self, tip_id: str, kept: KeptDelivery, job: Job) -> None:
        header = items.header_item(kept)
        opened = {**items.open_digest_key(header).item, "delivery_id": header["delivery_id"]}
        own = [*self._first_parts(tip_id, kept.delivery, header)]
        parts = [*own, self._rows.new_part(opened), *job_parts(self._jobs, job)]
        try:
            self._rows.write(parts)
        except TransactionRefusedError as exc:
            others = {0, len(own)}
            if others.isdisjoint(exc.failed):
                raise ConflictError("the id of the digest or of its job is taken") from exc
            raise

    def close_digest(
        self, delivery_id: str, tip_ids: tuple[str, ...], messages: tuple[DeliveryMessage, ...]
    ) -> Delivery:
        return until_first(partial(self._close, delivery_id, tip_ids, messages))

    def _close(
        self, delivery_id: str, tip_ids: tuple[str, ...], messages: tuple[DeliveryMessage, ...]
    ) -> Delivery:
        stored = self._rows.load(delivery_id)
        if stored.header["state"] != DeliveryState.OPEN.value or stored.tip_ids != tip_ids:
            return stored.unseal(self._sealer)
        sealed = items.message_items(stored.header, messages, self._sealer)
        header, rest = self._write_ahead(stored.header, sealed)
        closed = {"state": DeliveryState.PLANNED.value, "sent_at": None}
        self._rows.write(
            [
                self._rows.changed_part(
                    header, **closed, message_count=len(sealed), unfinished=len(sealed)
                ),
                self._table.delete_part(items.open_digest_key(header)),
                self._table.put_part(items.digest_item(header)),
                *(self._table.put_part(item) for item in rest),
            ]
        )
        return self.get(delivery_id)

    def _write_ahead(self, header: Item, messages: Sequence[Item]) -> tuple[Item, Sequence[Item]]:
        """Write the messages that one transaction cannot take; return the header then, and
        those that are left.

        They stay out of sight until the header counts them. The new revision keeps them from
        being mixed with those of another who closes the digest at the same time.
        """
        if len(messages) <= _MOST_MESSAGES:
            return header, messages
        self._rows.write([self._rows.changed_part(header)])
        header = {**header, "revision": header["revision"] + 1}
        while len(messages) > _MOST_MESSAGES:
            batch, messages = messages[:_MOST_MESSAGES], messages[_MOST_MESSAGES:]
            parts = [self._table.put_part(item) for item in batch]
            self._rows.write([self._rows.unchanged_part(header), *parts])
        return header, messages

    # Sending more, or again

    def append_text(self, delivery_id: str, text: str) -> Delivery:
        until_first(partial(self._append, delivery_id, text))
        return self.get(delivery_id)

    def _append(self, delivery_id: str, text: str) -> None:
        header = self._rows.header(delivery_id)
        if header["state"] == DeliveryState.OPEN.value:
            raise ConflictError("an open digest has no messages yet")
        position = header["message_count"] + 1
        message = DeliveryMessage(position, MessageKind.TEXT, text)
        (item,) = items.message_items(header, [message], self._sealer)
        self._rows.write(
            [
                self._rows.changed_part(
                    header,
                    state=DeliveryState.PLANNED.value,
                    sent_at=None,
                    message_count=position,
                    unfinished=header["unfinished"] + 1,
                ),
                self._table.put_part(item),
            ]
        )

    def reopen(self, delivery_id: str) -> Delivery:
        while until_first(partial(self._reopen_some, delivery_id)):
            pass
        return self.get(delivery_id)

    def _reopen_some(self, delivery_id: str) -> bool:
        """Reopen as many messages as one transaction takes; return whether more are refused.

        Only the last ones make the delivery planned: after a crash it is reopened again.
        """
        stored = self._rows.load(delivery_id)
        refused = [one for one in stored.messages if one["state"] == SendState.REFUSED.value]
        if not refused:
            return False
        batch = refused[:_MOST_REOPENED]
        is_last = len(batch) == len(refused)
        changes = {"state": DeliveryState.PLANNED.value, "sent_at": None} if is_last else {}
        unfinished = stored.header["unfinished"] + len(batch)
        parts = [self._rows.changed_part(stored.header, unfinished=unfinished, **changes)]
        for message in batch:
            parts += self._pending_parts(message)
        self._rows.write(parts)
        return not is_last

    # Marks

    def begin_send(self, delivery_id: str, position: int, at: datetime) -> None:
        until_first(partial(self._begin, delivery_id, position, at))

    def _begin(self, delivery_id: str, position: int, at: datetime) -> None:
        message = self._unfinished_message(delivery_id, position)
        marks = {"state": SendState.ATTEMPTED.value, "attempted_at": to_micros(at)}
        attempt = items.attempt_item({**message, **marks})
        parts = [self._rows.changed_part(message, **marks), self._table.put_part(attempt)]
        if message["attempted_at"] not in (None, marks["attempted_at"]):
            parts.append(self._table.delete_part(items.attempt_key(message)))
        self._rows.write(parts)

    def withdraw_send(self, delivery_id: str, position: int) -> None:
        until_first(partial(self._withdraw, delivery_id, position))

    def _withdraw(self, delivery_id: str, position: int) -> None:
        self._rows.write(self._pending_parts(self._unfinished_message(delivery_id, position)))

    def _unfinished_message(self, delivery_id: str, position: int) -> Item:
        message = self._rows.message(delivery_id, position).item
        if message["state"] not in UNFINISHED:
            raise ConflictError("this message is finished")
        return message

    def _pending_parts(self, message: Item) -> list[Item]:
        pending = {"state": SendState.PENDING.value, "attempted_at": None}
        parts = [self._rows.changed_part(message, **pending)]
        if message["attempted_at"] is not None:
            parts.append(self._table.delete_part(items.attempt_key(message)))
        return parts

    def mark_sent(self, delivery_id: str, position: int, message_id: str, at: datetime) -> None:
        marks = {
            "state": SendState.SENT.value,
            "sent_at": to_micros(at),
            "message_id": message_id,
        }
        until_first(partial(self._finish, delivery_id, position, marks, at))

    def mark_refused(self, delivery_id: str, position: int, at: datetime) -> None:
        marks = {"state": SendState.REFUSED.value}
        until_first(partial(self._finish, delivery_id, position, marks, at))

    def _finish(self, delivery_id: str, position: int, marks: Item, at: datetime) -> None:
        found = self._rows.message(delivery_id, position)
        # What stands in the group stays so, whatever a late answer says.
        if found.item["state"] == SendState.SENT.value:
            return
        finished = {**found.item, **marks}
        changes = items.header_changes(found.header, found.item, finished, to_micros(at))
        parts = [
            self._rows.changed_part(found.item, **marks),
            self._rows.changed_part(found.header, **changes),
        ]
        if finished["message_id"]:
            parts.append(self._table.put_part(items.message_id_item(found.header, finished)))
        self._rows.write(parts)

    # Questions

    def is_known_message(self, recipient: str, message_id: str) -> bool:
        if not message_id:
            return False
        return self._of_message_id(recipient, message_id) is not None

    def tip_of_message(self, recipient: str, message_id: str) -> str | None:
        if not message_id:
            return None
        found = self._of_message_id(recipient, message_id)
        if found is None:
            return None
        if "about_tip_id" in found:
            return found["about_tip_id"] or None
        header = self._rows.header(found["delivery_id"])
        about = header.get("about_tip_id")
        if about or header["tip_count"] != 1:
            return about or None
        place = self._table.get(items.tip_place_key(header["delivery_id"], 1))
        return None if place is None else str(place["tip_id"])

    def _of_message_id(self, recipient: str, message_id: str) -> Item | None:
        # One by one: who answers webhooks may get single items of this table and no more. Of a
        # group, what a send told comes before what was learnt: it leads to the whole delivery.
        for one in self._recipients.either(recipient):
            found = self._table.get(items.message_id_key(one, message_id))
            if found is not None:
                return found
        return None

    def learn_message_id(self, recipient: str, message_id: str, tip_id: str) -> None:
        # What a send told stands: it leads to the whole delivery.
        if message_id and not self.is_known_message(recipient, message_id):
            kept = self._recipients.hash(recipient)
            self._table.put(items.alias_item(kept, message_id, tip_id))

    def cards_begun_since(self, unit_id: str, since: datetime) -> int:
        attempts = self._attempts_since(unit_id, since)
        return len({one["delivery_id"] for one in attempts if items.is_group_card(one)})

    def sends_since(self, unit_id: str, since: datetime) -> list[datetime]:
        attempts = self._attempts_since(unit_id, since)
        return [from_micros(one["attempted_at"]) for one in attempts]

    def _attempts_since(self, unit_id: str, since: datetime) -> list[Item]:
        first, last = items.attempts_from(since)
        values = {":pk": items.unit_pk(unit_id), ":first": first, ":last": last}
        return list(self._table.query("pk = :pk AND sk BETWEEN :first AND :last", values))

    def last_digest_at(self, unit_id: str) -> datetime | None:
        latest = self._table.query(
            "pk = :pk AND begins_with(sk, :digest)",
            {":pk": items.unit_pk(unit_id), ":digest": "DIGEST#"},
            newest_first=True,
            limit=1,
        )
        return next((from_micros(one["created_at"]) for one in latest), None)

    def first_sent_at(self, tip_id: str, channel: Channel) -> datetime | None:
        keys = [items.header_key(one) for one in self._ids_of_tip(tip_id, f"{channel.value}#")]
        times = [header["first_sent_at"] for header in get_many(self._table, keys)]
        return min((from_micros(at) for at in times if at is not None), default=None)

    def _ids_of_tip(self, tip_id: str, begins: str = "") -> list[str]:
        condition, values = "pk = :pk", {":pk": items.tip_pk(tip_id)}
        if begins:
            condition += " AND begins_with(sk, :begins)"
            values[":begins"] = begins
        return [item["delivery_id"] for item in self._table.query(condition, values)]

    def _first_parts(self, tip_id: str, delivery: Delivery, header: Item) -> list[Item]:
        """Return the writes of a new delivery of one tip; the first is refused where the tip
        stands with that recipient already."""
        delivery_id = delivery.delivery_id
        return [
            self._rows.new_part(items.tip_pointer(tip_id, delivery, delivery_id)),
            self._rows.new_part(header),
            self._table.put_part(items.tip_item(delivery_id, 1, tip_id)),
        ]
