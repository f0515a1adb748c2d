"""Deliveries and their messages in SQLite, the texts sealed."""

from __future__ import annotations

from datetime import datetime

from functions.core.errors import ConflictError
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    Job,
    MessageKind,
    SendState,
)
from functions.core.ports import DigestJoin, MacKeys
from functions.stores.recipients import Recipients
from functions.stores.sealing import Sealer
from functions.stores.sqlite import delivery_rows as rows
from functions.stores.sqlite.database import Database, from_micros, to_micros
from functions.stores.sqlite.jobs import insert_job

_UNFINISHED = (SendState.PENDING, SendState.ATTEMPTED)


class SqliteDeliveryStore:
    """The port DeliveryStore on the one database of this machine."""

    def __init__(self, database: Database, sealer: Sealer, mac: MacKeys) -> None:
        self._database = database
        self._sealer = sealer
        # Asked before a transaction begins: a key is made and read in one of its own.
        self._recipients = Recipients(sealer, mac)

    def plan_card(self, delivery: Delivery) -> Delivery:
        (tip_id,) = delivery.tip_ids
        kept = self._recipients.conceal(delivery)
        sealed = rows.seal_messages(delivery.delivery_id, delivery.messages, self._sealer)
        with self._database.write() as connection:
            delivery_id = rows.id_by_tip(connection, tip_id, kept.delivery)
            if delivery_id is None:
                rows.insert_delivery(connection, kept)
                rows.insert_tip(connection, delivery.delivery_id, tip_id, kept.delivery)
                rows.insert_messages(connection, delivery.delivery_id, delivery.unit_id, sealed)
                return delivery
            stored = rows.load(connection, delivery_id)
        return stored.unseal(self._sealer)

    def plan(self, delivery: Delivery, job: Job | None = None) -> Delivery:
        kept = self._recipients.conceal(delivery)
        sealed = rows.seal_messages(delivery.delivery_id, delivery.messages, self._sealer)
        with self._database.write() as connection:
            stored = rows.find(connection, delivery.delivery_id)
            if stored is None:
                rows.insert_delivery(connection, kept)
                rows.insert_messages(connection, delivery.delivery_id, delivery.unit_id, sealed)
                if job is not None:
                    insert_job(connection, job)
                return delivery
        return stored.unseal(self._sealer)

    def plan_notice(self, delivery: Delivery) -> bool:
        kept = self._recipients.conceal(delivery)
        sealed = rows.seal_messages(delivery.delivery_id, delivery.messages, self._sealer)
        with self._database.write() as connection:
            if any(rows.id_by_tip(connection, one, kept.delivery) for one in delivery.tip_ids):
                return False
            rows.insert_delivery(connection, kept)
            for tip_id in delivery.tip_ids:
                rows.insert_tip(connection, delivery.delivery_id, tip_id, kept.delivery)
            rows.insert_messages(connection, delivery.delivery_id, delivery.unit_id, sealed)
        return True

    def of_tip(self, tip_id: str) -> list[Delivery]:
        with self._database.read() as connection:
            stored = [rows.load(connection, one) for one in rows.ids_about(connection, tip_id)]
        return [one.unseal(self._sealer) for one in stored]

    def get(self, delivery_id: str) -> Delivery:
        with self._database.read() as connection:
            stored = rows.load(connection, delivery_id)
        return stored.unseal(self._sealer)

    def join_digest(self, tip_id: str, digest: Delivery, job: Job, most: int) -> DigestJoin:
        kept = self._recipients.conceal(digest)
        with self._database.write() as connection:
            delivery_id = rows.id_by_tip(connection, tip_id, kept.delivery)
            if delivery_id is not None:
                return DigestJoin(delivery_id)
            delivery_id = rows.id_of_open_digest(connection, kept.delivery)
            if delivery_id is None:
                delivery_id = digest.delivery_id
                rows.insert_delivery(connection, kept)
                insert_job(connection, job)
            elif rows.tip_count(connection, delivery_id) >= most:
                return DigestJoin(delivery_id, is_full=True)
            rows.insert_tip(connection, delivery_id, tip_id, kept.delivery)
        return DigestJoin(delivery_id)

    def close_digest(
        self, delivery_id: str, tip_ids: tuple[str, ...], messages: tuple[DeliveryMessage, ...]
    ) -> Delivery:
        sealed = rows.seal_messages(delivery_id, messages, self._sealer)
        with self._database.write() as connection:
            stored = rows.load(connection, delivery_id)
            if stored.state is DeliveryState.OPEN and stored.tip_ids == tip_ids:
                rows.insert_messages(connection, delivery_id, stored.unit_id, sealed)
                rows.plan_again(connection, delivery_id)
                stored = rows.load(connection, delivery_id)
        return stored.unseal(self._sealer)

    def append_text(self, delivery_id: str, text: str) -> Delivery:
        with self._database.write() as connection:
            stored = rows.load(connection, delivery_id)
            if stored.state is DeliveryState.OPEN:
                raise ConflictError("an open digest has no messages yet")
            message = DeliveryMessage(len(stored.message_rows) + 1, MessageKind.TEXT, text)
            sealed = rows.seal_messages(delivery_id, (message,), self._sealer)
            rows.insert_messages(connection, delivery_id, stored.unit_id, sealed)
            rows.plan_again(connection, delivery_id)
            stored = rows.load(connection, delivery_id)
        return stored.unseal(self._sealer)

    def reopen(self, delivery_id: str) -> Delivery:
        with self._database.write() as connection:
            refused = connection.execute(
                "UPDATE delivery_messages SET state = 'pending', attempted_at = NULL"
                " WHERE delivery_id = ? AND state = 'refused'",
                (delivery_id,),
            ).rowcount
            if refused:
                rows.plan_again(connection, delivery_id)
            stored = rows.load(connection, delivery_id)
        return stored.unseal(self._sealer)

    def begin_send(self, delivery_id: str, position: int, at: datetime) -> None:
        with self._database.write() as connection:
            if rows.send_state(connection, delivery_id, position) not in _UNFINISHED:
                raise ConflictError("this message is finished")
            connection.execute(
                "UPDATE delivery_messages SET state = 'attempted', attempted_at = ?"
                " WHERE delivery_id = ? AND position = ?",
                (to_micros(at), delivery_id, position),
            )

    def withdraw_send(self, delivery_id: str, position: int) -> None:
        with self._database.write() as connection:
            if rows.send_state(connection, delivery_id, position) not in _UNFINISHED:
                raise ConflictError("this message is finished")
            connection.execute(
                "UPDATE delivery_messages SET state = 'pending', attempted_at = NULL"
                " WHERE delivery_id = ? AND position = ?",
                (delivery_id, position),
            )

    def mark_sent(self, delivery_id: str, position: int, message_id: str, at: datetime) -> None:
        with self._database.write() as connection:
            if rows.send_state(connection, delivery_id, position) is SendState.SENT:
                return
            connection.execute(
                "UPDATE delivery_messages SET state = 'sent', sent_at = ?, message_id = ?"
                " WHERE delivery_id = ? AND position = ?",
                (to_micros(at), message_id, delivery_id, position),
            )
            rows.complete_if_done(connection, delivery_id, at)

    def mark_refused(self, delivery_id: str, position: int, at: datetime) -> None:
        with self._database.write() as connection:
            # What stands in the group was not refused, whatever a late answer says.
            if rows.send_state(connection, delivery_id, position) is SendState.SENT:
                return
            connection.execute(
                "UPDATE delivery_messages SET state = 'refused'"
                " WHERE delivery_id = ? AND position = ?",
                (delivery_id, position),
            )
            rows.complete_if_done(connection, delivery_id, at)

    def is_known_message(self, recipient: str, message_id: str) -> bool:
        group, person = self._recipients.either(recipient)
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT 1 FROM delivery_messages JOIN deliveries USING (delivery_id)"
                " WHERE message_id = :id AND message_id != ''"
                " AND recipient IN (:group, :person)"
                " UNION ALL SELECT 1 FROM message_aliases"
                " WHERE message_id = :id AND recipient IN (:group, :person)",
                {"id": message_id, "group": group, "person": person},
            ).fetchone()
        return row is not None

    def tip_of_message(self, recipient: str, message_id: str) -> str | None:
        recipients = self._recipients.either(recipient)
        with self._database.read() as connection:
            about = rows.tips_of_message(connection, recipients, message_id) - {""}
        return about.pop() if len(about) == 1 else None

    def learn_message_id(self, recipient: str, message_id: str, tip_id: str) -> None:
        if not message_id:
            return
        kept = self._recipients.hash(recipient)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO message_aliases (recipient, message_id, tip_id) VALUES (?, ?, ?)"
                " ON CONFLICT (recipient, message_id) DO NOTHING",
                (kept, message_id, tip_id),
            )

    def cards_begun_since(self, unit_id: str, since: datetime) -> int:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT COUNT(DISTINCT message.delivery_id) FROM delivery_messages AS message"
                " JOIN deliveries USING (delivery_id)"
                " WHERE message.unit_id = ? AND attempted_at >= ? AND is_digest = 0"
                " AND channel = ? AND purpose = ?",
                (
                    unit_id,
                    to_micros(since),
                    Channel.ZALO_GROUP.value,
                    DeliveryPurpose.CARD.value,
                ),
            ).fetchone()
        return int(row[0])

    def sends_since(self, unit_id: str, since: datetime) -> list[datetime]:
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT attempted_at FROM delivery_messages"
                " WHERE unit_id = ? AND attempted_at >= ? ORDER BY attempted_at",
                (unit_id, to_micros(since)),
            ).fetchall()
        return [from_micros(row[0]) for row in found]

    def last_digest_at(self, unit_id: str) -> datetime | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT created_at FROM deliveries"
                " WHERE unit_id = ? AND is_digest = 1 AND state != 'open'"
                " ORDER BY created_at DESC LIMIT 1",
                (unit_id,),
            ).fetchone()
        return None if row is None else from_micros(row[0])

    def first_sent_at(self, tip_id: str, channel: Channel) -> datetime | None:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT MIN(sent_at) FROM delivery_tips"
                " JOIN delivery_messages USING (delivery_id)"
                " WHERE tip_id = ? AND channel = ? AND delivery_messages.state = 'sent'",
                (tip_id, channel.value),
            ).fetchone()
        return None if row[0] is None else from_micros(row[0])
