"""The client's calls as values, and the secrets they carry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.core.errors import ProviderError
from functions.core.models import ForwardMode, UnitChannel
from functions.zalo.client import ZaloClient

TOKEN = "SECRET-ACCESS-TOKEN"
GROUP = "f414c8f76fa586fbdfb4"
USER = "8756287263669629130"
OA = "4318657068771012646"
CHANNEL = UnitChannel("phuong-tan-an", OA, "", ForwardMode.TIP)
SECRET_TEXT = "lời tố giác kín"

# Section 4.2, word for word.
SENT = (
    b'{"data":{"message_id":"81d74a9cd71d6f473608","group_id":"f414c8f76fa586fbdfb4"},'
    b'"error":0,"message":"Success"}'
)

Ask = Callable[[ZaloClient], object]
SENDS: dict[str, Ask] = {
    "text": lambda client: client.send_group_text(TOKEN, GROUP, SECRET_TEXT),
    "image": lambda client: client.send_group_image(TOKEN, GROUP, "attachment", SECRET_TEXT),
    "user text": lambda client: client.send_user_text(TOKEN, USER, SECRET_TEXT),
}
REPEATABLE: dict[str, Ask] = {
    "upload": lambda client: client.upload_image(TOKEN, b"\xff\xd8SECRET PIXELS"),
    "history": lambda client: client.group_history(TOKEN, GROUP, 0, 50),
    "user history": lambda client: client.user_history(TOKEN, USER),
    "missed events": lambda client: client.missed_events(TOKEN, CHANNEL),
}
TO_A_PERSON = ("user text", "user history")
ALL = {**SENDS, **REPEATABLE}


def failure(client: ZaloClient, ask: Ask) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(client)
    return caught.value
