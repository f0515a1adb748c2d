"""Tips that name photos which were uploaded before them."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest

from functions.core.errors import StoreUnavailableError
from tests.functions.test_bad_submissions import assert_typed_is_kept, codes_of
from tests.functions.uploading import (
    JPEG_WISH,
    TIPS,
    ask,
    is_kept,
    photos_of,
    send,
    uploaded,
)
from tests.functions.world import ALL_FIELDS, JPEG, JSON, KEY, PHONE, PNG, World

NEVER_CAME = "0" * 32


def test_uploads_named_there_never_came() -> None:
    world = World(has_uploads=False)

    answer = send(world, [NEVER_CAME], submission_key=KEY)

    assert (answer.status_code, codes_of(answer)) == (422, [("photos", "upload_missing")])
    assert world.stored() == []


def test_tip_takes_its_uploads_in_the_order_named(world: World) -> None:
    first, second = uploaded(world, JPEG), uploaded(world, PNG)

    answer = send(world, [second, first], submission_key=KEY)

    assert answer.status_code == 201
    assert photos_of(world) == [[PNG, JPEG]]


def test_form_names_uploads_by_a_repeated_field(world: World) -> None:
    ids = [uploaded(world, JPEG), uploaded(world, PNG)]
    fields = {"category": "khac", "text": "x", "uploads": [*ids, ""]}

    multipart = world.public.post(TIPS, data=fields, content_type="multipart/form-data")
    plain = world.public.post(TIPS, data=fields)

    # The same sender and the same content within minutes: the same act.
    assert (multipart.status_code, plain.status_code) == (201, 200)
    assert photos_of(world) == [[JPEG, PNG]]


def test_uploads_stand_behind_the_photos_of_the_form(world: World) -> None:
    answer = world.send(photos=[(JPEG, "a.jpg")], uploads=uploaded(world, PNG))

    assert answer.status_code == 201
    assert photos_of(world) == [[JPEG, PNG]]


def test_upload_named_twice_counts_once(world: World) -> None:
    upload_id = uploaded(world)

    answer = send(world, [upload_id, upload_id], submission_key=KEY)

    assert answer.status_code == 201
    assert photos_of(world) == [[JPEG]]


def test_uploads_are_dropped_once_the_tip_stands(world: World) -> None:
    named, other = uploaded(world), uploaded(world)

    send(world, [named], submission_key=KEY)

    assert not is_kept(world, named)
    assert is_kept(world, other)


def test_repeat_names_the_same_uploads_after_they_were_dropped(world: World) -> None:
    ids = [uploaded(world, JPEG), uploaded(world, PNG)]
    first = send(world, ids, submission_key=KEY)
    world.clock.advance(timedelta(minutes=29))

    second = send(world, ids, submission_key=KEY)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json == first.json
    assert len(world.stored()) == 1


def test_much_later_repeat_is_known_by_the_photos_uploaded_again(world: World) -> None:
    ids = [uploaded(world)]
    first = send(world, ids, submission_key=KEY)
    world.clock.advance(timedelta(days=6))

    gone = send(world, ids, submission_key=KEY)
    again = send(world, [uploaded(world)], submission_key=KEY)
    as_form = world.send(photos=[(JPEG, "a.jpg")], submission_key=KEY, headers=JSON)

    assert codes_of(gone) == [("photos", "upload_missing")]
    assert (again.status_code, as_form.status_code) == (200, 200)
    assert again.json == as_form.json == first.json
    assert len(world.stored()) == 1


@pytest.mark.parametrize("change", [{"text": "khác"}, {"submission_key": "k" * 23}])
def test_dropped_uploads_serve_no_other_tip(world: World, change: dict[str, str]) -> None:
    ids = [uploaded(world)]
    send(world, ids, submission_key=KEY)

    answer = send(world, ids, **{"submission_key": KEY} | change)

    assert (answer.status_code, codes_of(answer)) == (422, [("photos", "upload_missing")])
    assert len(world.stored()) == 1


def test_same_key_with_another_upload_is_a_conflict(world: World) -> None:
    send(world, [uploaded(world, JPEG)], submission_key=KEY)

    answer = send(world, [uploaded(world, PNG)], submission_key=KEY)

    assert answer.status_code == 409
    assert len(world.stored()) == 1


def test_without_key_a_repeat_is_known_by_the_bytes_as_ever(world: World) -> None:
    ids = [uploaded(world)]
    first = send(world, ids)
    second = send(world, ids)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json == first.json


def test_answer_lost_before_the_uploads_were_dropped_is_given_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [uploaded(world)]

    def killed(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(world.submit.repeats, "remember", killed)
        lost = send(world, ids, submission_key=KEY)
    again = send(world, ids, submission_key=KEY)

    assert (lost.status_code, again.status_code) == (503, 200)
    assert len(world.stored()) == 1
    assert not is_kept(world, ids[0])


@pytest.mark.parametrize("step", ["remember", "drop"])
def test_store_that_fails_after_the_tip_stands_costs_no_receipt(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    ids = [uploaded(world)]

    def away(*_: object) -> None:
        raise StoreUnavailableError("away")

    owner = world.submit.repeats if step == "remember" else world.uploads
    monkeypatch.setattr(owner, step, away)
    first = send(world, ids, submission_key=KEY)
    second = send(world, ids, submission_key=KEY)

    assert (first.status_code, second.status_code) == (201, 200)
    assert is_kept(world, ids[0])


def test_two_at_once_end_in_one_tip_with_one_receipt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [uploaded(world)]
    take = world.uploads.take
    first: list[Any] = []

    def overtaken(upload_id: str) -> bytes:
        monkeypatch.setattr(world.uploads, "take", take)
        first.append(send(world, ids, submission_key=KEY))
        return take(upload_id)

    monkeypatch.setattr(world.uploads, "take", overtaken)
    second = send(world, ids, submission_key=KEY)

    assert (first[0].status_code, second.status_code) == (201, 200)
    assert second.json == first[0].json
    assert len(world.stored()) == 1


@pytest.mark.parametrize(
    "named",
    [NEVER_CAME, "x", "../uploads/a", "k" * 32, "0" * 33, "A" * 32, "\0", "ạ", "0" * 100_000],
)
def test_upload_that_never_came_is_named_and_nothing_typed_is_lost(
    world: World, named: str
) -> None:
    document = send(world, [uploaded(world), named], submission_key=KEY)
    page = world.send(ALL_FIELDS, uploads=named)

    assert (document.status_code, codes_of(document)) == (422, [("photos", "upload_missing")])
    text = html.unescape(page.get_data(as_text=True))
    assert page.status_code == 422
    assert "chọn lại ảnh" in text
    assert_typed_is_kept(page, ALL_FIELDS)
    assert world.stored() == []


def test_ticket_without_its_photo_is_no_upload(world: World) -> None:
    (ticket,) = ask(world, JPEG_WISH).json["uploads"]

    answer = send(world, [ticket["upload_id"]])

    assert codes_of(answer) == [("photos", "upload_missing")]


def test_photo_that_came_too_late_or_waited_too_long_is_no_upload(world: World) -> None:
    (ticket,) = ask(world, JPEG_WISH).json["uploads"]
    waiting = uploaded(world)
    world.clock.advance(timedelta(hours=25))

    assert not world.uploads.receive(ticket["upload_id"], JPEG)
    for upload_id in (ticket["upload_id"], waiting):
        assert codes_of(send(world, [upload_id])) == [("photos", "upload_missing")]


@pytest.mark.parametrize("named", ["abc", 5, {"a": 1}, [5], [None], [["a"]], True])
def test_uploads_of_a_wrong_kind_are_422_at_the_photos(world: World, named: Any) -> None:
    answer = send(world, named)

    assert (answer.status_code, codes_of(answer)) == (422, [("photos", "wrong_type")])


@pytest.mark.parametrize("content", [b"%PDF-1.7 ...", b"<svg/>", b"MZ"])
def test_upload_that_is_no_photo_is_415_whatever_its_ticket_said(
    world: World, content: bytes
) -> None:
    answer = send(world, [uploaded(world), uploaded(world, content)], submission_key=KEY)

    assert (answer.status_code, codes_of(answer)) == (415, [("photos", "unsupported_type")])
    assert world.stored() == []


def test_sixth_photo_is_one_too_many_however_it_comes(world: World) -> None:
    ids = [uploaded(world) for _ in range(6)]
    fields = ALL_FIELDS | {"uploads": ids[0]}

    uploads = send(world, ids)
    mixed = world.send(fields, [(JPEG, "a.jpg")] * 5, headers=JSON)

    assert (uploads.status_code, codes_of(uploads)) == (422, [("photos", "too_many")])
    assert (mixed.status_code, codes_of(mixed)) == (422, [("photos", "too_many")])
    assert all(is_kept(world, upload_id) for upload_id in ids)


def test_mistake_beside_uploads_is_named_and_the_uploads_wait(world: World) -> None:
    ids = [uploaded(world)]

    refused = send(world, [*ids, NEVER_CAME], text="", submission_key=KEY)
    taken = send(world, ids, submission_key=KEY)

    assert refused.status_code == 422
    assert sorted(codes_of(refused)) == [("photos", "upload_missing"), ("text", "required")]
    assert taken.status_code == 201


def test_store_that_cannot_be_read_is_503_with_everything_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = uploaded(world)

    def away(*_: object) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(world.uploads, "take", away)
    answer = world.send(ALL_FIELDS, uploads=upload_id)

    assert answer.status_code == 503
    assert_typed_is_kept(answer, ALL_FIELDS)
    assert PHONE in answer.get_data(as_text=True)
