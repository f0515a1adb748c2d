"""Jobs, their leases and the pauses of their lanes, in DynamoDB.

A lane's item says who holds the lane, until when, and how long it pauses; the lease of a job
without a lane stands on the job itself. So a lane that is taken over shuts out the worker who
overslept. All writes are transactions, also those of one item: their token makes a repeat by
the client harmless, and they wait for one another instead of failing.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from functions.core.errors import LeaseLostError, NotFoundError
from functions.core.models import Claim, Job, JobKind, JobState
from functions.core.ports import LONGEST_HOLD, LONGEST_WAIT
from functions.stores.dynamodb.batches import get_many
from functions.stores.dynamodb.job_items import (
    FAILED,
    OPEN,
    index_keys,
    job_key,
    job_of,
    job_parts,
    lane_key,
    units_of_lane,
)
from functions.stores.dynamodb.table import Item, Key, Tables, Update, from_micros, to_micros
from functions.stores.dynamodb.transactions import TransactionRefusedError, transact
from functions.stores.dynamodb.unit_walk import (
    first_rows,
    is_due,
    is_live,
    lane_begins,
    order_of,
)

_IS_DUE = "queue = :open AND (due_at <= :now OR due_at > :longest_wait)"
_IS_FREE = (
    "(attribute_not_exists(lease_until) OR lease_until <= :now OR lease_until > :longest_hold)"
)
_RUNS = (
    "(attribute_not_exists(paused_until) OR paused_until <= :now OR paused_until > :longest_hold)"
)
_LOOKED_AT_ONCE = 100
_IS_HELD = "lease_token = :token AND job_id = :job_id"


class DynamoJobStore:
    """The port JobStore on a table whose sparse indexes hold unfinished jobs only."""

    def __init__(self, tables: Tables) -> None:
        self._jobs = tables.jobs

    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        """Costs a look at what is due; of one unit, at little more than the answer."""
        rows = first_rows(self._jobs, unit_id, now, limit) if unit_id else self._due_rows(now)
        claimable = self._in_open_lanes(rows, now)
        claimable.sort(key=lambda row: (row["urgency_rank"], row["created_at"], row["job_id"]))
        first_of_lane: dict[Key, str] = {}
        for row in claimable:
            first_of_lane.setdefault(_hold_key(row["lane"], row["job_id"]), row["job_id"])
        return list(first_of_lane.values())[:limit]

    def due_units(self, now: datetime) -> list[str]:
        claimable = self._in_open_lanes(self._due_rows(now), now)
        return sorted({row["unit_id"] for row in claimable})

    def add(self, job: Job) -> bool:
        return self._took_place(job_parts(self._jobs, job))

    def late(
        self,
        kinds: Collection[JobKind],
        created_after: datetime,
        created_before: datetime,
        limit: int,
        unit_id: str = "",
    ) -> list[Job]:
        """Costs a look at every unfinished job, or at the unit's, and a read of the late ones
        until there are enough of those kinds: the indexes tell no kind."""
        rows = self._jobs.query(
            "open_unit = :of" if unit_id else "queue = :of",
            {
                ":of": unit_id or OPEN,
                ":after": to_micros(created_after),
                ":before": to_micros(created_before),
            },
            index="by_unit" if unit_id else "by_time",
            FilterExpression="created_at >= :after AND created_at < :before",
        )
        latest = sorted(rows, key=lambda row: (row["created_at"], row["job_id"]), reverse=True)
        newest_first = iter(latest)
        found: list[Job] = []
        while len(found) < limit and (batch := list(islice(newest_first, _LOOKED_AT_ONCE))):
            items = get_many(self._jobs, (job_key(row["job_id"]) for row in batch))
            late = (job_of(item) for item in items if item.get("queue") == OPEN)
            found += sorted(
                (job for job in late if job.kind in kinds),
                key=lambda job: (job.created_at, job.job_id),
                reverse=True,
            )
        return found[:limit]

    def claim(self, job_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        # The indexes lag behind: only what is read here and holds in the write counts.
        found = self._jobs.get(job_key(job_id))
        if found is None or found.get("queue") != OPEN or not is_due(found, now):
            return None
        job = job_of(found)
        claim = Claim(replace(job, attempts=job.attempts + 1), secrets.token_hex(16))
        return claim if self._took_place(self._claim_parts(claim, now, lease_until)) else None

    def extend(self, claim: Claim, lease_until: datetime) -> None:
        until = {":until": to_micros(lease_until)}
        self._write_held(claim, [self._held_part(claim, "SET lease_until = :until", until)])

    def complete(self, claim: Claim) -> None:
        self._release(claim, JobState.DONE, "", clears_pause=True)

    def postpone(
        self, claim: Claim, due_at: datetime, error: str, state: JobState = JobState.PENDING
    ) -> None:
        self._release(claim, state, error, due_at=due_at)

    def fail(self, claim: Claim, error: str) -> None:
        self._release(claim, JobState.FAILED, error)

    def pause_lane(self, lane: str, until: datetime) -> None:
        if not lane:
            return
        paused = Update("SET paused_until = :until", values={":until": to_micros(until)})
        self._write([self._jobs.update_part(lane_key(lane), paused)])

    def rearm_lane(self, lane: str, now: datetime) -> int:
        """Costs a look at the unfinished jobs of the lane.

        A job that was written just now may be missed: it is due by itself before long.
        """
        if not lane:
            return 0
        found = self._jobs.get(lane_key(lane)) or {}
        holder = found.get("job_id") if is_live(found.get("lease_until"), now) else None
        if "paused_until" in found:
            cleared = Update("REMOVE paused_until")
            self._write([self._jobs.update_part(lane_key(lane), cleared)])
        return sum(
            self._make_due(row, now)
            for unit_id in units_of_lane(lane, found)
            for row in self._lane_rows(unit_id, lane)
            if row["job_id"] != holder
        )

    def release_leases(self, due_at: datetime) -> int:
        """Costs a look at every unfinished job of the table and at its lane."""
        rows = list(self._jobs.query("queue = :queue", {":queue": OPEN}, index="by_time"))
        keys = {_hold_key(row["lane"], row["job_id"]) for row in rows}
        held = [one for one in get_many(self._jobs, keys) if one.get("lease_token")]
        return sum(self._take_away(one, due_at) for one in held)

    def retry(self, job_id: str | None, now: datetime) -> int:
        """Re-arming all may miss a job that failed just now."""
        if job_id is None:
            failed = list(self._jobs.query("queue = :q", {":q": FAILED}, index="by_time"))
            return sum(self._rearm_failed(row, now) for row in failed)
        found = self._jobs.get(job_key(job_id))
        if found is None:
            raise NotFoundError(f"no job {job_id}")
        return self._rearm_failed(found, now)

    def counts(self) -> dict[str, int]:
        """Costs a read of the whole table, so it is for an operator's command: a counter that
        every job changes would be the one item that all units wait for."""
        found = self._jobs.scan(
            FilterExpression="sk = :sk",
            ExpressionAttributeValues={":sk": {"S": job_key("").sk}},
            ProjectionExpression="#state",
            ExpressionAttributeNames={"#state": "state"},
        )
        counted = Counter(item["state"] for item in found)
        return {state.value: counted[state.value] for state in JobState}

    def oldest_due_at(self, now: datetime) -> datetime | None:
        oldest = self._rows("due_at <= :time", now, limit=1)
        return next((from_micros(row["due_at"]) for row in oldest), None)

    # Looking

    def _due_rows(self, now: datetime) -> list[Item]:
        """Return the index rows of all that is due, claimable or not."""
        return [
            *self._rows("due_at <= :time", now),
            *self._rows("due_at > :time", now + LONGEST_WAIT),
        ]

    def _in_open_lanes(self, rows: list[Item], now: datetime) -> list[Item]:
        """Return those of the rows that neither a lease nor a pause keeps from being claimed."""
        lanes = get_many(self._jobs, {lane_key(row["lane"]) for row in rows if row["lane"]})
        closed = {
            lane["pk"]
            for lane in lanes
            if is_live(lane.get("lease_until"), now) or is_live(lane.get("paused_until"), now)
        }
        return [
            row
            for row in rows
            if not is_live(row.get("lease_until"), now) and lane_key(row["lane"]).pk not in closed
        ]

    def _rows(self, times: str, time: datetime, limit: int | None = None) -> Iterator[Item]:
        return self._jobs.query(
            f"queue = :queue AND {times}",
            {":queue": OPEN, ":time": to_micros(time)},
            index="by_time",
            limit=limit,
        )

    def _lane_rows(self, unit_id: str, lane: str) -> list[Item]:
        rows = self._jobs.query(
            "open_unit = :unit AND begins_with(unit_order, :lane)",
            {":unit": unit_id, ":lane": lane_begins(lane)},
            index="by_unit",
        )
        # All at once: each that is made due moves to another place of the index.
        return list(rows)

    # Writing

    def _write(self, parts: Iterable[Item]) -> None:
        transact(self._jobs.client, list(parts))

    def _write_if(self, key: Key, update: Update) -> bool:
        return self._took_place([self._jobs.update_part(key, update)])

    def _took_place(self, parts: Iterable[Item]) -> bool:
        """Write, and return whether the conditions held."""
        try:
            self._write(parts)
        except TransactionRefusedError:
            return False
        return True

    def _write_held(self, claim: Claim, parts: Iterable[Item]) -> None:
        try:
            self._write(parts)
        except TransactionRefusedError as exc:
            raise LeaseLostError(claim.job.job_id) from exc

    def _claim_parts(self, claim: Claim, now: datetime, lease_until: datetime) -> list[Item]:
        job = claim.job
        attempt = "attempts = :attempts"
        # Counted from what was read: a claim that came between would be overwritten.
        is_due = f"{_IS_DUE} AND attempts = :attempts_before"
        counted = {
            ":open": OPEN,
            ":now": to_micros(now),
            ":longest_wait": to_micros(now + LONGEST_WAIT),
            ":attempts": job.attempts,
            ":attempts_before": job.attempts - 1,
        }
        lease = "lease_token = :token, lease_until = :until"
        held = {
            ":now": to_micros(now),
            ":longest_hold": to_micros(now + LONGEST_HOLD),
            ":token": claim.token,
            ":until": to_micros(lease_until),
        }
        key = job_key(job.job_id)
        if not job.lane:
            both = Update(f"SET {attempt}, {lease}", f"{is_due} AND {_IS_FREE}", counted | held)
            return [self._jobs.update_part(key, both)]
        taken = Update(
            f"SET job_id = :job_id, {lease}",
            f"{_IS_FREE} AND {_RUNS}",
            {**held, ":job_id": job.job_id},
        )
        return [
            self._jobs.update_part(key, Update(f"SET {attempt}", is_due, counted)),
            self._jobs.update_part(lane_key(job.lane), taken),
        ]

    def _release(
        self,
        claim: Claim,
        state: JobState,
        error: str,
        due_at: datetime | None = None,
        clears_pause: bool = False,
    ) -> None:
        job = claim.job if due_at is None else replace(claim.job, due_at=due_at)
        values = {
            "last_error": error,
            "due_at": to_micros(job.due_at),
            **index_keys(job, state),
        }
        left = [name for name in ("queue", "open_unit", "unit_order") if name not in values]
        sets = ", ".join(["#state = :state", *(f"{name} = :{name}" for name in values)])
        given = {":state": state.value, **{f":{name}": value for name, value in values.items()}}
        names = {"#state": "state"}
        if not claim.job.lane:
            change = f"SET {sets} {_removing('lease_token', 'lease_until', *left)}"
            self._write_held(claim, [self._held_part(claim, change, given, names)])
            return
        lease = ["job_id", "lease_token", "lease_until"]
        if clears_pause:
            lease.append("paused_until")
        changed = Update(f"SET {sets} {_removing(*left)}", values=given, names=names)
        self._write_held(
            claim,
            [
                self._jobs.update_part(job_key(claim.job.job_id), changed),
                self._held_part(claim, _removing(*lease)),
            ],
        )

    def _held_part(
        self,
        claim: Claim,
        change: str,
        values: Item | None = None,
        names: dict[str, str] | None = None,
    ) -> Item:
        """Return a change of the item that carries the lease, refused to whoever lost it."""
        key = _hold_key(claim.job.lane, claim.job.job_id)
        held = {":token": claim.token, ":job_id": claim.job.job_id}
        update = Update(change, _IS_HELD, {**held, **(values or {})}, names)
        return self._jobs.update_part(key, update)

    def _make_due(self, row: Item, now: datetime) -> bool:
        if row["due_at"] <= to_micros(now):
            return True
        sooner = Update(
            "SET due_at = :due_at, unit_order = :order",
            "queue = :open AND due_at > :due_at",
            {":open": OPEN, **_due(row, now)},
        )
        return self._write_if(job_key(row["job_id"]), sooner)

    def _take_away(self, held: Item, due_at: datetime) -> bool:
        """End the lease that this item carries; its job, the first of its lane, is due then."""
        key = Key(held["pk"], held["sk"])
        job = job_key(held["job_id"])
        found = held if key == job else self._jobs.get(job)
        if found is None:
            return False
        due = {":open": OPEN, **_due(found, due_at)}
        change = "SET due_at = :due_at, unit_order = :order"
        is_same, seen = "lease_token = :token", {":token": held["lease_token"]}
        if key == job:
            change = f"{change} {_removing('lease_token', 'lease_until')}"
            return self._write_if(
                key, Update(change, f"queue = :open AND {is_same}", {**due, **seen})
            )
        rests = f"SET paused_until = :until {_removing('job_id', 'lease_token', 'lease_until')}"
        parts = [
            self._jobs.update_part(job, Update(change, "queue = :open", due)),
            self._jobs.update_part(
                key, Update(rests, is_same, {**seen, ":until": to_micros(due_at)})
            ),
        ]
        return self._took_place(parts)

    def _rearm_failed(self, found: Item, now: datetime) -> bool:
        pending = Update(
            "SET #state = :pending, queue = :open, open_unit = :unit,"
            " due_at = :due_at, unit_order = :order",
            "#state = :failed",
            {
                ":pending": JobState.PENDING.value,
                ":failed": JobState.FAILED.value,
                ":open": OPEN,
                ":unit": found["unit_id"],
                **_due(found, now),
            },
            {"#state": "state"},
        )
        return self._write_if(job_key(found["job_id"]), pending)


def _due(found: Item, at: datetime) -> Item:
    """Return the values of a new due time, and of the place that the job then has."""
    due_at = to_micros(at)
    return {":due_at": due_at, ":order": order_of({**found, "due_at": due_at})}


def _hold_key(lane: str, job_id: str) -> Key:
    """Return the key of the item that carries the lease of a job."""
    return lane_key(lane) if lane else job_key(job_id)


def _removing(*names: str) -> str:
    return f"REMOVE {', '.join(names)}" if names else ""
