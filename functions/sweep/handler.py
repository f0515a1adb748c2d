"""Tidies up what a crash can leave behind, and rings for what is due."""

from __future__ import annotations

from functions import logs
from functions.core.sweeping import SweepServices, ring_for_due, sweep

LATE_SECONDS = 60
"""The next sweep: what is due for longer than that was rung for and still is not done."""


def run_sweep(services: SweepServices) -> int:
    """Sweep once; return how many orphaned photos were wiped. Raises StoreUnavailableError."""
    wiped = sweep(services)
    if wiped:
        logs.info("orphans-wiped", count=wiped)
    _tell_oldest(services)
    return wiped


def ring(services: SweepServices) -> None:
    """Only ring, where a list of all photos costs too much to be made each minute. Raises
    StoreUnavailableError."""
    ring_for_due(services)
    _tell_oldest(services)


def _tell_oldest(services: SweepServices) -> None:
    """Log how long the oldest job has been due, in the words that an alarm measures by."""
    now = services.clock.now()
    oldest = services.jobs.oldest_due_at(now)
    seconds = int((now - oldest).total_seconds()) if oldest else 0
    if seconds >= LATE_SECONDS:
        logs.warning("oldest-due", seconds=seconds)
