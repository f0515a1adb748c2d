"""A ward whose token pair is just due, and what tests of the refresher do with it."""

from __future__ import annotations

from datetime import timedelta

from functions.core.errors import OutcomeUnknownError
from functions.core.models import TokenPair, TokenSet
from functions.core.tokens import refresh_due_tokens
from tests.core.world import APP, WARD, World
from tests.fakes.zalo import PAIR_LIFE

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OLD = f"refresh-{WARD}"
LOST = OutcomeUnknownError("timeout")
ALARM = ("needs-authorization", WARD)


def due_world() -> World:
    """Return a world whose ward's pair is twelve hours old."""
    world = World()
    world.channels.save_app(APP)
    world.connect()
    world.clock.advance(12 * HOUR)
    return world


def refresh(world: World) -> int:
    return refresh_due_tokens(world.refresh_services)


def tokens(world: World) -> TokenSet:
    token_set = world.tokens.get(WARD)
    assert token_set is not None
    return token_set


def connect_anew(world: World, refresh_token: str) -> bool:
    """Store a pair that an administrator obtained, due at once."""
    now = world.clock.now()
    pair = TokenPair("access", refresh_token, now + PAIR_LIFE)
    return world.tokens.put_authorized(WARD, "oa", pair, now, now)
