"""The figures of `binhyen status` (design 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

from functions.core.ports import Clock, EventStore, JobStore, TipStore, TokenStore
from functions.core.tokens import EXPIRING


@dataclass(frozen=True)
class StatusServices:
    tips: TipStore
    jobs: JobStore
    tokens: TokenStore
    events: EventStore
    clock: Clock


def read_status(services: StatusServices) -> dict[str, object]:
    """Return the report; `oldest_due_seconds` is 0 when nothing is due."""
    now = services.clock.now()
    oldest = services.jobs.oldest_due_at(now)
    return {
        "tips": services.tips.counts(),
        "jobs": services.jobs.counts(),
        "oldest_due_seconds": int((now - oldest).total_seconds()) if oldest else 0,
        "tokens": services.tokens.counts(now + EXPIRING),
        "webhook_unverified": services.events.unverified(),
    }
