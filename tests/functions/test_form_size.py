"""A form that is larger than Lambda's events allow: refused with every word kept."""

from __future__ import annotations

import html

from functions.tips.handler import MAX_FORM_ON_LAMBDA
from tests.functions.test_bad_submissions import assert_typed_is_kept, codes_of
from tests.functions.world import ALL_FIELDS, JPEG, JSON, KEY, World

MIB = 1024 * 1024


def test_form_over_4_mb_is_413_on_lambda_and_loses_no_word() -> None:
    world = World(max_form=MAX_FORM_ON_LAMBDA)
    photos = [(JPEG + bytes(2 * MIB), "a.jpg")] * 2

    page = world.send(ALL_FIELDS, photos, submission_key=KEY)
    document = world.send(ALL_FIELDS, photos, headers=JSON)

    text = html.unescape(page.get_data(as_text=True))
    assert page.status_code == document.status_code == 413
    assert_typed_is_kept(page, ALL_FIELDS)
    assert codes_of(document) == [("photos", "form_too_large")]
    assert "lớn hơn 4 MB" in text
    assert "10 MB, nhiều nhất" not in text
    assert "chọn lại ảnh" in text
    assert f'value="{KEY}"' in text
    assert world.stored() == []


def test_form_over_4_mb_with_other_mistakes_names_all_of_them() -> None:
    world = World(max_form=MAX_FORM_ON_LAMBDA)

    answer = world.send(headers=JSON, photos=[(b"%PDF" + bytes(4 * MIB), "a.jpg")], text="")

    assert answer.status_code == 413
    assert sorted(codes_of(answer)) == [("photos", "form_too_large"), ("text", "required")]


def test_form_of_just_under_4_mb_is_taken_on_lambda() -> None:
    world = World(max_form=MAX_FORM_ON_LAMBDA)

    answer = world.send(photos=[(JPEG + bytes(4 * MIB - 1024), "a.jpg")])

    assert answer.status_code == 201
