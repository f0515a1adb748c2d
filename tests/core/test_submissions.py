"""Reading what was typed: a valid draft, or every mistake at once."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.categories import CATEGORIES
from functions.core.errors import InvalidInputError
from functions.core.models import Contact, Location, TipDraft, Urgency
from functions.core.submissions import FIELDS, fingerprint, read_draft
from functions.rendering import typed_time

UNIT = "phuong-tan-an"
REQUIRED = {"category": "gay-roi", "text": "Có người lạ."}


def read(*photos: bytes, **fields: str) -> TipDraft:
    return read_draft(UNIT, REQUIRED | fields, photos)


def mistakes(*photos: bytes, **fields: str) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as caught:
        read(*photos, **fields)
    return {(error.field, error.code) for error in caught.value.errors}


def test_category_and_text_are_enough() -> None:
    draft = read()

    assert draft.unit_id == UNIT
    assert (draft.category, draft.content.text) == ("gay-roi", "Có người lạ.")
    assert draft.urgency is Urgency.NORMAL
    assert not draft.contact
    assert not draft.sealed
    assert draft.content.location is None
    assert draft.submission_key == ""


def test_every_field_is_read() -> None:
    draft = read(
        b"photo 1",
        b"photo 2",
        place="  sau chợ\n Tân An ",
        area="tổ  5",
        latitude="12.6667",
        longitude=" 108.0383 ",
        occurred_at="2026-11-20T21:30",
        urgency="now",
        contact_name=" Đào ",
        contact_phone="+84 905.123-456",
        sealed="on",
        submission_key="Ab_-" * 6,
    )

    assert (draft.content.place, draft.content.area) == ("sau chợ Tân An", "tổ 5")
    assert draft.content.location == Location(12.6667, 108.0383)
    assert draft.content.occurred_at == "2026-11-20T21:30"
    assert draft.urgency is Urgency.NOW
    assert draft.contact == Contact("Đào", "+84 905.123-456")
    assert draft.sealed
    assert draft.photos == (b"photo 1", b"photo 2")
    assert draft.submission_key == "Ab_-" * 6


def test_all_mistakes_are_named_at_once() -> None:
    found = mistakes(
        *[b"x"] * 6,
        category="khong-co",
        text=" \n",
        place="x" * 301,
        area="x" * 101,
        latitude="91",
        longitude="0",
        occurred_at="hôm qua",
        urgency="gấp",
        contact_name="x" * 101,
        contact_phone="số nhà 5",
        sealed="có",
        submission_key="ngắn",
    )

    assert found == {
        ("category", "unknown"),
        ("text", "required"),
        ("place", "too_long"),
        ("area", "too_long"),
        ("latitude", "invalid"),
        ("occurred_at", "invalid"),
        ("urgency", "unknown"),
        ("contact_name", "too_long"),
        ("contact_phone", "invalid"),
        ("sealed", "invalid"),
        ("submission_key", "invalid"),
        ("photos", "too_many"),
    }


def test_nothing_typed_names_both_required_fields() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_draft(UNIT, {}, ())

    assert str(caught.value) == "category:required, text:required"


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_taken(category: str) -> None:
    assert read(category=category).category == category


def test_text_keeps_every_letter_but_line_ends_and_composition() -> None:
    typed = "  Dòng 1\r\nDòng 2\rDòng 3\n\t<b>&amp; [@tất cả] \u200b\u202e "

    text = read(text=unicodedata.normalize("NFD", typed)).content.text

    assert text == typed.replace("\r\n", "\n").replace("\r", "\n")


def test_length_counts_after_composing_and_line_ends() -> None:
    longest = unicodedata.normalize("NFD", "ế" * 2_500) + "\r\n" * 2_500

    assert len(read(text=longest).content.text) == 5_000
    assert mistakes(text=longest + "x") == {("text", "too_long")}


@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b"])
@pytest.mark.parametrize("field", FIELDS)
def test_signs_that_no_store_takes_are_named_at_every_field(field: str, bad: str) -> None:
    assert (field, "invalid_characters") in mistakes(**{field: bad})


@pytest.mark.parametrize("phone", ["113", "0905123456", "+84905123456", "0262 3.850-113"])
def test_phone_in_a_usual_form_is_taken(phone: str) -> None:
    assert read(contact_phone=phone).contact.phone == phone


@pytest.mark.parametrize("phone", ["11", "0905--123", "+", "٠٩٠٥١٢٣", "0905123456 Đào", "1" * 21])
def test_phone_that_is_none_is_named(phone: str) -> None:
    assert mistakes(contact_phone=phone) == {("contact_phone", "invalid")}


def test_phone_too_long_is_named_once() -> None:
    assert mistakes(contact_phone="1" * 31) == {("contact_phone", "too_long")}


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [
        ("12.5", "", "longitude"),
        ("", "108", "latitude"),
        ("x", "108", "latitude"),
        ("-90.1", "0", "latitude"),
        ("0", "180.1", "latitude"),
        ("nan", "0", "latitude"),
        ("0", "inf", "latitude"),
    ],
)
def test_half_or_impossible_position_is_named(latitude: str, longitude: str, field: str) -> None:
    assert mistakes(latitude=latitude, longitude=longitude) == {(field, "invalid")}


@pytest.mark.parametrize(
    "typed",
    ["", "2026-11-21", "1970-01-01", "2099-12-31T23:59", "2026-11-21 21:30", "2026-11-21T21:30Z"],
)
def test_time_is_kept_as_typed(typed: str) -> None:
    assert read(occurred_at=f" {typed} ").content.occurred_at == typed


@pytest.mark.parametrize(
    "typed",
    [
        "2026-13-01",
        "2026-11-21T25:00",
        "21/11/2026",
        "T",
        "2026-11-21T",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-12:00",
    ],
)
def test_time_that_is_none_is_named(typed: str) -> None:
    assert mistakes(occurred_at=typed) == {("occurred_at", "invalid")}


@settings(deadline=None)
@given(
    st.one_of(
        st.datetimes(timezones=st.none() | st.timezones()).map(datetime.isoformat),
        st.dates().map(lambda day: day.isoformat()),
        st.text(alphabet="0123456789-:TW+Z. ", max_size=25),
    )
)
def test_every_time_that_is_taken_can_be_shown(typed: str) -> None:
    try:
        taken = read(occurred_at=typed).content.occurred_at
    except InvalidInputError:
        return

    assert not taken or "/" in typed_time(taken)


@pytest.mark.parametrize("typed", ["1", "on", "true", "YES", " On "])
def test_sealed_is_read_as_yes(typed: str) -> None:
    assert read(sealed=typed).sealed


@pytest.mark.parametrize("typed", ["", "0", "off", "False", "no"])
def test_sealed_is_read_as_no(typed: str) -> None:
    assert not read(sealed=typed).sealed


@pytest.mark.parametrize("key", ["k" * 21, "k" * 65, "k" * 22 + "\n", "ă" * 22, "k k" * 10])
def test_submission_key_of_another_form_is_named(key: str) -> None:
    assert mistakes(submission_key=key) == {("submission_key", "invalid")}


@pytest.mark.parametrize("length", [22, 64])
def test_submission_key_of_either_end_is_taken(length: int) -> None:
    assert len(read(submission_key="k" * length).submission_key) == length


def test_five_photos_of_ten_megabytes_are_taken_and_one_byte_more_is_not() -> None:
    largest = bytes(10 * 1024 * 1024)

    assert len(read(*[largest] * 5).photos) == 5
    assert mistakes(b"x", largest + b"\0") == {("photos", "too_large")}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40)))
def test_whatever_is_typed_is_a_draft_or_a_list_of_mistakes(fields: dict[str, str]) -> None:
    try:
        read_draft(UNIT, fields, ())
    except InvalidInputError as error:
        wrong = {one.field for one in error.errors}
    else:
        wrong = set()

    assert wrong <= set(FIELDS)
    assert ("category" in wrong) is (fields.get("category", "").strip() not in CATEGORIES)
    assert "text" in wrong or fields["text"].strip()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("category", "khac"),
        ("text", "Khác"),
        ("place", "chợ"),
        ("area", "tổ 5"),
        ("occurred_at", "2026-11-21"),
        ("urgency", "soon"),
        ("contact_name", "Đào"),
        ("contact_phone", "113"),
        ("sealed", "1"),
    ],
)
def test_fingerprint_changes_with_every_field(field: str, value: str) -> None:
    assert fingerprint(read(**{field: value})) != fingerprint(read())


def test_fingerprint_changes_with_position_photos_and_their_order() -> None:
    drafts = [
        read(),
        read(latitude="1", longitude="2"),
        read(latitude="2", longitude="1"),
        read(b"ab"),
        read(b"a", b"b"),
        read(b"b", b"a"),
        read_draft("xa-ea-kao", REQUIRED, ()),
        read(place="ab"),
        read(place="a", area="b"),
    ]

    assert len({fingerprint(draft) for draft in drafts}) == len(drafts)


def test_fingerprint_does_not_see_how_a_text_was_composed_nor_the_key() -> None:
    typed = "Đến ngõ\r\nsố 5"

    again = read(
        text=unicodedata.normalize("NFD", typed).replace("\r", ""), submission_key="k" * 22
    )

    assert fingerprint(again) == fingerprint(read(text=typed))
