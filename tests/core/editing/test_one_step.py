"""Small changes in one step: what goes out, what is handed in, and whose draft is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.core.editing.discarding import discard
from functions.core.editing.drafting import set_status
from functions.core.editing.one_step import (
    change_in_one_step,
    finish_in_one_step,
    stays_in_draft,
)
from functions.core.errors import ConflictError, MergeConflictError, NotAllowedError
from functions.core.models.content import Draft, DraftStatus, Edit, Editor, Version
from tests.core.editing.world import (
    APPROVER,
    COLLEAGUE,
    EDITOR,
    LINES,
    NOTICE,
    OWN,
    STRANGER,
    UNIT,
    EditingDesk,
)

NEW = f"site/don-vi/{UNIT}/thong-bao/nghi-le.md"
FIRST, LAST = LINES.replace("một", "MỘT"), LINES.replace("bảy", "BẢY")
BOTH = FIRST.replace("bảy", "BẢY")


def fix(desk: EditingDesk, by: Editor, text: str = FIRST, path: str = NOTICE) -> Version | Draft:
    """Change a page in one step, as a form does that was drawn from what is there."""
    draft = desk.store.draft(path)
    version = draft.version if draft else desk.store.published()
    base = desk.blob(path) or desk.store.blob_id(version, path)
    return change_in_one_step(Edit(desk.page(path), text, base), by, desk.services)


def hand_in(desk: EditingDesk, path: str, status: DraftStatus = DraftStatus.IN_REVIEW) -> None:
    set_status(desk.page(path), status, COLLEAGUE, desk.services)


def in_the_very_moment(
    desk: EditingDesk, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]
) -> None:
    """Let somebody act right after the draft was looked at for the first time."""
    look, acts = desk.store.draft, [act]

    def look_and_act(page: str) -> Draft | None:
        found = look(page)
        if acts:
            acts.pop()()
        return found

    monkeypatch.setattr(desk.store, "draft", look_and_act)


def test_an_approvers_change_goes_out_past_an_unfinished_draft(desk: EditingDesk) -> None:
    desk.save(NOTICE, LAST, by=COLLEAGUE)
    draft = desk.store.draft(NOTICE)

    done = fix(desk, APPROVER)

    assert isinstance(done, Version)
    assert desk.text(NOTICE) == FIRST
    assert desk.store.draft(NOTICE) == draft
    assert not stays_in_draft(desk.page(NOTICE), APPROVER, desk.services)


@pytest.mark.parametrize("by", [EDITOR, COLLEAGUE])
def test_an_unfinished_draft_is_not_handed_in_with_a_change(desk: EditingDesk, by: Editor) -> None:
    desk.save(NOTICE, LAST, by=COLLEAGUE)
    draft = desk.store.draft(NOTICE)

    with pytest.raises(MergeConflictError):
        fix(desk, by)

    assert desk.store.draft(NOTICE) == draft
    assert stays_in_draft(desk.page(NOTICE), by, desk.services)


def test_an_unfinished_page_does_not_go_out_with_an_approvers_change(desk: EditingDesk) -> None:
    desk.save(NEW, LAST, "", by=COLLEAGUE)
    draft = desk.store.draft(NEW)

    with pytest.raises(MergeConflictError):
        fix(desk, APPROVER, BOTH, NEW)

    assert stays_in_draft(desk.page(NEW), APPROVER, desk.services)
    assert desk.store.draft(NEW) == draft
    assert desk.text(NEW) is None


def test_a_page_that_is_handed_in_goes_out_whole_with_an_approvers_change(
    desk: EditingDesk,
) -> None:
    desk.save(NEW, LAST, "", by=COLLEAGUE)
    hand_in(desk, NEW)

    done = fix(desk, APPROVER, BOTH, NEW)

    assert isinstance(done, Version)
    assert desk.text(NEW) == BOTH
    assert desk.store.draft(NEW) is None


def test_an_editors_change_joins_what_is_handed_in(desk: EditingDesk) -> None:
    desk.save(NOTICE, LAST, by=COLLEAGUE)
    hand_in(desk, NOTICE)

    done = fix(desk, EDITOR)

    assert isinstance(done, Draft)
    assert done.status is DraftStatus.IN_REVIEW
    assert desk.draft_text(NOTICE) == BOTH
    assert desk.text(NOTICE) == LINES


def test_a_draft_that_is_begun_in_the_very_moment_is_not_handed_in(
    desk: EditingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_very_moment(desk, monkeypatch, lambda: desk.save(NOTICE, LAST, by=COLLEAGUE))

    done = fix_without_a_look(desk)

    assert isinstance(done, Draft)
    assert done.status is DraftStatus.DRAFT
    assert desk.draft_text(NOTICE) == BOTH


def test_the_same_change_that_is_saved_in_the_very_moment_is_handed_in(
    desk: EditingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_very_moment(desk, monkeypatch, lambda: desk.save(NOTICE, FIRST, by=EDITOR))

    done = fix_without_a_look(desk)

    assert isinstance(done, Draft)
    assert done.status is DraftStatus.IN_REVIEW
    assert desk.draft_text(NOTICE) == FIRST


def test_a_draft_that_is_taken_back_in_the_very_moment_is_not_handed_in(
    desk: EditingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.save(NOTICE, LAST, by=COLLEAGUE)
    hand_in(desk, NOTICE)
    in_the_very_moment(desk, monkeypatch, lambda: hand_in(desk, NOTICE, DraftStatus.DRAFT))

    done = fix_without_a_look(desk)

    assert isinstance(done, Draft)
    assert done.status is DraftStatus.DRAFT
    assert desk.draft_text(NOTICE) == BOTH


def fix_without_a_look(desk: EditingDesk) -> Version | Draft:
    edit = Edit(desk.page(NOTICE), FIRST, desk.blob(NOTICE))
    return change_in_one_step(edit, EDITOR, desk.services)


def test_what_stands_beside_goes_out_with_a_change_and_never_into_a_draft(
    desk: EditingDesk,
) -> None:
    beside = [Edit(desk.page(OWN), "unit_id: phuong-tan-an\nhours: 8\n", desk.blob(OWN))]
    edit = Edit(desk.page(NOTICE), FIRST, desk.blob(NOTICE))

    drafted = change_in_one_step(edit, EDITOR, desk.services, beside=beside)
    published = change_in_one_step(edit, APPROVER, desk.services, beside=beside)

    assert isinstance(drafted, Draft)
    assert drafted.files == (NOTICE,)
    assert isinstance(published, Version)
    assert published.files == (OWN, NOTICE)


def test_finishing_tells_of_a_draft_that_is_gone_or_another(desk: EditingDesk) -> None:
    page, seen = desk.page(NOTICE), desk.save(NOTICE, FIRST).draft
    desk.save(NOTICE, BOTH, by=EDITOR)

    for by in (EDITOR, APPROVER):
        with pytest.raises(ConflictError):
            finish_in_one_step(page, seen, by, desk.services)
    discard(page, EDITOR, desk.services)
    for by in (EDITOR, APPROVER):
        with pytest.raises(ConflictError):
            finish_in_one_step(page, seen, by, desk.services)

    assert desk.text(NOTICE) == LINES


def test_strangers_change_nothing(desk: EditingDesk) -> None:
    with pytest.raises(NotAllowedError):
        fix(desk, STRANGER)
