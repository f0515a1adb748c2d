"""From a published version to the public site: built aside, checked, switched to in one step."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from functions.core.editing.publishing import catch_up, go_back
from functions.core.editing.shipping import take_shipped, version_ahead
from functions.core.errors import ConflictError, PublishFailedError, StoreUnavailableError
from functions.local import site_publisher
from publish.build import build_site
from tests.local.publishing import (
    GENERATOR_RUNS,
    PAGE,
    PHONE,
    PROCEDURE,
    PUBLISHER,
    SAME_PAGES,
    UNIT,
    Press,
)
from tests.publish.conftest import TODAY


@pytest.fixture
def press(printed: Press, tmp_path: Path) -> Press:
    """One whose first publication is public."""
    return Press.over(printed, tmp_path / "press")


def facts(press: Press) -> dict[str, str]:
    return dict(json.loads((press.site.release() / "facts.json").read_text("utf-8")))


def test_a_published_change_is_public_and_the_release_names_its_version(press: Press) -> None:
    version = press.change_phone()

    assert PHONE in press.page(UNIT)
    assert press.site.live_version() == version.version == press.store.published()
    assert facts(press)["built_for"] == TODAY.isoformat() == press.site.built_for()


def test_a_change_of_one_unit_starts_no_generator_and_a_shared_one_shows_in_all_units(
    press: Press,
) -> None:
    press.lines.clear()
    press.change_phone()
    lines = [*press.lines]

    press.edit(PROCEDURE, lambda text: f"{text}\nThêm một dòng mới.\n")

    assert GENERATOR_RUNS not in lines
    for address in ("thu-tuc/sang-ten", f"{UNIT}/thu-tuc/sang-ten", "phuong-mot/thu-tuc/sang-ten"):
        assert "Thêm một dòng mới." in press.page(address)


def test_site_after_publishing_equals_one_built_from_the_same_files_from_nothing(
    press: Press, tmp_path: Path
) -> None:
    version = press.change_phone().version

    root, out = press.site.root, tmp_path / "new"
    build_site(root, out, TODAY, lambda _: None, content_version=version)

    fresh = (out / "site").resolve().parent
    assert press.files() == {
        path.relative_to(fresh).as_posix(): path.read_bytes()
        for path in fresh.rglob("*")
        if path.is_file() and path.suffix != ".gz" and path.name != "compressed"
    }


def test_a_first_start_takes_over_the_site_that_was_built_from_the_software(
    printed: Press, tmp_path: Path
) -> None:
    press = Press(printed.project, tmp_path)
    build_site(press.project, press.out, TODAY, lambda _: None)
    release = press.site.release()
    press.ship()

    built = catch_up(press.editing)

    assert built
    assert press.lines == ["reading units, laws and pages", SAME_PAGES, press.lines[-1]]
    assert press.site.release() == release
    assert press.site.live_version() == press.store.published()
    assert not catch_up(press.editing)


def test_a_build_that_fails_leaves_site_and_publications_and_says_why(
    press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    before, published = press.files(), press.store.published()

    with pytest.raises(PublishFailedError, match="checked_on"), caplog.at_level(logging.INFO):
        press.edit(PAGE, lambda text: text.replace("checked_on:", "checked_on: hôm qua"))

    assert [record.message for record in caplog.records] == ["build-failed"]
    assert press.files() == before
    assert press.store.published() == published
    assert press.change_phone().number == 2


def test_what_confirming_raises_leaves_the_site_and_is_no_waste(press: Press) -> None:
    before, published = press.files(), press.store.published()
    note, now = press.store.versions()[0].note, press.clock.now()
    hours = press.text(PAGE).replace("hours:", "hours: Cả ngày").encode()
    changed = press.store.make_version([published], {PAGE: hours}, note, now)

    def refuse() -> None:
        raise ConflictError("published")

    with pytest.raises(ConflictError):
        press.site.publish(changed, refuse)

    assert press.files() == before
    press.lines.clear()
    press.change_phone()
    assert PHONE in press.page(UNIT)
    assert GENERATOR_RUNS not in press.lines
    assert not [*(press.out / "releases").glob("*.unfinished")]


def test_a_disk_that_is_full_before_the_switch_fails_the_publication(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = press.files()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(press.store, "export", full)
    with pytest.raises(PublishFailedError, match="No space left"):
        press.change_phone()

    assert press.files() == before
    assert press.store.versions()[0].number == 1


def test_a_failure_after_the_switch_is_only_logged(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: Path) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site_publisher, "compress_site", full)
    version = press.change_phone()

    assert press.site.live_version() == version.version
    assert [record.message for record in caplog.records] == ["compressing-failed"]


def test_one_command_goes_back_to_any_earlier_publication_and_forth_again(press: Press) -> None:
    press.edit(PAGE, lambda text: text.replace("hours:", "hours: Cả ngày"))
    press.change_phone()
    first = press.store.publication(1).version

    back = go_back(1, PUBLISHER, press.editing)
    then = press.page(UNIT)
    forth = go_back(3, PUBLISHER, press.editing)

    assert back.number == 4
    assert not press.store.changed_paths(back.version, first)
    assert PHONE not in then
    assert "Cả ngày" not in then
    assert forth.number == 5
    assert PHONE in press.page(UNIT)
    assert "Cả ngày" in press.page(UNIT)


def test_another_day_is_built_where_nothing_was_published(press: Press) -> None:
    press.on = date(2026, 11, 22)

    built = catch_up(press.editing, again=not press.site.is_of_today())

    assert built
    assert press.site.built_for() == "2026-11-22"
    assert press.site.is_of_today()


def test_who_publishes_while_the_clock_is_behind_is_told_and_nothing_changes(
    press: Press,
) -> None:
    before, published = press.files(), press.store.published()
    press.on = date(2020, 1, 1)

    with pytest.raises(PublishFailedError, match="set the clock") as refused:
        press.change_phone()
    with pytest.raises(PublishFailedError):
        catch_up(press.editing, again=True)

    assert [problem.code for problem in refused.value.problems] == ["clock-behind"]
    assert press.files() == before
    assert press.store.published() == published
    press.on = TODAY
    assert press.change_phone().number == 2


def test_a_clock_that_is_a_little_behind_takes_no_page_back(press: Press) -> None:
    press.on = TODAY - timedelta(days=1)

    press.change_phone()

    assert press.site.built_for() == TODAY.isoformat()
    assert not press.site.is_clock_behind()
    press.on -= timedelta(days=1)
    assert press.site.is_clock_behind()


def test_where_no_build_is_known_the_newest_publication_tells_the_day(
    printed: Press, tmp_path: Path
) -> None:
    shutil.copytree(printed.folder / "data" / "content.git", tmp_path / "data" / "content.git")
    (made_at,) = {version.made_at for version in printed.store.versions()}
    behind = made_at.date() - timedelta(days=2)

    found = {
        on: Press(printed.project, tmp_path, on=on).site.is_clock_behind()
        for on in (behind, behind + timedelta(days=1), TODAY + timedelta(days=300))
    }

    assert list(found.values()) == [True, False, False]


@pytest.mark.parametrize("content", ["", "\0\0\0", "heute\n"])
def test_a_day_that_cannot_be_read_is_as_good_as_none(press: Press, content: str) -> None:
    (press.folder / "data" / "newest-day").write_text(content)

    press.change_phone()

    assert (press.folder / "data" / "newest-day").read_text() == f"{TODAY.isoformat()}\n"


def test_a_person_who_names_the_day_overrules_what_is_known(press: Press) -> None:
    # The clock was years ahead when the site was built, and is right now.
    press.on = date(2030, 1, 1)
    catch_up(press.editing, again=True)
    press.on = TODAY
    is_behind = press.site.is_clock_behind()

    catch_up(Press(press.project, press.folder, named=TODAY).editing, again=True)

    assert is_behind
    assert press.site.built_for() == TODAY.isoformat()
    assert not press.site.is_clock_behind()
    assert press.change_phone().number == 2


def test_a_later_day_that_a_person_wants_to_see_says_nothing_of_the_clock(press: Press) -> None:
    catch_up(Press(press.project, press.folder, named=date(2027, 3, 1)).editing, again=True)

    seen = press.site.built_for()
    press.change_phone()

    assert seen == "2027-03-01"
    assert press.site.built_for() == TODAY.isoformat()


def test_what_a_new_release_brings_is_built_ahead_and_published_when_it_runs(
    press: Press, tmp_path: Path
) -> None:
    press.change_phone()
    published = press.store.published()
    brought = Path(shutil.copytree(press.project / "site", tmp_path / "brought"))
    with (brought / "thu-tuc/sang-ten.md").open("a", encoding="utf-8") as file:
        file.write("\nDòng của bản mới.\n")

    version = version_ahead(brought, press.store, press.clock.now())
    press.site.publish(version, lambda: None)
    ahead = press.store.published(), press.page("thu-tuc/sang-ten"), press.page(UNIT)
    press.clock.advance(timedelta(minutes=1))
    take_shipped(brought, press.editing)
    press.lines.clear()
    catch_up(press.editing)

    assert ahead[0] == published
    assert "Dòng của bản mới." in ahead[1]
    assert PHONE in ahead[2]
    assert SAME_PAGES in press.lines
    assert press.site.live_version() == press.store.published() != published


def test_only_one_publishes_at_a_time_across_processes(press: Press) -> None:
    lock = press.folder / "data" / "publish.lock"
    with press.site.turn():
        descriptor = os.open(lock, os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)

    with press.site.turn():
        pass


def test_changes_of_many_at_once_are_all_public_in_the_end(press: Press) -> None:
    units = ("phuong-mot", "xa-hai", "tinh-dak-lak")

    def publish(number: int) -> None:
        path = f"site/don-vi/{units[number]}/index.md"
        press.edit(path, lambda text: text.replace("hours:", f"hours: Ngày {number}"))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(publish, range(3)))

    assert [version.number for version in press.store.versions()] == [4, 3, 2, 1]
    for number, unit_id in enumerate(units):
        assert f"Ngày {number}" in press.page(unit_id)


class Elsewhere:
    """A place that people read from, and that may be out of reach."""

    def __init__(self) -> None:
        self.is_down = False
        self.version = ""

    def bring_up(self, release: Path) -> None:
        if self.is_down:
            raise StoreUnavailableError("down", "down")
        self.version = json.loads((release / "facts.json").read_text("utf-8"))["content"]

    def live_version(self) -> str:
        return self.version


@pytest.fixture
def elsewhere(press: Press) -> tuple[Press, Elsewhere]:
    place = Elsewhere()
    return Press(press.project, press.folder, elsewhere=place), place


def test_a_place_elsewhere_that_is_down_is_brought_up_by_catching_up(
    elsewhere: tuple[Press, Elsewhere],
) -> None:
    press, place = elsewhere
    catch_up(press.editing)
    place.is_down = True

    version = press.change_phone()
    behind = press.site.is_behind(), press.site.live_version()
    place.is_down = False
    caught_up = catch_up(press.editing)

    assert PHONE in press.page(UNIT)
    assert behind == (True, "")
    assert caught_up
    assert not press.site.is_behind()
    assert place.version == version.version
    assert not catch_up(press.editing)
