"""The first jobs of one unit, at the cost of the answer and not of the backlog.

The index `by_unit` keeps a unit's open jobs in this order: by lane, those without one first;
in a lane those that are due since they were made, by urgency and age, which is the order of
the answer; then those that wait or have waited for another time, by urgency and that time.
So of each stretch only the beginning is read, and the rest is skipped by asking anew from
where the next one begins.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from urllib.parse import quote

from functions.core.models import Job
from functions.core.ports import LATE_JOBS, LONGEST_HOLD, LONGEST_WAIT
from functions.stores.dynamodb.table import Item, Table, sortable, to_micros

_PAGE = 25
_BEFORE_ALL = " "

_FRESH, _WAITED = "0", "1"
# Above the mark between the parts of a key, and below whatever a quoted lane may hold.
_END = "$"
# Above every digit.
_LAST = "~"


def unit_order(job: Job) -> str:
    """Return the key by which the index of a unit holds an open job."""
    return order_of(
        {
            "lane": job.lane,
            "urgency_rank": job.urgency.rank,
            "due_at": to_micros(job.due_at),
            "created_at": to_micros(job.created_at),
            "job_id": job.job_id,
        }
    )


def order_of(item: Item) -> str:
    """Return the same of a job's item or index row."""
    parts = [_stretch(item), _sortable(item["due_at"])]
    if not _is_fresh(item):
        parts.append(_sortable(item["created_at"]))
    return "#".join([*parts, item["job_id"]])


def lane_begins(lane: str) -> str:
    """Return how the keys of all jobs of a lane begin, and of no others."""
    return f"{quote(lane, safe='')}#"


def is_due(item: Item, now: datetime) -> bool:
    """Whether the time of an open job has come; a wrong clock's counts as come."""
    return not to_micros(now) < item["due_at"] <= to_micros(now + LONGEST_WAIT)


def is_live(until: int | None, now: datetime) -> bool:
    """Whether a lease or pause that ends then is one; a wrong clock's is not."""
    return until is not None and to_micros(now) < until <= to_micros(now + LONGEST_HOLD)


def first_rows(jobs: Table, unit_id: str, now: datetime, limit: int) -> list[Item]:
    """Return rows of due jobs among which are the first `limit` without lane, and the first
    of each lane, be it open or closed."""
    walk = _Walk(now, limit)
    start = _BEFORE_ALL
    while True:
        rows = list(
            jobs.query(
                "open_unit = :unit AND unit_order > :start",
                {":unit": unit_id, ":start": start},
                index="by_unit",
                limit=_PAGE,
            )
        )
        for row in rows:
            if row["unit_order"] > start:
                start = walk.past(row)
        if len(rows) < _PAGE:
            return walk.found


class _Walk:
    """Takes row after row, and says from where on the next one is of use."""

    def __init__(self, now: datetime, limit: int) -> None:
        self.found: list[Item] = []
        self._now = now
        self._limit = limit
        self._far = f"{sortable(to_micros(now + LONGEST_WAIT))}{_LAST}"
        self._lane: str | None = None
        self._ranks: Counter[int] = Counter()
        """Rows taken of the present lane, by urgency."""
        self._stretches: Counter[str] = Counter()
        """Rows taken of those that have waited, by stretch."""

    def past(self, row: Item) -> str:
        """Look at the row; return the key after which to go on."""
        lane, stretch = row["lane"], _stretch(row)
        if lane != self._lane:
            self._lane, self._ranks = lane, Counter()
        wanted = 1 if lane else self._limit
        if not _is_fresh(row) and self._more_urgent_than(row) >= wanted:
            return f"{quote(lane, safe='')}{_END}"
        if not is_due(row, self._now):
            return f"{stretch}#{self._far}"
        if not is_live(row.get("lease_until"), self._now):
            self.found.append(row)
            self._ranks[row["urgency_rank"]] += 1
            if _is_fresh(row):
                if self._ranks.total() >= wanted:
                    return f"{lane_begins(lane)}{_WAITED}"
            else:
                return self._past_waited(row, stretch)
        return str(row["unit_order"])

    def _past_waited(self, row: Item, stretch: str) -> str:
        is_far = row["due_at"] > to_micros(self._now)
        part = f"{stretch} far" if is_far else stretch
        self._stretches[part] += 1
        if self._stretches[part] < max(LATE_JOBS, self._limit):
            return str(row["unit_order"])
        return f"{stretch}{_END}" if is_far else f"{stretch}#{self._far}"

    def _more_urgent_than(self, row: Item) -> int:
        return sum(count for rank, count in self._ranks.items() if rank < row["urgency_rank"])


def _stretch(item: Item) -> str:
    kind = _FRESH if _is_fresh(item) else _WAITED
    return f"{lane_begins(item['lane'])}{kind}#{item['urgency_rank']}"


def _is_fresh(item: Item) -> bool:
    return bool(item["due_at"] == item["created_at"])


def _sortable(micros: int) -> str:
    # No job is from before 1970, and a text cannot sort such times.
    return sortable(max(micros, 0))
