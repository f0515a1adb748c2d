"""Reading back what Zalo's webhooks did not bring (reference, 5.1): a safety net, not the way.

What is read passes the same door as a webhook event and is known there by the same key, so
that nothing is done twice. Whoever asks all units every few minutes also sees first when Zalo
does not answer, be there tips to send or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from functions.core import tokens as token_rules
from functions.core.errors import (
    OutcomeUnknownError,
    ProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.models import TokenSet, TokenState, UnitChannel
from functions.core.ports import ChannelStore, ChatGateway, Clock, OperatorAlerts, TokenStore

ROUND = 2
"""Calls until half of the units were asked twice over: each is asked within three, where Zalo
answers quickly."""

ENOUGH = timedelta(seconds=40)
"""A round that takes longer ends here, so that it can be called each minute."""

SILENT = "zalo-silent"
"""The alarm while Zalo answers for no unit."""

_SILENT_UNITS = 3
"""So many units in a row without an answer mean that Zalo is down: no use in asking more."""

_MOST_SEEN = 20_000

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class ReadBackServices:
    channels: ChannelStore
    tokens: TokenStore
    gateway: ChatGateway
    alerts: OperatorAlerts
    clock: Clock
    receive: Callable[[bytes], bool]
    """Takes a genuine event; False when it is known. Raises StoreUnavailableError."""


class OnlyNews:
    """Passes on what was not passed on before: a history tells the same for days.

    It forgets with its process, and when it has seen very many; the store knows for good.
    """

    def __init__(self, receive: Callable[[bytes], bool]) -> None:
        self._receive = receive
        self._seen: set[bytes] = set()

    def __call__(self, body: bytes) -> bool:
        mark = hashlib.blake2b(body, digest_size=16).digest()
        if mark in self._seen:
            return False
        is_news = self._receive(body)
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen.add(mark)
        return is_news


def read_back(services: ReadBackServices) -> int:
    """Ask the units whose turn it is what people wrote; return how many events were missed.

    Raises StoreUnavailableError.
    """
    begun_at = services.clock.now()
    minute = int(begun_at.timestamp() // 60)
    missed = silent = 0
    has_answer = False
    for channel, tokens in _askable(turns(services.channels.channels(), minute), services):
        if silent >= _SILENT_UNITS or services.clock.now() - begun_at > ENOUGH:
            break
        try:
            missed += _ask(channel, tokens, services)
        except (RetryableProviderError, OutcomeUnknownError):
            silent += 1
            continue
        except ProviderError:
            # This OA's own trouble, of which the next send will tell.
            pass
        silent = 0
        has_answer = True
    if has_answer:
        services.alerts.clear(SILENT, "")
    elif silent:
        services.alerts.alarm(SILENT, "")
    return missed


def turns(channels: list[UnitChannel], minute: int) -> list[UnitChannel]:
    """Return the half of the units whose turn it is, in order of asking.

    A round may end after its first few units. So rounds begin as far from one another as can
    be (multiples of the golden section): after some of them all units were asked, however few
    each one managed, and nobody needs to remember where the last one ended.
    """
    count = len(channels)
    first = int(minute * _GOLDEN % 1 * count)
    most = -(-count // ROUND)
    return [channels[(first + step) % count] for step in range(most)]


def _askable(
    channels: list[UnitChannel], services: ReadBackServices
) -> Iterator[tuple[UnitChannel, TokenSet]]:
    """Yield those whose access token may be good."""
    for channel in channels:
        tokens = services.tokens.get(channel.unit_id)
        if tokens is not None and tokens.state is TokenState.OK:
            yield channel, tokens


def _ask(channel: UnitChannel, tokens: TokenSet, services: ReadBackServices) -> int:
    try:
        events = services.gateway.missed_events(tokens.pair.access_token, channel)
    except TokenExpiredError:
        token_rules.ask_for_refresh(channel.unit_id, services.tokens, services.clock)
        return 0
    return sum(services.receive(event) for event in events)
