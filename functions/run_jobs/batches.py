"""A batch of bells from SQS: each is answered by running what is due in its unit.

The messages of one unit are one group of the FIFO queue. A bell only wakes: whatever it is
answered with, the jobs stand in the store, and the sweep rings again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from functions import logs
from functions.core.errors import StoreUnavailableError
from functions.core.ports import JobQueue
from functions.core.rings import Ring, read_ring
from functions.core.work import WorkServices
from functions.run_jobs.handler import run_one

SOON = timedelta(seconds=3)
"""So far ahead it is worth waiting: a card waits a second for its photo to be cleaned."""

STEP_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 20.0
"""Waits for one bell in all; then the sweep may ring for what still is not done."""

ENOUGH_SECONDS = 25.0
"""What one job may take: connecting to Zalo and waiting for its answer, or a large photo."""

FIRST_PAUSE_SECONDS = 10
"""A message that failed locks its unit's group so long; twice as long each time it fails again."""

LONGEST_PAUSE_SECONDS = 120

_AT_ONCE = 20


class UnansweredMessages(Protocol):
    """What can be done to a message that could not be answered."""

    def set_aside(self, body: str, group: str, mark: str) -> None:
        """Put the message among the dead letters, once for each mark. Raises
        StoreUnavailableError."""
        ...

    def show_again(self, receipt_handle: str, seconds: int) -> None:
        """Let the message be taken again after so many seconds. Never raises."""
        ...


@dataclass(frozen=True)
class BatchServices:
    work: WorkServices
    queue: JobQueue
    messages: UnansweredMessages
    sleep: Callable[[float], None]


def run_batch(
    records: list[dict[str, Any]], seconds_left: Callable[[], float], services: BatchServices
) -> list[str]:
    """Answer every bell in order; return the ids of the messages that SQS is to send again.

    After a message that failed, all later ones of its group count as failed: SQS must not
    give them out of order. Their work is done all the same, for it does not depend on it.
    All of them come again soon, for until then no ring of their unit's jobs is heard. What is
    no ring fails only where it cannot be set aside: it would hold up its unit for nothing.
    """
    failed: list[str] = []
    failed_groups: set[str] = set()
    for record in records:
        group = _attribute(record, "MessageGroupId")
        is_answered = _answer(record, seconds_left, services)
        if not is_answered or (group and group in failed_groups):
            failed.append(record["messageId"])
            failed_groups.add(group)
            services.messages.show_again(record["receiptHandle"], _pause(record))
    return failed


def _answer(
    record: dict[str, Any], seconds_left: Callable[[], float], services: BatchServices
) -> bool:
    """Answer one bell; False where the store or the queue did not let us."""
    try:
        ring = read_ring(record["body"])
    except ValueError:
        logs.warning("ring-unreadable")
        return _is_set_aside(record, services)
    try:
        _run_unit(ring, seconds_left, services)
    except StoreUnavailableError as error:
        logs.crash("store-unavailable", error, unit_id=ring.unit_id)
        return False
    return True


def _is_set_aside(record: dict[str, Any], services: BatchServices) -> bool:
    # The mark of its sending is what `jobs redrive` knows its own messages by.
    mark = _attribute(record, "MessageDeduplicationId") or record["messageId"]
    try:
        services.messages.set_aside(record["body"], _attribute(record, "MessageGroupId"), mark)
    except StoreUnavailableError as error:
        logs.crash("store-unavailable", error)
        return False
    return True


def _pause(record: dict[str, Any]) -> int:
    """Return after how many seconds a message that failed is to come again."""
    failures = int(_attribute(record, "ApproximateReceiveCount") or 1)
    return min(FIRST_PAUSE_SECONDS << min(failures - 1, 10), LONGEST_PAUSE_SECONDS)


def _attribute(record: dict[str, Any], name: str) -> str:
    return str(record.get("attributes", {}).get(name, ""))


def _run_unit(ring: Ring, seconds_left: Callable[[], float], services: BatchServices) -> None:
    """Run what is due in the unit, the named jobs too where the list of due ones lags, and
    what comes due within moments. Where time runs out, the bell is rung once more.

    Raises StoreUnavailableError.
    """
    done: set[str] = set()
    waited = 0.0
    while True:
        due = _due(ring.unit_id, services.work, timedelta(0))
        fresh = [job_id for job_id in due if job_id not in done]
        if not fresh:
            # After those that the list knows: a named job must not overtake older ones.
            fresh = [job_id for job_id in dict.fromkeys(ring.job_ids) if job_id not in done]
        for job_id in fresh:
            if seconds_left() < ENOUGH_SECONDS:
                services.queue.ring(ring.unit_id, ring.job_ids)
                return
            done.add(job_id)
            run_one(job_id, services.work)
        if fresh:
            continue
        if waited >= LONGEST_WAIT_SECONDS or seconds_left() < ENOUGH_SECONDS + STEP_SECONDS:
            return
        if not _due(ring.unit_id, services.work, SOON):
            return
        services.sleep(STEP_SECONDS)
        waited += STEP_SECONDS
        done.clear()


def _due(unit_id: str, work: WorkServices, ahead: timedelta) -> list[str]:
    return work.jobs.due(work.clock.now() + ahead, _AT_ONCE, unit_id)
