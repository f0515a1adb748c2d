"""What a job may touch, and what can come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core.acts import ActServices
from functions.core.casework import CaseworkServices
from functions.core.deadlines import Clocks
from functions.core.models import Claim, Job, JobState
from functions.core.ports import (
    BlobStore,
    CaseStore,
    ChannelStore,
    ChatGateway,
    Clock,
    DeliveryStore,
    EventStore,
    JobQueue,
    JobStore,
    MacKeys,
    Mailer,
    MediaFetcher,
    OfficerStore,
    OperatorAlerts,
    PhotoCleaner,
    Renderer,
    TipStore,
    TokenStore,
    WebhookReader,
)
from functions.core.signin import SignInServices
from functions.core.units import UnitRegister

LEASE = timedelta(seconds=120)
"""Longer than any one step between two calls of `hold`."""


@dataclass(frozen=True)
class WorkServices:
    tips: TipStore
    cases: CaseStore
    events: EventStore
    blobs: BlobStore
    jobs: JobStore
    deliveries: DeliveryStore
    channels: ChannelStore
    tokens: TokenStore
    officers: OfficerStore
    queue: JobQueue
    mac: MacKeys
    gateway: ChatGateway
    reader: WebhookReader
    media: MediaFetcher
    mailer: Mailer | None
    """None where no mail account is set: the ladder has no such rung then."""
    renderer: Renderer
    cleaner: PhotoCleaner
    alerts: OperatorAlerts
    units: UnitRegister
    clock: Clock
    clocks: Clocks
    public_url: str
    """Without a trailing slash; card links begin with it."""
    report_crash: Callable[[Job, Exception], None]
    """Gets what no rule foresaw, so that it is seen; the job goes on later."""

    @property
    def acts(self) -> ActServices:
        return ActServices(self.tips, self.cases, self.queue, self.clock, self.clocks)

    @property
    def casework(self) -> CaseworkServices:
        return CaseworkServices(self.acts, self.officers, self.units)

    @property
    def sign_in(self) -> SignInServices:
        return SignInServices(self.officers, self.mac, self.clock)


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
