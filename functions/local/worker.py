"""The worker: runs due jobs side by side, one at a time for each unit."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from functions import logs
from functions.bootstrap import Services
from functions.core.errors import StoreUnavailableError
from functions.run_jobs.handler import run_one
from functions.stores.doorbell import DoorbellListener

THREADS = 8
LONGEST_WAIT = 1.0
"""Seconds; the doorbell may be lost, so the worker looks by itself."""


def work_until(stopped: threading.Event, services: Services) -> None:
    """Run jobs until told to stop; a job under way is finished, or found again later."""
    _ = services.work  # made here, not by the first jobs at once
    bell = DoorbellListener(services.settings.data_dir)
    running: dict[str, Future[bool]] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="job") as pool:
        while not stopped.is_set():
            running = {key: future for key, future in running.items() if not future.done()}
            free = THREADS - len(running)
            started = 0
            if free:
                for job_id in _due(services, free + len(running)):
                    if job_id not in running and started < free:
                        running[job_id] = pool.submit(_run_and_ring, job_id, services)
                        started += 1
            if not started:
                bell.wait(LONGEST_WAIT)
    bell.close()


def _due(services: Services, limit: int) -> list[str]:
    try:
        return services.work.jobs.due(services.work.clock.now(), limit)
    except StoreUnavailableError as error:
        logs.crash("store-unavailable", error)
        return []


def _run_and_ring(job_id: str, services: Services) -> bool:
    """Run the job, then ring: its lane is free, and the next job of it may be due."""
    try:
        return run_one(job_id, services.work)
    finally:
        services.queue.ring(unit_id="")
