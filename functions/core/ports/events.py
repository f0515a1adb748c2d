"""What Zalo tells us: where it is kept, who reads it, who fetches its photos."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from functions.core.events import EventHead, StoredEvent, WebhookEvent
from functions.core.models import Job, ZaloApp


class EventStore(Protocol):
    """Verified webhook events: stored before they are answered, each once."""

    def add(self, event: StoredEvent, job: Job) -> bool:
        """Store the event with the job that handles it in one atomic durable write; False,
        and nothing written, when its id is known."""
        ...

    def get(self, event_id: str) -> StoredEvent:
        """Return the event; its body is empty once finished. Raises NotFoundError."""
        ...

    def finish(self, event_id: str) -> None:
        """Wipe the body of a handled event; its id stays known."""
        ...

    def forget(self, received_before: datetime) -> int:
        """Remove finished events received before that time, at most some thousand at once;
        return how many, unless the store removes them by itself."""
        ...

    def count_unverified(self) -> None:
        """Count, durably, a request that did not verify."""
        ...

    def unverified(self) -> int:
        """Return how many requests did not verify, ever."""
        ...


class WebhookReader(Protocol):
    """Verifies and reads what Zalo posts."""

    def is_genuine(self, body: bytes, signature: str, app: ZaloApp) -> bool:
        """Whether the raw body carries the app's signature, in constant time."""
        ...

    def claims_app(self, body: bytes, app: ZaloApp) -> bool:
        """Whether the body says that it is for this app: then a wrong signature means a wrong
        key, and not only noise."""
        ...

    def head(self, body: bytes) -> EventHead | None:
        """Return what is needed to store it, None when it names no OA or no time."""
        ...

    def read(self, body: bytes) -> WebhookEvent:
        """Return the event of a body that has a head; an UnknownEvent where it is no use."""
        ...


class MediaFetcher(Protocol):
    def fetch(self, url: str, most_bytes: int) -> bytes | None:
        """Return what lies at the address; None when it may not or can never be had: a host
        that is not allowed, a redirect, nothing there, too large.

        Raises RetryableProviderError when it may be had later.
        """
        ...
