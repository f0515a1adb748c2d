"""What webhooks did not bring is read back as the same events (sections 4.3, 6 and 12.5)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.core.errors import (
    ChannelClosedError,
    ProviderError,
    RetryableProviderError,
    TokenExpiredError,
)
from functions.core.events import Media, ResidentMessage, StaffMessage
from functions.core.models import ForwardMode, Location, MediaKind, UnitChannel
from functions.zalo.client import ZaloClient
from functions.zalo.webhook import ZaloWebhookReader
from tests.zalo.asks import TOKEN
from tests.zalo.conftest import NOW
from tests.zalo.events import AT, GROUP, OA, STAMP, USER, attachment, in_group, to_oa
from tests.zalo.stub_http import Behaviour, StubServer, reply

READER = ZaloWebhookReader()
CHANNEL = UnitChannel("phuong-tan-an", OA, GROUP, ForwardMode.TIP)
NO_GROUP = UnitChannel("phuong-tan-an", OA, "", ForwardMode.TIP)


def items(*found: object) -> Behaviour:
    return reply({"data": list(found), "error": 0, "message": "Success"})


def said(message_id: str, text: str = "x", **fields: Any) -> dict[str, Any]:
    """Return what a person wrote, as both histories tell it."""
    item = {"src": 1, "time": int(STAMP), "type": "text", "message": text, "from_id": int(USER)}
    return {**item, "message_id": message_id, "to_id": int(OA), **fields}


def answered(message_id: str, to: str = USER, **fields: Any) -> dict[str, Any]:
    return said(message_id, **{"src": 0, "from_id": int(OA), "to_id": int(to), **fields})


def asked(stub: StubServer) -> list[tuple[str, dict[str, Any]]]:
    """Return the last part of each path that was asked, with its parameters."""
    found = []
    for request in stub.received:
        parts = urlsplit(request.target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        data = json.loads(query["data"]) if "data" in query else query
        found.append((parts.path.rpartition("/oa/")[2], data))
    return found


def only(stub: StubServer, client: ZaloClient, item: dict[str, Any]) -> ResidentMessage:
    """Return what the one item of the chat with one person is read as."""
    stub.will(items(item), items(item))
    [body] = client.missed_events(TOKEN, NO_GROUP)
    event = READER.read(body)
    assert isinstance(event, ResidentMessage)
    return event


def test_group_and_every_recent_chat_are_read_back(stub: StubServer, client: ZaloClient) -> None:
    stub.will(
        items(said("g1", "#nhan TB-7K3QAB", group_id=GROUP)),
        items(said("u1", from_id=1), answered("o1", to="2", time=None), said("u0", from_id=1)),
        items(said("u1", "Có trộm", from_id=1)),
        items(answered("o1", to="2"), said("u2", "Cháy", from_id=2)),
    )

    bodies = client.missed_events(TOKEN, CHANNEL)

    assert asked(stub) == [
        ("group/conversation", {"group_id": GROUP, "offset": "0", "count": "50"}),
        ("listrecentchat", {"offset": 0, "count": 10}),
        ("conversation", {"user_id": "1", "offset": 0, "count": 10}),
        ("conversation", {"user_id": "2", "offset": 0, "count": 10}),
    ]
    assert [READER.read(body) for body in bodies] == [
        StaffMessage(OA, AT, "g1", GROUP, USER, "#nhan TB-7K3QAB"),
        ResidentMessage(OA, AT, "u1", "1", "Có trộm"),
        ResidentMessage(OA, AT, "u2", "2", "Cháy"),
    ]


def test_event_read_back_is_the_same_as_its_webhook(stub: StubServer, client: ZaloClient) -> None:
    picture = attachment("image", thumbnail="https://t.zdn.vn/a", url="https://f.zdn.vn/a")
    webhooks = [
        in_group("text", msg_id="m1", text="#nhan TB-7K3QAB"),
        in_group("image", msg_id="m2", text="", attachments=[picture]),
        to_oa("text", msg_id="m3", text="Có trộm"),
        to_oa("image", msg_id="m4", text="", attachments=[picture]),
    ]
    photo = {"type": "photo", "thumb": "https://t.zdn.vn/a", "url": "https://f.zdn.vn/a"}
    stub.will(
        items(said("m1", "#nhan TB-7K3QAB"), said("m2", "", **photo)),
        items(said("m4", "", **photo)),
        items(said("m3", "Có trộm"), said("m4", "", **photo)),
    )

    bodies = client.missed_events(TOKEN, CHANNEL)

    assert [READER.head(body) for body in bodies] == [READER.head(body) for body in webhooks]
    assert [READER.read(body) for body in bodies] == [READER.read(body) for body in webhooks]


def test_oldest_comes_first(stub: StubServer, client: ZaloClient) -> None:
    stub.will(
        items(said("g5", time=5), said("g2", time="2")),
        items(said("u4", time=4)),
        items(said("u4", time=4), said("u1", time=1), said("u3", time=3)),
    )

    bodies = client.missed_events(TOKEN, CHANNEL)

    assert [json.loads(body)["message"]["msg_id"] for body in bodies] == [
        "u1", "g2", "u3", "u4", "g5",
    ]  # fmt: skip


def test_item_whose_time_cannot_be_read_counts_as_new(stub: StubServer, client: ZaloClient) -> None:
    for time in (None, "soon", 1.5, [], True, -1, 10**30):
        found = only(stub, client, said("m", time=time))

        assert found.sent_at == NOW


def ms(ago: timedelta) -> int:
    return int((NOW - ago).timestamp() * 1000)


def test_message_of_the_last_minute_is_left_to_its_webhook(
    stub: StubServer, client: ZaloClient
) -> None:
    ages = {"new": timedelta(seconds=59), "ahead": -timedelta(hours=1), "old": timedelta(minutes=1)}
    stub.will(items(*(said(name, time=ms(age)) for name, age in ages.items())), items())

    bodies = client.missed_events(TOKEN, CHANNEL)

    assert [json.loads(body)["message"]["msg_id"] for body in bodies] == ["old"]


@pytest.mark.parametrize(
    ("last", "read"),
    [
        (said("m", time=ms(timedelta(days=30))), True),
        (answered("m", time=ms(timedelta(hours=23))), True),
        (answered("m", time=ms(timedelta(hours=25))), False),
        (answered("m", time=None), True),
    ],
)
def test_chat_is_read_where_something_may_be_unanswered(
    stub: StubServer, client: ZaloClient, last: dict[str, Any], read: bool
) -> None:
    stub.will(items(last), items(said("m1")))

    assert len(client.missed_events(TOKEN, NO_GROUP)) == read
    assert len(stub.received) == 1 + read


def test_what_the_oa_wrote_and_what_cannot_be_told_apart_is_left(
    stub: StubServer, client: ZaloClient
) -> None:
    left = [
        answered("o1"),
        said("m", src=None),
        said("m", src="0"),
        said(""),
        {**said("m"), "message_id": None},
        said("m", from_id=None),
        said("m", from_id=True),
        said("m", from_id=10**30),
        said("m", type="nosupport", url="https://f.zdn.vn/v.mp4"),
        said("m", type=None),
        said("m", type="poll"),
    ]
    stub.will(items(*left, None, 7, "x", []), items())

    assert client.missed_events(TOKEN, CHANNEL) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("photo", MediaKind.PHOTO),
        ("GIF", MediaKind.PHOTO),
        ("voice", MediaKind.VOICE),
        ("video", MediaKind.VIDEO),
    ],
)
def test_each_medium_is_read_back(
    stub: StubServer, client: ZaloClient, kind: str, expected: MediaKind
) -> None:
    found = only(stub, client, said("m", "", type=kind, url="https://f.zdn.vn/a"))

    assert found.media == (Media(expected, "https://f.zdn.vn/a"),)


@pytest.mark.parametrize("named", [{"description": "đơn.pdf"}, {"message": "đơn.pdf"}])
def test_file_is_read_back_with_its_name(
    stub: StubServer, client: ZaloClient, named: dict[str, str]
) -> None:
    file = said("m", "", type="file", url="https://f.zdn.vn/a")

    found = only(stub, client, {**file, **named})

    assert found.media == (Media(MediaKind.FILE, "https://f.zdn.vn/a", "đơn.pdf"),)


@pytest.mark.parametrize(
    "location",
    [
        {"latitude": "12.5", "longitude": 108},
        '{"longitude":"108","latitude":12.5}',
    ],
)
def test_position_is_read_back(stub: StubServer, client: ZaloClient, location: object) -> None:
    found = only(stub, client, said("m", "", type="location", location=location))

    assert found.location == Location(12.5, 108.0)


@pytest.mark.parametrize("location", [None, "x", "[" * 100_000, "{}", 7])
def test_position_that_is_none_leaves_the_words(
    stub: StubServer, client: ZaloClient, location: object
) -> None:
    found = only(stub, client, said("m", "ở đây", type="location", location=location))

    assert (found.text, found.location) == ("ở đây", None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"url": "https://a.vn", "description": "Bán"}, "xem\nBán\nhttps://a.vn"),
        ({"links": [{"url": "https://a.vn"}, {"url": "https://b.vn"}, 7]},
         "xem\nhttps://a.vn\nhttps://b.vn"),
        ({"links": "x", "url": "https://a.vn"}, "xem\nhttps://a.vn"),
        ({"description": '{"phone":"84900000000"}'}, "xem\n84900000000"),
    ],
)  # fmt: skip
def test_links_and_cards_are_read_back(
    stub: StubServer, client: ZaloClient, fields: dict[str, Any], expected: str
) -> None:
    kind = "links" if "links" in fields else "link"

    assert only(stub, client, said("m", "xem", type=kind, **fields)).text == expected


def test_sticker_is_read_back(stub: StubServer, client: ZaloClient) -> None:
    assert only(stub, client, said("m", "", type="sticker")).is_sticker


def test_half_a_surrogate_pair_is_read_back(stub: StubServer, client: ZaloClient) -> None:
    assert only(stub, client, said("m", "a\ud83d")).text == "a?"


def test_unit_without_a_group_has_its_chats_read(stub: StubServer, client: ZaloClient) -> None:
    stub.will(items(said("m1")), items(said("m1")))

    assert len(client.missed_events(TOKEN, NO_GROUP)) == 1
    assert [path for path, _ in asked(stub)] == ["listrecentchat", "conversation"]


@pytest.mark.parametrize("code", [-237, -403, -201, -224])
def test_group_that_is_closed_does_not_hide_the_chats(
    stub: StubServer, client: ZaloClient, code: int
) -> None:
    stub.will(reply({"error": code}), items(said("m1")), items(said("m1")))

    assert len(client.missed_events(TOKEN, CHANNEL)) == 1


@pytest.mark.parametrize("code", [-213, -201, -244])
def test_person_who_cannot_be_read_does_not_hide_the_others(
    stub: StubServer, client: ZaloClient, code: int
) -> None:
    recent = items(said("a", from_id=1), said("b", from_id=2))
    stub.will(recent, reply({"error": code}), items(said("b", from_id=2)))

    assert len(client.missed_events(TOKEN, NO_GROUP)) == 1


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([reply({"error": -216})], TokenExpiredError),
        ([reply({"error": -32})], RetryableProviderError),
        ([reply(b"", 502)], RetryableProviderError),
        ([items(), reply({"error": -204})], ChannelClosedError),
        ([items(), reply({"data": {}, "error": 0})], RetryableProviderError),
        ([items(), items(said("m")), reply({"error": -220})], TokenExpiredError),
        ([items(), items(said("m")), reply(b"", 500)], RetryableProviderError),
    ],
)
def test_what_concerns_all_of_the_oa_is_told(
    stub: StubServer, client: ZaloClient, answers: list[Behaviour], expected: type[ProviderError]
) -> None:
    stub.will(*answers)

    with pytest.raises(ProviderError) as caught:
        client.missed_events(TOKEN, CHANNEL)

    assert type(caught.value) is expected


def test_oa_itself_is_no_person_to_ask_about(stub: StubServer, client: ZaloClient) -> None:
    stub.will(items(answered("o1", to=OA, time=None), answered("o2", to_id=None, time=None)))

    assert client.missed_events(TOKEN, NO_GROUP) == []
