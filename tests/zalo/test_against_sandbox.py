"""The client and the sandbox were written apart from the same reference: do they agree?"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    ReauthorizationError,
    RejectedByProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from tests.zalo.sandbox_units import SEND, TEXT, UNITS, Unit, control, jpeg


def test_text_and_photo_stand_in_the_group_newest_first(unit: Unit) -> None:
    text_id = unit.client.send_group_text(
        unit.access_token, unit.group_id, unicodedata.normalize("NFD", TEXT)
    )
    attachment_id = unit.client.upload_image(unit.access_token, jpeg())
    image_id = unit.client.send_group_image(
        unit.access_token, unit.group_id, attachment_id, "TB-7K3QAB ảnh 1/1"
    )

    history = unit.client.group_history(unit.access_token, unit.group_id, 0, 50)

    assert [message.message_id for message in history[:2]] == [image_id, text_id]
    assert [message.from_oa for message in history[:2]] == [True, True]
    assert history[1].text == TEXT
    assert history[1].kind == "text"
    assert abs(history[1].sent_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_history_is_read_in_pages(unit: Unit) -> None:
    ids = [unit.send() for _ in range(3)]

    pages = [
        unit.client.group_history(unit.access_token, unit.group_id, offset, 2) for offset in (0, 2)
    ]

    found = [message.message_id for page in pages for message in page]
    assert [message_id for message_id in found if message_id in ids] == ids[::-1]


@pytest.mark.parametrize("kind", ["lost_answer", "truncated"])
def test_send_whose_answer_was_lost_can_be_looked_up(unit: Unit, kind: str) -> None:
    unit.order_fault(kind, route=SEND)

    with pytest.raises(OutcomeUnknownError):
        unit.send()

    assert unit.texts().count(TEXT) == 1


@pytest.mark.parametrize("kind", ["string_zero", "extra_fields", "missing_fields"])
def test_small_oddities_of_an_answer_do_not_matter(unit: Unit, kind: str) -> None:
    unit.order_fault(kind, route=SEND)

    assert unit.send()


@pytest.mark.parametrize(
    ("kind", "rule", "expected"),
    [
        ("error", {"code": -32}, RetryableProviderError),
        ("error", {"code": -200}, RetryableProviderError),
        ("error", {"code": -201}, RejectedByProviderError),
        ("error", {"code": -210}, RejectedByProviderError),
        ("error", {"code": -216}, TokenExpiredError),
        ("error", {"code": -220}, TokenExpiredError),
        ("error", {"code": -237}, ChannelClosedError),
        ("error", {"code": -403}, ChannelClosedError),
        ("http", {"status": 401}, TokenExpiredError),
        ("http", {"status": 404}, ChannelClosedError),
        ("http", {"status": 500}, OutcomeUnknownError),
        ("http", {"status": 502}, OutcomeUnknownError),
        ("html", {}, OutcomeUnknownError),
        ("cut", {}, OutcomeUnknownError),
        ("outage", {"times": 1}, OutcomeUnknownError),
        ("outage", {"times": 1, "mode": "503"}, OutcomeUnknownError),
    ],
)
def test_ordered_fault_says_what_to_do_and_the_next_send_goes_through(
    unit: Unit, kind: str, rule: dict[str, Any], expected: type[ProviderError]
) -> None:
    unit.order_fault(kind, route=SEND, **rule)

    with pytest.raises(ProviderError) as caught:
        unit.send()

    assert type(caught.value) is expected
    assert unit.texts().count(TEXT) == 0
    assert unit.send()


def test_group_of_another_unit_is_closed(unit: Unit) -> None:
    others = control(unit.url, "provision")["units"]
    [other] = [row for row in others if row["unit_id"] == UNITS[-1]["unit_id"]]

    with pytest.raises(ChannelClosedError) as caught:
        unit.client.send_group_text(unit.access_token, other["group_id"], TEXT)

    assert caught.value.code == "-403"


def test_photo_that_is_too_large_or_no_photo_is_refused(unit: Unit) -> None:
    for data in (jpeg() + bytes(1_048_577), b"GIF89a no jpeg"):
        with pytest.raises(RejectedByProviderError):
            unit.client.upload_image(unit.access_token, data)


def test_unknown_token_counts_as_expired(unit: Unit) -> None:
    with pytest.raises(TokenExpiredError):
        unit.client.group_history("unknown", unit.group_id, 0, 50)


def test_new_pair_replaces_the_old_one(unit: Unit) -> None:
    now = datetime.now(UTC)

    pair = unit.issuer.exchange(unit.app, unit.refresh_token, now)

    assert pair.expires_at == now + timedelta(hours=25)
    assert unit.client.send_group_text(pair.access_token, unit.group_id, TEXT)
    with pytest.raises(TokenExpiredError):
        unit.send()
    with pytest.raises(ReauthorizationError):
        unit.issuer.exchange(unit.app, unit.refresh_token, now)


def test_wrong_secret_key_leaves_the_refresh_token_alive(unit: Unit) -> None:
    now = datetime.now(UTC)

    with pytest.raises(ChannelClosedError):
        unit.issuer.exchange(replace(unit.app, secret_key="wrong"), unit.refresh_token, now)

    assert unit.issuer.exchange(unit.app, unit.refresh_token, now).access_token


def test_exchange_whose_answer_was_lost_ends_in_a_dead_token(unit: Unit) -> None:
    now = datetime.now(UTC)
    unit.order_fault_at_the_token_endpoint("lost_answer")

    with pytest.raises(OutcomeUnknownError):
        unit.issuer.exchange(unit.app, unit.refresh_token, now)

    with pytest.raises(ReauthorizationError):
        unit.issuer.exchange(unit.app, unit.refresh_token, now)
