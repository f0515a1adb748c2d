"""The client against the reference's own requests and answers (sections 1.5, 3 and 4)."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP

import pytest

from functions.core.errors import (
    OutcomeUnknownError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.models import GroupMessage
from functions.core.ports import ChatGateway
from functions.zalo.client import ZaloClient, appsecret_proof
from functions.zalo.transport import Transport
from tests.zalo.asks import GROUP, REPEATABLE, SENDS, SENT, TOKEN, failure
from tests.zalo.conftest import NOW, FixedClock
from tests.zalo.stub_http import StubServer, reply


def test_client_keeps_the_port(client: ZaloClient) -> None:
    gateway: ChatGateway = client

    assert gateway is client


def test_text_is_sent_as_the_reference_shows(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply(SENT))

    message_id = client.send_group_text(TOKEN, GROUP, "...")

    assert message_id == "81d74a9cd71d6f473608"
    [request] = stub.received
    assert (request.method, request.target) == ("POST", "/v3.0/oa/group/message")
    assert request.headers["access_token"] == TOKEN
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    assert "appsecret_proof" not in request.headers
    assert request.body == (
        b'{"recipient":{"group_id":"f414c8f76fa586fbdfb4"},"message":{"text":"..."}}'
    )


def test_calls_stand_below_the_path_of_the_base_url(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(SENT))
    client = ZaloClient(transport, stub.url + "/openapi/", FixedClock())

    client.send_group_text(TOKEN, GROUP, "x")

    assert stub.received[0].target == "/openapi/v3.0/oa/group/message"


def test_decomposed_text_is_sent_composed(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply(SENT), reply(SENT))
    text = 'Ấp 3, đường Lê Duẩn: "đánh bạc"\n👮 [@'

    client.send_group_text(TOKEN, GROUP, unicodedata.normalize("NFD", text))
    client.send_group_image(TOKEN, GROUP, "a", unicodedata.normalize("NFD", text))

    expected = 'Ấp 3, đường Lê Duẩn: \\"đánh bạc\\"\\n👮 [@'.encode()
    assert all(b'"text":"' + expected + b'"' in request.body for request in stub.received)


def test_long_text_is_sent_whole(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply(SENT))

    client.send_group_text(TOKEN, GROUP, "ạ" * 2500)

    assert stub.received[0].body.decode().count("ạ") == 2500


def test_half_a_surrogate_pair_does_not_stop_a_text(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply(SENT))

    client.send_group_text(TOKEN, GROUP, "a\ud800b")

    assert b'{"text":"a?b"}' in stub.received[0].body


def test_image_is_sent_as_a_media_template(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply(SENT), reply(SENT))

    message_id = client.send_group_image(TOKEN, GROUP, "wESbL53O_shd", "TB-7K3QAB ảnh 1/2")
    client.send_group_image(TOKEN, GROUP, "wESbL53O_shd", "")

    attachment = (
        '"attachment":{"type":"template","payload":{"template_type":"media",'
        '"elements":[{"media_type":"image","attachment_id":"wESbL53O_shd"}]}}'
    )
    head = '{"recipient":{"group_id":"f414c8f76fa586fbdfb4"},"message":{'
    assert message_id == "81d74a9cd71d6f473608"
    assert [request.body.decode() for request in stub.received] == [
        head + '"text":"TB-7K3QAB ảnh 1/2",' + attachment + "}}",
        head + attachment + "}}",
    ]


def test_upload_carries_the_photo_in_the_field_file(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply({"data": {"attachment_id": "wESbL53O_shd"}, "error": 0}))
    jpeg = b"\xff\xd8\r\n--\x00\xff" + bytes(range(256)) * 4000

    attachment_id = client.upload_image(TOKEN, jpeg)

    assert attachment_id == "wESbL53O_shd"
    [request] = stub.received
    assert (request.method, request.target) == ("POST", "/v2.0/oa/upload/image")
    assert request.headers["access_token"] == TOKEN
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    [part] = BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts()
    assert part.get_content_type() == "image/jpeg"
    assert part["content-disposition"] == 'form-data; name="file"; filename="photo.jpg"'
    assert request.body.count(jpeg) == 1


def test_history_is_asked_with_plain_parameters(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply({"data": [], "error": 0}))

    messages = client.group_history(TOKEN, "a b&c", 100, 50)

    assert messages == []
    [request] = stub.received
    assert (request.method, request.body) == ("GET", b"")
    assert request.target == ("/v3.0/oa/group/conversation?group_id=a+b%26c&offset=100&count=50")
    assert "content-type" not in request.headers


def test_history_tells_our_posts_from_members_posts(stub: StubServer, client: ZaloClient) -> None:
    items = [
        {
            "src": 0,
            "time": 1763712000123,
            "type": "text",
            "message": unicodedata.normalize("NFD", "Tin TB-7K3QAB"),
            "message_id": "81d74a9cd71d6f473608",
            "from_id": 4318657068771012646,
            "from_display_name": "Công an phường",
            "group_id": GROUP,
        },
        {
            "src": 1,
            "time": "1763712000000",
            "type": "photo",
            "message": "",
            "message_id": 9007199254740993,
            "url": "https://f.zdn.vn/a.jpg",
        },
    ]
    stub.will(reply({"data": items, "error": 0, "message": "Success"}))

    messages = client.group_history(TOKEN, GROUP, 0, 50)

    at = datetime(2025, 11, 21, 8, 0, 0, 123_000, tzinfo=UTC)
    assert messages == [
        GroupMessage("81d74a9cd71d6f473608", True, "text", "Tin TB-7K3QAB", at),
        GroupMessage("9007199254740993", False, "photo", "", at.replace(microsecond=0)),
    ]


def test_history_bears_missing_and_broken_fields(stub: StubServer, client: ZaloClient) -> None:
    body = (
        b'{"error":0,"data":[{},null,7,{"src":"0","time":"soon","message":"a\\ud800b"},'
        b'{"src":null,"time":1e400,"type":3,"message_id":true},{"time":99999999999999999999},'
        b'{"time":NaN,"message_id":"\\ud800"},{"time":null,"message_id":["x"]},{"time":true}]}'
    )
    stub.will(reply(body))

    messages = client.group_history(TOKEN, GROUP, 0, 50)

    nothing = GroupMessage("", False, "", "", NOW)
    assert messages == [
        nothing,
        GroupMessage("", True, "", "a?b", NOW),
        *[nothing] * 5,
    ]


@pytest.mark.parametrize("data", [None, {}, {"messages": []}, "x"])
def test_history_without_a_list_is_no_empty_history(
    stub: StubServer, client: ZaloClient, data: object
) -> None:
    stub.will(reply({"data": data, "error": 0}))

    error = failure(client, REPEATABLE["history"])

    assert type(error) is RetryableProviderError
    assert error.code == "no-list"


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"message_id": "m1", "group_id": GROUP}, "error": "0"},
        {"data": {"message_id": "m1"}, "error": 0},
        {"data": {"message_id": "m1", "quota": {"remain": "7"}, "sent_time": "1"}, "error": 0},
        {"data": {"message_id": "m1", "quota": None, "new": []}, "error": 0, "trace": "x"},
    ],
)
def test_send_needs_nothing_but_the_message_id(
    stub: StubServer, client: ZaloClient, body: object
) -> None:
    stub.will(reply(body))

    assert client.send_group_text(TOKEN, GROUP, "x") == "m1"


def test_numeric_id_is_read_as_a_string(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply({"data": {"message_id": 9007199254740993}, "error": 0}))

    assert client.send_group_text(TOKEN, GROUP, "x") == "9007199254740993"


@pytest.mark.parametrize(
    "data", [None, [], {}, {"message_id": ""}, {"message_id": None}, {"message_id": "x" * 501}]
)
@pytest.mark.parametrize("send", SENDS)
def test_success_of_a_send_without_id_leaves_the_outcome_unknown(
    stub: StubServer, client: ZaloClient, send: str, data: object
) -> None:
    stub.will(reply({"data": data, "error": 0}))

    error = failure(client, SENDS[send])

    assert type(error) is OutcomeUnknownError
    assert error.code == "no-message-id"


def test_upload_without_an_id_is_retryable(stub: StubServer, client: ZaloClient) -> None:
    stub.will(reply({"data": {"token": "for files"}, "error": 0}))

    error = failure(client, REPEATABLE["upload"])

    assert type(error) is RetryableProviderError
    assert error.code == "no-attachment-id"


@pytest.mark.parametrize("token", ["", "two words", "tok\r\nevil: 1", "mã"])
def test_token_that_cannot_stand_in_a_header_counts_as_expired(
    stub: StubServer, client: ZaloClient, token: str
) -> None:
    error = failure(client, lambda client: client.send_group_text(token, GROUP, "x"))

    assert type(error) is TokenExpiredError
    assert error.code == "unusable-token"
    assert stub.connections == 0


def test_proof_matches_the_reference_vector() -> None:
    proof = appsecret_proof("appSecret0123456789", "ACCESS_TOKEN_1")

    assert proof == "8fe80b120ef611d33fea8c3be3ecf2191d463e8411a134dff9ba41811abc1e33"


def test_proof_is_sent_where_the_app_demands_it(stub: StubServer, transport: Transport) -> None:
    stub.will(reply(SENT))
    client = ZaloClient(transport, stub.url, FixedClock(), "appSecret0123456789")

    client.send_group_text("ACCESS_TOKEN_1", GROUP, "x")

    assert stub.received[0].headers["appsecret_proof"] == (
        "8fe80b120ef611d33fea8c3be3ecf2191d463e8411a134dff9ba41811abc1e33"
    )


def test_client_refuses_what_is_no_base_url(transport: Transport) -> None:
    with pytest.raises(ValueError):
        ZaloClient(transport, "openapi.zalo.me", FixedClock())
