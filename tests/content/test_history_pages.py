"""Publications, the versions of a page, and the ways back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.content.desk import history
from functions.core.errors import PublishFailedError
from functions.core.models import Officer
from functions.core.models.content import DraftStatus
from tests.content.history_desk import BACK, LIST, PAGE, bring_back
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    OTHER_PAGE,
    PROCEDURE,
    UNIT_PAGE,
    drafted,
    published,
    published_whole,
    seen_at,
    small_world,
    text_of,
)
from tests.content.world import (
    APPROVER,
    EDITOR,
    OTHER,
    PROVINCE_APPROVER,
    PROVINCE_EDITOR,
    STRANGER,
    UNIT,
    Desk,
    EditingWorld,
)


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def test_unit_sees_its_own_publications_with_role_and_time(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    published(world, OTHER_PAGE, "hours:", "hours: Buổi sáng", STRANGER)

    said = text_of(world.sign_in(EDITOR).get(LIST))

    assert "Lần đăng số 2 : Sửa nhanh Cán bộ duyệt, Phường Tân An · 20/11/2026 08:30" in said
    assert "Phường Tân An" in said
    assert "Lần đăng số 3" not in said
    assert "Lần đăng số 1 : Trang kèm bản cập nhật Bản cập nhật của hệ thống" in said
    assert APPROVER.name not in said


def test_province_sees_all_publications_or_those_of_one_unit(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    published(world, OTHER_PAGE, "hours:", "hours: Buổi sáng", STRANGER)
    desk = world.sign_in(PROVINCE_EDITOR)

    everything, one = text_of(desk.get(LIST)), text_of(desk.get(f"{LIST}?don-vi={OTHER}"))

    assert {"Lần đăng số 2" in everything, "Lần đăng số 3" in everything} == {True}
    assert ("Lần đăng số 2" in one, "Lần đăng số 3" in one) == (False, True)


def test_unit_cannot_choose_another_units_publications(world: EditingWorld) -> None:
    published(world, OTHER_PAGE, "hours:", "hours: Buổi sáng", STRANGER)

    said = text_of(world.sign_in(EDITOR).get(f"{LIST}?don-vi={OTHER}"))

    assert "Lần đăng số 2" not in said


def test_older_publications_are_shown_at_a_wish(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_STEPS", (2, 200))
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    published(world, UNIT_PAGE, "hours: Cả ngày", "hours: Buổi sáng")
    desk = world.sign_in(EDITOR)

    first, more = desk.get(LIST).text, desk.get(f"{LIST}?so=200").text

    assert ("Lần đăng số 3<" in first, "Lần đăng số 1<" in first) == (True, False)
    assert 'href="?so=200"' in first
    assert "Lần đăng số 1<" in more


def test_versions_of_a_page_are_listed_and_each_can_be_read(world: EditingWorld) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(EDITOR)

    listed, shown = desk.get(PAGE), desk.get(f"{PAGE}?ban={first}")

    assert "Bản đang đăng" in text_of(listed)
    assert "Bản của lần đăng số 1" in text_of(listed)
    assert f'href="?ban={first}"' in listed.text
    assert "Giờ làm việc Cũ: Cả ngày" in text_of(shown)
    assert "Dùng lại bản này" in text_of(shown)


def test_version_of_today_has_no_button(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    shown = desk.get(f"{PAGE}?ban={world.store.published()}")

    assert "Đây là bản đang đăng" in text_of(shown)
    assert "Dùng lại bản này" not in shown.text


@pytest.mark.parametrize("officer", [APPROVER, PROVINCE_APPROVER])
def test_approver_brings_a_version_back_in_one_step(world: EditingWorld, officer: Officer) -> None:
    before, first = world.published_text(UNIT_PAGE), world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(officer)

    answer = bring_back(desk, first)

    assert answer.status_code == 303
    assert world.published_text(UNIT_PAGE) == before
    assert "Đã dùng lại bản cũ" in desk.get(answer.location).text


@pytest.mark.parametrize("officer", [EDITOR, PROVINCE_EDITOR])
def test_version_an_editor_brings_back_waits_for_review(
    world: EditingWorld, officer: Officer
) -> None:
    before, first = world.published_text(UNIT_PAGE), world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(officer)

    answer = bring_back(desk, first)

    draft = world.store.draft(UNIT_PAGE)
    assert answer.status_code == 303
    assert draft is not None
    assert draft.status is DraftStatus.IN_REVIEW
    assert world.store.read(draft.version, UNIT_PAGE) == before.encode()
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)


@pytest.mark.parametrize("officer", [EDITOR, APPROVER])
def test_second_press_of_the_button_says_the_same(world: EditingWorld, officer: Officer) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(officer)
    looked_at = seen_at(desk, f"{PAGE}?ban={first}")

    answers = [desk.post(PAGE, ban=first, seen=looked_at) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(world.store.versions(UNIT_PAGE)) == (3 if officer is APPROVER else 2)


def test_editor_does_not_write_over_a_draft_that_is_open(world: EditingWorld) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    draft = drafted(world, UNIT_PAGE, "email:", "email: a@example.vn")
    desk = world.sign_in(EDITOR)

    answer = bring_back(desk, first)

    assert answer.status_code == 409
    assert "đang có một bản nháp chưa xong" in text_of(answer)
    assert world.store.draft(UNIT_PAGE) == draft


def test_page_that_was_taken_away_comes_back(world: EditingWorld) -> None:
    there = published_whole(world, NOTICE, NOTICE_TEXT)
    gone = published_whole(world, NOTICE, None)
    desk = world.sign_in(APPROVER)
    address = f"{LIST}{NOTICE}"

    none = desk.get(f"{address}?ban={gone}")
    answer = bring_back(desk, there, address)

    assert "đã được gỡ xuống" in text_of(none)
    assert "Dùng lại bản này" not in none.text
    assert answer.status_code == 303
    assert world.published_text(NOTICE) == NOTICE_TEXT


def test_build_that_fails_is_told_on_the_page_of_the_version(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)

    def fail(*_: object) -> None:
        raise PublishFailedError("no room")

    monkeypatch.setattr(world.site, "publish", fail)
    answer = bring_back(desk, first)

    assert answer.status_code == 422
    assert "Trang công khai vẫn như cũ" in text_of(answer)
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)


def test_versions_are_for_those_who_may_write_the_page(world: EditingWorld) -> None:
    version, picture = world.store.published(), f"site/don-vi/{UNIT}/anh/a.png"
    expected = {
        EDITOR: {UNIT_PAGE: 200, PROCEDURE: 403, OTHER_PAGE: 403},
        STRANGER: {UNIT_PAGE: 403, OTHER_PAGE: 200},
        PROVINCE_EDITOR: {UNIT_PAGE: 200, PROCEDURE: 200, picture: 404},
        PROVINCE_APPROVER: {
            "site/../mkdocs.yml": 403,
            "mkdocs.yml": 403,
            "site/thu-tuc/index.md": 403,
            "site/thu-tuc/khong-co.md": 404,
        },
    }

    found = {
        officer: {path: look_at(world.sign_in(officer), path, version) for path in paths}
        for officer, paths in expected.items()
    }

    assert found == {
        officer: {path: {status} for path, status in paths.items()}
        for officer, paths in expected.items()
    }


def look_at(desk: Desk, path: str, version: str) -> set[int]:
    """Return the answers of every route for a page; nothing is to change by them."""
    answers = [desk.get(f"{LIST}{path}"), desk.get(f"{LIST}{path}?ban={version}")]
    if answers[0].status_code != 200:
        answers.append(desk.post(f"{LIST}{path}", ban=version, seen=""))
    return {answer.status_code for answer in answers}


def test_version_that_was_never_public_is_not_found(world: EditingWorld) -> None:
    desk = world.sign_in(APPROVER)

    for version in ("0" * 40, "HEAD", "--help", "main"):
        assert desk.post(PAGE, ban=version, seen="").status_code == 404
        assert desk.get(f"{PAGE}?ban={version}").status_code == 404
    assert desk.post(PAGE, seen="").status_code == 404


def test_draft_is_no_version_to_come_back_to(world: EditingWorld) -> None:
    draft = drafted(world)

    answer = world.sign_in(APPROVER).get(f"{PAGE}?ban={draft.version}")

    assert answer.status_code == 404


def test_form_of_another_session_brings_nothing_back(world: EditingWorld) -> None:
    first = world.store.published()
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)
    looked_at = seen_at(desk, f"{PAGE}?ban={first}")

    answer = desk.client.post(PAGE, data={"ban": first, "seen": looked_at})

    assert answer.status_code == 403
    assert "mở từ lần đăng nhập trước" in text_of(answer)
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)


def test_province_approver_goes_back_with_everything_after_a_question(
    world: EditingWorld,
) -> None:
    before = world.published_text(UNIT_PAGE), world.published_text(OTHER_PAGE)
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    published(world, OTHER_PAGE, "hours:", "hours: Buổi sáng", STRANGER)
    desk = world.sign_in(PROVINCE_APPROVER)

    listed, asked = desk.get(LIST), desk.get(f"{BACK}1")
    answer = desk.post(f"{BACK}1", seen=seen_at(desk, f"{BACK}1"))

    assert f'href="{BACK}1"' in listed.text
    assert "Sẽ đổi 2 trang, ảnh Phường Tân An" in text_of(asked)
    assert answer.status_code == 303
    assert (world.published_text(UNIT_PAGE), world.published_text(OTHER_PAGE)) == before
    assert "Quay lại lần đăng số 1" in text_of(desk.get(LIST))


def test_second_press_of_going_back_makes_no_second_publication(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(PROVINCE_APPROVER)
    looked_at = seen_at(desk, f"{BACK}1")

    answers = [desk.post(f"{BACK}1", seen=looked_at) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert world.store.versions(limit=1)[0].number == 3


def test_nobody_else_goes_back_with_everything(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")

    for officer in (EDITOR, APPROVER, STRANGER, PROVINCE_EDITOR):
        desk = world.sign_in(officer)
        answers = [desk.get(f"{BACK}1"), desk.post(f"{BACK}1", seen=world.store.published())]

        assert BACK not in desk.get(LIST).text
        assert [answer.status_code for answer in answers] == [403, 403]
    assert "hours: Cả ngày\n" in world.published_text(UNIT_PAGE)


def test_publication_that_never_was_is_not_found(world: EditingWorld) -> None:
    desk = world.sign_in(PROVINCE_APPROVER)

    for number in ("0", "9", "9" * 30):
        assert desk.get(f"{BACK}{number}").status_code == 404


def test_page_that_is_gone_is_told_so_under_its_last_title(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    gone = published_whole(world, NOTICE, None)
    desk = world.sign_in(APPROVER)
    address = f"{LIST}{NOTICE}"

    listed, shown = text_of(desk.get(address)), text_of(desk.get(f"{address}?ban={gone}"))

    assert "Bản đang đăng" not in listed
    assert "Trang này không còn trên cổng" in listed
    assert "Đã gỡ ở lần đăng số 3" in listed
    assert "Bản của lần đăng số 2" in listed
    assert "Cắt điện trụ sở" in listed
    assert "Cắt điện trụ sở" in shown


def test_page_that_came_back_is_told_as_public(world: EditingWorld) -> None:
    for text in (NOTICE_TEXT, None, NOTICE_TEXT):
        published_whole(world, NOTICE, text)

    listed = text_of(world.sign_in(EDITOR).get(f"{LIST}{NOTICE}"))

    assert "không còn trên cổng" not in listed
    told = re.findall(r"Bản đang đăng|Đã gỡ ở lần đăng số 3|Bản của lần đăng số 2", listed)
    assert told == ["Bản đang đăng", "Đã gỡ ở lần đăng số 3", "Bản của lần đăng số 2"]
