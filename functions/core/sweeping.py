"""Tidying up what a crash can leave behind, and ringing for what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from functions.core.ports import (
    BlobStore,
    Clock,
    EventStore,
    JobQueue,
    JobStore,
    RepeatGuard,
    TipStore,
)

ORPHAN_AGE = timedelta(hours=24)
"""Photos are written before the record that names them: younger ones may be under way, and
a machine that slept for hours must not take a photo in the middle of its request."""

EVENTS_KNOWN = timedelta(days=30)
"""A handled event may come again for so long and has no effect; much longer than Zalo repeats
one, and than an event is taken at all (core/receiving.py)."""


@dataclass(frozen=True)
class SweepServices:
    tips: TipStore
    blobs: BlobStore
    jobs: JobStore
    repeats: RepeatGuard
    events: EventStore
    queue: JobQueue
    clock: Clock


def sweep(services: SweepServices) -> int:
    """Wipe orphans, and codes and events past their time, and ring; return the photos wiped.

    All that one machine does each minute. Where photos are many and a list of them costs, a
    schedule of its own calls `wipe_orphans` seldom and another `ring_for_due` often. Raises
    StoreUnavailableError.
    """
    wiped = wipe_orphans(services)
    now = services.clock.now()
    services.repeats.forget_expired(now)
    services.events.forget(now - EVENTS_KNOWN)
    ring_for_due(services)
    return wiped


def wipe_orphans(services: SweepServices) -> int:
    """Wipe the photos that no tip names; return how many. Raises StoreUnavailableError."""
    candidates = services.blobs.keys_older_than(services.clock.now() - ORPHAN_AGE)
    # Asked for after the candidates: what is named in between is seen as named.
    named = services.tips.named_blobs(candidates)
    orphans = [key for key in candidates if key not in named]
    for key in orphans:
        services.blobs.wipe(key)
    return len(orphans)


def ring_for_due(services: SweepServices) -> None:
    """Ring for every unit with a due job. Raises StoreUnavailableError."""
    for unit_id in services.jobs.due_units(services.clock.now()):
        services.queue.ring(unit_id)
