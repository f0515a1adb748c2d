"""Units hear by their OA which of the pages that are really published are due."""

from __future__ import annotations

from pathlib import Path

from functions.local.reminders import due_by_unit
from tests.content.small_site import PROCEDURE, WARNING, small_world
from tests.content.world import OTHER, PROVINCE, UNIT


def test_shared_pages_are_the_provinces_and_unit_pages_their_own(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    for path in (PROCEDURE, WARNING):
        assert "next_review_on: 2027" in world.published_text(path)

    before = due_by_unit(world.editing)
    world.clock.advance(world.clock.now().replace(year=2027, month=6) - world.clock.now())
    after = due_by_unit(world.editing)

    assert {unit: [item.page.path for item in items] for unit, items in before.items()} == {
        unit: [f"site/don-vi/{unit}/index.md"] for unit in (UNIT, OTHER, PROVINCE)
    }
    assert {PROCEDURE, WARNING} <= {item.page.path for item in after[PROVINCE]}
