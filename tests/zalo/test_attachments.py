"""What people send besides words: sections 5.3 and 5.8."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.core.events import Media, ResidentMessage
from functions.core.models import Location, MediaKind
from functions.zalo.webhook import ZaloWebhookReader
from tests.zalo.events import attachment, to_oa


def message(kind: str, *attachments: object, text: str = "") -> ResidentMessage:
    event = ZaloWebhookReader().read(to_oa(kind, text=text, attachments=list(attachments)))
    assert isinstance(event, ResidentMessage)
    return event


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("image", MediaKind.PHOTO),
        ("gif", MediaKind.PHOTO),
        ("audio", MediaKind.VOICE),
        ("video", MediaKind.VIDEO),
        ("file", MediaKind.FILE),
    ],
)
def test_each_medium_is_known_by_its_type(kind: str, expected: MediaKind) -> None:
    found = message(kind, attachment(kind, thumbnail="https://t.zdn.vn/a", url="http://f.zdn.vn/a"))

    assert found.media == (Media(expected, "http://f.zdn.vn/a"),)
    assert (found.text, found.location, found.is_sticker) == ("", None, False)


def test_attachment_that_does_not_say_its_type_is_what_the_event_says() -> None:
    found = message("audio", {"payload": {"url": "https://f.zdn.vn/a.amr"}})

    assert found.media == (Media(MediaKind.VOICE, "https://f.zdn.vn/a.amr"),)


def test_type_is_read_in_any_case() -> None:
    assert message("gif", attachment("GIF", url="https://f.zdn.vn/g")).media[0].kind == "photo"


def test_several_photos_keep_their_order_and_their_words() -> None:
    photos = [attachment("image", url=f"https://f.zdn.vn/{number}.jpg") for number in range(5)]

    found = message("image", *photos, text="đánh bạc ở đây")

    assert [medium.url[-5] for medium in found.media] == ["0", "1", "2", "3", "4"]
    assert found.text == "đánh bạc ở đây"


@pytest.mark.parametrize("url", ["", None, "x", ["x"], "https://f.zdn.vn/a b", "data:image/png,x"])
def test_photo_without_an_address_is_had_as_its_small_copy(url: object) -> None:
    photo = attachment("image", url=url, thumbnail="https://t.zdn.vn/a.jpg")
    voice = attachment("audio", url=url, thumbnail="https://t.zdn.vn/a.jpg")

    found = message("image", photo, voice)

    assert found.media == (Media(MediaKind.PHOTO, "https://t.zdn.vn/a.jpg"),)


def test_address_that_is_too_long_is_none() -> None:
    fits = "https://f.zdn.vn/" + "a" * (2_000 - len("https://f.zdn.vn/"))

    found = message("image", attachment("image", url=fits), attachment("image", url=fits + "a"))

    assert [medium.url for medium in found.media] == [fits]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("đơn tố giác.pdf", "đơn tố giác.pdf"),
        ("a\n\0b.pdf", "a b.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        (None, ""),
        (["x"], ""),
    ],
)
def test_file_brings_its_name_in_one_line(name: object, kept: str) -> None:
    file = attachment(
        "file", url="https://f.zdn.vn/x.pdf", size="52431", name=name, checksum="0", type="pdf"
    )

    assert message("file", file).media == (Media(MediaKind.FILE, "https://f.zdn.vn/x.pdf", kept),)


@pytest.mark.parametrize(
    ("text", "payload", "expected"),
    [
        ("", {"url": "https://example.vn"}, "https://example.vn"),
        ("https://example.vn", {"url": "https://example.vn"}, "https://example.vn"),
        ("xem https://example.vn", {"url": "https://example.vn"}, "xem https://example.vn"),
        (
            "xem",
            {"url": "https://example.vn/é", "description": "Bán\r\nhàng giả"},
            "xem\nBán\nhàng giả\nhttps://example.vn/é",
        ),
        ("", {"description": "Bán hàng giả"}, "Bán hàng giả"),
        ("", {"description": "[1]", "url": None}, "[1]"),
        ("", {"description": "7"}, "7"),
        ("", {"description": "{" * 50_000}, "{" * 50_000),
    ],
)
def test_link_follows_the_words(text: str, payload: dict[str, Any], expected: str) -> None:
    found = message(
        "link", attachment("link", thumbnail="https://t.zdn.vn/l", **payload), text=text
    )

    assert found.text == expected
    assert found.media == ()


def test_what_is_said_of_a_video_follows_the_words() -> None:
    video = attachment("video", url="https://f.zdn.vn/v.mp4", description="đua xe lúc 22 giờ")

    assert message("video", video).text == "đua xe lúc 22 giờ"


@pytest.mark.parametrize("kind", ["link", "business_card"])
@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"phone": "84900000000", "qrCodeUrl": "https://qr.zdn.vn/x"}, "84900000000"),
        ({"phone": 84900000000}, "84900000000"),
        ({"qrCodeUrl": "https://qr.zdn.vn/x"}, "https://zalo.me/84900000000"),
        ({}, "https://zalo.me/84900000000"),
    ],
)
def test_business_card_is_its_phone(kind: str, card: dict[str, Any], expected: str) -> None:
    link = attachment(kind, description=json.dumps(card), url="https://zalo.me/84900000000")

    found = message("business_card", link, text="người bán")

    assert found.text == f"người bán\n{expected}"


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("12.6667", "108.05"), (12.6667, 108.05), ("+12.6667", "108.0500")],
)
def test_position_is_read_from_texts_and_numbers(latitude: object, longitude: object) -> None:
    place = attachment("location", coordinates={"latitude": latitude, "longitude": longitude})

    assert message("location", place).location == Location(12.6667, 108.05)


@pytest.mark.parametrize(
    "coordinates",
    [
        {"latitude": "90.1", "longitude": "108"},
        {"latitude": "12", "longitude": "-180.5"},
        {"latitude": "12", "longitude": "1e2"},
        {"latitude": "12", "longitude": "inf"},
        {"latitude": float("nan"), "longitude": "108"},
        {"latitude": 1e300, "longitude": "108"},
        {"latitude": "1_2", "longitude": "108"},
        {"latitude": "١٢", "longitude": "108"},
        {"latitude": True, "longitude": "108"},
        {"latitude": "12"},
        {},
        [],
        None,
    ],
)
def test_position_that_is_none_is_left_out(coordinates: object) -> None:
    place = attachment("location", coordinates=coordinates)

    assert message("location", place, text="ở đây").location is None


def test_first_good_position_counts() -> None:
    places = [
        attachment("location", coordinates={"latitude": latitude, "longitude": "108"})
        for latitude in ("99", "12", "13")
    ]

    assert message("location", *places).location == Location(12.0, 108.0)


@pytest.mark.parametrize(
    ("kind", "attachments"),
    [
        ("sticker", [attachment("sticker", id="21979", url="https://s.zdn.vn/21979.png")]),
        ("sticker", []),
        ("text", [attachment("sticker", id="21979")]),
    ],
)
def test_sticker_is_known_as_one(kind: str, attachments: list[object]) -> None:
    found = message(kind, *attachments)

    assert found.is_sticker
    assert found.media == ()


def test_kind_that_nobody_knows_keeps_its_words() -> None:
    found = message("poll", attachment("poll", url="https://f.zdn.vn/p"), text="chọn giờ")

    assert found.text == "chọn giờ"
    assert found.media == ()


def test_nothing_is_cut_of_long_words_with_a_long_link() -> None:
    link = attachment("link", description="b" * 4_000, url="https://example.vn")

    kept = message("link", link, text="a" * 4_000).text

    assert kept == "\n".join(["a" * 4_000, "b" * 4_000, "https://example.vn"])
