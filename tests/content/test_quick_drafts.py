"""Small forms on pages with a draft: what is unfinished goes neither out nor in for review."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.content.quick.saving import How, store_edit
from functions.core.editing.discarding import discard
from functions.core.editing.drafting import save, set_status
from functions.core.models import Officer
from functions.core.models.content import ContentProblem, Draft, DraftStatus, Edit
from tests.content.quick_forms import (
    CONTACT,
    NEW_NOTICE,
    OWN,
    PAUSE,
    as_it_was,
    fields_of,
    fill,
    follow,
    send,
)
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    UNIT_PAGE,
    drafted,
    published_whole,
    small_world,
    text_of,
)
from tests.content.world import APPROVER, EDITOR, UNIT, EditingWorld

PHONE = "0262 385 2113"
NOTICE_FORM = f"{NEW_NOTICE}/cat-dien"
PAUSED = {"tat-ca": "yes", "paused_until": "2026-11-30", "reason": "Mất điện."}
PAUSE_NOTICE = f"site/don-vi/{UNIT}/thong-bao/tam-ngung-tiep-nhan-ho-so-den-het-ngay-30-11-2026.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return small_world(tmp_path_factory.mktemp("quick"))


@pytest.fixture
def world(made: EditingWorld) -> Iterator[EditingWorld]:
    with as_it_was(made):
        yield made


def text_in(world: EditingWorld, draft: Draft) -> str:
    return (world.store.read(draft.version, draft.page) or b"").decode()


def unfinished_notice(world: EditingWorld) -> Draft:
    """Let an editor begin a notice that is nowhere else."""
    edit = Edit(world.page(NOTICE), NOTICE_TEXT, "")
    return save(edit, world.editor(EDITOR), world.editing).draft


def test_an_editors_fix_waits_in_the_unfinished_draft_and_hands_nothing_in(
    world: EditingWorld,
) -> None:
    drafted(world, old="address:", new="address: 12 Nguyễn Tất Thành")
    desk = world.sign_in(EDITOR)
    shown = desk.get(CONTACT)

    page = follow(desk, send(desk, CONTACT, fields_of(shown, CONTACT), duty_phone=PHONE))

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.DRAFT
    assert "address: 12 Nguyễn Tất Thành" in text_in(world, draft)
    assert PHONE in text_in(world, draft)
    assert "Lưu vào bản nháp" in text_of(shown)
    assert "Bản nháp đó chưa gửi duyệt" in text_of(page)
    assert f'class="by-button" href="/sua-nhanh/ban-nhap/{UNIT_PAGE}"' in page.text
    follow(desk, send(desk, CONTACT, fields_of(shown, CONTACT), duty_phone=PHONE))
    assert world.store.drafts() == [draft]


def test_an_approvers_fix_goes_out_at_once_and_leaves_the_draft_alone(
    world: EditingWorld,
) -> None:
    draft = drafted(world, old="address:", new="address: 12 Nguyễn Tất Thành")
    desk = world.sign_in(APPROVER)

    page = follow(desk, fill(desk, CONTACT, duty_phone=PHONE))

    assert "Đã đăng" in text_of(page)
    assert PHONE in world.published_text(UNIT_PAGE)
    assert "Nguyễn Tất Thành" not in world.published_text(UNIT_PAGE)
    assert world.store.drafts() == [draft]


def test_an_unfinished_notice_does_not_go_out_with_an_approvers_fix(world: EditingWorld) -> None:
    unfinished_notice(world)
    desk = world.sign_in(APPROVER)
    shown = desk.get(NOTICE_FORM)

    sent = send(desk, NOTICE_FORM, fields_of(shown, NOTICE_FORM), title="Cắt điện buổi sáng")
    page = follow(desk, sent)

    (draft,) = world.store.drafts()
    assert world.published_text(NOTICE) == ""
    assert draft.status is DraftStatus.DRAFT
    assert "title: Cắt điện buổi sáng" in text_in(world, draft)
    assert "Lưu vào bản nháp" in text_of(shown)
    assert "xem lại rồi gửi duyệt hoặc đăng" in text_of(page)


def test_an_approver_publishes_no_words_of_a_notice_that_the_form_did_not_show(
    world: EditingWorld,
) -> None:
    page = world.page(NOTICE)
    unfinished_notice(world)
    set_status(page, DraftStatus.IN_REVIEW, world.editor(EDITOR), world.editing)
    desk = world.sign_in(APPROVER)
    shown = desk.get(NOTICE_FORM)
    later = NOTICE_TEXT + "\nThêm sau.\n"
    base = world.store.blob_id(world.store.drafts()[0].version, NOTICE)
    save(Edit(page, later, base), world.editor(EDITOR), world.editing)

    sent = send(desk, NOTICE_FORM, fields_of(shown, NOTICE_FORM), title="Cắt điện buổi sáng")
    answer = follow(desk, sent)

    (draft,) = world.store.drafts()
    assert world.published_text(NOTICE) == ""
    assert draft.status is DraftStatus.IN_REVIEW
    assert "title: Cắt điện buổi sáng" in text_in(world, draft)
    assert "Thêm sau." in text_in(world, draft)
    assert "Đã gửi, chờ cán bộ duyệt. Người khác cũng vừa sửa trang này" in text_of(answer)


@pytest.mark.parametrize(("officer", "is_out"), [(EDITOR, False), (APPROVER, True)])
def test_a_notice_that_is_handed_in_goes_on_its_way(
    world: EditingWorld, officer: Officer, is_out: bool
) -> None:
    unfinished_notice(world)
    page, editor = world.page(NOTICE), world.editor(EDITOR)
    set_status(page, DraftStatus.IN_REVIEW, editor, world.editing)
    desk = world.sign_in(officer)

    fill(desk, NOTICE_FORM, title="Cắt điện buổi sáng")

    assert ("buổi sáng" in world.published_text(NOTICE)) == is_out
    assert [draft.status for draft in world.store.drafts()] == (
        [] if is_out else [DraftStatus.IN_REVIEW]
    )


def test_a_save_that_was_cut_short_is_handed_in_by_the_second_press(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)
    drawn = fields_of(desk.get(CONTACT), CONTACT)
    drafted(world, old="duty_phone:", new=f'duty_phone: "{PHONE}"')

    page = follow(desk, send(desk, CONTACT, drawn, duty_phone=PHONE))

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.IN_REVIEW
    assert "Đã gửi, chờ cán bộ duyệt" in text_of(page)


@pytest.mark.parametrize(("more", "how"), [("", How.SENT), ("\nThêm.\n", How.KEPT)])
def test_a_draft_begun_in_the_very_moment_is_handed_in_if_it_says_nothing_else(
    world: EditingWorld, more: str, how: How
) -> None:
    before, page, editor = world.published_text(UNIT_PAGE), world.page(UNIT_PAGE), world.editor()
    text = before.replace("hours:", "hours: Cả ngày", 1)
    save(Edit(page, text + more), editor, world.editing)
    base = world.store.blob_id(world.store.published(), UNIT_PAGE)

    done = store_edit(Edit(page, text, base), editor, world.editing)

    assert done == (how, how is How.KEPT)


def test_a_notice_that_was_cut_short_is_handed_in_by_the_second_press(
    world: EditingWorld,
) -> None:
    desk, typed = world.sign_in(EDITOR), {"title": "Nghỉ lễ", "text": "Nghỉ ngày 2/9."}
    drawn = fields_of(desk.get(NEW_NOTICE), NEW_NOTICE)
    follow(desk, send(desk, NEW_NOTICE, drawn, **typed))
    (first,) = world.store.drafts()
    page, editor = world.page(first.page), world.editor(EDITOR)
    discard(page, editor, world.editing)
    save(Edit(page, text_in(world, first), ""), editor, world.editing)

    follow(desk, send(desk, NEW_NOTICE, drawn, **typed))

    (draft,) = world.store.drafts()
    assert (draft.page, draft.status) == (first.page, DraftStatus.IN_REVIEW)


def test_an_editors_pause_hands_no_unfinished_draft_in(world: EditingWorld) -> None:
    drafted(world)
    desk = world.sign_in(EDITOR)

    home = follow(desk, fill(desk, PAUSE, **PAUSED))

    assert {draft.page: draft.status for draft in world.store.drafts()} == {
        UNIT_PAGE: DraftStatus.DRAFT,
        PAUSE_NOTICE: DraftStatus.IN_REVIEW,
    }
    assert "phần tạm ngừng được lưu vào bản nháp đó" in text_of(home)
    resumed = follow(desk, desk.post(f"{OWN}mo-lai"))
    assert "phần tiếp nhận trở lại được lưu vào bản nháp đó" in text_of(resumed)


def test_a_reason_that_is_refused_leaves_no_pause_without_its_notice(world: EditingWorld) -> None:
    desk = world.sign_in(EDITOR)
    problem = ContentProblem(PAUSE_NOTICE, 7, "body", "any")
    world.checker.listed = [problem]  # type: ignore[attr-defined]

    answer = fill(desk, PAUSE, **PAUSED)

    assert answer.status_code == 422
    assert fields_of(answer, PAUSE)["reason"] == "Mất điện."
    assert world.store.drafts() == []


@pytest.mark.parametrize("posted_on", ["2026-11-19", "2026-11-20"])
def test_an_editor_who_ends_a_notice_hands_no_unfinished_draft_in(
    world: EditingWorld, posted_on: str
) -> None:
    text = NOTICE_TEXT.replace("2026-11-19", posted_on)
    published_whole(world, NOTICE, text)
    drafted(world, NOTICE, "cả ngày", "cả buổi")
    desk = world.sign_in(EDITOR)

    home = follow(desk, desk.post(f"{NOTICE_FORM}/ket-thuc"))

    (draft,) = world.store.drafts()
    assert draft.status is DraftStatus.DRAFT
    assert "được lưu vào bản nháp đó" in text_of(home)
    assert world.published_text(NOTICE) == text
