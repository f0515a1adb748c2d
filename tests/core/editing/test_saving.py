"""Saving: joined with what others saved, refused where it cannot be, and never lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.core.editing.drafting import save, set_status
from functions.core.errors import (
    ConflictError,
    InvalidContentError,
    MergeConflictError,
    NotAllowedError,
)
from functions.core.models.content import ContentProblem, DraftStatus, Edit
from functions.stores.git import GitContentStore
from tests.core.editing.world import (
    APPROVER,
    COLLEAGUE,
    EDITOR,
    LINES,
    NOTICE,
    OWN,
    PNG,
    SHARED,
    STRANGER,
    UNIT,
    EditingDesk,
)

PICTURE = f"site/don-vi/{UNIT}/thong-bao/so-do.png"


def test_a_first_save_makes_a_draft_and_leaves_what_is_public(desk: EditingDesk) -> None:
    saved = desk.save(NOTICE, LINES.replace("một", "MỘT"), desk.blob(NOTICE))

    assert desk.text(NOTICE) == LINES
    assert desk.draft_text(NOTICE) == LINES.replace("một", "MỘT")
    assert saved.draft == desk.store.draft(NOTICE)
    assert (saved.draft.status, saved.draft.by, saved.merged) == (DraftStatus.DRAFT, EDITOR, False)
    assert saved.draft.files == (NOTICE,)


def test_changes_of_two_editors_in_different_lines_are_joined(desk: EditingDesk) -> None:
    opened = desk.blob(NOTICE)
    desk.save(NOTICE, LINES.replace("một", "MỘT"), opened)

    saved = desk.save(NOTICE, LINES.replace("bảy", "BẢY"), opened, COLLEAGUE)

    assert saved.merged
    assert desk.draft_text(NOTICE) == LINES.replace("một", "MỘT").replace("bảy", "BẢY")
    assert saved.blob == desk.store.blob_id(saved.draft.version, NOTICE)


def test_a_second_change_of_the_same_line_is_told_and_neither_is_lost(desk: EditingDesk) -> None:
    opened = desk.blob(NOTICE)
    first = desk.save(NOTICE, LINES.replace("bốn", "BỐN"), opened)

    with pytest.raises(MergeConflictError) as told:
        desk.save(NOTICE, LINES.replace("bốn", "4"), opened, COLLEAGUE)

    assert told.value.paths == (NOTICE,)
    assert desk.store.draft(NOTICE) == first.draft
    assert desk.draft_text(NOTICE) == LINES.replace("bốn", "BỐN")


def test_a_page_published_anew_meanwhile_is_joined_with_the_save(desk: EditingDesk) -> None:
    opened = desk.blob(NOTICE)
    desk.change_public(NOTICE, LINES.replace("một", "MỘT"))

    saved = desk.save(NOTICE, LINES.replace("bảy", "BẢY"), opened)

    assert saved.merged
    assert desk.draft_text(NOTICE) == LINES.replace("một", "MỘT").replace("bảy", "BẢY")


def test_saving_twice_from_the_answer_of_the_first_needs_no_joining(desk: EditingDesk) -> None:
    first = desk.save(NOTICE, LINES.replace("bốn", "BỐN"), desk.blob(NOTICE))

    second = desk.save(NOTICE, LINES.replace("bốn", "4"), first.blob)

    assert not second.merged
    assert desk.draft_text(NOTICE) == LINES.replace("bốn", "4")


@pytest.mark.parametrize("base", ["f" * 40, "not an id", "ﬀ" * 40, "--help"])
def test_a_base_that_nobody_knows_is_told_as_a_conflict(desk: EditingDesk, base: str) -> None:
    with pytest.raises(MergeConflictError):
        desk.save(NOTICE, "khác\n", base)

    assert desk.store.drafts() == []


def test_without_a_base_the_same_session_saves_on_and_another_is_stopped(
    desk: EditingDesk,
) -> None:
    desk.save(NOTICE, "bản một\n")

    desk.save(NOTICE, "bản hai\n")
    with pytest.raises(MergeConflictError):
        desk.save(NOTICE, "bản ba\n", by=COLLEAGUE)

    assert desk.draft_text(NOTICE) == "bản hai\n"


def test_a_new_page_on_an_address_that_is_taken_is_refused(desk: EditingDesk) -> None:
    new = NOTICE.replace("cat-dien", "cat-nuoc")
    desk.save(new, "nước\n", "")

    for path in (NOTICE, new):
        with pytest.raises(InvalidContentError) as refused:
            desk.save(path, "khác\n", "", COLLEAGUE)
        assert [problem.code for problem in refused.value.problems] == ["address-taken"]

    assert desk.draft_text(new) == "nước\n"


def test_mistakes_keep_a_save_from_being_stored(desk: EditingDesk) -> None:
    mistake = ContentProblem(NOTICE, 3, "body", "any")
    desk.checker.listed.append(mistake)

    with pytest.raises(InvalidContentError) as refused:
        desk.save(NOTICE, "sai\n")

    assert refused.value.problems == (mistake,)
    assert desk.store.drafts() == []


def test_a_page_that_the_draft_takes_away_cannot_be_joined_with_a_change_of_it(
    desk: EditingDesk,
) -> None:
    opened = desk.blob(NOTICE)
    desk.save(NOTICE, None, opened)

    with pytest.raises(MergeConflictError):
        desk.save(NOTICE, "khác\n", opened, COLLEAGUE)

    assert desk.draft_text(NOTICE) is None
    assert desk.store.draft(NOTICE) is not None


@pytest.mark.parametrize("path", [OWN, "site/duong-day-nong.md"])
def test_a_page_that_the_site_cannot_be_without_is_never_taken_away(
    desk: EditingDesk, path: str
) -> None:
    with pytest.raises(NotAllowedError):
        desk.save(path, None, by=APPROVER)


@pytest.mark.parametrize("path", [NOTICE, OWN, SHARED])
def test_strangers_save_nothing(desk: EditingDesk, path: str) -> None:
    with pytest.raises(NotAllowedError):
        desk.save(path, "lạ\n", by=STRANGER)


def test_a_picture_needs_the_right_to_write_where_it_stands(desk: EditingDesk) -> None:
    shared = desk.page("site/thu-tuc/anh-chung.png")
    edit = Edit(desk.page(NOTICE), "![](anh-chung.png)\n", None, {shared: PNG})

    with pytest.raises(NotAllowedError):
        save(edit, EDITOR, desk.services)

    assert desk.store.drafts() == []


def test_a_picture_that_cannot_be_opened_names_itself(desk: EditingDesk) -> None:
    with pytest.raises(InvalidContentError) as refused:
        desk.save(NOTICE, "![](so-do.png)\n", **{"so-do": b"PK\x03\x04"})

    (problem,) = refused.value.problems
    assert (problem.code, problem.values) == ("picture-unreadable", {"name": "so-do.png"})
    assert desk.store.drafts() == []


def test_a_picture_taken_out_of_the_text_leaves_the_draft(desk: EditingDesk) -> None:
    with_it = desk.save(NOTICE, "![](so-do.png)\n", **{"so-do": PNG})

    without = desk.save(NOTICE, "không ảnh\n", with_it.blob)

    assert with_it.draft.files == (NOTICE, PICTURE)
    assert without.draft.files == (NOTICE,)
    assert desk.store.read(without.draft.version, PICTURE) is None


def test_a_public_picture_stays_when_a_draft_stops_naming_it(desk: EditingDesk) -> None:
    desk.save(NOTICE, "![](so-do.png)\n", by=APPROVER, **{"so-do": PNG})
    desk.publish(NOTICE)

    saved = desk.save(NOTICE, "không ảnh\n", desk.blob(NOTICE))

    assert desk.store.read(saved.draft.version, PICTURE) == PNG


def test_an_approval_is_lost_by_a_later_edit_of_an_editor(desk: EditingDesk) -> None:
    page = desk.page(NOTICE)
    saved = desk.save(NOTICE, "một bản\n")
    set_status(page, DraftStatus.READY, APPROVER, desk.services)

    again = desk.save(NOTICE, "bản khác\n", saved.blob)

    assert again.draft.status is DraftStatus.IN_REVIEW


def test_an_approval_outlives_the_approvers_own_edit(desk: EditingDesk) -> None:
    saved = desk.save(NOTICE, "một bản\n")
    set_status(desk.page(NOTICE), DraftStatus.READY, APPROVER, desk.services)

    again = desk.save(NOTICE, "bản khác\n", saved.blob, APPROVER)

    assert again.draft.status is DraftStatus.READY
    assert again.draft.by == APPROVER


def test_a_draft_sent_back_carries_the_word_and_stays_its_writers(desk: EditingDesk) -> None:
    desk.save(NOTICE, "một bản\n")
    page = desk.page(NOTICE)
    set_status(page, DraftStatus.IN_REVIEW, EDITOR, desk.services)

    back = set_status(page, DraftStatus.DRAFT, APPROVER, desk.services, "Thiếu\nngày: giờ")

    assert (back.status, back.note, back.by) == (DraftStatus.DRAFT, "Thiếu\nngày: giờ", EDITOR)
    assert desk.draft_text(NOTICE) == "một bản\n"


def test_only_approvers_approve(desk: EditingDesk) -> None:
    desk.save(NOTICE, "một bản\n")

    with pytest.raises(NotAllowedError):
        set_status(desk.page(NOTICE), DraftStatus.READY, EDITOR, desk.services)


def test_a_status_is_not_set_on_a_draft_that_changed_since_it_was_seen(desk: EditingDesk) -> None:
    page = desk.page(NOTICE)
    seen = desk.save(NOTICE, "một bản\n")
    desk.save(NOTICE, "bản khác\n", seen.blob)

    with pytest.raises(ConflictError):
        set_status(page, DraftStatus.READY, APPROVER, desk.services, seen=seen.draft.version)


def test_a_page_that_others_never_stop_saving_is_told_as_busy(desk: EditingDesk) -> None:
    class NeverFree(GitContentStore):
        def move_draft(self, page: str, before: str | None, after: str | None) -> None:
            raise ConflictError(page)

    busy = NeverFree(desk.folder / "content.git")

    with pytest.raises(ConflictError):
        save(Edit(desk.page(NOTICE), "x\n"), EDITOR, replace(desk.services, store=busy))

    assert desk.store.drafts() == []
