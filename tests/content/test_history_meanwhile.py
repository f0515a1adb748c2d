"""The ways back while others publish: what nobody saw is never undone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.content.history_desk import BACK, LIST, PAGE, bring_back
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    OTHER_PAGE,
    PICTURE_BYTES,
    UNIT_PAGE,
    published,
    published_whole,
    seen_at,
    small_world,
    text_of,
)
from tests.content.world import (
    APPROVER,
    EDITOR,
    PROVINCE_APPROVER,
    STRANGER,
    EditingWorld,
)


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def others_first(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch, publishing: Callable[[], object]
) -> None:
    """Let somebody else publish while the next one waits for the turn."""
    turn, waiting = world.site.turn, [publishing]

    def turn_after_another() -> AbstractContextManager[None]:
        while waiting:
            waiting.pop()()
        return turn()

    monkeypatch.setattr(world.site, "turn", turn_after_another)


def test_page_that_changed_since_is_not_taken_back(world: EditingWorld) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)
    looked_at = seen_at(desk, f"{PAGE}?ban={first}")
    published(world, UNIT_PAGE, "hours: Cả ngày", "hours: Buổi sáng")

    answer = desk.post(PAGE, ban=first, seen=looked_at)

    assert answer.status_code == 409
    assert "vừa thay đổi" in text_of(answer)
    assert "Cũ: Buổi sáng" in text_of(answer)
    assert "hours: Buổi sáng\n" in world.published_text(UNIT_PAGE)


def test_page_published_while_waiting_for_the_turn_is_not_taken_back(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)
    others_first(
        world,
        monkeypatch,
        lambda: published(world, UNIT_PAGE, "hours: Cả ngày", "hours: Buổi sáng"),
    )

    answer = bring_back(desk, first)

    assert answer.status_code == 409
    assert "vừa thay đổi" in text_of(answer)
    assert "Cũ: Buổi sáng" in text_of(answer)
    assert "hours: Buổi sáng\n" in world.published_text(UNIT_PAGE)


def test_version_another_brought_back_while_waiting_is_said_to_be_back(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, before = world.store.published(), world.published_text(UNIT_PAGE)
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)
    others_first(world, monkeypatch, lambda: published_whole(world, UNIT_PAGE, before))

    answer = bring_back(desk, first)

    assert "Đã dùng lại bản cũ" in desk.get(answer.location).text
    assert world.store.versions(limit=1)[0].number == 3


def test_editor_does_not_ask_for_a_version_over_a_page_that_changed(world: EditingWorld) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(EDITOR)
    looked_at = seen_at(desk, f"{PAGE}?ban={first}")
    published(world, UNIT_PAGE, "hours: Cả ngày", "hours: Buổi sáng")

    answer = desk.post(PAGE, ban=first, seen=looked_at)

    assert answer.status_code == 409
    assert "vừa thay đổi" in text_of(answer)
    assert world.store.drafts() == []


def test_page_published_in_the_moment_an_editor_asks_is_told(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = published_whole(world, NOTICE, f"{NOTICE_TEXT}\n![ảnh](so-do.png)\n")
    picture = NOTICE.replace("cat-dien.md", "so-do.png")
    with_it = world.store.make_version(
        [there], {picture: PICTURE_BYTES}, world.store.versions()[0].note, world.clock.now()
    )
    world.store.move_published(there, with_it)
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(EDITOR)

    def remake(*_: object) -> bytes:
        published_whole(world, NOTICE, NOTICE_TEXT.replace("cả ngày", "buổi sáng"))
        return PICTURE_BYTES

    monkeypatch.setattr(world.editing.pictures, "remake", remake)
    answer = bring_back(desk, with_it, f"{LIST}{NOTICE}")

    assert answer.status_code == 409
    assert "vừa thay đổi" in text_of(answer)
    assert world.store.drafts() == []


def test_going_back_asks_anew_when_something_was_published_since(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(PROVINCE_APPROVER)
    looked_at = seen_at(desk, f"{BACK}1")
    published(world, OTHER_PAGE, "hours:", "hours: Buổi sáng", STRANGER)

    answer = desk.post(f"{BACK}1", seen=looked_at)

    assert answer.status_code == 409
    assert "vừa thay đổi" in text_of(answer)
    assert "Sẽ đổi 2 trang, ảnh" in text_of(answer)
    assert "hours: Buổi sáng\n" in world.published_text(OTHER_PAGE)


def test_going_back_undoes_nothing_that_was_published_while_waiting(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(PROVINCE_APPROVER)
    looked_at = seen_at(desk, f"{BACK}1")
    others_first(
        world,
        monkeypatch,
        lambda: published(world, OTHER_PAGE, "hours:", "hours: Buổi sáng", STRANGER),
    )

    answer = desk.post(f"{BACK}1", seen=looked_at)

    assert answer.status_code == 409
    assert "Sẽ đổi 2 trang, ảnh" in text_of(answer)
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)
    assert "hours: Buổi sáng\n" in world.published_text(OTHER_PAGE)


def test_going_back_without_having_seen_anything_asks_first(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")

    answer = world.sign_in(PROVINCE_APPROVER).post(f"{BACK}1")

    assert answer.status_code == 409
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)
