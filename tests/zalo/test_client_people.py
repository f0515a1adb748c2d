"""The client's calls about single people (sections 2.1, 2.2 and 6)."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.core.errors import (
    OutcomeUnknownError,
    RecipientClosedError,
    RejectedByProviderError,
    RetryableProviderError,
)
from functions.core.models import GroupMessage
from functions.zalo.client import ZaloClient
from tests.zalo.asks import OA, TOKEN, USER, failure
from tests.zalo.stub_http import StubServer, reply

# Section 2.1, word for word.
SENT = (
    b'{"data":{"message_id":"63ecf43f0df7dba892e6","user_id":"2512523625412515",'
    b'"sent_time":"1763712000000",'
    b'"quota":{"quota_type":"reply","remain":"7","total":"8"}},'
    b'"error":0,"message":"Success"}'
)


def test_text_to_a_person_is_sent_as_the_reference_shows(
    stub: StubServer, client: ZaloClient
) -> None:
    stub.will(reply(SENT))

    message_id = client.send_user_text(TOKEN, USER, "...")

    assert message_id == "63ecf43f0df7dba892e6"
    [request] = stub.received
    assert (request.method, request.target) == ("POST", "/v3.0/oa/message/cs")
    assert request.headers["access_token"] == TOKEN
    assert request.headers["content-type"] == "application/json"
    assert request.body == (
        b'{"recipient":{"user_id":"8756287263669629130"},"message":{"text":"..."}}'
    )


def test_text_to_a_person_is_sent_composed_and_in_one_piece(
    stub: StubServer, client: ZaloClient
) -> None:
    stub.will(reply({"data": {"message_id": "m"}, "error": "0"}))
    text = 'Đã nhận tin của ông/bà: "đường Lê Duẩn"\n' + "ạ" * 2_000

    client.send_user_text(TOKEN, USER, unicodedata.normalize("NFD", text))

    assert json.loads(stub.received[0].body)["message"] == {"text": text}


def test_text_to_a_person_without_an_id_in_the_answer_may_have_gone(
    stub: StubServer, client: ZaloClient
) -> None:
    stub.will(reply({"data": {"user_id": USER}, "error": 0}))

    error = failure(client, lambda client: client.send_user_text(TOKEN, USER, "x"))

    assert type(error) is OutcomeUnknownError
    assert error.code == "no-message-id"


def test_person_whose_window_is_closed_does_not_close_the_channel_for_others(
    stub: StubServer, client: ZaloClient
) -> None:
    stub.will(reply({"error": -230, "message": "..."}), reply(SENT))

    error = failure(client, lambda client: client.send_user_text(TOKEN, "1", "x"))

    assert type(error) is RecipientClosedError
    assert client.send_user_text(TOKEN, USER, "x") == "63ecf43f0df7dba892e6"


def test_id_of_a_person_that_is_no_id_is_refused_content(
    stub: StubServer, client: ZaloClient
) -> None:
    stub.will(reply({"error": -201, "message": "user_id is invalid!"}))

    error = failure(client, lambda client: client.send_user_text(TOKEN, "x", "x"))

    assert type(error) is RejectedByProviderError


def test_history_of_a_person_is_asked_with_one_parameter(
    stub: StubServer, client: ZaloClient
) -> None:
    stub.will(reply({"data": [], "error": 0}))

    assert client.user_history(TOKEN, 'a"b&c') == []

    [request] = stub.received
    parts = urlsplit(request.target)
    assert (request.method, parts.path) == ("GET", "/v2.0/oa/conversation")
    [data] = parse_qs(parts.query, strict_parsing=True)["data"]
    assert json.loads(data) == {"user_id": 'a"b&c', "offset": 0, "count": 10}


def test_history_of_a_person_is_read_whatever_its_ids_are(
    stub: StubServer, client: ZaloClient
) -> None:
    item = {"time": 1763712000123, "type": "text", "from_id": int(OA), "to_id": int(USER)}
    ours = {**item, "src": 0, "message": "Đã nhận", "message_id": "63ecf43f0df7dba892e6"}
    theirs = {**item, "src": 1, "message": "Có trộm", "message_id": 9007199254740993}
    stub.will(reply({"data": [ours, theirs], "error": 0}))

    messages = client.user_history(TOKEN, USER)

    at = datetime(2025, 11, 21, 8, 0, 0, 123_000, tzinfo=UTC)
    assert messages == [
        GroupMessage("63ecf43f0df7dba892e6", True, "text", "Đã nhận", at),
        GroupMessage("9007199254740993", False, "text", "Có trộm", at),
    ]


@pytest.mark.parametrize("data", [None, {}, "x"])
def test_history_of_a_person_without_a_list_is_no_empty_history(
    stub: StubServer, client: ZaloClient, data: object
) -> None:
    stub.will(reply({"data": data, "error": 0}))

    error = failure(client, lambda client: client.user_history(TOKEN, USER))

    assert type(error) is RetryableProviderError
    assert error.code == "no-list"
