"""What anybody, or any editor, may send at most: one request never holds up the others."""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image

from functions.content.texts.entries import MAX_TEXT
from functions.content.texts.typed_text import clean_text
from functions.installed import PROJECT, load_units
from publish.exposure import exposure_problems
from publish.wording import load_wording, wording_problems
from tests.content.protocol.kit import JPEG, OWN, OWN_FOLDER, asset, persist
from tests.content.test_preview import DATA, NOTICES, drawn
from tests.content.world import EDITOR, UNIT, EditingWorld

FORM = f"/sua-nhanh/{UNIT}/lien-he"
ENDLESS_SECONDS = 20
"""What is asked of here takes far less than one; with the square of its length it takes minutes."""


@contextmanager
def not_for_ever() -> Iterator[None]:
    def give_up(*_: Any) -> None:
        raise AssertionError("it does not come to an end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(ENDLESS_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def notice(*names: str) -> str:
    shown = "\n\n".join(f"![ảnh]({name})" for name in names)
    return f'---\ntitle: Cắt điện\nposted_on: "2026-11-20"\n---\nChữ.\n\n{shown}\n'


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return EditingWorld(tmp_path_factory.mktemp("limits"), out=PROJECT / "build")


def test_a_form_without_a_session_is_given_back_only_if_it_can_be_one_of_ours(
    world: EditingWorld,
) -> None:
    stranger = world.app.test_client()

    ours = stranger.post(FORM, data={"address": "12 Lê Duẩn"})
    strange = stranger.post(FORM, data={f"f{number}": "x" for number in range(300)})

    assert (ours.status_code, strange.status_code) == (401, 401)
    assert "12 Lê Duẩn" in ours.text
    assert "f299" not in strange.text


@pytest.mark.parametrize("address", [FORM, "/sua-nhanh/ban-nhap/x", "/vao"])
def test_a_plain_form_of_many_megabytes_is_not_read(world: EditingWorld, address: str) -> None:
    stranger = world.app.test_client()

    answer = stranger.post(
        address, data=b"a=1&" * 200_000, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("!" + "\u200d" * 200_000 + "!", None),
        ("!" + "\u200d" * 200_000, "!"),
        ("a" + "\u200c" * 200_000 + "b", "ab"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("👨\u200d\nb\u200d", "👨\nb"),
    ],
    ids=["inside", "at the end", "between letters", "emoji", "ends of lines"],
)
def test_runs_of_unseen_signs_are_looked_through_once(typed: str, kept: str | None) -> None:
    with not_for_ever():
        cleaned = clean_text(typed)

    assert cleaned == (typed if kept is None else kept)


def test_a_preview_of_a_text_too_long_for_a_page_is_refused(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    answer = drawn(desk, NOTICES, "", DATA, "x" * (MAX_TEXT + 1))

    assert answer.status_code == 422
    assert [problem["key"] for problem in answer.json["problems"]] == ["body"]


def test_a_preview_of_pictures_that_never_end_comes_to_an_end(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)

    with not_for_ever():
        answer = drawn(desk, NOTICES, "", DATA, "![![" * 60_000)

    assert answer.status_code in (200, 422)


def test_a_preview_shows_a_drafts_picture_but_not_thousands_of_times(
    world: EditingWorld,
) -> None:
    desk = world.sign_in(EDITOR)
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    large = file.getvalue() + bytes(250_000)
    saved = persist(
        desk, OWN, notice("image.jpg"), assets=[asset(f"{OWN_FOLDER}/image.jpg", large)]
    ).json
    name = next(iter(saved["renamed"].values())).rpartition("/")[2]

    once = drawn(desk, NOTICES, "cat-dien", DATA, f"![ảnh]({name})\n").json["html"]
    often = drawn(desk, NOTICES, "cat-dien", DATA, f"![ảnh]({name})\n\n" * 500).json["html"]

    assert once.count("data:image/jpeg;base64,") == 1
    assert 1 < often.count("data:image/jpeg;base64,") < 40


@pytest.mark.parametrize(
    "again",
    ["cháu ", "em (", "](", "A ", "Nguyễn Văn ", "cháu lớp 1 ", "5 tuổi, Nguyễn ", "xã ", "xã Tân ",
     "0 ", "1 000 ", "100.000, ", "(((0", "0912345678", "12-", "công an 0262 3855 123 ", "&#",
     "<a x", "tài khoản: ", "Nguyễn Văn An, nam, ", "cháu\n", "2026 - ", "1"],
)  # fmt: skip
def test_what_is_looked_for_in_words_is_looked_for_once(again: str) -> None:
    words = load_wording(PROJECT, load_units().all())
    text = again * (MAX_TEXT // len(again))

    with not_for_ever():
        found = [*exposure_problems(OWN, text, words, 2026, tuple)]
        found += wording_problems(OWN, text, words)

    assert {problem.path for problem in found} <= {OWN}


def test_one_save_brings_no_more_pictures_than_one_can_wait_for(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)
    names = [f"anh-{number}.jpg" for number in range(21)]
    assets = [asset(f"{OWN_FOLDER}/{name}", JPEG + name.encode()) for name in names]
    before = world.store.draft(OWN)

    too_many = persist(desk, OWN, notice(*names), assets=assets)

    assert too_many.status_code == 422
    assert "nhiều nhất 20 ảnh" in too_many.json["error"]
    assert world.store.draft(OWN) == before
