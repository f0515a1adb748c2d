"""Webhook events for tests: built from values, in the shapes of the reference's section 5."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from functions.core.models import ZaloApp

APP = ZaloApp("1234567890123456789", "appSecret0123456789", "testOaSecretKey0001")
OA = "4318657068771012646"
USER = "8756287263669629130"
GROUP = "f414c8f76fa586fbdfb4"
STAMP = "1763712000123"
AT = datetime(2025, 11, 21, 8, 0, 0, 123_000, tzinfo=UTC)


def encoded(event: object) -> bytes:
    """Write it as Zalo does: compact, letters unescaped (W1)."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def envelope(name: str, **fields: Any) -> dict[str, Any]:
    return {"app_id": APP.app_id, "event_name": name, "timestamp": STAMP, **fields}


def to_oa(kind: str, sender: str = USER, **message: Any) -> bytes:
    """Return what a person wrote to the OA."""
    return encoded(
        envelope(
            f"user_send_{kind}",
            user_id_by_app="552177279717587730",
            sender={"id": sender},
            recipient={"id": OA},
            message={"msg_id": "96d3cdf3af150460909", **message},
        )
    )


def in_group(kind: str, sender: str = USER, **message: Any) -> bytes:
    """Return what a member wrote in the OA's group."""
    return encoded(
        envelope(
            f"user_send_group_{kind}",
            oa_id=OA,
            sender={"id": sender},
            recipient={"id": GROUP},
            message={"msg_id": "2ad6de1b0f9d6b53e1f0", **message},
        )
    )


def about_group(name: str, *user_ids: str) -> bytes:
    users = {"users": [{"id": user_id} for user_id in user_ids]} if user_ids else {}
    return encoded(envelope(name, oa_id=OA, group_id=GROUP, **users))


def attachment(kind: str, **payload: Any) -> dict[str, Any]:
    return {"type": kind, "payload": payload}
