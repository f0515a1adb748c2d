"""Tidying up what a crash can leave behind, and ringing for what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from functions.core.ports import BlobStore, Clock, JobQueue, JobStore, RepeatGuard, TipStore

ORPHAN_AGE = timedelta(hours=24)
"""Photos are written before the record that names them: younger ones may be under way, and
a machine that slept for hours must not take a photo in the middle of its request."""


@dataclass(frozen=True)
class SweepServices:
    tips: TipStore
    blobs: BlobStore
    jobs: JobStore
    repeats: RepeatGuard
    queue: JobQueue
    clock: Clock


def sweep(services: SweepServices) -> int:
    """Wipe photos that no tip names and codes past their time; return the photos wiped.

    Raises StoreUnavailableError.
    """
    now = services.clock.now()
    candidates = services.blobs.keys_older_than(now - ORPHAN_AGE)
    # Asked for after the candidates: what is named in between is seen as named.
    named = services.tips.blob_keys()
    orphans = [key for key in candidates if key not in named]
    for key in orphans:
        services.blobs.wipe(key)
    services.repeats.forget_expired(now)
    for unit_id in services.jobs.due_units(now):
        services.queue.ring(unit_id)
    return len(orphans)
