"""The items of jobs and lanes: how a job is written, found and read back."""

from __future__ import annotations

from functions.core.models import Job, JobKind, JobState, Urgency
from functions.stores.dynamodb.table import Item, Key, Table, Update, from_micros, to_micros
from functions.stores.dynamodb.unit_walk import unit_order

OPEN = "open"
FAILED = "failed"
"""The values of `queue`, the key of the index by time; a done job is in none."""

_UNIT = "unit:"


def job_key(job_id: str) -> Key:
    return Key(f"JOB#{job_id}", "JOB")


def lane_key(lane: str) -> Key:
    return Key(f"LANE#{lane}", "LANE")


def job_parts(jobs: Table, job: Job) -> list[Item]:
    """Return the writes of a new job for the transaction of what it serves.

    The first one is refused where the id is taken. In a lane that is not its unit's own the
    lane remembers the unit: it is looked for there when the lane is re-armed.
    """
    parts = [jobs.put_part(_job_item(job), "attribute_not_exists(pk)")]
    if job.lane not in ("", job.unit_id):
        names = {"#unit": f"{_UNIT}{job.unit_id}"}
        remembered = Update("SET #unit = :yes", values={":yes": True}, names=names)
        parts.append(jobs.update_part(lane_key(job.lane), remembered))
    return parts


def units_of_lane(lane: str, item: Item) -> list[str]:
    """Return the units that may have jobs in the lane, by the lane's item."""
    others = (name.removeprefix(_UNIT) for name in item if name.startswith(_UNIT))
    return [lane, *others]


def job_of(item: Item) -> Job:
    """Read a job back from its item."""
    return Job(
        job_id=item["job_id"],
        kind=JobKind(item["kind"]),
        subject_id=item["subject_id"],
        unit_id=item["unit_id"],
        urgency=Urgency(item["urgency"]),
        state=JobState(item["state"]),
        due_at=from_micros(item["due_at"]),
        created_at=from_micros(item["created_at"]),
        attempts=item["attempts"],
        lane=item["lane"],
        last_error=item["last_error"],
    )


def index_keys(job: Job, state: JobState) -> Item:
    """Return the keys by which the sparse indexes hold the job while it is in that state."""
    if state is JobState.DONE:
        return {}
    if state is JobState.FAILED:
        return {"queue": FAILED}
    return {"queue": OPEN, "open_unit": job.unit_id, "unit_order": unit_order(job)}


def _job_item(job: Job) -> Item:
    return {
        **job_key(job.job_id).item,
        **index_keys(job, job.state),
        "job_id": job.job_id,
        "kind": job.kind.value,
        "subject_id": job.subject_id,
        "unit_id": job.unit_id,
        "urgency": job.urgency.value,
        "urgency_rank": job.urgency.rank,
        "state": job.state.value,
        "due_at": to_micros(job.due_at),
        "created_at": to_micros(job.created_at),
        "attempts": job.attempts,
        "lane": job.lane,
        "last_error": job.last_error,
    }
