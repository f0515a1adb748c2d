"""Deliveries in memory, with the same promises as the SQLite store."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from functions.core.errors import ConflictError, NotFoundError
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
from functions.core.ports import DigestJoin
from tests.fakes.jobs import MemoryJobStore

_UNFINISHED = (SendState.PENDING, SendState.ATTEMPTED)


class MemoryDeliveryStore:
    """The port DeliveryStore; jobs of digests go to the given job store."""

    def __init__(self, jobs: MemoryJobStore) -> None:
        self._jobs = jobs
        self._deliveries: dict[str, Delivery] = {}
        self._other_ids: dict[tuple[str, str], str] = {}
        """The tip that a message of ours is about, by recipient and its other id."""
        self._lock = threading.Lock()

    def plan_card(self, delivery: Delivery) -> Delivery:
        (tip_id,) = delivery.tip_ids
        with self._lock:
            existing = self._by_tip(tip_id, delivery)
            return self._save(delivery) if existing is None else existing

    def plan(self, delivery: Delivery, job: Job | None = None) -> Delivery:
        with self._lock:
            existing = self._deliveries.get(delivery.delivery_id)
            if existing is not None:
                return existing
            if job is not None:
                self._jobs.bring(job)
            return self._save(delivery)

    def plan_notice(self, delivery: Delivery) -> bool:
        with self._lock:
            if any(self._by_tip(tip_id, delivery) for tip_id in delivery.tip_ids):
                return False
            self._save(delivery)
            return True

    def of_tip(self, tip_id: str) -> list[Delivery]:
        found = [
            one
            for one in self._deliveries.values()
            if tip_id in one.tip_ids or tip_id == one.about_tip_id
        ]
        return sorted(found, key=lambda one: (one.created_at, one.delivery_id))

    def get(self, delivery_id: str) -> Delivery:
        try:
            return self._deliveries[delivery_id]
        except KeyError as exc:
            raise NotFoundError("no such delivery") from exc

    def join_digest(self, tip_id: str, digest: Delivery, job: Job, most: int) -> DigestJoin:
        with self._lock:
            existing = self._by_tip(tip_id, digest)
            if existing is not None:
                return DigestJoin(existing.delivery_id)
            for one in self._deliveries.values():
                if one.state is DeliveryState.OPEN and _address(one) == _address(digest):
                    if len(one.tip_ids) >= most:
                        return DigestJoin(one.delivery_id, is_full=True)
                    self._save(replace(one, tip_ids=(*one.tip_ids, tip_id)))
                    return DigestJoin(one.delivery_id)
            self._jobs.bring(job)
            self._save(replace(digest, tip_ids=(tip_id,)))
            return DigestJoin(digest.delivery_id)

    def close_digest(
        self, delivery_id: str, tip_ids: tuple[str, ...], messages: tuple[DeliveryMessage, ...]
    ) -> Delivery:
        with self._lock:
            digest = self.get(delivery_id)
            if digest.state is not DeliveryState.OPEN or digest.tip_ids != tip_ids:
                return digest
            return self._save(replace(digest, state=DeliveryState.PLANNED, messages=messages))

    def append_text(self, delivery_id: str, text: str) -> Delivery:
        with self._lock:
            delivery = self.get(delivery_id)
            if delivery.state is DeliveryState.OPEN:
                raise ConflictError("an open digest has no messages yet")
            last = DeliveryMessage(len(delivery.messages) + 1, MessageKind.TEXT, text)
            return self._save(_planned_again(delivery, (*delivery.messages, last)))

    def reopen(self, delivery_id: str) -> Delivery:
        with self._lock:
            delivery = self.get(delivery_id)
            if all(message.state is not SendState.REFUSED for message in delivery.messages):
                return delivery
            messages = tuple(
                replace(message, state=SendState.PENDING, attempted_at=None)
                if message.state is SendState.REFUSED
                else message
                for message in delivery.messages
            )
            return self._save(_planned_again(delivery, messages))

    def begin_send(self, delivery_id: str, position: int, at: datetime) -> None:
        with self._lock:
            message = self._unfinished_message(delivery_id, position)
            self._put(delivery_id, replace(message, state=SendState.ATTEMPTED, attempted_at=at))

    def withdraw_send(self, delivery_id: str, position: int) -> None:
        with self._lock:
            message = self._unfinished_message(delivery_id, position)
            self._put(delivery_id, replace(message, state=SendState.PENDING, attempted_at=None))

    def mark_sent(self, delivery_id: str, position: int, message_id: str, at: datetime) -> None:
        with self._lock:
            message = self._message(delivery_id, position)
            if message.state is not SendState.SENT:
                sent = replace(message, state=SendState.SENT, sent_at=at, message_id=message_id)
                self._put(delivery_id, sent)
                self._complete_if_done(delivery_id, at)

    def mark_refused(self, delivery_id: str, position: int, at: datetime) -> None:
        with self._lock:
            message = self._message(delivery_id, position)
            if message.state is not SendState.SENT:
                self._put(delivery_id, replace(message, state=SendState.REFUSED))
                self._complete_if_done(delivery_id, at)

    def is_known_message(self, recipient: str, message_id: str) -> bool:
        return (recipient, message_id) in self._other_ids or bool(
            self._with_message(recipient, message_id)
        )

    def tip_of_message(self, recipient: str, message_id: str) -> str | None:
        about = {_tip_of(one) for one in self._with_message(recipient, message_id)}
        about.add(self._other_ids.get((recipient, message_id), ""))
        about.discard("")
        return about.pop() if len(about) == 1 else None

    def learn_message_id(self, recipient: str, message_id: str, tip_id: str) -> None:
        if message_id:
            self._other_ids.setdefault((recipient, message_id), tip_id)

    def cards_begun_since(self, unit_id: str, since: datetime) -> int:
        return sum(
            any(at >= since for at in _attempts(one))
            for one in self._deliveries.values()
            if one.unit_id == unit_id
            and not one.is_digest
            and one.channel is Channel.ZALO_GROUP
            and one.purpose is DeliveryPurpose.CARD
        )

    def sends_since(self, unit_id: str, since: datetime) -> list[datetime]:
        return sorted(
            at
            for one in self._deliveries.values()
            if one.unit_id == unit_id
            for at in _attempts(one)
            if at >= since
        )

    def last_digest_at(self, unit_id: str) -> datetime | None:
        closed = [
            one.created_at
            for one in self._deliveries.values()
            if one.unit_id == unit_id and one.is_digest and one.state is not DeliveryState.OPEN
        ]
        return max(closed, default=None)

    def first_sent_at(self, tip_id: str, channel: Channel) -> datetime | None:
        times = [
            message.sent_at
            for one in self.of_tip(tip_id)
            if one.channel is channel and tip_id in one.tip_ids
            for message in one.messages
            if message.state is SendState.SENT and message.sent_at is not None
        ]
        return min(times, default=None)

    def _save(self, delivery: Delivery) -> Delivery:
        self._deliveries[delivery.delivery_id] = delivery
        return delivery

    def _by_tip(self, tip_id: str, planned: Delivery) -> Delivery | None:
        for one in self.of_tip(tip_id):
            if tip_id in one.tip_ids and _place(one) == _place(planned):
                return one
        return None

    def _with_message(self, recipient: str, message_id: str) -> list[Delivery]:
        return [
            one
            for one in self._deliveries.values()
            if message_id
            and one.recipient == recipient
            and any(message.message_id == message_id for message in one.messages)
        ]

    def _message(self, delivery_id: str, position: int) -> DeliveryMessage:
        delivery = self._deliveries.get(delivery_id)
        for message in delivery.messages if delivery else ():
            if message.position == position:
                return message
        raise NotFoundError("no such message")

    def _unfinished_message(self, delivery_id: str, position: int) -> DeliveryMessage:
        message = self._message(delivery_id, position)
        if message.state not in _UNFINISHED:
            raise ConflictError("this message is finished")
        return message

    def _put(self, delivery_id: str, message: DeliveryMessage) -> None:
        delivery = self.get(delivery_id)
        messages = tuple(
            message if one.position == message.position else one for one in delivery.messages
        )
        self._save(replace(delivery, messages=messages))

    def _complete_if_done(self, delivery_id: str, at: datetime) -> None:
        delivery = self.get(delivery_id)
        states = {message.state for message in delivery.messages}
        if states.intersection(_UNFINISHED):
            return
        if SendState.SENT in states:
            sent_at = delivery.sent_at or at
            self._save(replace(delivery, state=DeliveryState.SENT, sent_at=sent_at))
        else:
            self._save(replace(delivery, state=DeliveryState.REFUSED))


def _place(delivery: Delivery) -> tuple[Channel, str]:
    return delivery.channel, delivery.recipient


def _tip_of(delivery: Delivery) -> str:
    """Return the one tip that the delivery is about, empty where it is about none or several."""
    if delivery.tip_ids:
        return delivery.tip_ids[0] if len(delivery.tip_ids) == 1 else ""
    return delivery.about_tip_id


def _address(delivery: Delivery) -> tuple[str, Channel, str]:
    return delivery.unit_id, delivery.channel, delivery.recipient


def _planned_again(delivery: Delivery, messages: tuple[DeliveryMessage, ...]) -> Delivery:
    return replace(delivery, state=DeliveryState.PLANNED, messages=messages, sent_at=None)


def _attempts(delivery: Delivery) -> list[datetime]:
    return [
        message.attempted_at for message in delivery.messages if message.attempted_at is not None
    ]
