"""How units are reached, and the tokens for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ForwardMode(StrEnum):
    """How much of a tip a unit wants in Zalo; design D3."""

    TIP = "tip"
    NOTICE = "notice"


@dataclass(frozen=True)
class UnitChannel:
    """How a unit is reached in Zalo."""

    unit_id: str
    oa_id: str
    group_id: str
    forward_mode: ForwardMode


@dataclass(frozen=True)
class Mailboxes:
    """Where a unit gets notices by e-mail; sealed at rest."""

    unit_id: str
    addresses: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class ZaloApp:
    """The province's one app: `secret_key` refreshes tokens, `oa_secret_key` signs webhooks."""

    app_id: str
    secret_key: str = field(repr=False)
    oa_secret_key: str = field(repr=False)


@dataclass(frozen=True)
class TokenPair:
    """What Zalo hands out: an access token for about 25 h, a refresh token for one use."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


class TokenState(StrEnum):
    OK = "ok"
    NEEDS_AUTHORIZATION = "needs_authorization"


@dataclass(frozen=True)
class TokenSet:
    """A unit's pair with its history; `generation` counts the pairs ever stored."""

    unit_id: str
    oa_id: str
    pair: TokenPair
    generation: int
    state: TokenState
    obtained_at: datetime
    exchange_begun_at: datetime | None = None
    """Set before an exchange and cleared with its result: what a crash leaves behind."""
    exchange_attempts: int = 0
    """Exchanges of this generation whose answer never came."""
    next_refresh_at: datetime | None = None
    """When the refresher should act; moved forward by senders, back by back-off."""
    rejections: int = 0
    """Generations in a row that Zalo refused before a send went through."""


@dataclass(frozen=True)
class GroupMessage:
    """One message of a group's history, as the provider tells it."""

    message_id: str
    from_oa: bool
    kind: str
    text: str = field(repr=False)
    sent_at: datetime
