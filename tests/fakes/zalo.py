"""Zalo in memory: groups and chats that hold what was posted, and an issuer of token pairs.

A call can be told to fail before or after it takes effect, once or for good.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from functions.core.errors import (
    ProviderError,
    ReauthorizationError,
    RecipientClosedError,
    RejectedByProviderError,
    TokenExpiredError,
)
from functions.core.models import GroupMessage, TokenPair, UnitChannel, ZaloApp
from functions.core.ports import Clock

PAIR_LIFE = timedelta(hours=25)
USER_HISTORY = 10
"""So many messages of one chat can be read back."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Posted:
    """One message as it stands in a group or chat, with the photo's bytes if it has one."""

    message_id: str
    text: str
    photo: bytes | None = None
    from_oa: bool = True


@dataclass
class _Fault:
    error: ProviderError
    after_effect: bool
    times: int


class _Faults:
    """The failures that wait for a method's next calls."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[_Fault]] = {}

    def add(self, method: str, fault: _Fault) -> None:
        self._waiting.setdefault(method, []).append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def next(self, method: str) -> _Fault | None:
        waiting = self._waiting.get(method)
        if not waiting:
            return None
        fault = waiting[0]
        fault.times -= 1
        if fault.times == 0:
            waiting.pop(0)
        return fault


class MemoryZalo:
    """The port ChatGateway.

    Groups take any access token until `accepted` is a set; then only those in it.
    """

    def __init__(self, clock: Clock) -> None:
        self.accepted: set[str] | None = None
        self.refused_words: set[str] = set()
        """A text with one of these is refused as Zalo's content filter would."""
        self.closed_users: set[str] = set()
        """Who cannot be written to: blocked, or their window is closed."""
        self.missed: dict[str, list[bytes]] = {}
        """What each OA's histories give back, by its id, in the shape of webhook events."""
        self.calls: Counter[str] = Counter()
        self._clock = clock
        self._groups: dict[str, list[Posted]] = {}
        self._chats: dict[str, list[Posted]] = {}
        self._uploads: dict[str, bytes] = {}
        self._faults = _Faults()
        self._last_id = 0

    def fail(
        self, method: str, error: ProviderError, *, after_effect: bool = False, times: int = 1
    ) -> None:
        """Let the method's next calls fail; `times=-1`: all of them."""
        self._faults.add(method, _Fault(error, after_effect, times))

    def recover(self) -> None:
        """Forget every failure that still waits."""
        self._faults.clear()

    def group(self, group_id: str) -> list[Posted]:
        """Return what stands in the group, oldest first."""
        return list(self._groups.get(group_id, ()))

    def texts(self, group_id: str) -> list[str]:
        return [posted.text for posted in self.group(group_id)]

    def chat(self, group_id: str, text: str) -> None:
        """Let a member of the group write something."""
        self._append(self._groups, group_id, text, None, from_oa=False)

    def user_chat(self, user_id: str) -> list[Posted]:
        """Return what stands in the chat with one person, oldest first."""
        return list(self._chats.get(user_id, ()))

    def user_texts(self, user_id: str) -> list[str]:
        """Return what the OA wrote to one person, oldest first."""
        return [posted.text for posted in self.user_chat(user_id) if posted.from_oa]

    def write_to_oa(self, user_id: str, text: str) -> None:
        """Let a person write something to the OA."""
        self._append(self._chats, user_id, text, None, from_oa=False)

    def send_group_text(self, access_token: str, group_id: str, text: str) -> str:
        fault = self._begin("send_group_text", access_token, text)
        message_id = self._append(self._groups, group_id, text, None)
        return self._end(fault, message_id)

    def upload_image(self, access_token: str, jpeg: bytes) -> str:
        fault = self._begin("upload_image", access_token, "")
        attachment_id = f"upload-{self._new_number()}"
        self._uploads[attachment_id] = jpeg
        return self._end(fault, attachment_id)

    def send_group_image(
        self, access_token: str, group_id: str, attachment_id: str, caption: str
    ) -> str:
        fault = self._begin("send_group_image", access_token, caption)
        message_id = self._append(self._groups, group_id, caption, self._uploads[attachment_id])
        return self._end(fault, message_id)

    def group_history(
        self, access_token: str, group_id: str, offset: int, count: int
    ) -> list[GroupMessage]:
        fault = self._begin("group_history", access_token, "")
        return self._end(fault, self._newest(self.group(group_id), offset, count))

    def send_user_text(self, access_token: str, user_id: str, text: str) -> str:
        fault = self._begin("send_user_text", access_token, text)
        if user_id in self.closed_users:
            raise RecipientClosedError("-230")
        return self._end(fault, self._append(self._chats, user_id, text, None))

    def user_history(self, access_token: str, user_id: str) -> list[GroupMessage]:
        fault = self._begin("user_history", access_token, "")
        return self._end(fault, self._newest(self.user_chat(user_id), 0, USER_HISTORY))

    def missed_events(self, access_token: str, channel: UnitChannel) -> list[bytes]:
        fault = self._begin("missed_events", access_token, "")
        return self._end(fault, list(self.missed.get(channel.oa_id, ())))

    def _newest(self, posted: list[Posted], offset: int, count: int) -> list[GroupMessage]:
        return [
            GroupMessage(
                one.message_id,
                one.from_oa,
                "text" if one.photo is None else "photo",
                one.text,
                self._clock.now(),
            )
            for one in posted[::-1][offset : offset + count]
        ]

    def _begin(self, method: str, access_token: str, text: str) -> _Fault | None:
        self.calls[method] += 1
        fault = self._faults.next(method)
        if fault is not None and not fault.after_effect:
            raise fault.error
        if self.accepted is not None and access_token not in self.accepted:
            raise TokenExpiredError("-216")
        for word in self.refused_words:
            if word in text:
                raise RejectedByProviderError("-240")
        return fault

    def _end(self, fault: _Fault | None, result: Result) -> Result:
        if fault is not None:
            raise fault.error
        return result

    def _append(
        self,
        places: dict[str, list[Posted]],
        place: str,
        text: str,
        photo: bytes | None,
        *,
        from_oa: bool = True,
    ) -> str:
        message_id = f"zalo-{self._new_number()}"
        places.setdefault(place, []).append(Posted(message_id, text, photo, from_oa))
        return message_id

    def _new_number(self) -> int:
        self._last_id += 1
        return self._last_id


class MemoryIssuer:
    """The port TokenIssuer: each refresh token is good for one use, as at Zalo."""

    def __init__(self) -> None:
        self.uses: Counter[str] = Counter()
        """How often each refresh token reached Zalo, dead or not."""
        self.spent: set[str] = set()
        self.apps: list[ZaloApp] = []
        self._faults = _Faults()
        self._issued = 0

    def fail(self, error: ProviderError, *, after_effect: bool = False, times: int = 1) -> None:
        self._faults.add("exchange", _Fault(error, after_effect, times))

    def exchange(self, app: ZaloApp, refresh_token: str, now: datetime) -> TokenPair:
        fault = self._faults.next("exchange")
        if fault is not None and not fault.after_effect:
            raise fault.error
        self.apps.append(app)
        self.uses[refresh_token] += 1
        if refresh_token in self.spent:
            raise ReauthorizationError("-14014")
        self.spent.add(refresh_token)
        self._issued += 1
        if fault is not None:
            raise fault.error
        number = self._issued
        return TokenPair(f"access-{number}", f"refresh-{number}", now + PAIR_LIFE)
