"""How a unit's OA can be used now, or how long to wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from functions.core.models import Channel, TokenState, UnitChannel
from functions.core.posting import Address
from functions.core.work import Postponed, WorkServices

PARKED = timedelta(minutes=10)
"""Until an operator re-arms the lane; short enough for a job that was just being parked."""


@dataclass(frozen=True)
class Reach:
    """A connected OA: its group, and the token for whatever it writes."""

    channel: UnitChannel
    access_token: str

    @property
    def group(self) -> Address:
        return self._address(Channel.ZALO_GROUP, self.channel.group_id)

    def person(self, user_id: str) -> Address:
        return self._address(Channel.ZALO_USER, user_id)

    def _address(self, channel: Channel, recipient: str) -> Address:
        return Address(self.channel.unit_id, channel, recipient, self.access_token)


def reach(unit_id: str, services: WorkServices) -> Reach | Postponed:
    """Return how to reach people by the unit's OA; parked where only an operator can help,
    who re-arms the lanes by connecting the OA.

    A unit without an OA is no fault: its tips wait for officers on the case page, and go to
    the group once one is connected.
    """
    channel = services.channels.channel(unit_id)
    tokens = services.tokens.get(unit_id)
    if channel is None or tokens is None:
        return Postponed(services.clock.now() + PARKED, "no-channel")
    if tokens.state is TokenState.NEEDS_AUTHORIZATION:
        return Postponed(services.clock.now() + PARKED, "needs-authorization")
    return Reach(channel, tokens.pair.access_token)
