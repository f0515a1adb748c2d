"""Channels and the app in memory."""

from __future__ import annotations

from functions.core.models import UnitChannel, ZaloApp


class MemoryChannelStore:
    """The port ChannelStore."""

    def __init__(self) -> None:
        self._app: ZaloApp | None = None
        self._channels: dict[str, UnitChannel] = {}

    def save_app(self, app: ZaloApp) -> None:
        self._app = app

    def app(self) -> ZaloApp | None:
        return self._app

    def save_channel(self, channel: UnitChannel) -> None:
        self._channels[channel.unit_id] = channel

    def channel(self, unit_id: str) -> UnitChannel | None:
        return self._channels.get(unit_id)
