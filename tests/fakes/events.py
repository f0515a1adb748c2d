"""Webhook events in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from functions.core.errors import NotFoundError
from functions.core.events import StoredEvent
from functions.core.models import Job
from tests.fakes.tips import BringJobs


class MemoryEventStore:
    """The port EventStore; `bring_jobs` receives the job of each event."""

    def __init__(self, bring_jobs: BringJobs) -> None:
        self._bring_jobs = bring_jobs
        self._events: dict[str, StoredEvent] = {}
        self._unverified = 0
        self._lock = threading.Lock()

    def add(self, event: StoredEvent, job: Job) -> bool:
        with self._lock:
            if event.event_id in self._events:
                return False
            self._bring_jobs(job)
            self._events[event.event_id] = event
            return True

    def get(self, event_id: str) -> StoredEvent:
        try:
            return self._events[event_id]
        except KeyError as exc:
            raise NotFoundError("no such event") from exc

    def finish(self, event_id: str) -> None:
        with self._lock:
            event = self._events.get(event_id)
            if event is not None:
                self._events[event_id] = replace(event, body=b"")

    def forget(self, received_before: datetime) -> int:
        with self._lock:
            old = [
                one.event_id
                for one in self._events.values()
                if not one.body and one.received_at < received_before
            ]
            for event_id in old:
                del self._events[event_id]
            return len(old)

    def count_unverified(self) -> None:
        with self._lock:
            self._unverified += 1

    def unverified(self) -> int:
        return self._unverified
