"""What the first page of the small forms shows: what waits, what came back, what is to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.core.editing.drafting import save, set_status
from functions.core.models import Officer
from functions.core.models.content import DraftStatus, Edit
from tests.content.quick_forms import CONTACT, OWN, PAUSE, as_it_was, fill, follow
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    OTHER_PAGE,
    UNIT_PAGE,
    drafted,
    published_whole,
    small_world,
    text_of,
)
from tests.content.world import APPROVER, EDITOR, OTHER, PROVINCE_APPROVER, EditingWorld

TODAY, TOMORROW = "2026-11-20", "2026-11-21"
ALL_DRAFTS = "Xem tất cả bản nháp"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def send_back(world: EditingWorld, path: str, word: str) -> None:
    page, approver = world.page(path), world.editor(APPROVER)
    set_status(page, DraftStatus.DRAFT, approver, world.editing, word)


def begin_notices(world: EditingWorld, count: int, officer: Officer = EDITOR) -> None:
    """Let drafts begin that are newer than all there are."""
    for number in range(1, count + 1):
        world.clock.advance(timedelta(minutes=1))
        page = world.page(NOTICE.replace("cat-dien", f"nghi-le-{number}"))
        save(Edit(page, NOTICE_TEXT, ""), world.editor(officer), world.editing)


def test_a_draft_that_was_sent_back_says_so_and_why(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    send_back(world, UNIT_PAGE, "Ghi rõ giờ buổi chiều.")
    desk = world.sign_in(EDITOR)

    home, form = text_of(desk.get(OWN)), text_of(desk.get(CONTACT))

    assert "Đã trả lại Lời nhắn: Ghi rõ giờ buổi chiều." in home
    assert "Đã trả lại: Ghi rõ giờ buổi chiều." in form
    fill(desk, CONTACT, duty_phone="0262 385 2113")
    assert "Đã trả lại" not in text_of(desk.get(CONTACT))


def test_a_draft_that_was_sent_back_comes_before_newer_ones(world: EditingWorld) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    send_back(world, UNIT_PAGE, "Ghi rõ giờ.")
    begin_notices(world, 7)

    home = text_of(world.sign_in(EDITOR).get(OWN))

    assert "Lời nhắn: Ghi rõ giờ." in home
    assert home.count("Cắt điện trụ sở") == 4


@pytest.mark.parametrize(("officer", "is_asked"), [(APPROVER, True), (EDITOR, False)])
def test_what_waits_for_an_approver_is_never_out_of_sight(
    world: EditingWorld, officer: Officer, is_asked: bool
) -> None:
    drafted(world, status=DraftStatus.IN_REVIEW)
    begin_notices(world, 7)

    home = text_of(world.sign_in(officer).get(OWN))

    assert ("Chờ bạn duyệt (1) Phường Tân An Trang của đơn vị" in home) == is_asked


@pytest.mark.parametrize("count", [0, 1, 7])
def test_all_drafts_are_a_tap_away(world: EditingWorld, count: int) -> None:
    begin_notices(world, count)

    own = world.sign_in(EDITOR).get(OWN).text
    chosen = world.sign_in(PROVINCE_APPROVER).get(f"/sua-nhanh/{OTHER}/").text

    assert f'href="/sua-nhanh/ban-nhap/">{ALL_DRAFTS}</a>' in own
    assert f'href="/sua-nhanh/ban-nhap/?don-vi={OTHER}">{ALL_DRAFTS}</a>' in chosen


def test_drafts_of_other_units_wait_elsewhere(world: EditingWorld) -> None:
    drafted(world, OTHER_PAGE, officer=PROVINCE_APPROVER, status=DraftStatus.IN_REVIEW)

    desk = world.sign_in(PROVINCE_APPROVER)

    assert "Chờ bạn duyệt (1)" in text_of(desk.get(f"/sua-nhanh/{OTHER}/"))
    assert "Chờ bạn duyệt" not in text_of(desk.get(OWN))


@pytest.mark.parametrize(("begins", "is_later"), [(TODAY, False), (TOMORROW, True)])
def test_a_notice_that_is_not_shown_yet_says_so(
    world: EditingWorld, begins: str, is_later: bool
) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT.replace("2026-11-19", begins))

    home = text_of(world.sign_in(APPROVER).get(OWN))

    assert ("Sắp hiện từ 21/11/2026, đến hết 01/12/2026" in home) == is_later


def test_a_notice_that_ends_leaves_no_doubt_about_the_pause(world: EditingWorld) -> None:
    published_whole(world, NOTICE, NOTICE_TEXT)
    desk = world.sign_in(APPROVER)
    ended = f"{OWN}thong-bao/cat-dien/ket-thuc"
    before = text_of(follow(desk, desk.post(ended)))
    published_whole(world, NOTICE, NOTICE_TEXT)
    fill(desk, PAUSE, **{"tat-ca": "yes", "paused_until": "2026-11-30"})

    after = text_of(follow(desk, desk.post(ended)))

    said = "2 thủ tục của đơn vị vẫn ghi “tạm ngừng tiếp nhận”"
    assert said not in before
    assert said in after
