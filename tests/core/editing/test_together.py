"""Several pages published as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish_together
from functions.core.errors import MergeConflictError, NotAllowedError
from functions.core.models.content import Edit
from tests.content.small_site import (
    NOTICE,
    NOTICE_TEXT,
    OTHER_PAGE,
    UNIT_PAGE,
    drafted,
    published_whole,
    small_world,
)
from tests.content.world import APPROVER, EDITOR


def test_pages_are_public_together_or_not_at_all(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    unit, notice = world.page(UNIT_PAGE), world.page(NOTICE)
    text = world.published_text(UNIT_PAGE).replace("hours:", "hours: Cả ngày")
    base = world.store.blob_id(world.store.published(), UNIT_PAGE)
    edits = [Edit(unit, text, base), Edit(notice, NOTICE_TEXT, "")]
    before = world.store.published()

    for refused, editor, error in (
        (edits, EDITOR, NotAllowedError),
        ([*edits, Edit(world.page(OTHER_PAGE), "x")], APPROVER, NotAllowedError),
        ([edits[0], Edit(notice, NOTICE_TEXT, "0" * 40)], APPROVER, MergeConflictError),
    ):
        with pytest.raises(error):
            publish_together(refused, world.editor(editor), world.editing)
    assert world.store.published() == before

    made = publish_together(edits, world.editor(APPROVER), world.editing)
    again = publish_together(
        [Edit(unit, text), Edit(notice, NOTICE_TEXT)], world.editor(APPROVER), world.editing
    )

    assert world.published_text(UNIT_PAGE) == text
    assert world.published_text(NOTICE) == NOTICE_TEXT
    assert made.number == 2
    assert again.version == made.version


def test_a_draft_that_says_the_same_ends_with_it_and_another_stays(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    approver = world.editor(APPROVER)
    published_whole(world, NOTICE, NOTICE_TEXT)
    unit, notice = world.page(UNIT_PAGE), world.page(NOTICE)
    text = world.published_text(UNIT_PAGE)
    save(Edit(notice, None), world.editor(EDITOR), world.editing)
    drafted(world, new="hours: Cả ngày")

    publish_together(
        [Edit(unit, text.replace("address:", "address: Số 1")), Edit(notice, None)],
        approver,
        world.editing,
    )

    assert [draft.page for draft in world.store.drafts()] == [UNIT_PAGE]


def test_a_page_that_the_site_needs_is_not_taken_away(tmp_path: Path) -> None:
    world = small_world(tmp_path)

    with pytest.raises(NotAllowedError):
        publish_together([Edit(world.page(UNIT_PAGE), None)], world.editor(APPROVER), world.editing)
