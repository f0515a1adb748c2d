"""Tidies up what a crash can leave behind, rings for what is due, and watches over what did not
come through: tips to their group, alarms to a human, messages to us."""

from __future__ import annotations

from dataclasses import dataclass

from functions import logs
from functions.core.reading_back import ReadBackServices, read_back
from functions.core.sweeping import SweepServices, ring_for_due, sweep
from functions.core.telling import TellServices, tell_alarms

LATE_SECONDS = 60
"""The next sweep: what is due for longer than that was rung for and still is not done."""


@dataclass(frozen=True)
class WatchServices:
    tell: TellServices
    read_back: ReadBackServices


def watch(services: WatchServices) -> None:
    """Tell a human of alarms, and read back what webhooks did not bring.

    This asks other machines and may take its time. Raises StoreUnavailableError.
    """
    told = tell_alarms(services.tell)
    if told:
        logs.info("alarms-told", count=told)
    missed = read_back(services.read_back)
    if missed:
        logs.warning("events-read-back", count=missed)


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
