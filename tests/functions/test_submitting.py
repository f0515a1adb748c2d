"""POST /api/units/<unit-id>/tips: what is taken, and what is answered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from functions.core import codes
from functions.core.models import Location, TipStatus, Urgency
from tests.functions.world import ALL_FIELDS, JPEG, JSON, KEY, PHONE, PNG, UNIT, World


def test_tip_with_photos_is_stored_whole_before_it_is_answered(world: World) -> None:
    answer = world.send(ALL_FIELDS, [(JPEG, "a.jpg"), (PNG, "b.png")], headers=JSON)

    assert answer.status_code == 201
    (tip,) = world.stored()
    assert tip.content.text == ALL_FIELDS["text"]
    assert tip.content.place == ALL_FIELDS["place"]
    assert tip.content.area == ALL_FIELDS["area"]
    assert tip.content.location == Location(12.6667, 108.0383)
    assert tip.urgency is Urgency.SOON
    assert tip.sealed
    assert tip.contact.phone == "0905 123 456"
    assert [world.blobs.get(one.blob_key) for one in tip.attachments] == [JPEG, PNG]


def test_json_answer_has_exactly_the_fields_of_the_contract(world: World) -> None:
    answer = world.send(headers=JSON)

    assert set(answer.json) == {"receipt_code", "unit_id", "status", "received_at"}
    assert re.fullmatch(r"\d{4}( \d{4}){4}", answer.json["receipt_code"])
    assert codes.read_receipt_code(answer.json["receipt_code"])
    assert answer.json["unit_id"] == UNIT
    assert answer.json["status"] == "received"
    assert answer.json["received_at"] == world.clock.now().isoformat()


def test_page_shows_the_code_in_five_groups_and_not_in_its_title(world: World) -> None:
    key = {"submission_key": KEY}
    code = world.send(headers=JSON, **key).json["receipt_code"]

    answer = world.send(**key)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    shown = page.split('<p class="by-receipt__code">')[1].split("</p>")[0]
    assert re.sub("<[^>]+>", "", shown) == code
    assert code[:4] not in page.split("<title>")[1].split("</title>")[0]
    assert "/theo-doi/" in page
    assert "không phải" in page
    assert "không ai tìm lại được" in page


def test_json_body_is_taken_with_numbers_and_booleans(world: World) -> None:
    body = {"category": "gay-roi", "text": "Gây rối", "latitude": 12.5, "longitude": 108,
            "sealed": True, "place": None}  # fmt: skip

    answer = world.public.post(f"/api/units/{UNIT}/tips", json=body, headers=JSON)

    assert answer.status_code == 201
    (tip,) = world.stored()
    assert tip.content.location == Location(12.5, 108.0)
    assert tip.sealed
    assert tip.content.place == ""


def test_plain_form_without_multipart_is_taken(world: World) -> None:
    answer = world.public.post(f"/api/units/{UNIT}/tips", data={"category": "khac", "text": "x"})

    assert answer.status_code == 201


def test_same_content_as_json_and_form_is_the_same_submission(world: World) -> None:
    fields = {"category": "khac", "text": "Một\r\nhai", "submission_key": KEY}
    first = world.send(fields, headers=JSON)

    body = fields | {"text": "Một\nhai"}
    second = world.public.post(f"/api/units/{UNIT}/tips", json=body, headers=JSON)

    assert second.status_code == 200
    assert second.json == first.json


def test_second_submit_with_same_key_returns_first_receipt(world: World) -> None:
    first = world.send(ALL_FIELDS, [(JPEG, "a.jpg")], headers=JSON, submission_key=KEY)

    second = world.send(ALL_FIELDS, [(JPEG, "khac.png")], headers=JSON, submission_key=KEY)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json == first.json
    assert len(world.stored()) == 1
    assert len(world.blobs.keys_older_than(world.clock.now() + timedelta(1))) == 1


def test_two_tabs_with_keys_of_their_own_are_two_tips(world: World) -> None:
    first = world.send(headers=JSON, submission_key="a" * 22)
    second = world.send(headers=JSON, submission_key="b" * 22)

    assert first.json["receipt_code"] != second.json["receipt_code"]
    assert len(world.stored()) == 2


@pytest.mark.parametrize("change", [{"text": "khác"}, {"place": "khác"}, {"sealed": "1"}])
def test_same_key_with_other_content_is_refused_without_a_code(
    world: World, change: dict[str, str]
) -> None:
    code = world.send(headers=JSON, submission_key=KEY).json["receipt_code"]

    answer = world.send(headers=JSON, submission_key=KEY, **change)

    assert answer.status_code == 409
    assert "receipt_code" not in answer.json
    assert code[:9] not in answer.get_data(as_text=True)
    assert len(world.stored()) == 1


def test_same_key_after_seven_days_is_refused(world: World) -> None:
    world.send(submission_key=KEY)
    world.clock.advance(timedelta(days=7, seconds=1))

    answer = world.send(headers=JSON, submission_key=KEY)

    assert answer.status_code == 409


def test_without_key_the_same_sender_repeats_for_ten_minutes(world: World) -> None:
    agent = {"User-Agent": "Zalo", **JSON}
    first = world.send(headers=agent)
    world.clock.advance(timedelta(minutes=9))
    second = world.send(headers=agent)
    world.clock.advance(timedelta(minutes=2))
    third = world.send(headers=agent)

    assert (first.status_code, second.status_code, third.status_code) == (201, 200, 201)
    assert first.json["receipt_code"] == second.json["receipt_code"]
    assert first.json["receipt_code"] != third.json["receipt_code"]


def test_without_key_a_repeat_is_known_over_the_change_of_the_hash_key(world: World) -> None:
    world.clock.advance(timedelta(minutes=57))
    first = world.send(headers=JSON)
    world.clock.advance(timedelta(minutes=6))

    second = world.send(headers=JSON)

    assert second.json == first.json


def test_without_key_another_browser_never_sees_the_receipt(world: World) -> None:
    first = world.send(headers={"User-Agent": "Zalo A", **JSON})
    second = world.send(headers={"User-Agent": "Zalo B", **JSON})

    assert second.status_code == 201
    assert first.json["receipt_code"] != second.json["receipt_code"]


def test_tip_about_officers_goes_to_the_province_and_the_answer_says_so(world: World) -> None:
    answer = world.send(headers=JSON, category="can-bo")

    assert answer.json["unit_id"] == "tinh-dak-lak"
    (tip,) = world.stored()
    assert (tip.unit_id, tip.addressed_unit_id) == ("tinh-dak-lak", UNIT)


def test_tip_for_a_merged_unit_goes_to_its_successor(world: World) -> None:
    answer = world.send(unit_id="phuong-tan-loi", headers=JSON)

    assert (answer.status_code, answer.json["unit_id"]) == (201, UNIT)


def test_tip_for_a_split_unit_is_not_guessed(world: World) -> None:
    answer = world.send(unit_id="xa-ea-yong", headers=JSON)

    assert answer.status_code == 404
    assert answer.json["errors"][0]["code"] == "unit_split"
    assert {one["unit_id"] for one in answer.json["successors"]} == {UNIT, "xa-ea-kly"}
    assert world.stored() == []


def test_unit_ends_and_begins_at_midnight_in_viet_nam(world: World) -> None:
    # 2025-07-01 00:30 in Viet Nam is still 30 June in UTC.
    world.clock.set(world.clock.now().replace(2025, 6, 30, 17, 30))

    assert world.send(unit_id="phuong-tan-loi", headers=JSON).json["unit_id"] == UNIT

    world.clock.advance(timedelta(hours=-1))
    answer = world.send(unit_id="phuong-tan-loi", headers=JSON)
    assert answer.json["unit_id"] == "phuong-tan-loi"


def test_of_a_repeated_field_the_first_counts_and_unknown_ones_do_not(world: World) -> None:
    answer = world.public.post(
        f"/api/units/{UNIT}/tips",
        data={"category": ["khac", "ma-tuy"], "text": ["một", "hai"], "status": "resolved"},
        headers=JSON,
    )

    assert answer.status_code == 201
    (tip,) = world.stored()
    assert (tip.category, tip.content.text) == ("khac", "một")
    assert tip.status is TipStatus.RECEIVED


def test_empty_file_field_of_a_browser_is_no_photo(world: World) -> None:
    answer = world.send(photos=[(b"", "")], headers=JSON)

    assert answer.status_code == 201
    assert world.stored()[0].attachments == ()


@pytest.mark.parametrize(
    "head",
    [JPEG, PNG, b"GIF89a...", b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"],
)
def test_every_promised_kind_of_photo_is_taken_whatever_its_name(world: World, head: bytes) -> None:
    answer = world.send(photos=[(head, "../../etc/passwd.pdf")])

    assert answer.status_code == 201


def test_accepting_sets_no_cookie_and_needs_no_origin(world: World) -> None:
    answer = world.send(headers={"Origin": "https://example.org", "Cookie": "a=b"})

    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers


def test_shown_phone_is_the_unit_s_else_113(world: World) -> None:
    here = world.send().get_data(as_text=True)
    there = world.send(unit_id="xa-ea-kly").get_data(as_text=True)

    assert PHONE in here
    assert PHONE not in there
    assert "tel:113" in there
