"""POST /api/units/<unit-id>/uploads: who gets leave to upload photos, and for what."""

from __future__ import annotations

from typing import Any

import pytest

from functions.core.errors import StoreUnavailableError
from functions.web.limits import UPLOAD_TICKETS
from tests.functions.test_bad_submissions import codes_of
from tests.functions.uploading import JPEG_WISH, TICKETS, ask
from tests.functions.world import JPEG, JSON, PHONE, World

MIB = 1024 * 1024


def test_each_photo_gets_a_ticket_of_its_own(world: World) -> None:
    answer = ask(world, *[JPEG_WISH] * 5)

    tickets = answer.json["uploads"]
    assert answer.status_code == 201
    assert len({ticket["upload_id"] for ticket in tickets}) == 5
    for ticket in tickets:
        assert set(ticket) == {"upload_id", "url", "fields", "expires_at"}
        assert len(bytes.fromhex(ticket["upload_id"])) * 8 == 128


def test_ticket_is_given_for_exactly_10_mb_and_not_for_a_byte_more(world: World) -> None:
    wish = {"size": 10 * MIB, "type": "image/png"}

    assert ask(world, wish).status_code == 201
    assert ask(world, wish | {"size": 10 * MIB + 1}).status_code == 413


def test_ticket_is_given_in_a_unit_of_the_past_too(world: World) -> None:
    for unit_id in ("phuong-tan-loi", "xa-ea-yong"):
        address = f"/api/units/{unit_id}/uploads"
        assert ask(world, JPEG_WISH, address=address).status_code == 201


@pytest.mark.parametrize(
    ("photos", "status", "code"),
    [
        (None, 422, "required"),
        ([], 422, "required"),
        ("a.jpg", 422, "wrong_type"),
        ({"size": 1}, 422, "wrong_type"),
        (["a.jpg"], 422, "wrong_type"),
        ([{}], 422, "wrong_type"),
        ([{"size": "1", "type": "image/jpeg"}], 422, "wrong_type"),
        ([{"size": True, "type": "image/jpeg"}], 422, "wrong_type"),
        ([{"size": 1.5, "type": "image/jpeg"}], 422, "wrong_type"),
        ([{"size": 1, "type": None}], 422, "wrong_type"),
        ([JPEG_WISH] * 6, 422, "too_many"),
        ([JPEG_WISH | {"size": 0}], 415, "unsupported_type"),
        ([JPEG_WISH | {"size": -1}], 415, "unsupported_type"),
        ([JPEG_WISH | {"type": "image/svg+xml"}], 415, "unsupported_type"),
        ([JPEG_WISH | {"type": "text/html"}], 415, "unsupported_type"),
        ([JPEG_WISH, JPEG_WISH | {"size": 10**12}], 413, "too_large"),
    ],
)
def test_bad_wish_is_refused_with_a_sentence_at_the_photos(
    world: World, photos: Any, status: int, code: str
) -> None:
    answer = world.public.post(TICKETS, json={"photos": photos}, headers=JSON)

    assert (answer.status_code, codes_of(answer)) == (status, [("photos", code)])
    assert answer.json["errors"][0]["message"].endswith(".")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_wish_that_is_no_object_is_422(world: World, body: bytes) -> None:
    answer = world.public.post(TICKETS, data=body, content_type="application/json", headers=JSON)

    assert (answer.status_code, codes_of(answer)) == (422, [("", "unreadable")])


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "text/plain", "image/jpeg"])
def test_wish_that_is_no_json_is_415(world: World, kind: str) -> None:
    answer = world.public.post(TICKETS, data=b'{"photos": []}', content_type=kind, headers=JSON)

    assert answer.status_code == 415


def test_wish_as_large_as_a_photo_is_413(world: World) -> None:
    body = b'{"photos": "' + b"x" * MIB + b'"}'

    answer = world.public.post(TICKETS, data=body, content_type="application/json", headers=JSON)

    assert answer.status_code == 413


def test_unknown_unit_gives_no_ticket(world: World) -> None:
    answer = ask(world, JPEG_WISH, address="/api/units/xa-khong-co/uploads")

    assert (answer.status_code, codes_of(answer)) == (404, [("unit_id", "unknown")])


def test_store_that_is_away_is_503_with_the_units_phone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(world.uploads, "open_ticket", away)

    document = ask(world, JPEG_WISH)
    page = world.public.post(TICKETS, json={"photos": [JPEG_WISH]})

    assert document.status_code == page.status_code == 503
    assert document.json["phone"] == PHONE
    assert PHONE in page.get_data(as_text=True)
    assert int(document.headers["Retry-After"]) > 0


def test_hostile_rate_of_wishes_is_429_while_tips_pass(world: World) -> None:
    for _ in range(UPLOAD_TICKETS.failures):
        ask(world)

    refused = ask(world, JPEG_WISH)
    tip = world.send(photos=[(JPEG, "a.jpg")])

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert tip.status_code == 201


def test_where_photos_come_with_the_form_alone_there_is_no_such_route() -> None:
    world = World(has_uploads=False)

    answer = ask(world, JPEG_WISH)
    unknown = world.public.post("/api/units/x/khong-co", headers=JSON)

    assert answer.status_code == unknown.status_code == 404
    assert answer.json == unknown.json
