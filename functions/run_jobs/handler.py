"""Runs due jobs: photos to clean, cards to post."""

from __future__ import annotations

from functions import logs
from functions.core.errors import StoreUnavailableError
from functions.core.jobs import run_job
from functions.core.work import WorkServices

BATCH = 50


def run_due_jobs(services: WorkServices, unit_id: str = "") -> int:
    """Run every job that is due now, one after the other; return how many were run.

    A job that comes back due at once (its lane was re-armed) is left for the next call.
    """
    done: set[str] = set()
    while True:
        due = [job_id for job_id in services.jobs.due(services.clock.now(), BATCH, unit_id)
               if job_id not in done]  # fmt: skip
        if not due:
            return len(done)
        for job_id in due:
            done.add(job_id)
            run_one(job_id, services)


def run_one(job_id: str, services: WorkServices) -> bool:
    """Run one job; a store that cannot write is logged, and the job comes due again."""
    try:
        return run_job(job_id, services)
    except StoreUnavailableError as error:
        logs.crash("store-unavailable", error, job_id=job_id, code=error.code)
        return False
