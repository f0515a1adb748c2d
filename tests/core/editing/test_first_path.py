"""A page from draft to public, over a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.core.editing.drafting import save, set_status
from functions.core.editing.publishing import bring_back, publish
from functions.core.errors import NotAllowedError
from functions.core.models.content import DraftStatus, Edit, Version
from tests.content.world import APPROVER, UNIT, EditingWorld

PAGE = f"site/don-vi/{UNIT}/index.md"


def test_a_saved_page_is_public_only_after_an_approver_published_it(tmp_path: Path) -> None:
    world = EditingWorld(tmp_path)
    page, editor, approver = world.page(PAGE), world.editor(), world.editor(APPROVER)
    before = world.published_text(PAGE)
    after = before.replace("hours:", "hours: Sáng 7 giờ đến 11 giờ")
    base = world.store.blob_id(world.store.published(), PAGE)

    save(Edit(page, after, base), editor, world.editing)
    set_status(page, DraftStatus.IN_REVIEW, editor, world.editing)
    with pytest.raises(NotAllowedError):
        publish(page, editor, world.editing)
    assert world.published_text(PAGE) == before
    publish(page, approver, world.editing)

    assert world.published_text(PAGE) == after
    assert world.store.drafts() == []


def test_an_older_version_comes_back_in_one_step(tmp_path: Path) -> None:
    world = EditingWorld(tmp_path)
    page, approver = world.page(PAGE), world.editor(APPROVER)
    before, first = world.published_text(PAGE), world.store.published()
    save(Edit(page, before.replace("hours:", "hours: Cả ngày")), approver, world.editing)
    publish(page, approver, world.editing)

    made = bring_back(page, first, approver, world.editing)

    assert isinstance(made, Version)
    assert world.published_text(PAGE) == before
    assert [version.note.kind for version in world.store.versions(PAGE)] == [
        "brought-back",
        "published",
        "release",
    ]
