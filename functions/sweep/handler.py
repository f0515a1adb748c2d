"""Tidies up what a crash can leave behind, and rings for what is due."""

from __future__ import annotations

from functions import logs
from functions.core.sweeping import SweepServices, sweep


def run_sweep(services: SweepServices) -> int:
    """Sweep once; return how many orphaned photos were wiped. Raises StoreUnavailableError."""
    wiped = sweep(services)
    if wiped:
        logs.info("orphans-wiped", count=wiped)
    return wiped
