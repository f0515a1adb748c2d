"""A git killed at the k-th system call of a save or a publication, alone or with its process.

Afterwards the repository is whole, what is public is old or new, the draft is old or new, and
the next save and the next publication go on as if nothing had been.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.core.editing.publishing import catch_up
from tests.core.editing.world import EDITOR, NOTICE, PAGES, EditingDesk
from tests.faults.editing_step import AFTER, BEFORE, act, desk_in
from tests.faults.killing_git import run_editing_step
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import Point
from tests.stores.git.kit import assert_whole

LATER = BEFORE.replace("bảy", "BẢY")
ALONE = pytest.mark.parametrize("alone", [True, False], ids=["git alone", "both"])

Begin = Callable[[str, bool], Attempt]


@pytest.fixture
def killed(tmp_path: Path) -> Begin:
    """Make attempts at a step, each in a folder of its own that is as the step finds it."""
    ready = tmp_path / "ready"
    numbers = itertools.count()

    def begin(name: str, alone: bool) -> Attempt:
        if name != "start":
            act(ready, "start")
        if name == "publish":
            act(ready, "save")

        def attempt(point: Point | None) -> Ran:
            folder = tmp_path / f"attempt-{next(numbers)}"
            if ready.exists():
                shutil.copytree(ready, folder)
            outcome = run_editing_step(folder, name, point, alone=alone)
            CHECKS[name](folder, outcome.said)
            shutil.rmtree(folder)
            return outcome.ran

        return attempt

    return begin


def assert_started(folder: Path, said: str) -> None:
    """The next start brings the pages, if the killed one did not."""
    desk = desk_in(folder)
    desk.ship(PAGES)
    assert_whole(desk.store)
    assert desk.store.paths(desk.store.published()).keys() == PAGES.keys()
    assert_goes_on(desk)


def assert_saved(folder: Path, said: str) -> None:
    desk = desk_in(folder)
    assert_whole(desk.store)
    assert desk.text(NOTICE) == BEFORE
    draft = desk.draft_text(NOTICE)
    assert draft == AFTER if said == "done" else draft in (None, AFTER)
    assert_goes_on(desk)


def assert_published(folder: Path, said: str) -> None:
    desk = desk_in(folder)
    assert_whole(desk.store)
    public = desk.text(NOTICE)
    assert public == AFTER if said == "done" else public in (BEFORE, AFTER)
    assert desk.draft_text(NOTICE) == AFTER or public == AFTER
    catch_up(desk.services)
    assert desk.services.site.live_version() == desk.store.published()
    assert (desk.store.draft(NOTICE) is None) is (public == AFTER)
    assert_goes_on(desk)


def assert_goes_on(desk: EditingDesk) -> None:
    """Save once more, join it with whatever is there, publish it."""
    desk.save(NOTICE, LATER, desk.store.blob_id(desk.store.versions()[-1].version, NOTICE), EDITOR)
    desk.publish(NOTICE)
    text = desk.text(NOTICE)
    assert text is not None
    assert "BẢY" in text
    assert desk.store.drafts() == []
    assert desk.services.site.live_version() == desk.store.published()
    assert_whole(desk.store)


CHECKS = {"start": assert_started, "save": assert_saved, "publish": assert_published}


def test_killed_at_some_points_a_save_is_whole_or_was_never_made(
    killed: Begin, report_points: Report
) -> None:
    report_points(sweep(killed("save", False), spread=4))


def test_killed_at_some_points_a_publication_is_whole_or_was_never_made(
    killed: Begin, report_points: Report
) -> None:
    report_points(sweep(killed("publish", False), spread=5))


@pytest.mark.long
@ALONE
@pytest.mark.parametrize("name", ["start", "save", "publish"])
def test_killed_at_every_point_an_act_is_whole_or_was_never_made(
    killed: Begin, report_points: Report, name: str, alone: bool
) -> None:
    report_points(sweep(killed(name, alone), spread=None))
