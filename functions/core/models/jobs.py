"""Work to be done, and who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from functions.core.models.statuses import Urgency


class JobKind(StrEnum):
    CLEAN_PHOTOS = "clean_photos"
    """Subject: a tip id."""
    DELIVER_TIP = "deliver_tip"
    """Subject: a tip id."""
    SEND_DIGEST = "send_digest"
    """Subject: a delivery id."""
    SEND_DELIVERY = "send_delivery"
    """Subject: a delivery id: a planned message that belongs to no entry of a case."""
    HANDLE_EVENT = "handle_event"
    """Subject: an event id."""
    RELAY_TO_GROUP = "relay_to_group"
    """Subject: a tip id: what the unit's group has not heard of yet, in order."""
    RELAY_TO_RESIDENT = "relay_to_resident"
    """Subject: a tip id: what the resident's chat has not got yet, in order."""
    RELAY_AGAIN = "relay_again"
    """Subject: a tip id: the same, and answers that the chat did not take before."""
    FALL_BACK = "fall_back"
    """Subject: a unit id: its tips that the group has not got in time go by other channels."""


class JobState(StrEnum):
    PENDING = "pending"
    UNKNOWN = "unknown"
    """Like pending, but the last send may have taken effect and will be looked up."""
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Job:
    """Work to be done, written in the transaction of what it serves (design D4)."""

    job_id: str
    kind: JobKind
    subject_id: str
    unit_id: str
    urgency: Urgency
    state: JobState
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    lane: str = ""
    """Jobs of one lane run one at a time and pause together; empty: no lane."""
    last_error: str = ""


@dataclass(frozen=True)
class Claim:
    """A job held under a lease; an old claim cannot finish a job."""

    job: Job
    token: str
