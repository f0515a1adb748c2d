"""Taking what Zalo posts: verified, stored for good, and only then answered.

Nothing here speaks to Zalo, renders or waits: what the event means is found out by its job.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from functions.core.commands import codes_in
from functions.core.errors import StoreUnavailableError
from functions.core.events import EventHead, OwnEcho, StoredEvent, UnknownEvent, WebhookEvent
from functions.core.models import Job, JobKind, JobState, Urgency
from functions.core.ports import (
    ChannelStore,
    Clock,
    DeliveryStore,
    EventStore,
    JobQueue,
    MacKeys,
    OperatorAlerts,
    WebhookReader,
)

TIMELY = timedelta(hours=48)
"""Zalo repeats for some hours; further away in time lies what somebody recorded and replays."""

WRONG_KEY = "webhook-unverified"
RECHECK = timedelta(minutes=1)


class KeyAlarm:
    """The alarm about a wrong webhook key; no genuine event costs more than a look a minute."""

    def __init__(self, alerts: OperatorAlerts, clock: Clock) -> None:
        self._alerts = alerts
        self._clock = clock
        self._seen_shut_at: datetime | None = None

    def open(self) -> None:
        self._alerts.alarm(WRONG_KEY, "")
        self._seen_shut_at = None

    def shut(self) -> None:
        """Clear the alarm where it may be open, here or in another process."""
        now = self._clock.now()
        seen = self._seen_shut_at
        if seen is not None and timedelta(0) <= now - seen < RECHECK:
            return
        if any(alarm.code == WRONG_KEY for alarm in self._alerts.open_alarms()):
            self._alerts.clear(WRONG_KEY, "")
        self._seen_shut_at = now


@dataclass(frozen=True)
class ReceiveServices:
    channels: ChannelStore
    events: EventStore
    deliveries: DeliveryStore
    reader: WebhookReader
    queue: JobQueue
    mac: MacKeys
    key_alarm: KeyAlarm
    clock: Clock


class Taken(StrEnum):
    """What became of a request."""

    STORED = "stored"
    KNOWN = "known"
    """It had been stored before."""
    UNVERIFIED = "unverified"
    UNTIMELY = "untimely"
    """Verified, but of no time, or of one too far away."""
    UNKNOWN_OA = "unknown-oa"
    OF_NO_USE = "of-no-use"


@dataclass(frozen=True)
class Received:
    """What became of a request, for the log."""

    taken: Taken
    event_name: str = ""
    """Zalo's name of an event of no use."""


def receive_event(body: bytes, signature: str, services: ReceiveServices) -> Received:
    """Store a genuine event with the job that handles it; drop and count anything else.

    Raises StoreUnavailableError where a genuine event is not known to be stored.
    """
    if not signature:
        return _unverified(services)
    app = services.channels.app()
    if app is None:
        return _unverified(services)
    if not services.reader.is_genuine(body, signature, app):
        if services.reader.claims_app(body, app):
            services.key_alarm.open()
        return _unverified(services)
    services.key_alarm.shut()
    received = store_event(body, services)
    if received.taken is Taken.UNTIMELY:
        _count(services)
    return received


def refuse_body(services: ReceiveServices) -> Received:
    """Count a request whose body is larger than any event."""
    return _unverified(services)


def store_event(body: bytes, services: ReceiveServices) -> Received:
    """Store an event that is known to be genuine, each once, and ring for its job.

    Raises StoreUnavailableError.
    """
    now = services.clock.now()
    head = services.reader.head(body)
    if head is None or abs(now - head.sent_at) > TIMELY:
        return Received(Taken.UNTIMELY)
    channel = services.channels.by_oa(head.oa_id)
    if channel is None:
        return Received(Taken.UNKNOWN_OA)
    event = services.reader.read(body)
    if not _is_of_use(event, services.deliveries):
        return Received(Taken.OF_NO_USE, event.name if isinstance(event, UnknownEvent) else "")
    stored = StoredEvent(_event_id(head, services.mac), channel.unit_id, now, body)
    job = _job(stored, head, now, services.mac)
    if not services.events.add(stored, job):
        return Received(Taken.KNOWN)
    services.queue.ring(job.unit_id, [job.job_id])
    return Received(Taken.STORED)


def _is_of_use(event: WebhookEvent, deliveries: DeliveryStore) -> bool:
    """Whether the event can have an effect: of the many echoes of our own sends only those do
    that speak of a case under an id which the send did not tell us (reference, 5.7)."""
    if isinstance(event, OwnEcho):
        return len(codes_in(event.text)) == 1 and not deliveries.is_known_message(
            event.recipient, event.message_id
        )
    return not isinstance(event, UnknownEvent)


def _event_id(head: EventHead, mac: MacKeys) -> str:
    return mac.digest("event", f"{head.oa_id}\0{head.event_key}".encode()).hex()


def _job(event: StoredEvent, head: EventHead, now: datetime, mac: MacKeys) -> Job:
    """Events of one conversation share a lane and go in the order of Zalo's clock."""
    conversation = mac.digest("conversation", f"{event.unit_id}\0{head.conversation}".encode())
    return Job(
        job_id=uuid.uuid4().hex,
        kind=JobKind.HANDLE_EVENT,
        subject_id=event.event_id,
        unit_id=event.unit_id,
        urgency=Urgency.SOON,
        state=JobState.PENDING,
        due_at=now,
        created_at=min(head.sent_at, now),
        lane=f"talk:{conversation.hex()[:32]}",
    )


def _unverified(services: ReceiveServices) -> Received:
    _count(services)
    return Received(Taken.UNVERIFIED)


def _count(services: ReceiveServices) -> None:
    # What does not verify is answered as usual, also while nothing can be written.
    with contextlib.suppress(StoreUnavailableError):
        services.events.count_unverified()
