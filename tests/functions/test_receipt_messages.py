"""POST /api/receipts/messages: what the sender of a tip writes on."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.core import following_up
from functions.core.errors import StoreUnavailableError
from functions.core.following_up import MOST_ATTACHMENTS
from functions.core.models import Attachment, AttachmentState, TipStatus
from functions.tips.handler import MAX_FORM_ON_LAMBDA
from functions.web.limits import INVALID_FORMS
from tests.functions.test_bad_submissions import codes_of
from tests.functions.world import JPEG, JSON, MULTIPART, PHONE, PNG, World, multipart

MESSAGES = "/api/receipts/messages"
MESSAGE_KEY = "m" * 22
MIB = 1024 * 1024
Photos = list[tuple[bytes, str]]


@pytest.fixture
def code(world: World) -> str:
    """The code of the one tip there is."""
    return str(world.send(headers=JSON).json["receipt_code"])


def write(
    world: World,
    code: str,
    text: str = "",
    photos: Photos | None = None,
    headers: Any = None,
    **more: str,
) -> Any:
    """Send the form as a browser does."""
    return world.public.post(
        MESSAGES,
        data=multipart({"receipt_code": code, "text": text} | more, photos or []),
        content_type=MULTIPART,
        headers=headers or {},
    )


def said(world: World) -> list[str]:
    return [entry.text for entry in world.cases.entries(world.stored()[0].tip_id)]


def page_of(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


def test_message_is_stored_before_it_is_answered_with_the_receipt(world: World, code: str) -> None:
    answer = write(world, code, "Thêm một điều.\r\nHết.", [(JPEG, "a.jpg")], JSON)

    at = world.clock.now().isoformat()
    assert answer.status_code == 201
    assert answer.json["messages"] == [
        {"at": at, "from": "resident", "kind": "message", "text": "Thêm một điều.\nHết.",
         "photos": 1}
    ]  # fmt: skip
    assert set(answer.json) == {
        "status", "unit_id", "received_at", "reached_group_at", "timeline", "messages"
    }  # fmt: skip
    assert said(world) == ["Thêm một điều.\nHết."]
    assert [world.blobs.get(one.blob_key) for one in world.stored()[0].attachments] == [JPEG]


def test_page_shows_the_receipt_with_the_message_and_an_empty_form(world: World, code: str) -> None:
    answer = write(world, code, "<i>Thêm</i>")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 201
    assert "Lời nhắn của bạn đã được lưu" in page
    assert page.count("&lt;i&gt;Thêm&lt;/i&gt;") == 1
    assert "<i>" not in page
    assert re.search(r"<textarea[^>]*>\n</textarea>", page)


@pytest.mark.parametrize("kind", ["json", "urlencoded", "multipart"])
def test_words_may_come_in_any_kind_of_body(world: World, code: str, kind: str) -> None:
    body = {"receipt_code": code.replace(" ", "-"), "text": "e\u0302 tổ hợp"}
    sent: dict[str, Callable[[], Any]] = {
        "json": lambda: world.public.post(MESSAGES, json=body, headers=JSON),
        "urlencoded": lambda: world.public.post(MESSAGES, data=body, headers=JSON),
        "multipart": lambda: write(world, body["receipt_code"], body["text"], headers=JSON),
    }

    answer = sent[kind]()

    assert answer.status_code == 201
    assert said(world) == ["ê tổ hợp"]


def test_photos_alone_are_a_message(world: World, code: str) -> None:
    answer = write(world, code, " \n ", [(JPEG, "a.jpg"), (PNG, "b.png")], JSON)

    assert answer.status_code == 201
    (message,) = answer.json["messages"]
    assert (message["text"], message["photos"]) == ("", 2)


@pytest.mark.parametrize("key", [{"message_key": MESSAGE_KEY}, {}])
def test_sent_twice_is_one_message(world: World, code: str, key: dict[str, str]) -> None:
    first = write(world, code, "Một", [(JPEG, "a.jpg")], JSON, **key)
    second = write(world, code, "Một", [(JPEG, "ten-khac.png")], JSON, **key)
    page = write(world, code, "Một", [(JPEG, "a.jpg")], **key)

    assert [one.status_code for one in (first, second, page)] == [201, 200, 200]
    assert second.json == first.json
    assert said(world) == ["Một"]
    assert len(world.stored()[0].attachments) == 1


def test_key_of_another_message_is_409_with_a_fresh_key_and_everything_typed(
    world: World, code: str
) -> None:
    write(world, code, "Một", message_key=MESSAGE_KEY)

    answer = write(world, code, "Hai", message_key=MESSAGE_KEY)
    document = write(world, code, "Hai", headers=JSON, message_key=MESSAGE_KEY)

    page = page_of(answer)
    assert (answer.status_code, document.status_code) == (409, 409)
    assert re.search(r"<textarea[^>]*>\nHai</textarea>", page)
    assert MESSAGE_KEY not in page
    fresh = re.search(r'name="message_key" value="([\w-]{22,64})"', page)
    assert fresh is not None
    assert write(world, code, "Hai", message_key=fresh.group(1)).status_code == 201
    assert said(world) == ["Một", "Hai"]


def test_each_page_has_a_key_of_its_own(world: World, code: str) -> None:
    pages = [world.public.post("/api/receipts", data={"receipt_code": code}).text for _ in range(2)]

    keys = [re.search(r'name="message_key" value="([\w-]{22,64})"', page) for page in pages]
    assert len({key.group(1) for key in keys if key}) == 2


@pytest.mark.parametrize(
    ("more", "field", "error"),
    [
        ({"text": " \n "}, "text", "required"),
        ({"text": "ạ" * 5001}, "text", "too_long"),
        ({"text": "a\0b"}, "text", "invalid_characters"),
        ({"message_key": "short"}, "message_key", "invalid"),
    ],
)
def test_each_mistake_is_422_with_a_sentence_and_everything_typed(
    world: World, code: str, more: dict[str, str], field: str, error: str
) -> None:
    fields = {"receipt_code": code, "text": "Đã gõ"} | more
    document = world.public.post(MESSAGES, json=fields, headers=JSON)
    answer = world.public.post(MESSAGES, data=fields)

    page = page_of(answer)
    assert (document.status_code, answer.status_code) == (422, 422)
    assert codes_of(document) == [(field, error)]
    assert document.json["errors"][0]["message"] in page
    assert fields["text"].replace("\0", "\ufffd") in page
    assert code in page
    assert ('href="#text"' in page) == (field == "text")
    assert said(world) == []


def test_text_of_5000_signs_is_taken(world: World, code: str) -> None:
    assert write(world, code, "ạ" * 5000).status_code == 201


@pytest.mark.parametrize("value", [5, ["a"], {"a": 1}, True])
def test_wrong_types_in_json_are_422_at_the_field(world: World, code: str, value: Any) -> None:
    body = {"receipt_code": code, "text": value, "photos": ["a.jpg"]}

    answer = world.public.post(MESSAGES, json=body, headers=JSON)

    assert answer.status_code == 422
    assert sorted(codes_of(answer)) == [("photos", "not_in_json"), ("text", "wrong_type")]


@pytest.mark.parametrize(
    ("photos", "status", "error"),
    [
        ([(JPEG, "a.jpg")] * 6, 422, "too_many"),
        ([(b"%PDF-1.7 ...", "anh.jpg")], 415, "unsupported_type"),
        ([(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg")], 415, "unsupported_type"),
        ([(b"", "a.jpg")], 415, "unsupported_type"),
        ([(JPEG + bytes(10 * MIB), "a.jpg")], 413, "too_large"),
    ],
)
def test_photos_that_cannot_be_taken_are_named_and_no_word_is_lost(
    world: World, code: str, photos: Photos, status: int, error: str
) -> None:
    document = write(world, code, "Đã gõ", photos, JSON)
    answer = write(world, code, "Đã gõ", photos)

    page = page_of(answer)
    assert (document.status_code, answer.status_code) == (status, status)
    assert codes_of(document) == [("photos", error)]
    assert re.search(r"<textarea[^>]*>\nĐã gõ</textarea>", page)
    assert "Bạn phải chọn lại ảnh" in page
    assert 'href="#photos"' in page
    assert said(world) == []
    assert world.stored()[0].attachments == ()


def test_form_over_4_mb_is_413_on_lambda_and_loses_no_word() -> None:
    world = World(max_form=MAX_FORM_ON_LAMBDA)
    code = world.send(headers=JSON).json["receipt_code"]
    shown = world.public.post("/api/receipts", data={"receipt_code": code}).text

    answer = write(world, code, "Đã gõ", [(JPEG + bytes(2 * MIB), "a.jpg")] * 2)

    assert "dưới 4 MB" in shown
    assert answer.status_code == 413
    assert "lớn hơn 4 MB" in page_of(answer)
    assert "Đã gõ</textarea>" in page_of(answer)
    assert said(world) == []


def test_tip_that_is_full_of_photos_says_so_and_takes_words(world: World, code: str) -> None:
    full = tuple(
        Attachment(f"a{number}", number, AttachmentState.UNREADABLE, "")
        for number in range(1, MOST_ATTACHMENTS + 1)
    )
    world.tips.put(replace(world.stored()[0], attachments=full))

    refused = write(world, code, "Một", [(JPEG, "a.jpg")], JSON)
    taken = write(world, code, "Một")

    assert (refused.status_code, codes_of(refused)) == (422, [("photos", "too_many_in_all")])
    assert taken.status_code == 201
    assert 'type="file"' not in taken.get_data(as_text=True)


def test_page_of_a_wrong_code_gives_back_what_was_typed_and_not_the_code(world: World) -> None:
    answer = write(world, "1234 5678 9012 3456 7890", "<i>Đã gõ</i>")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "&lt;i&gt;Đã gõ&lt;/i&gt;" in page
    assert "1234 5678" not in page


def test_closed_case_takes_a_message(world: World, code: str) -> None:
    world.tips.put(replace(world.stored()[0], status=TipStatus.RESOLVED))

    assert write(world, code, "Còn điều này").status_code == 201
    assert said(world) == ["Còn điều này"]


@pytest.mark.parametrize("error", [StoreUnavailableError("full"), ZeroDivisionError("secret")])
def test_store_that_is_away_is_503_with_the_units_phone_and_everything_typed(
    world: World, code: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def away(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(world.cases, "change", away)
        answer = write(world, code, "Đã gõ", [(JPEG, "a.jpg")], message_key=MESSAGE_KEY)
        document = write(world, code, "Đã gõ", headers=JSON)
    again = write(world, code, "Đã gõ", [(JPEG, "a.jpg")], message_key=MESSAGE_KEY)

    page = page_of(answer)
    assert (answer.status_code, document.status_code) == (503, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert f'value="{MESSAGE_KEY}"' in page
    assert f'value="{code}"' in page
    assert "Đã gõ</textarea>" in page
    assert "Bạn phải chọn lại ảnh" in page
    assert PHONE in page
    assert "secret" not in page
    assert document.json["phone"] == PHONE
    assert again.status_code == 201


def test_store_that_cannot_even_be_asked_for_the_code_keeps_everything_typed(
    world: World, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(world.tips, "by_receipt", away)
    answer = write(world, code, "Đã gõ")

    assert answer.status_code == 503
    assert "Đã gõ</textarea>" in page_of(answer)
    assert 'href="tel:113"' in page_of(answer)


def test_many_invalid_messages_end_in_429_while_valid_ones_pass(world: World, code: str) -> None:
    client = world.public
    for _ in range(INVALID_FORMS.failures):
        answer = client.post(MESSAGES, data={"receipt_code": code}, headers=JSON)
        assert answer.status_code == 422

    refused = client.post(MESSAGES, data={"receipt_code": code, "text": "ạ" * 5001})
    valid = client.post(MESSAGES, data={"receipt_code": code, "text": "Một"})

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "ạ" * 5001 in page_of(refused)
    assert valid.status_code == 201


def test_nothing_that_was_said_is_in_a_log_or_a_header(
    world: World, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [
        write(world, code, "Lời kín", message_key=MESSAGE_KEY),
        write(world, code, "Lời kín khác", message_key=MESSAGE_KEY),
        write(world, code),
    ]

    assert caplog.records
    logged = str([vars(record) for record in caplog.records])
    for word in ("Lời kín", MESSAGE_KEY, code, code.replace(" ", ""), code[:9]):
        assert word not in logged
        for answer in answers:
            assert word not in str(answer.headers)


@pytest.mark.parametrize("field", ["text", "message_key", "receipt_code"])
def test_typed_markup_is_shown_as_text(world: World, code: str, field: str) -> None:
    attack = "\"'></textarea><script>alert(1)</script>{{ 7777*7777 }}"
    body = {"receipt_code": code, "text": "", "message_key": "?"} | {field: attack}

    page = world.public.post(MESSAGES, data=body).get_data(as_text=True)

    assert "<script>alert" not in page
    assert str(7777 * 7777) not in page


def test_message_past_those_of_one_day_gets_a_sentence_and_keeps_what_was_typed(
    world: World, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_up, "MOST_MESSAGES_A_DAY", 1)
    write(world, code, "Một")

    refused = write(world, code, "Lời thứ hai")

    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Hôm nay tin này đã nhận đủ số lời nhắn" in page
    assert "Lời thứ hai</textarea>" in page
    assert len(world.cases.entries(world.stored()[0].tip_id)) == 1
