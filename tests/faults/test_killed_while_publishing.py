"""Killed at the k-th system call of a publication: repository and site are whole, old or new."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.core.editing.drafting import save
from functions.core.editing.publishing import catch_up, publish
from functions.core.models.content import Edit
from functions.stores.git.copies import damage
from tests.faults.processes import run_traced
from tests.faults.reporting import Report
from tests.faults.sweeping import Attempt, Ran, sweep
from tests.faults.tracing import FILES, PROCESSES, Point, kill_at
from tests.local.publishing import PAGE, PHONE, PUBLISHER, UNIT, Press, first_print

CALLS = (*FILES, "symlink", "symlinkat", "rmdir", *PROCESSES)

_numbers = itertools.count()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Press:
    """One with a draft to be published, and both releases in place as in daily use."""
    press = first_print(tmp_path_factory.mktemp("printed"))
    press.edit(PAGE, lambda text: text.replace("hours:", "hours: Cả ngày"))
    text = press.text(PAGE).replace("duty_phone:", f'duty_phone: "{PHONE}"')
    save(Edit(press.editing.page(PAGE), text), PUBLISHER, press.editing)
    return press


@contextmanager
def copied(printed: Press, folder: Path) -> Iterator[Press]:
    own = folder / str(next(_numbers))
    try:
        yield Press.over(printed, own)
    finally:
        shutil.rmtree(own)


@pytest.fixture
def killed(printed: Press, tmp_path: Path) -> Attempt:
    old = printed.files()
    with copied(printed, tmp_path) as press:
        version = publish(press.editing.page(PAGE), PUBLISHER, press.editing).version
        new = press.files()

    def attempt(point: Point | None) -> Ran:
        with copied(printed, tmp_path) as press:
            program = [sys.executable, "-m", "tests.faults.publish_step"]
            command = [*program, str(press.project), str(press.folder)]
            ran = run_traced(command, os.environ, press.folder / "calls", kill_at(point), CALLS)
            assert_whole(press, version, old, new)
            assert_goes_on(press, version, old, new)
            return ran

    return attempt


def assert_whole(press: Press, version: str, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    """What is public is one or the other, and never newer than what counts as published."""
    found, is_published = press.files(), press.store.published() == version
    assert found in (old, new)
    assert is_published or found == old
    assert damage(press.folder / "data" / "content.git") == ""
    assert PHONE in press.page(UNIT) or found == old


def assert_goes_on(
    press: Press, version: str, old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    """The next start brings up what was published; what was not is still a draft."""
    is_published = press.store.published() == version
    catch_up(press.editing)
    assert press.files() == (new if is_published else old)
    assert [draft.page for draft in press.store.drafts()] == ([] if is_published else [PAGE])
    if not is_published:
        publish(press.editing.page(PAGE), PUBLISHER, press.editing)
        assert press.files() == new
    assert not [*(press.out / "releases").glob("*.unfinished")]


def test_killed_at_some_points_site_and_repository_are_whole(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=5))


@pytest.mark.long
def test_killed_at_every_point_site_and_repository_are_whole(
    killed: Attempt, report_points: Report
) -> None:
    report_points(sweep(killed, spread=None))
