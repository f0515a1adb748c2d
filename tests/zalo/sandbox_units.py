"""One unit's own OA in the sandbox, and the sandbox's control at hand."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from PIL import Image

from functions.core.models import ForwardMode, UnitChannel, ZaloApp
from functions.zalo.client import ZaloClient
from functions.zalo.oauth import ZaloTokenIssuer

SEND = "/openapi/v3.0/oa/group/message"
SEND_TO_USER = "/openapi/v3.0/oa/message/cs"
TOKENS = "/oauth/v4/oa/access_token"
TEXT = "Tin TB-7K3QAB: đường Lê Duẩn, ấp 3"
UNITS = [{"unit_id": f"phuong-{number}", "name": f"Phường {number}"} for number in range(40)]


@dataclass(frozen=True)
class Unit:
    """One unit's own OA in the sandbox, used by one test only."""

    url: str
    unit_id: str
    oa_id: str
    group_id: str
    officer_id: str
    access_token: str
    refresh_token: str
    app: ZaloApp
    client: ZaloClient
    issuer: ZaloTokenIssuer

    def order_fault(self, kind: str, **rule: Any) -> None:
        control(self.url, "faults", {"kind": kind, "unit_id": self.unit_id, **rule})

    def order_fault_at_the_token_endpoint(self, kind: str) -> None:
        control(self.url, "faults", {"kind": kind, "route": TOKENS})

    def send(self) -> str:
        return self.client.send_group_text(self.access_token, self.group_id, TEXT)

    def resident(self) -> str:
        """Make a person whom the OA has never heard from."""
        made = control(self.url, f"oas/{self.unit_id}/residents", {})
        return str(made["user_id"])

    def say(self, user_id: str, what: str = "message", **message: Any) -> str:
        return str(control(self.url, f"users/{user_id}/{what}", message)["message_id"])

    def missed(self) -> list[bytes]:
        channel = UnitChannel(self.unit_id, self.oa_id, self.group_id, ForwardMode.TIP)
        return self.client.missed_events(self.access_token, channel)

    def webhooks(self) -> list[tuple[bytes, str]]:
        """Return the events that were made, each with its signature."""
        made = control(self.url, f"webhook/events?unit={self.unit_id}")["events"]
        return [(event["body"].encode(), event["signature"]) for event in made]

    def texts(self) -> list[str]:
        history = self.client.group_history(self.access_token, self.group_id, 0, 50)
        return [message.text for message in history]


def control(url: str, what: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{url}/control/{what}", data, {"Content-Type": "application/json"})
    with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
        return json.loads(response.read() or b"null")


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "JPEG")
    return buffer.getvalue()


def photo(**more: str) -> dict[str, str]:
    """Return a photo as it is ordered from the sandbox."""
    return {"kind": "image", "base64": base64.b64encode(jpeg()).decode(), **more}
