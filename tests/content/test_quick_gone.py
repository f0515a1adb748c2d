"""Small forms of what somebody took away meanwhile: what was typed is drawn again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from functions.core.editing.discarding import discard
from functions.core.models import Officer
from functions.core.signin import SESSION_LIFE
from tests.content.quick_forms import (
    FEES,
    NEW_NOTICE,
    RULE,
    as_it_was,
    fields_of,
    fill,
    follow,
    send,
)
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    PROCEDURE,
    published_whole,
    small_world,
    text_of,
)
from tests.content.world import APPROVER, EDITOR, PROVINCE_APPROVER, EditingWorld

HERE = f"{NEW_NOTICE}/cat-dien"
TYPED = {"title": "Cắt điện cả tuần", "text": "Trụ sở cắt điện.\r\n\r\nGọi trực ban."}
GONE = "người khác vừa gỡ trang hoặc mục này"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        published_whole(made, NOTICE, NOTICE_TEXT)
        yield made


def words(fields: dict[str, str]) -> dict[str, list[str]]:
    return {name: fields[name].split() for name in TYPED}


@pytest.mark.parametrize(
    ("officer", "said"), [(APPROVER, "Đã đăng"), (EDITOR, "Đã gửi, chờ cán bộ duyệt")]
)
def test_words_for_a_notice_that_was_removed_may_become_a_new_one(
    world: EditingWorld, officer: Officer, said: str
) -> None:
    desk = world.sign_in(officer)
    drawn = fields_of(desk.get(HERE), HERE)
    published_whole(world, NOTICE, None)

    answer = send(desk, HERE, drawn, **TYPED)

    assert answer.status_code == 409
    assert GONE in text_of(answer)
    kept = fields_of(answer, NEW_NOTICE)
    assert words(kept) == words(TYPED)
    assert kept["valid_until"] == "2026-12-01"
    assert said in text_of(follow(desk, send(desk, NEW_NOTICE, kept)))


def test_words_for_a_draft_that_was_thrown_away_are_kept(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)
    here = fill(desk, NEW_NOTICE, title="Nghỉ lễ", text="Nghỉ.").headers["Location"]
    here = here.partition("?")[0]
    drawn = fields_of(desk.get(here), here)
    (draft,) = world.store.drafts()
    discard(world.page(draft.page), world.editor(APPROVER), world.editing)

    answer = send(desk, here, drawn, **TYPED)

    assert answer.status_code == 409
    assert "bỏ bản nháp của nó" in text_of(answer)
    assert words(fields_of(answer, NEW_NOTICE)) == words(TYPED)
    assert desk.get(here).status_code == 404


def test_words_are_kept_too_where_the_session_ran_out_meanwhile(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    drawn = fields_of(desk.get(HERE), HERE)
    world.clock.advance(SESSION_LIFE)
    given_back = fields_of(send(desk, HERE, drawn, **TYPED), HERE)
    published_whole(world, NOTICE, None)

    answer = world.sign_in(APPROVER).client.post(HERE, data=given_back)

    assert answer.status_code == 409
    assert GONE in text_of(answer)
    assert words(fields_of(answer, NEW_NOTICE)) == words(TYPED)


def test_a_notice_that_is_removed_in_the_very_moment_keeps_what_was_typed(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, turn, others = world.sign_in(APPROVER), world.site.turn, [None]
    drawn = fields_of(desk.get(HERE), HERE)

    def turn_after_another() -> AbstractContextManager[None]:
        while others:
            published_whole(world, NOTICE, others.pop())
        return turn()

    monkeypatch.setattr(world.site, "turn", turn_after_another)
    answer = send(desk, HERE, drawn, **TYPED)

    assert answer.status_code == 409
    assert GONE in text_of(answer)
    assert words(fields_of(answer, NEW_NOTICE)) == words(TYPED)
    assert world.published_text(NOTICE) == ""


def test_words_about_a_procedure_that_was_removed_are_kept(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    first, new = f"{FEES}/1", f"{FEES}/them"
    typed = {RULE: {"note": "Buổi sáng."}, first: {"amount_vnd": "5000"}, new: {"case": "Trẻ em"}}
    drawn = {address: fields_of(desk.get(address), address) for address in typed}
    published_whole(world, PROCEDURE, None, PROVINCE_APPROVER)

    for address, fields in typed.items():
        answer = send(desk, address, drawn[address], **fields)

        assert answer.status_code == 409, address
        assert GONE in text_of(answer)
        assert "None" not in text_of(answer)
        assert fields_of(answer, address).items() >= fields.items()
        assert 'class="by-button"' not in answer.text.partition(f'action="{address}"')[2]
        assert desk.get(address).status_code == 404


def test_a_row_that_never_was_keeps_what_was_typed(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)
    drawn = fields_of(desk.get(f"{FEES}/1"), f"{FEES}/1")

    for row in (0, 9):
        for base in (drawn["base"], ""):
            for how in ("fix", "new"):
                typed = {"base": base, "how": how, "valid_from": "2027-01-01", "note": "Ghi chú"}
                answer = send(desk, f"{FEES}/{row}", drawn, **typed)

                assert answer.status_code == 409
                assert fields_of(answer, f"{FEES}/{row}")["note"] == "Ghi chú"


def test_a_form_shows_nothing_of_another_page(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)
    secret = world.store.blob_id(world.store.published(), PROCEDURE)
    published_whole(world, NOTICE, None)

    answer = desk.post(HERE, base=secret, **TYPED)

    assert answer.status_code == 409
    assert "tạm trú" not in text_of(answer)
