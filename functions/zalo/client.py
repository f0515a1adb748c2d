"""The calls of Zalo's Open API that this project uses: texts, photos and histories.

Sections are those of the project's API reference; each was checked there on the day named.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    RecipientClosedError,
    RejectedByProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.models import GroupMessage, UnitChannel
from functions.core.ports import Clock
from functions.zalo.answers import data_of
from functions.zalo.missed import HistoryItem, event_of, is_from_person, person_of, time_ms
from functions.zalo.transport import BaseUrl, Call, Transport, encode_file, is_header_value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_ID = 500
_MOST_IN_GROUP = 50
_MOST_IN_CHAT = 10
_UNDER_WAY = timedelta(minutes=1)
"""So long a message is left to its webhook and the first repeat of that (5.1): a history does not
tell which message was quoted, and what is read back first is what counts."""
_LATELY = timedelta(days=1)


class ZaloClient:
    """The port ChatGateway over the Open API; one object serves every OA.

    `api_url` is `https://openapi.zalo.me`, or the sandbox. With `app_secret_for_proof`
    each call carries an appsecret_proof (section 1.5), for apps whose console demands it.
    """

    def __init__(
        self,
        transport: Transport,
        api_url: str,
        clock: Clock,
        app_secret_for_proof: str | None = None,
    ) -> None:
        self._transport = transport
        self._base = BaseUrl.parse(api_url)
        self._clock = clock
        self._app_secret = app_secret_for_proof

    def send_group_text(self, access_token: str, group_id: str, text: str) -> str:
        """Post a text and return its message id.

        Section 4.2, `POST /v3.0/oa/group/message`; checked 2026-11-21. The text goes in
        NFC (section 0) and otherwise as it is: its length is the renderer's concern.
        """
        return self._send_to_group(access_token, group_id, {"text": _nfc(text)})

    def upload_image(self, access_token: str, jpeg: bytes) -> str:
        """Upload a JPEG of at most 1,048,576 bytes and return its attachment id.

        Section 3, `POST /v2.0/oa/upload/image`; checked 2026-11-21. An upload that may
        have taken effect is retryable: nobody sees an image that was never posted.
        """
        body, content_type = encode_file("file", "photo.jpg", jpeg, "image/jpeg")
        with _no_person():
            data = self._ask_repeatable(
                access_token, "POST", "/v2.0/oa/upload/image", content_type, body
            )
        attachment_id = _id_in(data, "attachment_id")
        if not attachment_id:
            raise RetryableProviderError("no-attachment-id")
        return attachment_id

    def send_group_image(
        self, access_token: str, group_id: str, attachment_id: str, caption: str
    ) -> str:
        """Post an uploaded image and return its message id.

        Section 4.2, row "image"; checked 2026-11-21. An attachment can be used for 7 days
        (section 3); later the send is refused with -100.
        """
        media = {"media_type": "image", "attachment_id": attachment_id}
        payload = {"template_type": "media", "elements": [media]}
        message: dict[str, object] = {"attachment": {"type": "template", "payload": payload}}
        if caption:
            message = {"text": _nfc(caption), **message}
        return self._send_to_group(access_token, group_id, message)

    def group_history(
        self, access_token: str, group_id: str, offset: int, count: int
    ) -> list[GroupMessage]:
        """Return up to `count` (≤ 50) messages, newest first.

        Section 4.3, `GET /v3.0/oa/group/conversation` with plain query parameters (13,
        row 15); rules G7 and G8; checked 2026-11-21. An answer without a list is
        retryable, never "no messages": a look-up that wrongly finds nothing doubles a post.
        """
        items = self._group_items(access_token, group_id, offset, count)
        return self._group_messages(items)

    def send_user_text(self, access_token: str, user_id: str, text: str) -> str:
        """Write to one person and return the message id.

        Sections 2.1 and 2.2, `POST /v3.0/oa/message/cs`; checked 2026-11-21. Who has not
        written to the OA for 7 days, has blocked it, or for whom nothing is left of the quota
        raises RecipientClosedError.
        """
        recipient = {"user_id": user_id}
        return self._send(access_token, "/v3.0/oa/message/cs", recipient, {"text": _nfc(text)})

    def user_history(self, access_token: str, user_id: str) -> list[GroupMessage]:
        """Return the newest ten messages of the chat with one person, newest first.

        Section 6, `GET /v2.0/oa/conversation` with one parameter `data`, ten at most; rule
        T10; checked 2026-11-21. An answer without a list is retryable as in `group_history`.
        """
        return self._group_messages(self._chat_items(access_token, user_id))

    def missed_events(self, access_token: str, channel: UnitChannel) -> list[bytes]:
        """Return what people lately wrote to the OA and in its group, oldest first, read back
        from the histories, each in the shape of a webhook event.

        Sections 4.3 and 6 (`listrecentchat`), 12.5 last line; checked 2026-11-21. Nothing of
        the last minute. Of the ten recent chats those are read where a person wrote last, and
        for a day also where the OA did: its answer to one message may have come after the next.
        """
        now_ms = _milliseconds(self._clock.now() - _EPOCH)
        found = [(item, channel.group_id) for item in self._items_of_group(access_token, channel)]
        for user_id in self._recent_people(access_token, channel, now_ms):
            found += [(item, "") for item in self._items_of_chat(access_token, user_id)]
        settled_ms = now_ms - _milliseconds(_UNDER_WAY)
        found = [place for place in found if (time_ms(place[0]) or 0) <= settled_ms]
        found.sort(key=lambda place: time_ms(place[0]) or now_ms)
        events = (event_of(item, channel, group_id, now_ms) for item, group_id in found)
        return [event for event in events if event is not None]

    def _items_of_group(self, access_token: str, channel: UnitChannel) -> list[HistoryItem]:
        if not channel.group_id:
            return []
        try:
            return self._group_items(access_token, channel.group_id, 0, _MOST_IN_GROUP)
        except (ChannelClosedError, RejectedByProviderError):
            # Sends to the group say so to the operator; its people still have their chats.
            return []

    def _items_of_chat(self, access_token: str, user_id: str) -> list[HistoryItem]:
        try:
            return self._chat_items(access_token, user_id)
        except (RecipientClosedError, RejectedByProviderError):
            # One person who cannot be read any more must not hide what all others wrote.
            return []

    def _recent_people(self, access_token: str, channel: UnitChannel, now_ms: int) -> list[str]:
        query = _data_query({"offset": 0, "count": _MOST_IN_CHAT})
        with _no_person():
            items = self._items(access_token, f"/v2.0/oa/listrecentchat?{query}")
        lately_ms = now_ms - _milliseconds(_LATELY)
        people = dict.fromkeys(
            person_of(item)
            for item in items
            if is_from_person(item) or (time_ms(item) or now_ms) >= lately_ms
        )
        return [user_id for user_id in people if user_id not in ("", channel.oa_id)]

    def _group_items(
        self, access_token: str, group_id: str, offset: int, count: int
    ) -> list[HistoryItem]:
        query = urlencode({"group_id": group_id, "offset": offset, "count": count})
        with _no_person():
            return self._items(access_token, f"/v3.0/oa/group/conversation?{query}")

    def _chat_items(self, access_token: str, user_id: str) -> list[HistoryItem]:
        query = _data_query({"user_id": user_id, "offset": 0, "count": _MOST_IN_CHAT})
        return self._items(access_token, f"/v2.0/oa/conversation?{query}")

    def _items(self, access_token: str, target: str) -> list[HistoryItem]:
        data = self._ask_repeatable(access_token, "GET", target)
        if not isinstance(data, list):
            raise RetryableProviderError("no-list")
        return [item for item in data if isinstance(item, dict)]

    def _group_messages(self, items: list[HistoryItem]) -> list[GroupMessage]:
        now = self._clock.now()
        return [_group_message(item, now) for item in items]

    def _send_to_group(
        self, access_token: str, group_id: str, message: Mapping[str, object]
    ) -> str:
        recipient = {"group_id": group_id}
        with _no_person():
            return self._send(access_token, "/v3.0/oa/group/message", recipient, message)

    def _send(
        self,
        access_token: str,
        target: str,
        recipient: Mapping[str, str],
        message: Mapping[str, object],
    ) -> str:
        payload = {"recipient": recipient, "message": message}
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        body = text.encode("utf-8", "replace")
        data = self._ask(access_token, "POST", target, "application/json", body)
        message_id = _id_in(data, "message_id")
        if not message_id:
            raise OutcomeUnknownError("no-message-id")
        return message_id

    def _ask_repeatable(
        self,
        access_token: str,
        method: str,
        target: str,
        content_type: str = "",
        body: bytes | None = None,
    ) -> object:
        """Ask for what does no harm when done twice: an unknown outcome is retryable."""
        try:
            return self._ask(access_token, method, target, content_type, body)
        except OutcomeUnknownError as exc:
            raise RetryableProviderError(exc.code) from exc

    def _ask(
        self, access_token: str, method: str, target: str, content_type: str, body: bytes | None
    ) -> object:
        headers = self._headers(access_token)
        if content_type:
            headers["Content-Type"] = content_type
        answer = self._transport.exchange(self._base, Call(method, target, headers, body))
        return data_of(answer, self._clock.now())

    def _headers(self, access_token: str) -> dict[str, str]:
        """Return the headers of section 0 (`access_token`, no Bearer) and section 1.5."""
        if not is_header_value(access_token):
            raise TokenExpiredError("unusable-token")
        headers = {"access_token": access_token, "Accept": "application/json"}
        if self._app_secret is not None:
            headers["appsecret_proof"] = appsecret_proof(self._app_secret, access_token)
        return headers


@contextmanager
def _no_person() -> Iterator[None]:
    """Where no person is written to, a number that speaks of one, or of a quota, closes the
    channel as a whole."""
    try:
        yield
    except RecipientClosedError as exc:
        raise ChannelClosedError(exc.code) from exc


def _milliseconds(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def _data_query(data: Mapping[str, object]) -> str:
    """Return the query of the older calls: all parameters as JSON in one (section 0)."""
    return urlencode({"data": json.dumps(data, separators=(",", ":"))})


def appsecret_proof(app_secret: str, access_token: str) -> str:
    """Return the proof of section 1.5: hex HMAC-SHA-256 of the token under the app secret."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _id_in(data: object, name: str) -> str:
    """Return an id as a string, "" when there is none that could be stored and shown."""
    value = data.get(name) if isinstance(data, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value)
    return text if text.isprintable() and len(text) <= _LONGEST_ID else ""


def _group_message(item: HistoryItem, now: datetime) -> GroupMessage:
    """Read one item of a history; `now` stands in for a time that is missing.

    A message whose time cannot be read thus still counts as recent, so that a look-up
    after an ambiguous send compares its text instead of passing it over.
    """
    return GroupMessage(
        message_id=_id_in(item, "message_id"),
        from_oa=item.get("src") in (0, "0"),
        kind=_text(item.get("type")),
        text=_text(item.get("message")),
        sent_at=_time(item.get("time")) or now,
    )


def _text(value: object) -> str:
    """Return a text in NFC that every store can hold (lone surrogates become "?")."""
    return _nfc(value).encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _time(value: object) -> datetime | None:
    """Read milliseconds since 1970, number or string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(value))
    except (ValueError, OverflowError):
        return None
