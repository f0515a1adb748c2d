"""Keeping each OA's token pair alive; one writer, seen losses only (design 4.5, promise 5).

A refresh token is good for one use. Before it is used the attempt is journalled; what the
journal says decides what may be done after a crash or a lost answer:

not sent                 the journal is cleared, tried again later
sent, answer lost        exactly one more try with the same token
both answers lost, or
Zalo calls it dead       given up: an administrator must consent again, an alarm says so
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ReauthorizationError,
    RetryableProviderError,
    StoreUnavailableError,
)
from functions.core.lanes import lanes_of
from functions.core.models import TokenPair, TokenSet, TokenState, ZaloApp
from functions.core.ports import (
    ChannelStore,
    Clock,
    JobStore,
    OperatorAlerts,
    TokenIssuer,
    TokenStore,
)
from functions.core.retry import retry_delay

REFRESH_BEFORE_EXPIRY = timedelta(hours=13)
"""A pair lives 25 h and is renewed at 12, so an operator has 13 h when that fails."""

EXPIRING = timedelta(hours=6)
MOST_EXCHANGES = 2
IN_FLIGHT = timedelta(seconds=20)
"""Longer than an exchange can take with its time-outs: until then it may be under way."""

STORE_TRIES = 3

CONFIGURATION_WAIT = timedelta(minutes=1)
"""While Zalo refuses the app itself; nothing is used up meanwhile."""

_REJECTION_WAIT = (timedelta(0), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Before renewing a pair that is refused: at once, then ever later while new pairs are
refused too, for then the fault is not in the pair."""


@dataclass(frozen=True)
class RefreshServices:
    tokens: TokenStore
    channels: ChannelStore
    jobs: JobStore
    issuer: TokenIssuer
    alerts: OperatorAlerts
    clock: Clock


def next_refresh(pair: TokenPair, now: datetime) -> datetime:
    """Return when the pair should be renewed; at once when that time has passed."""
    return max(now, pair.expires_at - REFRESH_BEFORE_EXPIRY)


def ask_for_refresh(unit_id: str, tokens: TokenStore, clock: Clock) -> None:
    """Ring the refresher because Zalo refused the unit's access token."""
    token_set = tokens.get(unit_id)
    if token_set is None or token_set.state is not TokenState.OK:
        return
    wait = _REJECTION_WAIT[min(token_set.rejections, len(_REJECTION_WAIT) - 1)]
    tokens.hasten(unit_id, token_set.generation, clock.now() + wait)


def accept_revocation(
    unit_id: str, revoked_at: datetime, tokens: TokenStore, alerts: OperatorAlerts
) -> None:
    """The OA took its permission back: its pair is dead, unless it consented again since."""
    token_set = tokens.get(unit_id)
    if token_set is None or token_set.obtained_at > revoked_at:
        return
    if token_set.state is TokenState.OK:
        _call_operator(unit_id, alerts)
        tokens.give_up(unit_id, token_set.generation)


def refresh_due_tokens(services: RefreshServices) -> int:
    """Renew every pair whose time has come; return how many were renewed."""
    due = services.tokens.due(services.clock.now())
    return sum(_refresh(token_set, services) for token_set in due)


def _refresh(token_set: TokenSet, services: RefreshServices) -> bool:
    now = services.clock.now()
    begun = token_set.exchange_begun_at
    if begun is not None and timedelta(0) <= now - begun < IN_FLIGHT:
        return False
    if token_set.exchange_attempts >= MOST_EXCHANGES:
        _give_up(token_set, services)
        return False
    app = services.channels.app()
    if app is None:
        services.alerts.alarm("no-zalo-app", token_set.unit_id)
        _delay(token_set, CONFIGURATION_WAIT, services)
        return False
    unit_id, generation = token_set.unit_id, token_set.generation
    if not services.tokens.begin_exchange(unit_id, generation, token_set.exchange_attempts, now):
        return False
    pair = _exchange(token_set, app, now, services)
    if pair is None:
        return False
    # Nothing may come between the answer and this line: a crash here loses the pair.
    if not _keep(pair, token_set, now, services):
        return False
    for lane in lanes_of(unit_id):
        services.jobs.rearm_lane(lane, services.clock.now())
    for code in ("zalo-app-refused", "no-zalo-app", "needs-authorization"):
        services.alerts.clear(code, unit_id)
    return True


def _keep(pair: TokenPair, token_set: TokenSet, now: datetime, services: RefreshServices) -> bool:
    """Store the new pair. The only copy is in this process: a store that cannot write gets
    a few more chances before StoreUnavailableError goes on."""
    renewal = next_refresh(pair, now)
    for _ in range(STORE_TRIES - 1):
        with contextlib.suppress(StoreUnavailableError):
            return services.tokens.complete_exchange(
                token_set.unit_id, token_set.generation, pair, now, renewal
            )
    return services.tokens.complete_exchange(
        token_set.unit_id, token_set.generation, pair, now, renewal
    )


def _exchange(
    token_set: TokenSet, app: ZaloApp, now: datetime, services: RefreshServices
) -> TokenPair | None:
    """Use the refresh token; without a pair, record what that means for the next try."""
    try:
        return services.issuer.exchange(app, token_set.pair.refresh_token, now)
    except RetryableProviderError as error:
        _delay(token_set, retry_delay(1, error.retry_after), services)
    except ChannelClosedError:
        services.alerts.alarm("zalo-app-refused", token_set.unit_id)
        _delay(token_set, CONFIGURATION_WAIT, services)
    except OutcomeUnknownError:
        if token_set.exchange_attempts + 1 >= MOST_EXCHANGES:
            _give_up(token_set, services)
    except ReauthorizationError:
        _give_up(token_set, services)
    return None


def _delay(token_set: TokenSet, wait: timedelta, services: RefreshServices) -> None:
    until = services.clock.now() + wait
    services.tokens.delay(token_set.unit_id, token_set.generation, until)


def _give_up(token_set: TokenSet, services: RefreshServices) -> None:
    services.tokens.give_up(token_set.unit_id, token_set.generation)
    _call_operator(token_set.unit_id, services.alerts)


def _call_operator(unit_id: str, alerts: OperatorAlerts) -> None:
    # Each loss is a new one: an alarm still open from the last must not keep it quiet.
    alerts.clear("needs-authorization", unit_id)
    alerts.alarm("needs-authorization", unit_id)
