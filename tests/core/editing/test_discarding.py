"""Drafts that were thrown away: the last one of a page comes back, and never over another."""

from __future__ import annotations

import pytest

from functions.core.editing.discarding import discard, take_back
from functions.core.editing.drafting import set_status
from functions.core.errors import ConflictError, NotAllowedError, NotFoundError
from functions.core.models.content import Draft, DraftStatus
from tests.core.editing.world import (
    APPROVER,
    COLLEAGUE,
    EDITOR,
    LINES,
    NOTICE,
    STRANGER,
    EditingDesk,
)


def thrown_away(desk: EditingDesk, text: str = "một bản\n") -> Draft:
    """Save a draft, throw it away, and return what is kept of it."""
    desk.save(NOTICE, text)
    discard(desk.page(NOTICE), COLLEAGUE, desk.services)
    kept = desk.store.discarded(NOTICE)
    assert kept is not None
    return kept


def test_a_draft_thrown_away_leaves_the_public_page(desk: EditingDesk) -> None:
    page = desk.page(NOTICE)
    seen = desk.save(NOTICE, "một bản\n").draft

    with pytest.raises(ConflictError):
        discard(page, COLLEAGUE, desk.services, "f" * 40)
    discard(page, COLLEAGUE, desk.services, seen.version)

    assert desk.store.draft(NOTICE) is None
    assert desk.text(NOTICE) == LINES
    with pytest.raises(NotFoundError):
        discard(page, COLLEAGUE, desk.services)


def test_it_comes_back_whole_and_has_to_be_handed_in_anew(desk: EditingDesk) -> None:
    page = desk.page(NOTICE)
    desk.save(NOTICE, "một bản\n")
    set_status(page, DraftStatus.READY, APPROVER, desk.services)
    discard(page, COLLEAGUE, desk.services)
    (kept,) = desk.store.all_discarded()

    back = take_back(page, EDITOR, desk.services, kept.version)

    assert desk.draft_text(NOTICE) == "một bản\n"
    assert (back.status, back.by.mark) == (DraftStatus.DRAFT, EDITOR.mark)
    assert desk.store.drafts() == [back]
    assert desk.store.all_discarded() == []


def test_the_last_one_thrown_away_is_kept(desk: EditingDesk) -> None:
    first = thrown_away(desk, "bản đầu\n")
    last = thrown_away(desk, "bản sau\n")

    with pytest.raises(ConflictError):
        take_back(desk.page(NOTICE), EDITOR, desk.services, first.version)
    take_back(desk.page(NOTICE), EDITOR, desk.services, last.version)

    assert desk.draft_text(NOTICE) == "bản sau\n"


def test_a_draft_begun_meanwhile_is_not_written_over(desk: EditingDesk) -> None:
    kept = thrown_away(desk)
    desk.save(NOTICE, "bản mới\n")

    with pytest.raises(ConflictError):
        take_back(desk.page(NOTICE), EDITOR, desk.services, kept.version)

    assert desk.draft_text(NOTICE) == "bản mới\n"
    assert desk.store.discarded(NOTICE) == kept


def test_taken_back_twice_is_as_good_as_once_and_a_second_loss_is_told(desk: EditingDesk) -> None:
    page, kept = desk.page(NOTICE), thrown_away(desk)

    once = take_back(page, EDITOR, desk.services, kept.version)
    again = take_back(page, EDITOR, desk.services, kept.version)
    desk.store.move_draft(NOTICE, kept.version, None)

    assert once == again
    with pytest.raises(NotFoundError):
        take_back(page, EDITOR, desk.services, kept.version)


def test_strangers_take_nothing_back(desk: EditingDesk) -> None:
    kept = thrown_away(desk)

    with pytest.raises(NotAllowedError):
        take_back(desk.page(NOTICE), STRANGER, desk.services, kept.version)

    assert desk.store.draft(NOTICE) is None
