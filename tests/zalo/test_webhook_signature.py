"""Who really posted an event: section 5.2 with its four vectors, and rules W1 and W2."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.models import ZaloApp
from functions.core.ports import WebhookReader
from functions.zalo.webhook import ZaloWebhookReader, mac_of
from tests.zalo.events import APP, encoded, envelope, to_oa

READER = ZaloWebhookReader()

SECOND = (
    '{"app_id":"1234567890123456789","user_id_by_app":"552177279717587730",'
    '"event_name":"user_send_text","sender":{"id":"8756287263669629130"},'
    '"recipient":{"id":"4318657068771012646"},"message":{"text":"Tôi đã nhận tin TB-7K3Q",'
    '"msg_id":"e2a641af6661713b2874","quote_msg_id":"81d74a9cd71d6f473608"},'
    '"timestamp":"1763712000123"}'
).encode()
SECOND_MAC = "3ce59095516cc583771f2c45409b8ec5adc9235942d36f08d4623c0d5672987e"
THIRD = (
    b'{"app_id":"1234567890123456789","oa_id":"4318657068771012646",'
    b'"event_name":"user_send_group_text","sender":{"id":"8756287263669629130"},'
    b'"recipient":{"id":"f414c8f76fa586fbdfb4"},"message":{"text":"#nhan TB-7K3Q",'
    b'"msg_id":"2ad6de1b0f9d6b53e1f0","quote_msg_id":"81d74a9cd71d6f473608"},'
    b'"timestamp":"1763712060456"}'
)
THIRD_MAC = "8949a060563b60980cd4f63db01e112e9a1ef9b00837b7e0ca4d8f2db756d61b"


def signed(body: bytes, app: ZaloApp = APP) -> str:
    """Sign as Zalo does, apart from the reader."""
    event = json.loads(body)
    text = f"{event['app_id']}".encode() + body + f"{event['timestamp']}".encode()
    return "mac=" + hashlib.sha256(text + app.oa_secret_key.encode()).hexdigest()


def test_reader_keeps_the_port() -> None:
    reader: WebhookReader = READER

    assert reader is READER


def test_first_vector_is_the_formula() -> None:
    mac = mac_of("X", b"BODY", "1234567890", "Y")

    assert mac == "2f1ef5aabe67e8396a459ca89562e108ad541f82ba5022c85f645bd6b7220cb9"


@pytest.mark.parametrize(
    ("body", "length", "mac"), [(SECOND, 327, SECOND_MAC), (THIRD, 311, THIRD_MAC)]
)
def test_second_and_third_vector_are_genuine(body: bytes, length: int, mac: str) -> None:
    assert len(body) == length
    assert READER.is_genuine(body, f"mac={mac}", APP)


def test_fourth_vector_is_refused() -> None:
    rewritten = json.dumps(json.loads(SECOND)).encode()
    by_hmac = hmac.new(
        APP.oa_secret_key.encode(),
        APP.app_id.encode() + SECOND + b"1763712000123",
        hashlib.sha256,
    ).hexdigest()

    assert signed(rewritten).startswith("mac=b2d2b2e1")
    assert not READER.is_genuine(SECOND, signed(rewritten), APP)
    assert not READER.is_genuine(rewritten, f"mac={SECOND_MAC}", APP)
    assert not READER.is_genuine(SECOND, f"mac={by_hmac}", APP)


@pytest.mark.parametrize(
    "signature",
    [
        SECOND_MAC,
        SECOND_MAC.upper(),
        f"mac={SECOND_MAC.upper()}",
        f"MAC={SECOND_MAC}",
        f" mac={SECOND_MAC} ",
    ],
)
def test_prefix_and_case_do_not_matter(signature: str) -> None:
    assert READER.is_genuine(SECOND, signature, APP)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "mac=",
        "mac",
        f"mac=mac={SECOND_MAC}",
        SECOND_MAC[:-1],
        f"{SECOND_MAC}0",
        "Đ" * 64,
        "\ud800",
    ],
)
def test_any_other_signature_is_refused(signature: str) -> None:
    assert not READER.is_genuine(SECOND, signature, APP)


def test_key_of_something_else_is_refused() -> None:
    by_app_secret = signed(SECOND, replace(APP, oa_secret_key=APP.secret_key))

    assert not READER.is_genuine(SECOND, by_app_secret, APP)
    assert not READER.is_genuine(SECOND, signed(SECOND), replace(APP, oa_secret_key="wrong"))


def test_body_changed_by_one_byte_is_refused() -> None:
    changed = SECOND.replace(b"TB-7K3Q", b"TB-7K3R")

    assert not READER.is_genuine(changed, f"mac={SECOND_MAC}", APP)


def test_event_of_another_app_is_refused() -> None:
    other = replace(APP, app_id="9999999999999999999")

    assert not READER.is_genuine(SECOND, f"mac={SECOND_MAC}", other)
    assert not READER.claims_app(SECOND, other)
    assert READER.claims_app(SECOND, APP)


@pytest.mark.parametrize(
    ("app", "app_id"), [(replace(APP, oa_secret_key=""), APP.app_id), (replace(APP, app_id=""), "")]
)
def test_settings_without_key_or_app_believe_nobody(app: ZaloApp, app_id: str) -> None:
    body = encoded({**envelope("follow"), "app_id": app_id})

    assert not READER.is_genuine(body, signed(body, app), app)


def test_numbers_in_place_of_texts_are_taken_to_the_letter() -> None:
    body = b'{"app_id":1234567890123456789,"event_name":"follow","timestamp":1763712000123}'

    assert READER.is_genuine(body, signed(body), APP)
    assert READER.claims_app(body, APP)


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1.5", "1" * 21, "١٢٣", None, ["1"], True])
def test_event_without_a_time_is_refused(stamp: object) -> None:
    body = encoded({**envelope("follow"), "timestamp": stamp})

    assert not READER.is_genuine(body, signed(body), APP)


def test_letter_that_is_no_utf8_does_not_cost_the_message() -> None:
    body = to_oa("text", text="cứu X").replace(b"X", b"\xff")
    plain = body.replace(b"\xff", b"?")
    stamp = json.loads(plain)["timestamp"]

    mac = mac_of(APP.app_id, body, stamp, APP.oa_secret_key)

    assert READER.is_genuine(body, mac, APP)
    assert READER.head(body) == READER.head(plain)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'"x"',
        b"\xff\xfe{",
        b"{" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 1_000_000,
        b'{"timestamp":' + b"9" * 5_000 + b"}",
        b'{"timestamp":1e999999999}',
        b'{"app_id":NaN,"timestamp":-Infinity}',
        b'{"app_id":"1","app_id":["x"],"app_id":{}}',
        b'{"app_id":"1234567890123456789","timestamp":"\\ud800"}',
    ],
)
def test_no_bytes_whatever_are_genuine_or_raise(body: bytes) -> None:
    assert not READER.is_genuine(body, "mac=" + "0" * 64, APP)
    assert READER.claims_app(body, APP) == (b"1234567890123456789" in body)
    assert READER.head(body) is None


@given(st.binary(max_size=300), st.text(max_size=80))
def test_random_bytes_are_never_genuine(body: bytes, signature: str) -> None:
    assert not READER.is_genuine(body, signature, APP)
    assert not READER.is_genuine(SECOND, signature, APP)


@given(st.text(min_size=1, max_size=60))
def test_body_that_was_written_again_does_not_verify(text: str) -> None:
    body = to_oa("text", text=text)
    rewritten = json.dumps(json.loads(body)).encode()

    assert READER.is_genuine(body, signed(body), APP)
    assert rewritten != body
    assert not READER.is_genuine(rewritten, signed(body), APP)


@given(st.data())
def test_one_changed_byte_anywhere_does_not_verify(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SECOND) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != SECOND[at]))

    changed = SECOND[:at] + bytes([byte]) + SECOND[at + 1 :]

    assert not READER.is_genuine(changed, f"mac={SECOND_MAC}", APP)
