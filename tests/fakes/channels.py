"""Channels and the app in memory."""

from __future__ import annotations

from functions.core.models import Mailboxes, UnitChannel, ZaloApp


class MemoryChannelStore:
    """The port ChannelStore."""

    def __init__(self) -> None:
        self._app: ZaloApp | None = None
        self._channels: dict[str, UnitChannel] = {}
        self._mailboxes: dict[str, Mailboxes] = {}

    def save_app(self, app: ZaloApp) -> None:
        self._app = app

    def app(self) -> ZaloApp | None:
        return self._app

    def save_channel(self, channel: UnitChannel) -> None:
        self._channels[channel.unit_id] = channel

    def channel(self, unit_id: str) -> UnitChannel | None:
        return self._channels.get(unit_id)

    def channels(self) -> list[UnitChannel]:
        return [self._channels[unit_id] for unit_id in sorted(self._channels)]

    def by_oa(self, oa_id: str) -> UnitChannel | None:
        return next((one for one in self.channels() if one.oa_id == oa_id), None)

    def save_mailboxes(self, mailboxes: Mailboxes) -> None:
        self._mailboxes[mailboxes.unit_id] = mailboxes

    def mailboxes(self, unit_id: str) -> Mailboxes | None:
        return self._mailboxes.get(unit_id)
