"""People who write, people who are written to: our side and the sandbox's, written apart."""

from __future__ import annotations

import pytest

from functions.core.errors import (
    OutcomeUnknownError,
    RecipientClosedError,
    RetryableProviderError,
)
from functions.core.events import OwnEcho, ResidentMessage, StaffMessage
from functions.core.models import Location, MediaKind
from functions.zalo.media import ZaloMediaFetcher
from functions.zalo.webhook import ZaloWebhookReader
from tests.zalo.sandbox_units import SEND_TO_USER, TEXT, Unit, control, jpeg, photo

READER = ZaloWebhookReader()


def test_text_reaches_a_person_who_has_written(unit: Unit) -> None:
    user_id = unit.resident()
    theirs = unit.say(user_id, text="Có trộm")

    ours = unit.client.send_user_text(unit.access_token, user_id, TEXT)

    history = unit.client.user_history(unit.access_token, user_id)
    assert [message.message_id for message in history] == [ours, theirs]
    assert [message.from_oa for message in history] == [True, False]
    assert [message.text for message in history] == [TEXT, "Có trộm"]


def test_person_who_never_wrote_is_closed(unit: Unit) -> None:
    with pytest.raises(RecipientClosedError):
        unit.client.send_user_text(unit.access_token, unit.resident(), TEXT)


def test_person_who_blocked_the_oa_is_closed(unit: Unit) -> None:
    user_id = unit.resident()
    unit.say(user_id, text="Có trộm")
    control(unit.url, f"users/{user_id}/block", {})

    with pytest.raises(RecipientClosedError) as caught:
        unit.client.send_user_text(unit.access_token, user_id, TEXT)

    assert caught.value.code == "-217"


def test_person_who_no_longer_follows_can_still_be_answered(unit: Unit) -> None:
    user_id = unit.resident()
    unit.say(user_id, text="Có trộm")
    control(unit.url, f"users/{user_id}/unfollow", {})

    assert unit.client.send_user_text(unit.access_token, user_id, TEXT)


def test_person_who_wrote_too_long_ago_is_closed(unit: Unit) -> None:
    user_id = unit.resident()
    unit.say(user_id, text="Có trộm", seconds_ago=8 * 86_400)

    with pytest.raises(RecipientClosedError) as caught:
        unit.client.send_user_text(unit.access_token, user_id, TEXT)

    assert caught.value.code == "-230"


def test_text_to_a_person_whose_answer_was_lost_can_be_looked_up(unit: Unit) -> None:
    user_id = unit.resident()
    unit.say(user_id, text="Có trộm")
    unit.order_fault("lost_answer", route=SEND_TO_USER)

    with pytest.raises(OutcomeUnknownError):
        unit.client.send_user_text(unit.access_token, user_id, TEXT)

    history = unit.client.user_history(unit.access_token, user_id)
    assert [message.text for message in history] == [TEXT, "Có trộm"]


def test_every_event_is_genuine_and_read(told: Unit) -> None:
    user_id = told.resident()
    said = told.say(user_id, text="Có trộm", media=[photo()])
    command = told.say(told.officer_id, "group-message", text="[@1] #nhan", quoted_id="q")
    posted = told.send()

    webhooks = told.webhooks()

    assert all(READER.is_genuine(body, mac, told.app) for body, mac in webhooks)
    heads = [READER.head(body) for body, _ in webhooks]
    assert [(head.event_key, head.oa_id) for head in heads if head] == [
        (message_id, told.oa_id) for message_id in (said, command, posted)
    ]
    message, order, echo = [READER.read(body) for body, _ in webhooks]
    assert isinstance(message, ResidentMessage)
    assert (message.user_id, message.text, message.media[0].kind) == (
        user_id, "Có trộm", MediaKind.PHOTO,
    )  # fmt: skip
    assert isinstance(order, StaffMessage)
    assert (order.user_id, order.group_id, order.text, order.quoted_id) == (
        told.officer_id, told.group_id, "#nhan", "q",
    )  # fmt: skip
    assert isinstance(echo, OwnEcho)
    assert (echo.recipient, echo.text) == (told.group_id, TEXT)


def test_what_is_read_back_is_what_the_webhooks_said(told: Unit) -> None:
    ago = iter(range(190, 100, -10))
    place = {"latitude": "12.6667", "longitude": "108.05"}
    for user_id in (told.resident(), told.resident()):
        told.say(user_id, text="Có trộm", seconds_ago=next(ago))
        told.say(user_id, media=[photo()], seconds_ago=next(ago))
        told.say(user_id, location=place, seconds_ago=next(ago))
        told.client.send_user_text(told.access_token, user_id, TEXT)
    told.say(told.officer_id, "group-message", text="#nhan TB-7K3QAB", seconds_ago=next(ago))

    by_webhook = [body for body, _ in told.webhooks()]
    theirs = [body for body in by_webhook if not isinstance(READER.read(body), OwnEcho)]
    missed = told.missed()

    assert len(theirs) == 7
    assert [READER.head(body) for body in missed] == [READER.head(body) for body in theirs]
    assert [READER.read(body) for body in missed] == [READER.read(body) for body in theirs]
    last = READER.read(missed[2])
    assert isinstance(last, ResidentMessage)
    assert last.location == Location(12.6667, 108.05)


@pytest.mark.parametrize(
    ("serve", "outcome"),
    [
        ("plain", "whole"),
        ("redirect", "never"),
        ("missing", "never"),
        ("large", "never"),
        ("declared", "never"),
        ("slow", "timeout"),
        ("drip", "timeout"),
        ("cut", "connection-lost"),
        ("error", "http-503"),
    ],
)
def test_photo_is_fetched_from_where_the_event_says(told: Unit, serve: str, outcome: str) -> None:
    told.say(told.resident(), media=[photo(serve=serve)])
    [(body, _)] = told.webhooks()
    event = READER.read(body)
    assert isinstance(event, ResidentMessage)
    host = told.url.removeprefix("http://")
    is_late = outcome == "timeout"
    fetcher = ZaloMediaFetcher(
        (host,), read_timeout=0.4 if is_late else 10, total_timeout=1.0 if is_late else 30
    )

    try:
        found = fetcher.fetch(event.media[0].url, 1_000_000)
        result = "never" if found is None else "whole" if found == jpeg() else "other"
    except RetryableProviderError as error:
        result = error.code

    assert result == outcome
