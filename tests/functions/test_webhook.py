"""The address that Zalo posts to: 200 whatever comes, and only what is genuine is kept."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from functions.core.errors import StoreUnavailableError
from functions.core.models import ForwardMode, UnitChannel, ZaloApp
from functions.core.receiving import WRONG_KEY
from functions.zalo_webhook.handler import MAX_BODY, PATH
from tests.functions.world import UNIT, World

APP = ZaloApp("1234567890123456789", "app-secret", "testOaSecretKey0001")
OA = "4318657068771012646"
GROUP = "f414c8f76fa586fbdfb4"

# The vectors 2 and 3 of the reference (5.2), sent on 2025-11-21.
TEXT = (
    '{"app_id":"1234567890123456789","user_id_by_app":"552177279717587730",'
    '"event_name":"user_send_text","sender":{"id":"8756287263669629130"},'
    '"recipient":{"id":"4318657068771012646"},"message":{"text":"Tôi đã nhận tin TB-7K3Q",'
    '"msg_id":"e2a641af6661713b2874","quote_msg_id":"81d74a9cd71d6f473608"},'
    '"timestamp":"1763712000123"}'
).encode()
TEXT_MAC = "3ce59095516cc583771f2c45409b8ec5adc9235942d36f08d4623c0d5672987e"
GROUP_TEXT = (
    b'{"app_id":"1234567890123456789","oa_id":"4318657068771012646",'
    b'"event_name":"user_send_group_text","sender":{"id":"8756287263669629130"},'
    b'"recipient":{"id":"f414c8f76fa586fbdfb4"},"message":{"text":"#nhan TB-7K3Q",'
    b'"msg_id":"2ad6de1b0f9d6b53e1f0","quote_msg_id":"81d74a9cd71d6f473608"},'
    b'"timestamp":"1763712060456"}'
)
GROUP_TEXT_MAC = "8949a060563b60980cd4f63db01e112e9a1ef9b00837b7e0ca4d8f2db756d61b"
VECTORS_AT = datetime.fromtimestamp(1763712000, UTC)


def world_of_the_vectors() -> World:
    world = World()
    world.clock.set(VECTORS_AT + timedelta(minutes=2))
    world.channels.save_app(APP)
    world.channels.save_channel(UnitChannel(UNIT, OA, GROUP, ForwardMode.TIP))
    return world


def post(world: World, body: bytes, signature: str | None = None, **more: Any) -> TestResponse:
    headers = {} if signature is None else {"X-ZEvent-Signature": signature}
    return world.webhook_app.test_client().post(
        PATH, data=body, headers=headers, **({"content_type": "application/json"} | more)
    )


def mac_of(body: bytes, key: str = APP.oa_secret_key) -> str:
    fields = json.loads(body)
    signed = fields["app_id"].encode() + body + fields["timestamp"].encode() + key.encode()
    return hashlib.sha256(signed).hexdigest()


def is_taken(answer: TestResponse) -> bool:
    return (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (TEXT, f"mac={TEXT_MAC}"),
        (TEXT, TEXT_MAC),
        (TEXT, f"mac={TEXT_MAC.upper()}"),
        (GROUP_TEXT, f"mac={GROUP_TEXT_MAC}"),
    ],
)
def test_vectors_of_the_reference_are_stored(body: bytes, signature: str) -> None:
    world = world_of_the_vectors()

    answer = post(world, body, signature)

    assert is_taken(answer)
    (job,) = world.jobs.all()
    assert world.events.get(job.subject_id).body == body
    assert world.events.unverified() == 0


def test_repeats_are_taken_and_stored_once() -> None:
    world = world_of_the_vectors()

    answers = [post(world, TEXT, TEXT_MAC) for _ in range(20)]

    assert all(is_taken(answer) for answer in answers)
    assert len(world.jobs.all()) == 1


def forgeries() -> dict[str, tuple[bytes, str | None]]:
    again = json.dumps(json.loads(TEXT)).encode()
    stamp = b"1763712000123"
    parts = APP.app_id.encode() + TEXT + stamp
    other_app = TEXT.replace(APP.app_id.encode(), b"999")
    return {
        "no header": (TEXT, None),
        "empty header": (TEXT, ""),
        "HMAC": (TEXT, hmac.new(APP.oa_secret_key.encode(), parts, "sha256").hexdigest()),
        "key of the app": (TEXT, mac_of(TEXT, APP.secret_key)),
        "of the body written again": (TEXT, mac_of(again)),
        "body written again": (again, TEXT_MAC),
        "one byte changed": (TEXT.replace(b"7K3Q", b"7K3R"), TEXT_MAC),
        "other app": (other_app, mac_of(other_app)),
        "no JSON": (b"x", "mac=" + "0" * 64),
        "empty": (b"", "mac=" + "0" * 64),
        "console": (b"{}", None),
        "a list": (b"[]", "mac="),
        "deep": (b"[" * 100_000, "mac="),
        "no text": (b"\xff\xfe\x00", "mac=\u00ff"),
    }


@pytest.mark.parametrize("name", forgeries())
def test_forgery_is_answered_alike_counted_and_has_no_effect(name: str) -> None:
    world = world_of_the_vectors()
    body, signature = forgeries()[name]

    answer = post(world, body, signature)

    assert is_taken(answer)
    assert world.jobs.all() == []
    assert world.events.unverified() == 1


def test_wrong_key_is_an_alarm_until_a_genuine_event_comes() -> None:
    world = world_of_the_vectors()
    post(world, TEXT, mac_of(TEXT, "key of yesterday"))
    is_open = world.alerts.is_open(WRONG_KEY, "")

    post(world, GROUP_TEXT, GROUP_TEXT_MAC)

    assert is_open
    assert not world.alerts.is_open(WRONG_KEY, "")


@pytest.mark.parametrize("days", [-3, 3])
def test_genuine_event_of_another_day_is_dropped_and_counted(days: int) -> None:
    world = world_of_the_vectors()
    world.clock.advance(timedelta(days=days))

    answer = post(world, TEXT, TEXT_MAC)

    assert is_taken(answer)
    assert world.jobs.all() == []
    assert world.events.unverified() == 1


def test_genuine_event_of_an_unknown_oa_is_dropped() -> None:
    world = world_of_the_vectors()
    body = TEXT.replace(OA.encode(), b"1")

    assert is_taken(post(world, body, mac_of(body)))
    assert world.jobs.all() == []


def test_huge_body_is_answered_alike_and_counted() -> None:
    world = world_of_the_vectors()

    answer = post(world, b"x" * (MAX_BODY + 1), TEXT_MAC)

    assert is_taken(answer)
    assert world.events.unverified() == 1


def test_largest_body_is_read() -> None:
    world = world_of_the_vectors()
    text = "a" * (MAX_BODY - len(TEXT) + len("Tôi đã nhận tin TB-7K3Q".encode()))
    body = TEXT.replace("Tôi đã nhận tin TB-7K3Q".encode(), text.encode())
    assert len(body) == MAX_BODY

    assert is_taken(post(world, body, mac_of(body)))
    assert len(world.jobs.all()) == 1


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_content_type_does_not_matter(content_type: str) -> None:
    world = world_of_the_vectors()

    assert is_taken(post(world, TEXT, TEXT_MAC, content_type=content_type))
    assert len(world.jobs.all()) == 1


class FullDisk:
    """An event store that cannot write."""

    def add(self, *_: object) -> bool:
        raise StoreUnavailableError("disk full", "SQLITE_FULL")

    def count_unverified(self) -> None:
        raise StoreUnavailableError("disk full", "SQLITE_FULL")


def test_genuine_event_that_cannot_be_stored_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = world_of_the_vectors()
    for name in ("add", "count_unverified"):
        monkeypatch.setattr(world.events, name, getattr(FullDisk(), name))

    genuine = post(world, TEXT, TEXT_MAC)
    forged = post(world, TEXT, "mac=00")

    assert genuine.status_code == 503
    assert is_taken(forged)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_other_methods_are_not_allowed(method: str) -> None:
    answer = world_of_the_vectors().webhook_app.test_client().open(PATH, method=method)

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_log_names_what_was_dropped_and_nothing_that_was_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = world_of_the_vectors()
    caplog.set_level(logging.INFO)
    reacted = TEXT.replace(b"user_send_text", b"user_reacted_message")
    foreign = TEXT.replace(OA.encode(), b"1")

    post(world, TEXT, TEXT_MAC)
    post(world, TEXT, "mac=00")
    post(world, foreign, mac_of(foreign))
    post(world, reacted, mac_of(reacted))

    said = [(record.message, vars(record).get("fields")) for record in caplog.records]
    assert said == [
        ("webhook-dropped", {"code": "unknown-oa"}),
        ("webhook-ignored", {"kind": "user_reacted_message"}),
    ]
