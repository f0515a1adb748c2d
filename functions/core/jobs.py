"""Running a job: claim, do, record; a job may run twice and must then change nothing.

What can come of an error, by its class:

RateReachedError         the job waits its turn; an urgent one of the lane goes on
RetryableProviderError   the lane pauses, the job is tried again after the back-off
OutcomeUnknownError      the same, and the send is looked up first
TokenExpiredError        the refresher is rung; the job is due when the new pair is stored
ChannelClosedError       an operator is called; one job a minute tries the channel again
RecipientClosedError     the job is tried again; nobody else is concerned
anything unforeseen      reported, tried again; the other jobs of the lane go on
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from functions.core import tokens
from functions.core.delivery import deliver_tip
from functions.core.digests import send_digest
from functions.core.errors import (
    ChannelClosedError,
    LeaseLostError,
    OutcomeUnknownError,
    ProviderError,
    RecipientClosedError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.fallback import fall_back
from functions.core.handling import handle_event
from functions.core.lanes import chat_lane
from functions.core.models import Channel, Claim, Job, JobKind, JobState
from functions.core.photos import clean_photos
from functions.core.posting import CLOSED_ALARMS, PhotosNotReadyError, RateReachedError
from functions.core.relays import relay_again, relay_to_group, relay_to_resident, send_delivery
from functions.core.retry import LONGEST, retry_delay
from functions.core.work import LEASE, Done, Outcome, Postponed, WorkServices

LOOK_UP_AFTER = timedelta(seconds=5)
"""A send whose answer was lost may still be on its way: give it time to show up."""

PHOTOS_READY_AFTER = timedelta(seconds=1)

_HANDLERS: dict[JobKind, Callable[[Claim, WorkServices], Outcome]] = {
    JobKind.CLEAN_PHOTOS: clean_photos,
    JobKind.DELIVER_TIP: deliver_tip,
    JobKind.SEND_DIGEST: send_digest,
    JobKind.SEND_DELIVERY: send_delivery,
    JobKind.HANDLE_EVENT: handle_event,
    JobKind.RELAY_TO_GROUP: relay_to_group,
    JobKind.RELAY_TO_RESIDENT: relay_to_resident,
    JobKind.RELAY_AGAIN: relay_again,
    JobKind.FALL_BACK: fall_back,
}


def run_job(job_id: str, services: WorkServices) -> bool:
    """Run the job once. Returns False where it was not to be had, or was lost meanwhile.

    Raises StoreUnavailableError; the lease then runs out and the job is due again.
    """
    now = services.clock.now()
    claim = services.jobs.claim(job_id, now, now + LEASE)
    if claim is None:
        return False
    try:
        _record(claim, _attempt(claim, services), services)
    except LeaseLostError:
        return False
    return True


def _attempt(claim: Claim, services: WorkServices) -> Outcome:
    try:
        return _HANDLERS[claim.job.kind](claim, services)
    except LeaseLostError:
        raise
    except PhotosNotReadyError:
        wait = max(PHOTOS_READY_AFTER, retry_delay(claim.job.attempts) - retry_delay(1))
        return Postponed(services.clock.now() + wait, "photos-not-ready")
    except RateReachedError as error:
        return Postponed(error.free_at, "own-rate")
    except ProviderError as error:
        return _after_provider_error(claim, error, services)
    except Exception as error:  # noqa: BLE001 one bad job must not stop the others
        services.report_crash(claim.job, error)
        return Postponed(services.clock.now() + retry_delay(claim.job.attempts), "crash")


def _after_provider_error(claim: Claim, error: ProviderError, services: WorkServices) -> Outcome:
    job, now = claim.job, services.clock.now()
    state = JobState.PENDING
    wait = retry_delay(job.attempts)
    match error:
        case RetryableProviderError(retry_after=retry_after):
            wait = retry_delay(job.attempts, retry_after)
        case OutcomeUnknownError():
            state = JobState.UNKNOWN
            wait = max(wait, LOOK_UP_AFTER)
        case TokenExpiredError():
            tokens.ask_for_refresh(job.unit_id, services.tokens, services.clock)
            wait = LONGEST
        case RecipientClosedError():
            return Postponed(now + LONGEST, error.code)
        case ChannelClosedError():
            services.alerts.alarm(_closed_alarm(job), job.unit_id)
            wait = LONGEST
    services.jobs.pause_lane(job.lane, now + wait)
    return Postponed(now + wait, error.code, state)


def _closed_alarm(job: Job) -> str:
    is_chat = job.lane == chat_lane(job.unit_id)
    return CLOSED_ALARMS[Channel.ZALO_USER if is_chat else Channel.ZALO_GROUP]


def _record(claim: Claim, outcome: Outcome, services: WorkServices) -> None:
    if isinstance(outcome, Done):
        services.jobs.complete(claim)
    elif isinstance(outcome, Postponed):
        services.jobs.postpone(claim, outcome.due_at, outcome.error, outcome.state)
    else:
        services.jobs.fail(claim, outcome.error)
