"""What a job may touch, and what can come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core.models import Claim, Job, JobState
from functions.core.ports import (
    BlobStore,
    ChannelStore,
    ChatGateway,
    Clock,
    DeliveryStore,
    JobStore,
    OperatorAlerts,
    PhotoCleaner,
    Renderer,
    TipStore,
    TokenStore,
)
from functions.core.units import UnitRegister

LEASE = timedelta(seconds=120)
"""Longer than any one step between two calls of `hold`."""


@dataclass(frozen=True)
class WorkServices:
    tips: TipStore
    blobs: BlobStore
    jobs: JobStore
    deliveries: DeliveryStore
    channels: ChannelStore
    tokens: TokenStore
    gateway: ChatGateway
    renderer: Renderer
    cleaner: PhotoCleaner
    alerts: OperatorAlerts
    units: UnitRegister
    clock: Clock
    public_url: str
    """Without a trailing slash; card links begin with it."""
    report_crash: Callable[[Job, Exception], None]
    """Gets what no rule foresaw, so that it is seen; the job goes on later."""


@dataclass(frozen=True)
class Done:
    """The job is finished."""


@dataclass(frozen=True)
class Postponed:
    """The job goes on at `due_at`, or as soon as something re-arms its lane."""

    due_at: datetime
    error: str
    state: JobState = JobState.PENDING


@dataclass(frozen=True)
class Failed:
    """Every channel refused the content: an operator looks at it and re-arms it."""

    error: str


Outcome = Done | Postponed | Failed


def hold(claim: Claim, services: WorkServices) -> None:
    """Prolong the lease before the next step. Raises LeaseLostError when it was taken."""
    services.jobs.extend(claim, services.clock.now() + LEASE)
