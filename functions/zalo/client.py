"""The calls of Zalo's Open API that this project uses: text, photo and history of a group.

Sections are those of the project's API reference; each was checked there on the day named.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from functions.core.errors import OutcomeUnknownError, RetryableProviderError, TokenExpiredError
from functions.core.models import GroupMessage
from functions.core.ports import Clock
from functions.zalo.answers import data_of
from functions.zalo.transport import BaseUrl, Call, Transport, encode_file, is_header_value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_ID = 500


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
        return self._send(access_token, group_id, {"text": _nfc(text)})

    def upload_image(self, access_token: str, jpeg: bytes) -> str:
        """Upload a JPEG of at most 1,048,576 bytes and return its attachment id.

        Section 3, `POST /v2.0/oa/upload/image`; checked 2026-11-21. An upload that may
        have taken effect is retryable: nobody sees an image that was never posted.
        """
        body, content_type = encode_file("file", "photo.jpg", jpeg, "image/jpeg")
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
        return self._send(access_token, group_id, message)

    def group_history(
        self, access_token: str, group_id: str, offset: int, count: int
    ) -> list[GroupMessage]:
        """Return up to `count` (≤ 50) messages, newest first.

        Section 4.3, `GET /v3.0/oa/group/conversation` with plain query parameters (13,
        row 15); rules G7 and G8; checked 2026-11-21. An answer without a list is
        retryable, never "no messages": a look-up that wrongly finds nothing doubles a post.
        """
        query = urlencode({"group_id": group_id, "offset": offset, "count": count})
        data = self._ask_repeatable(access_token, "GET", f"/v3.0/oa/group/conversation?{query}")
        if not isinstance(data, list):
            raise RetryableProviderError("no-list")
        now = self._clock.now()
        return [_group_message(item, now) for item in data if isinstance(item, dict)]

    def _send(self, access_token: str, group_id: str, message: Mapping[str, object]) -> str:
        payload = {"recipient": {"group_id": group_id}, "message": message}
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        data = self._ask(
            access_token,
            "POST",
            "/v3.0/oa/group/message",
            "application/json",
            text.encode("utf-8", "replace"),
        )
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


def appsecret_proof(app_secret: str, access_token: str) -> str:
    """Return the proof of section 1.5: hex HMAC-SHA-256 of the token under the app secret."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _id_in(data: object, name: str) -> str:
    """Return an id as a string, "" when there is none that could be stored and shown."""
    value = data.get(name) if isinstance(data, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value)
    return text if text.isprintable() and len(text) <= _LONGEST_ID else ""


def _group_message(item: dict[str, object], now: datetime) -> GroupMessage:
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
