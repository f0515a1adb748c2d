"""The rows of a delivery: writing them inside a transaction, reading them back whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.core.errors import NotFoundError
from functions.core.models import (
    Channel,
    Delivery,
    DeliveryMessage,
    DeliveryPurpose,
    DeliveryState,
    MessageKind,
    SendState,
)
from functions.stores.recipients import KeptDelivery, true_recipient
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import from_micros, to_micros


@dataclass(frozen=True)
class SealedMessage:
    """A message whose text is sealed already: sealing takes no time of the write lock."""

    message: DeliveryMessage
    sealed_text: bytes


@dataclass(frozen=True)
class StoredDelivery:
    """A delivery as it was read; `unseal` makes it whole when the transaction is over."""

    row: Sequence[Any]
    tip_ids: tuple[str, ...]
    message_rows: Sequence[Sequence[Any]]

    @property
    def unit_id(self) -> str:
        return str(self.row[1])

    @property
    def state(self) -> DeliveryState:
        return DeliveryState(self.row[5])

    def unseal(self, sealer: Sealer) -> Delivery:
        delivery_id = self.row[0]
        return Delivery(
            delivery_id=delivery_id,
            unit_id=self.unit_id,
            channel=Channel(self.row[2]),
            recipient=true_recipient(delivery_id, self.row[3], self.row[11], sealer),
            is_digest=bool(self.row[4]),
            state=self.state,
            tip_ids=self.tip_ids,
            messages=tuple(_message(delivery_id, row, sealer) for row in self.message_rows),
            created_at=from_micros(self.row[6]),
            sent_at=_time_or_none(self.row[7]),
            purpose=DeliveryPurpose(self.row[8]),
            about_tip_id=self.row[9],
            entry_id=self.row[10],
        )


def seal_messages(
    delivery_id: str, messages: Sequence[DeliveryMessage], sealer: Sealer
) -> list[SealedMessage]:
    """Seal each text to its place in its delivery."""
    return [
        SealedMessage(
            message, sealer.seal(message.text.encode(), _context(delivery_id, message.position))
        )
        for message in messages
    ]


def load(connection: sqlite3.Connection, delivery_id: str) -> StoredDelivery:
    """Read one delivery. Raises NotFoundError."""
    stored = find(connection, delivery_id)
    if stored is None:
        raise NotFoundError("no such delivery")
    return stored


def find(connection: sqlite3.Connection, delivery_id: str) -> StoredDelivery | None:
    """Read one delivery, None where there is none of that id."""
    row = connection.execute(
        "SELECT delivery_id, unit_id, channel, recipient, is_digest, state, created_at, sent_at,"
        " purpose, about_tip_id, entry_id, sealed_recipient"
        " FROM deliveries WHERE delivery_id = ?",
        (delivery_id,),
    ).fetchone()
    if row is None:
        return None
    tips = connection.execute(
        "SELECT tip_id FROM delivery_tips WHERE delivery_id = ? ORDER BY position", (delivery_id,)
    ).fetchall()
    messages = connection.execute(
        "SELECT position, kind, sealed_text, attachment_id, state, attempted_at, sent_at,"
        " message_id FROM delivery_messages WHERE delivery_id = ? ORDER BY position",
        (delivery_id,),
    ).fetchall()
    return StoredDelivery(row, tuple(tip[0] for tip in tips), messages)


def id_by_tip(connection: sqlite3.Connection, tip_id: str, planned: Delivery) -> str | None:
    """Return the delivery that took the tip to the same recipient of the same channel."""
    row = connection.execute(
        "SELECT delivery_id FROM delivery_tips WHERE tip_id = ? AND channel = ? AND recipient = ?",
        (tip_id, planned.channel.value, planned.recipient),
    ).fetchone()
    return None if row is None else str(row[0])


def ids_about(connection: sqlite3.Connection, tip_id: str) -> list[str]:
    """Return the deliveries that carry the tip or are about it, oldest first."""
    rows = connection.execute(
        "SELECT delivery_id, created_at FROM delivery_tips JOIN deliveries USING (delivery_id)"
        " WHERE tip_id = :tip_id"
        " UNION SELECT delivery_id, created_at FROM deliveries"
        " WHERE about_tip_id = :tip_id AND about_tip_id != ''"
        " ORDER BY created_at, delivery_id",
        {"tip_id": tip_id},
    ).fetchall()
    return [str(row[0]) for row in rows]


def tips_of_message(
    connection: sqlite3.Connection, recipients: tuple[str, str], message_id: str
) -> set[str]:
    """Return the tip that each message of ours under this id is about, empty for none or
    several of a digest."""
    aliases = connection.execute(
        "SELECT tip_id FROM message_aliases WHERE recipient IN (?, ?) AND message_id = ?",
        (*recipients, message_id),
    ).fetchall()
    sent = connection.execute(
        "SELECT CASE"
        " (SELECT COUNT(*) FROM delivery_tips WHERE delivery_id = deliveries.delivery_id)"
        " WHEN 0 THEN about_tip_id"
        " WHEN 1 THEN (SELECT tip_id FROM delivery_tips"
        "  WHERE delivery_id = deliveries.delivery_id)"
        " ELSE '' END FROM delivery_messages JOIN deliveries USING (delivery_id)"
        " WHERE message_id = ? AND message_id != '' AND recipient IN (?, ?)",
        (message_id, *recipients),
    ).fetchall()
    return {str(row[0]) for row in [*aliases, *sent]}


def id_of_open_digest(connection: sqlite3.Connection, planned: Delivery) -> str | None:
    """Return the open digest of the same unit, channel and recipient."""
    row = connection.execute(
        "SELECT delivery_id FROM deliveries"
        " WHERE unit_id = ? AND channel = ? AND recipient = ? AND state = 'open'",
        (planned.unit_id, planned.channel.value, planned.recipient),
    ).fetchone()
    return None if row is None else str(row[0])


def tip_count(connection: sqlite3.Connection, delivery_id: str) -> int:
    """Return how many tips stand in the delivery."""
    row = connection.execute(
        "SELECT COUNT(*) FROM delivery_tips WHERE delivery_id = ?", (delivery_id,)
    ).fetchone()
    return int(row[0])


def insert_delivery(connection: sqlite3.Connection, kept: KeptDelivery) -> None:
    """Write the delivery itself, without its tips and messages."""
    delivery = kept.delivery
    connection.execute(
        "INSERT INTO deliveries"
        " (delivery_id, unit_id, channel, recipient, is_digest, state, created_at, sent_at,"
        " purpose, about_tip_id, entry_id, sealed_recipient)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            delivery.delivery_id,
            delivery.unit_id,
            delivery.channel.value,
            delivery.recipient,
            int(delivery.is_digest),
            delivery.state.value,
            to_micros(delivery.created_at),
            _micros_or_none(delivery.sent_at),
            delivery.purpose.value,
            delivery.about_tip_id,
            delivery.entry_id,
            kept.sealed_recipient,
        ),
    )


def insert_tip(
    connection: sqlite3.Connection, delivery_id: str, tip_id: str, planned: Delivery
) -> None:
    """Put the tip last in the delivery."""
    connection.execute(
        "INSERT INTO delivery_tips (tip_id, channel, recipient, delivery_id, position)"
        " SELECT ?, ?, ?, ?, 1 + COUNT(*) FROM delivery_tips WHERE delivery_id = ?",
        (tip_id, planned.channel.value, planned.recipient, delivery_id, delivery_id),
    )


def insert_messages(
    connection: sqlite3.Connection,
    delivery_id: str,
    unit_id: str,
    sealed_messages: Sequence[SealedMessage],
) -> None:
    """Write messages at positions that are free yet."""
    connection.executemany(
        "INSERT INTO delivery_messages (delivery_id, position, unit_id, kind, sealed_text,"
        " attachment_id, state, attempted_at, sent_at, message_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                delivery_id,
                sealed.message.position,
                unit_id,
                sealed.message.kind.value,
                sealed.sealed_text,
                sealed.message.attachment_id,
                sealed.message.state.value,
                _micros_or_none(sealed.message.attempted_at),
                _micros_or_none(sealed.message.sent_at),
                sealed.message.message_id,
            )
            for sealed in sealed_messages
        ],
    )


def send_state(connection: sqlite3.Connection, delivery_id: str, position: int) -> SendState:
    """Return where one message stands. Raises NotFoundError."""
    row = connection.execute(
        "SELECT state FROM delivery_messages WHERE delivery_id = ? AND position = ?",
        (delivery_id, position),
    ).fetchone()
    if row is None:
        raise NotFoundError("no such message")
    return SendState(row[0])


def plan_again(connection: sqlite3.Connection, delivery_id: str) -> None:
    """Make the delivery one that has messages to send."""
    connection.execute(
        "UPDATE deliveries SET state = 'planned', sent_at = NULL WHERE delivery_id = ?",
        (delivery_id,),
    )


def complete_if_done(connection: sqlite3.Connection, delivery_id: str, at: datetime) -> None:
    """Finish the delivery once no message of it waits; `sent_at` only where one was sent."""
    unfinished, sent = connection.execute(
        "SELECT COUNT(*) FILTER (WHERE state IN ('pending', 'attempted')),"
        " COUNT(*) FILTER (WHERE state = 'sent')"
        " FROM delivery_messages WHERE delivery_id = ?",
        (delivery_id,),
    ).fetchone()
    if unfinished:
        return
    if sent:
        connection.execute(
            "UPDATE deliveries SET state = 'sent', sent_at = COALESCE(sent_at, ?)"
            " WHERE delivery_id = ?",
            (to_micros(at), delivery_id),
        )
    else:
        connection.execute(
            "UPDATE deliveries SET state = 'refused' WHERE delivery_id = ?", (delivery_id,)
        )


def _message(delivery_id: str, row: Sequence[Any], sealer: Sealer) -> DeliveryMessage:
    return DeliveryMessage(
        position=row[0],
        kind=MessageKind(row[1]),
        text=sealer.unseal(row[2], _context(delivery_id, row[0])).decode(),
        attachment_id=row[3],
        state=SendState(row[4]),
        attempted_at=_time_or_none(row[5]),
        sent_at=_time_or_none(row[6]),
        message_id=row[7],
    )


def _context(delivery_id: str, position: int) -> str:
    return f"delivery_messages.text:{delivery_id}:{position}"


def _time_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _micros_or_none(time: datetime | None) -> int | None:
    return None if time is None else to_micros(time)
