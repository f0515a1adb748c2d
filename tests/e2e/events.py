"""Webhook events by hand: right ones, old ones and forged ones, as somebody may post them."""

from __future__ import annotations

import time
import uuid
from typing import Any

from tests.e2e.phones import Person
from tests.system import System, get_json

FORGERIES = (
    "none",
    "empty",
    "wrong-key",
    "app-secret",
    "hmac",
    "re-serialised",
    "one-byte-changed",
)
"""The sandbox's ways to sign wrongly; section 5.2 of the reference, W2."""

VARIANTS = ("right", "upper-hex", "bare")
"""Its ways to sign rightly."""


class Postman:
    """Posts events of one unit's OA to the webhook."""

    def __init__(self, system: System, unit_id: str) -> None:
        self.system = system
        provision = get_json(f"{system.sandbox_url}/control/provision")
        own = next(unit for unit in provision["units"] if unit["unit_id"] == unit_id)
        self.oa_id, self.group_id = str(own["oa_id"]), str(own["group_id"])

    def to_oa(self, who: Person, text: str) -> dict[str, Any]:
        """Return the event of somebody who wrote to the OA."""
        return {
            "event_name": "user_send_text",
            "sender": {"id": who.user_id},
            "recipient": {"id": self.oa_id},
            "message": _message(text),
        }

    def in_group(self, who: Person, text: str, group_id: str = "") -> dict[str, Any]:
        """Return the event of somebody who wrote in a group, the unit's own if none is named."""
        return {
            "event_name": "user_send_group_text",
            "oa_id": self.oa_id,
            "sender": {"id": who.user_id},
            "recipient": {"id": group_id or self.group_id},
            "message": _message(text),
        }

    def echo(self, text: str) -> dict[str, Any]:
        """Return the event of the OA's own post in the group."""
        return {
            "event_name": "oa_send_group_text",
            "oa_id": self.oa_id,
            "sender": {"id": self.oa_id},
            "recipient": {"id": self.group_id},
            "message": _message(text),
        }

    def post(
        self, event: dict[str, Any], sign: str = "right", seconds_ago: float = 0
    ) -> tuple[int, str]:
        """Post it signed so; return status and body of the answer."""
        stamp = str(int((time.time() - seconds_ago) * 1000))
        body = {**event, "timestamp": stamp}
        taken = self.system.control("webhook/send", {"body": body, "fill": True, "sign": sign})
        return taken["status"], taken["answer"]


def _message(text: str) -> dict[str, str]:
    return {"msg_id": uuid.uuid4().hex[:20], "text": text}
