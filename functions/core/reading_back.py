"""Reading back what Zalo's webhooks did not bring (reference, 5.1): a safety net, not the way.

What is read passes the same door as a webhook event and is known there by the same key, so
that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from functions.core import tokens as token_rules
from functions.core.errors import ChannelClosedError, ProviderError, TokenExpiredError
from functions.core.models import TokenState, UnitChannel
from functions.core.ports import ChannelStore, ChatGateway, Clock, TokenStore

ROUND = 2
"""Minutes until every unit was asked once, where this is called each minute."""

ENOUGH = timedelta(seconds=25)
"""A round that takes longer ends here: those left are asked in the next one."""

_FAILURES = 3
"""So many units in a row without an answer mean that Zalo is down: no use in asking more."""


@dataclass(frozen=True)
class ReadBackServices:
    channels: ChannelStore
    tokens: TokenStore
    gateway: ChatGateway
    clock: Clock
    receive: Callable[[bytes], bool]
    """Takes a genuine event; False when it is known. Raises StoreUnavailableError."""


def read_back(services: ReadBackServices) -> int:
    """Ask the units whose turn it is what people wrote; return how many events were missed.

    Raises StoreUnavailableError.
    """
    begun_at = services.clock.now()
    turn = int(begun_at.timestamp() // 60) % ROUND
    missed = failures = 0
    for index, channel in enumerate(services.channels.channels()):
        if index % ROUND != turn:
            continue
        if failures >= _FAILURES or services.clock.now() - begun_at > ENOUGH:
            break
        try:
            missed += _ask(channel, services)
            failures = 0
        except ChannelClosedError:
            # This OA's own trouble, of which the next send will tell.
            continue
        except ProviderError:
            failures += 1
    return missed


def _ask(channel: UnitChannel, services: ReadBackServices) -> int:
    tokens = services.tokens.get(channel.unit_id)
    if tokens is None or tokens.state is not TokenState.OK:
        return 0
    try:
        events = services.gateway.missed_events(tokens.pair.access_token, channel)
    except TokenExpiredError:
        token_rules.ask_for_refresh(channel.unit_id, services.tokens, services.clock)
        return 0
    return sum(services.receive(event) for event in events)
