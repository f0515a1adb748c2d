"""A reader of events that were made beforehand, for what follows on the reading."""

from __future__ import annotations

from functions.core.events import EventHead, UnknownEvent, WebhookEvent
from functions.core.models import ZaloApp
from tests.fakes.clock import START

GENUINE = "genuine"


class MemoryReader:
    """The port WebhookReader; `body_of` makes a body of an event."""

    def __init__(self) -> None:
        self._events: dict[bytes, WebhookEvent] = {}
        self._heads: dict[bytes, EventHead] = {}

    def body_of(self, event: WebhookEvent, *, conversation: str = "chat", key: str = "") -> bytes:
        """Return a body that reads as this event; the same `key` makes a repeat."""
        number = len(self._events) + 1
        body = f"event {number}".encode()
        self._events[body] = event
        self._heads[body] = EventHead(
            key or f"key-{number}", event.oa_id, conversation, event.sent_at
        )
        return body

    def reads_as(self, body: bytes, event: WebhookEvent) -> None:
        """Let a known body read as another event from now on."""
        self._events[body] = event

    def is_genuine(self, body: bytes, signature: str, app: ZaloApp) -> bool:
        return signature == GENUINE

    def claims_app(self, body: bytes, app: ZaloApp) -> bool:
        return body in self._events

    def head(self, body: bytes) -> EventHead | None:
        return self._heads.get(body)

    def read(self, body: bytes) -> WebhookEvent:
        return self._events.get(body, UnknownEvent("", START, ""))
