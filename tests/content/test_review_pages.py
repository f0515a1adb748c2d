"""What is due to be looked at again, and the one tap that says it was."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.core.errors import PublishFailedError
from functions.core.models import Officer
from functions.core.models.content import ContentProblem, DraftStatus
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    OTHER_PAGE,
    PROCEDURE,
    UNIT_PAGE,
    WARNING,
    drafted,
    published,
    published_whole,
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

LIST = "/sua-nhanh/ra-soat/"
FEBRUARY = datetime(2027, 2, 10, 2, 0, tzinfo=UTC)
"""All pages of facts of the project are to be looked at again on 28 February 2027."""


@pytest.fixture
def world(tmp_path: Path) -> EditingWorld:
    return small_world(tmp_path)


def confirmable(desk: Desk, address: str = LIST) -> dict[str, str]:
    """Return what each button of the list stands for: the page, and the version looked at."""
    found = re.findall(
        r'name="path" value="([^"]*)">\s*<input type="hidden" name="seen" value="([^"]*)"',
        desk.get(address).text,
    )
    return dict(found)


def confirm(desk: Desk, path: str, address: str = LIST) -> Any:
    return desk.post(LIST, path=path, seen=confirmable(desk, address)[path])


def test_unit_that_said_nothing_yet_is_asked_to_fill_in_its_page(world: EditingWorld) -> None:
    answer = world.sign_in(EDITOR).get(LIST)

    assert f'href="http://127.0.0.1:8000/{UNIT}/"' in answer.text
    assert "Phường Tân An Trang của đơn vị Chưa xác nhận lần nào" in text_of(answer)
    assert "Điền thông tin đơn vị" in text_of(answer)
    assert "Đã rà soát, không đổi" not in answer.text
    assert PROCEDURE not in answer.text


def test_unit_confirms_what_it_says_of_itself_by_one_tap(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    before = world.published_text(UNIT_PAGE)
    desk = world.sign_in(APPROVER)

    answer = confirm(desk, UNIT_PAGE)

    assert answer.status_code == 303
    assert "Đã ghi nhận ngày rà soát hôm nay" in desk.get(answer.location).text
    assert world.published_text(UNIT_PAGE) == before.replace(
        "checked_on:", "checked_on: 2026-11-20"
    )
    assert UNIT_PAGE not in confirmable(desk)


def test_unit_is_asked_again_after_six_months(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "checked_on:", "checked_on: 2026-11-20")
    desk = world.sign_in(EDITOR)

    world.clock.set(datetime(2027, 5, 19, 20, 0, tzinfo=UTC))
    before = confirmable(world.sign_in(EDITOR))
    world.clock.set(datetime(2027, 5, 20, 20, 0, tzinfo=UTC))
    desk = world.sign_in(EDITOR)

    assert before == {}
    assert "Quá hạn từ 20/05/2027" in text_of(desk.get(LIST))
    assert UNIT_PAGE in confirmable(desk)


def test_editors_confirmation_waits_for_review(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(EDITOR)

    answer = confirm(desk, UNIT_PAGE)

    draft = world.store.draft(UNIT_PAGE)
    assert answer.status_code == 303
    assert draft is not None
    assert draft.status is DraftStatus.IN_REVIEW
    assert "checked_on: 2026-11-20" in (world.store.read(draft.version, UNIT_PAGE) or b"").decode()
    assert "checked_on:\n" in world.published_text(UNIT_PAGE)
    assert "Mới: 20/11/2026" in text_of(desk.get(answer.location))


def test_province_confirms_a_page_of_facts_for_three_months(world: EditingWorld) -> None:
    world.clock.set(FEBRUARY)
    desk = world.sign_in(PROVINCE_APPROVER)
    before = world.published_text(PROCEDURE)

    shown = desk.get(LIST)
    listed = text_of(shown)
    answer = confirm(desk, PROCEDURE)

    assert "Đăng ký tạm trú Thủ tục Hạn 28/02/2027" in listed
    assert 'href="http://127.0.0.1:8000/thu-tuc/dang-ky-tam-tru/"' in shown.text
    assert answer.status_code == 303
    after = before.replace("facts_checked_on: 2026-11-21", "facts_checked_on: 2027-02-10")
    after = after.replace("next_review_on: 2027-02-28", "next_review_on: 2027-05-10")
    role = "checked_by_role: Cán bộ duyệt nội dung, Công an tỉnh Đắk Lắk"
    assert world.published_text(PROCEDURE) == after.replace("checked_by_role:", role)
    assert PROCEDURE not in confirmable(desk)
    assert WARNING in confirmable(desk)


def test_role_of_a_province_editor_stands_in_what_is_handed_in(world: EditingWorld) -> None:
    world.clock.set(FEBRUARY)
    desk = world.sign_in(PROVINCE_EDITOR)

    confirm(desk, WARNING)

    draft = world.store.draft(WARNING)
    assert draft is not None
    text = (world.store.read(draft.version, WARNING) or b"").decode()
    assert "checked_by_role: Cán bộ biên tập, Công an tỉnh Đắk Lắk" in text
    assert (PROVINCE_EDITOR.name or "") not in text


def test_review_that_has_passed_is_told_as_late(world: EditingWorld) -> None:
    world.clock.set(datetime(2027, 3, 5, tzinfo=UTC))

    said = text_of(world.sign_in(PROVINCE_EDITOR).get(LIST))

    assert "Đăng ký tạm trú Thủ tục Quá hạn từ 28/02/2027" in said


@pytest.mark.parametrize("officer", [APPROVER, EDITOR])
def test_second_tap_says_the_same(world: EditingWorld, officer: Officer) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(officer)
    seen = confirmable(desk)[UNIT_PAGE]

    answers = [desk.post(LIST, path=UNIT_PAGE, seen=seen) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(world.store.versions(UNIT_PAGE)) == (3 if officer is APPROVER else 2)


def test_page_that_changed_since_is_to_be_looked_at_again(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)
    seen = confirmable(desk)[UNIT_PAGE]
    published(world, UNIT_PAGE, "email:", "email: a@example.vn")

    answer = desk.post(LIST, path=UNIT_PAGE, seen=seen)

    assert answer.status_code == 409
    assert "vừa thay đổi" in text_of(answer)
    assert "checked_on:\n" in world.published_text(UNIT_PAGE)


def test_unfinished_draft_is_not_handed_in_by_a_tap(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(EDITOR)
    seen = confirmable(desk)[UNIT_PAGE]
    draft = drafted(world, UNIT_PAGE, "email:", "email: a@example.vn")

    answer = desk.post(LIST, path=UNIT_PAGE, seen=seen)

    assert answer.status_code == 409
    assert "đang có một bản nháp chưa xong" in text_of(answer)
    assert f'href="/sua-nhanh/ban-nhap/{UNIT_PAGE}"' in answer.text
    assert world.store.draft(UNIT_PAGE) == draft
    assert confirmable(desk) == {}


def test_unfinished_draft_that_says_the_same_is_not_told_as_handed_in(
    world: EditingWorld,
) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(EDITOR)
    seen = confirmable(desk)[UNIT_PAGE]
    draft = drafted(world, UNIT_PAGE, "checked_on:", "checked_on: 2026-11-20")

    answer = desk.post(LIST, path=UNIT_PAGE, seen=seen)

    assert answer.status_code == 409
    assert "đang có một bản nháp chưa xong" in text_of(answer)
    assert world.store.draft(UNIT_PAGE) == draft


def test_tap_joins_a_draft_that_is_handed_in_already(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    drafted(world, UNIT_PAGE, "email:", "email: a@example.vn", status=DraftStatus.IN_REVIEW)
    desk = world.sign_in(EDITOR)

    answer = confirm(desk, UNIT_PAGE)

    draft = world.store.draft(UNIT_PAGE)
    assert answer.status_code == 303
    assert draft is not None
    assert draft.status is DraftStatus.IN_REVIEW
    text = (world.store.read(draft.version, UNIT_PAGE) or b"").decode()
    assert ("email: a@example.vn" in text, "checked_on: 2026-11-20" in text) == (True, True)


def test_what_checks_and_build_say_stands_above_the_list(
    world: EditingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)
    problem = ContentProblem(UNIT_PAGE, 7, "hours", "picture-unreadable", {"name": "a.png"})

    world.checker.listed = [problem]  # type: ignore[attr-defined]
    invalid = confirm(desk, UNIT_PAGE)
    world.checker.listed = []  # type: ignore[attr-defined]

    def fail(*_: object) -> None:
        raise PublishFailedError("no room")

    monkeypatch.setattr(world.site, "publish", fail)
    failed = confirm(desk, UNIT_PAGE)

    assert (invalid.status_code, failed.status_code) == (422, 422)
    assert "Không mở được ảnh a.png" in text_of(invalid)
    assert "Trang công khai vẫn như cũ" in text_of(failed)
    assert "checked_on:\n" in world.published_text(UNIT_PAGE)


def test_pages_of_others_and_of_no_kind_for_reviews_are_refused(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    refused = {
        EDITOR: (OTHER_PAGE, PROCEDURE, NOTICE),
        STRANGER: (UNIT_PAGE, WARNING),
        PROVINCE_APPROVER: ("site/../mkdocs.yml", "mkdocs.yml", "", "site/thu-tuc/index.md"),
    }

    for officer, paths in refused.items():
        desk = world.sign_in(officer)
        for path in paths:
            assert desk.post(LIST, path=path, seen="").status_code == 403, path


def test_tap_of_another_session_notes_nothing(world: EditingWorld) -> None:
    published(world, UNIT_PAGE, "hours:", "hours: Cả ngày")
    desk = world.sign_in(APPROVER)
    sent = {"path": UNIT_PAGE, "seen": confirmable(desk)[UNIT_PAGE]}

    answer = desk.client.post(LIST, data=sent)

    assert answer.status_code == 403
    assert "mở từ lần đăng nhập trước" in text_of(answer)
    assert "checked_on:\n" in world.published_text(UNIT_PAGE)


def test_notice_without_a_last_day_is_asked_about_after_a_month(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT.replace("valid_until: 2026-12-01\n", ""))
    world.clock.set(datetime(2026, 12, 25, tzinfo=UTC))

    answer = world.sign_in(EDITOR).get(LIST)

    assert "Cắt điện trụ sở Thông báo Chưa ghi “Đến hết ngày”" in text_of(answer)
    assert f'href="/sua-nhanh/{UNIT}/thong-bao/cat-dien"' in answer.text
    assert NOTICE not in confirmable(world.sign_in(EDITOR))


def test_province_sees_counts_of_units_and_looks_into_one(world: EditingWorld) -> None:
    published(world, OTHER_PAGE, "checked_on:", "checked_on: 2026-11-20", STRANGER)
    desk = world.sign_in(PROVINCE_EDITOR)

    everything, one = desk.get(LIST), desk.get(f"{LIST}?don-vi={UNIT}")

    assert "Phường Tân An: 1 trang" in text_of(everything)
    assert "Xã Ea Kly" not in text_of(everything)
    assert "Đến hạn rà soát: Phường Tân An" in text_of(one)


def test_unit_cannot_look_into_another(world: EditingWorld) -> None:
    said = text_of(world.sign_in(EDITOR).get(f"{LIST}?don-vi={OTHER}"))

    assert "Phường Tân An" in said
    assert "Xã Ea Kly" not in said


def test_lapsed_laws_and_ended_fees_are_told_to_the_province(world: EditingWorld) -> None:
    published(world, PROCEDURE, "legal_basis: [", "legal_basis: [tt-53-2016, ", PROVINCE_APPROVER)
    world.clock.set(datetime(2027, 3, 5, tzinfo=UTC))

    province = text_of(world.sign_in(PROVINCE_EDITOR).get(LIST))
    unit = text_of(world.sign_in(EDITOR).get(LIST))

    assert "đã hết hiệu lực (tính đến ngày 24/07/2026), nay thay bằng" in province
    assert "Mức thu “Công dân số" in province
    assert "” đã hết hạn từ 01/03/2027. Hãy ghi mức mới." in province
    assert "hết hiệu lực" not in unit


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_notice_of_a_year_that_nobody_meant_hides_no_other_page(
    world: EditingWorld, day: str
) -> None:
    notice = NOTICE_TEXT.replace("2026-11-19", day).replace("valid_until: 2026-12-01\n", "")
    published_whole(world, NOTICE, notice)
    published(world, UNIT_PAGE, "\nchecked_on:", f"\nchecked_on: {day}")

    own = world.sign_in(EDITOR).get(LIST)
    province = world.sign_in(PROVINCE_EDITOR)

    assert own.status_code == 200
    assert ("Cắt điện trụ sở" in text_of(own)) is (day == "0001-01-01")
    for address in (LIST, f"{LIST}?don-vi={UNIT}", f"{LIST}?don-vi={OTHER}"):
        assert province.get(address).status_code == 200
