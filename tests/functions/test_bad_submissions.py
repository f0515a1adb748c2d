"""Bad input: a clear sentence at the field, everything typed kept, never a 5xx."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.core import errors
from functions.web.limits import INVALID_FORMS
from tests.functions.world import ALL_FIELDS, JPEG, JSON, KEY, PHONE, UNIT, World

ADDRESS = f"/api/units/{UNIT}/tips"
LONG = "ạ" * 5001


def codes_of(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer.json["errors"]]


def assert_typed_is_kept(answer: Any, fields: dict[str, str]) -> None:
    page = html.unescape(answer.get_data(as_text=True))
    for name, value in fields.items():
        if name in ("category", "urgency"):
            assert re.search(rf'value="{value}"[^>]* (selected|checked)', page), name
        elif name == "sealed":
            assert re.search(r'name="sealed"[^>]* checked', page)
        else:
            assert value in page, name


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"category": ""}, "category", "required"),
        ({"category": "bay-dat"}, "category", "unknown"),
        ({"text": " \n "}, "text", "required"),
        ({"text": LONG}, "text", "too_long"),
        ({"text": "a\0b"}, "text", "invalid_characters"),
        ({"place": "x" * 301}, "place", "too_long"),
        ({"area": "x" * 101}, "area", "too_long"),
        ({"contact_name": "x" * 101}, "contact_name", "too_long"),
        ({"contact_phone": "gọi tôi"}, "contact_phone", "invalid"),
        ({"occurred_at": "hôm qua"}, "occurred_at", "invalid"),
        ({"urgency": "ngay"}, "urgency", "unknown"),
        ({"latitude": "91", "longitude": "1"}, "latitude", "invalid"),
        ({"latitude": "nan", "longitude": "1"}, "latitude", "invalid"),
        ({"latitude": "12"}, "longitude", "invalid"),
        ({"sealed": "có"}, "sealed", "invalid"),
        ({"submission_key": "short"}, "submission_key", "invalid"),
        ({"submission_key": "k" * 65}, "submission_key", "invalid"),
    ],
)
def test_each_mistake_is_named_at_its_field_with_a_sentence(
    world: World, change: dict[str, str], field: str, code: str
) -> None:
    answer = world.send(headers=JSON, **change)

    assert answer.status_code == 422
    assert codes_of(answer) == [(field, code)]
    assert answer.json["errors"][0]["message"].endswith(".")
    assert world.stored() == []


def test_form_comes_again_with_everything_typed_and_a_link_to_each_mistake(world: World) -> None:
    fields = ALL_FIELDS | {"contact_phone": "không có", "occurred_at": "hôm qua"}

    answer = world.send(fields, [(JPEG, "a.jpg")])

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert_typed_is_kept(answer, fields)
    for field in ("contact_phone", "occurred_at"):
        assert f'href="#{field}"' in page
        assert f'id="{field}"' in page
    assert "chọn lại ảnh" in page


def test_form_that_comes_again_carries_the_key_it_came_with(world: World) -> None:
    page = world.send(text="", submission_key=KEY).get_data(as_text=True)

    assert f'value="{KEY}"' in page


@pytest.mark.parametrize("sent", [{}, {"submission_key": "broken key"}])
def test_form_that_comes_again_gets_a_fresh_key_where_none_can_be_kept(
    world: World, sent: dict[str, str]
) -> None:
    pages = [world.send(text="", **sent).get_data(as_text=True) for _ in range(2)]

    keys = [re.search(r'name="submission_key" value="([\w-]{22,64})"', page) for page in pages]
    assert all(keys)
    assert len({key.group(1) for key in keys if key}) == 2


def test_conflict_page_gives_everything_typed_back_to_copy(world: World) -> None:
    world.send(submission_key=KEY)

    answer = world.send(ALL_FIELDS, submission_key=KEY)

    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    for name in ("text", "place", "area", "contact_name", "contact_phone", "occurred_at"):
        assert ALL_FIELDS[name] in page
    assert f'href="/{UNIT}/to-giac/"' in page
    assert KEY not in page


def test_unknown_unit_is_404_and_gives_everything_typed_back(world: World) -> None:
    page = world.send(ALL_FIELDS, unit_id="xa-khong-co")
    document = world.send(unit_id="xa-khong-co", headers=JSON)

    assert page.status_code == document.status_code == 404
    assert ALL_FIELDS["text"] in html.unescape(page.get_data(as_text=True))
    assert codes_of(document) == [("unit_id", "unknown")]


def test_split_unit_offers_one_button_per_successor_and_loses_nothing(world: World) -> None:
    answer = world.send(ALL_FIELDS, [(JPEG, "a.jpg")], unit_id="xa-ea-yong", submission_key=KEY)

    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 404
    for unit_id in (UNIT, "xa-ea-kly"):
        assert f'formaction="/api/units/{unit_id}/tips"' in page
    for value in [*ALL_FIELDS.values(), KEY]:
        assert value in page
    assert "chọn lại ảnh" in page


def test_full_disk_is_503_with_the_units_phone_and_everything_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = world.send(headers=JSON)

    def full(*_: object) -> None:
        raise errors.StoreUnavailableError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(world.tips, "add", full)
        page = world.send(ALL_FIELDS, submission_key=KEY)
        document = world.send(ALL_FIELDS, headers=JSON, submission_key=KEY)

    assert page.status_code == document.status_code == 503
    assert_typed_is_kept(page, ALL_FIELDS)
    assert PHONE in page.get_data(as_text=True)
    assert f'value="{KEY}"' in page.get_data(as_text=True)
    assert document.json["phone"] == PHONE
    assert int(document.headers["Retry-After"]) > 0
    assert len(world.stored()) == 1
    asked = {"receipt_code": earlier.json["receipt_code"]}
    assert world.public.post("/api/receipts", data=asked).status_code == 200


def test_unforeseen_error_is_503_with_everything_typed_and_no_trace(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(world.tips, "add", broken)

    answer = world.send(ALL_FIELDS)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert_typed_is_kept(answer, ALL_FIELDS)
    assert PHONE in page
    assert "ZeroDivisionError" not in page
    assert "secret words" not in page + caplog.text
    assert [record.getMessage() for record in caplog.records] == ["request-crashed"]


@pytest.mark.parametrize("name", ["giay-to.pdf", "anh.jpg"])
@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 ...", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ", b""]
)
def test_other_files_are_415_whatever_their_name(world: World, name: str, content: bytes) -> None:
    document = world.send(ALL_FIELDS, [(JPEG, "a.jpg"), (content, name)], headers=JSON)
    page = world.send(ALL_FIELDS, [(content, name)])

    assert document.status_code == page.status_code == 415
    assert codes_of(document) == [("photos", "unsupported_type")]
    assert_typed_is_kept(page, ALL_FIELDS)
    assert world.stored() == []


def test_six_photos_are_422(world: World) -> None:
    document = world.send(ALL_FIELDS, [(JPEG, "a.jpg")] * 6, headers=JSON)
    page = world.send(ALL_FIELDS, [(JPEG, "a.jpg")] * 6)

    assert document.status_code == page.status_code == 422
    assert codes_of(document) == [("photos", "too_many")]
    assert_typed_is_kept(page, ALL_FIELDS)


def test_photo_of_40_mb_is_413_at_the_field_and_loses_no_word(world: World) -> None:
    photo = JPEG + bytes(40 * 1024 * 1024)
    document = world.send(ALL_FIELDS, [(photo, "a.jpg")], headers=JSON)
    page = world.send(ALL_FIELDS, [(photo, "a.jpg")])

    assert document.status_code == page.status_code == 413
    assert codes_of(document) == [("photos", "too_large")]
    assert_typed_is_kept(page, ALL_FIELDS)


def test_photo_of_exactly_10_mb_is_taken_and_one_byte_more_is_not(world: World) -> None:
    largest = JPEG + bytes(10 * 1024 * 1024 - len(JPEG))

    assert world.send(photos=[(largest, "a.jpg")]).status_code == 201
    assert world.send(photos=[(largest + b"\0", "a.jpg")]).status_code == 413


def test_bad_photo_beside_a_bad_field_names_both(world: World) -> None:
    answer = world.send(headers=JSON, photos=[(b"%PDF", "a.jpg")], text="")

    assert answer.status_code == 422
    assert sorted(codes_of(answer)) == [("photos", "unsupported_type"), ("text", "required")]


def test_body_over_the_cap_is_413_and_says_what_to_do(world: World) -> None:
    photos = [(JPEG + bytes(9 * 1024 * 1024), "a.jpg")] * 6
    page = world.send(ALL_FIELDS, photos)
    document = world.send(ALL_FIELDS, photos, headers=JSON)

    assert page.status_code == document.status_code == 413
    assert "bớt ảnh" in page.get_data(as_text=True)
    assert codes_of(document) == [("", "body_too_large")]


@pytest.mark.parametrize("kind", ["multipart", "urlencoded", "json"])
def test_ten_thousand_fields_are_413(world: World, kind: str) -> None:
    fields = {f"f{number}": "1" for number in range(10_000)} | {"category": "khac", "text": "x"}

    if kind == "json":
        answer = world.public.post(ADDRESS, json=fields)
    elif kind == "urlencoded":
        answer = world.public.post(ADDRESS, data=fields)
    else:
        answer = world.send(fields)

    assert answer.status_code == 413
    assert world.stored() == []


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "image/jpeg", "x", ""])
def test_wrong_content_type_is_415(world: World, kind: str) -> None:
    answer = world.public.post(ADDRESS, data=b"category=khac", content_type=kind, headers=JSON)

    assert answer.status_code == 415


def test_empty_body_is_a_form_in_which_everything_is_missing(world: World) -> None:
    answer = world.public.post(ADDRESS, headers=JSON)

    assert answer.status_code == 422
    assert codes_of(answer) == [("category", "required"), ("text", "required")]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 200_000, b'{"text":' * 5000,
     b'{"latitude":' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_json_that_is_no_object_is_422(world: World, body: bytes) -> None:
    answer = world.public.post(ADDRESS, data=body, content_type="application/json", headers=JSON)

    assert answer.status_code == 422
    assert codes_of(answer) == [("", "unreadable")]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"text": 5}, "text", "wrong_type"),
        ({"text": ["a"]}, "text", "wrong_type"),
        ({"category": {"a": 1}}, "category", "wrong_type"),
        ({"sealed": 1}, "sealed", "wrong_type"),
        ({"latitude": True, "longitude": 1}, "latitude", "wrong_type"),
        ({"latitude": float("nan"), "longitude": 1}, "latitude", "invalid"),
        ({"latitude": float("inf"), "longitude": 1}, "latitude", "invalid"),
        ({"text": "\ud800"}, "text", "invalid_characters"),
        ({"submission_key": 12}, "submission_key", "wrong_type"),
        ({"photos": ["a.jpg"]}, "photos", "not_in_json"),
    ],
)
def test_wrong_types_in_json_are_422_at_the_field(
    world: World, change: dict[str, Any], field: str, code: str
) -> None:
    body = {"category": "khac", "text": "x"} | change
    document = world.public.post(ADDRESS, data=json.dumps(body), content_type="application/json",
                                 headers=JSON)  # fmt: skip
    page = world.public.post(ADDRESS, data=json.dumps(body), content_type="application/json")

    assert document.status_code == page.status_code == 422
    assert (field, code) in codes_of(document)


def test_form_that_forgot_its_enctype_does_not_lose_photos_silently(world: World) -> None:
    data = {"category": "khac", "text": "x", "photos": "a.jpg"}
    answer = world.public.post(ADDRESS, data=data, headers=JSON)

    assert answer.status_code == 422
    assert codes_of(answer) == [("photos", "not_in_json")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b",
        b"--b\r\n\r\nx",
        b"--b\r\nContent-Disposition: form-data; name=text\r\n\r\nhalf of it",
        b'--b\r\nContent-Disposition: form-data; name="text"; filename="a"\r\n\r\nhalf',
        b"--b\r\nContent-Disposition: \xff\xfe\r\n\r\nx\r\n--b--",
    ],
)
def test_broken_multipart_is_a_clear_refusal(world: World, body: bytes) -> None:
    kind = "multipart/form-data; boundary=b"
    answer = world.public.post(ADDRESS, data=body, content_type=kind, headers=JSON)

    assert answer.status_code in (400, 422)
    assert codes_of(answer)
    assert world.stored() == []


def test_multipart_without_boundary_is_422(world: World) -> None:
    kind = "multipart/form-data"
    answer = world.public.post(ADDRESS, data=b"abc", content_type=kind, headers=JSON)

    assert (answer.status_code, codes_of(answer)) == (422, [("", "unreadable")])


@pytest.mark.parametrize("field", ["text", "place", "contact_name", "category", "submission_key"])
def test_typed_markup_is_shown_as_text(world: World, field: str) -> None:
    attack = "\"'></textarea><script>alert(1)</script>{{ 7777*7777 }}"
    pages = [world.send(**({"text": ""} | {field: attack, "urgency": "?"}))]
    pages.append(world.send(unit_id="xa-ea-yong", **{field: attack}))
    pages.append(world.send(unit_id="khong-co", **{field: attack}))

    for answer in pages:
        page = answer.get_data(as_text=True)
        assert answer.status_code in (404, 422)
        assert "<script>" not in page
        assert str(7777 * 7777) not in page


def test_many_invalid_forms_end_in_429_while_valid_tips_pass(world: World) -> None:
    client = world.public
    for _ in range(INVALID_FORMS.failures):
        answer = client.post(ADDRESS, data={"text": "x"}, headers=JSON)
        assert answer.status_code == 422

    refused = client.post(ADDRESS, data=ALL_FIELDS | {"category": "?"})
    valid = client.post(ADDRESS, data=ALL_FIELDS)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert ALL_FIELDS["place"] in html.unescape(refused.get_data(as_text=True))
    assert valid.status_code == 201


bodies = st.one_of(
    st.binary(max_size=400),
    st.dictionaries(
        st.sampled_from([*ALL_FIELDS, "submission_key", "photos", "x"]),
        st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(),
                  st.lists(st.text())),
    ).map(lambda document: json.dumps(document).encode()),
    st.binary(max_size=200).map(
        lambda part: b'--b\r\nContent-Disposition: form-data; name="' + part + b"\r\n--b--\r\n"
    ),
)  # fmt: skip
kinds = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
     "multipart/form-data; boundary=\xff", "application/json; charset=utf-16", "a/b;;=", ";"]
)  # fmt: skip


@settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=bodies, kind=kinds, accept=st.sampled_from(["application/json", "text/html", ",;q="]))
def test_garbage_is_never_a_5xx(world: World, body: bytes, kind: str, accept: str) -> None:
    answer = world.public.post(
        ADDRESS, data=body, content_type=kind.encode("latin-1").decode("latin-1"),
        headers={"Accept": accept},
    )  # fmt: skip

    assert answer.status_code < 500
