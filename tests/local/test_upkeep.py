"""What the editor's process does by itself: at its start, each night, and after failures."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.local.editing import Editing
from functions.local.editor import Upkeep
from functions.stores.git import copies, tidying
from tests.fakes.alerts import MemoryAlerts
from tests.local.publishing import PAGE, Press

MIDNIGHT = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
"""When the 22nd begins in Viet Nam."""


@pytest.fixture
def press(printed: Press, tmp_path: Path) -> Press:
    press = Press.over(printed, tmp_path / "press")
    press.clock.set(MIDNIGHT - timedelta(hours=3))
    return press


def upkeep(
    press: Press,
    remind: Callable[[], object] = lambda: None,
    alerts: MemoryAlerts | None = None,
) -> Upkeep:
    return Upkeep(Editing(press.editing, press.site, repository(press)), None, remind, alerts)


def repository(press: Press) -> Path:
    return press.folder / "data" / "content.git"


def set_clock(press: Press, to: datetime) -> None:
    """Let the machine's clock show a time, for the upkeep and for the build."""
    press.clock.set(to)
    press.on = (to + timedelta(hours=7)).date()


def test_a_site_that_is_up_to_date_is_left_alone(press: Press) -> None:
    before = press.site.release()

    assert not upkeep(press).look()

    assert press.site.release() == before


def test_what_a_kill_left_unbuilt_is_built(press: Press) -> None:
    published, note = press.store.published(), press.store.versions()[0].note
    text = press.text(PAGE).replace("hours:", "hours: Cả ngày").encode()
    version = press.store.make_version([published], {PAGE: text}, note, press.clock.now())
    press.store.move_published(published, version)

    assert upkeep(press).look()

    assert press.site.live_version() == version
    assert "Cả ngày" in press.page("xa-hai")


@pytest.mark.parametrize(
    ("after", "is_built"),
    [
        (timedelta(hours=-3), False),
        (timedelta(minutes=5), False),
        (timedelta(minutes=16), True),
        (timedelta(hours=9), True),
        (timedelta(hours=-30), False),
        (timedelta(days=-30), False),
        (timedelta(days=-2400), False),
    ],
)
def test_another_day_is_built_once_a_timer_had_its_time(
    press: Press, monkeypatch: pytest.MonkeyPatch, after: timedelta, is_built: bool
) -> None:
    built: list[str] = []
    monkeypatch.setattr(press.site, "publish", lambda version, _: built.append(version))
    set_clock(press, MIDNIGHT + after)

    looked = upkeep(press).look()

    assert looked == is_built
    assert built == ([press.store.published()] if is_built else [])


def test_what_cannot_be_built_is_an_alarm_and_the_site_stays(
    press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    before, published = press.files(), press.store.published()
    note = press.store.versions()[0].note
    broken = press.store.make_version([published], {PAGE: b"x"}, note, press.clock.now())
    press.store.move_published(published, broken)

    with caplog.at_level(logging.INFO):
        assert not upkeep(press).look()

    assert press.files() == before
    assert [record.message for record in caplog.records] == ["build-failed", "alarm"]


def test_nothing_that_happens_ends_the_upkeep(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    errors = [StoreUnavailableError("gone"), RuntimeError("nobody foresaw this")]
    stopped = threading.Event()

    def fail(*_: object) -> str:
        error = errors.pop(0)
        if not errors:
            stopped.set()
        raise error

    monkeypatch.setattr(press.store, "published", fail)
    monkeypatch.setattr("functions.local.editor.TURN_SECONDS", 0.0)
    monkeypatch.setattr("functions.local.editor.LOOK_EVERY_TURNS", 1)
    upkeep(press).run_until(stopped)

    messages = [record.message for record in caplog.records]
    assert messages == ["store-unavailable", "upkeep-crashed", "alarm"]


def test_a_clock_that_is_set_back_leaves_the_site_and_calls_a_person_until_it_is_right(
    press: Press,
) -> None:
    before, alerts = press.files(), MemoryAlerts(press.clock)
    keeping = upkeep(press, alerts=alerts)
    set_clock(press, MIDNIGHT - timedelta(days=2400))

    looked = keeping.look(), keeping.look()
    then = press.files(), alerts.raised, [alarm.code for alarm in alerts.open_alarms()]
    set_clock(press, MIDNIGHT + timedelta(hours=9))
    mended = keeping.look()

    assert looked == (False, False)
    assert then == (before, [("clock-behind", "")], ["clock-behind"])
    assert mended
    assert alerts.open_alarms() == []
    assert press.site.built_for() == "2026-11-22"


def test_without_a_board_of_alarms_the_log_calls(
    press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    set_clock(press, MIDNIGHT - timedelta(days=30))

    with caplog.at_level(logging.INFO):
        assert not upkeep(press).look()

    assert [(record.message, record.fields["code"]) for record in caplog.records] == [  # type: ignore[attr-defined]
        ("alarm", "clock-behind")
    ]


def test_alarms_that_cannot_be_stored_keep_nothing_from_being_built(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts = MemoryAlerts(press.clock)

    def fail(*_: object) -> None:
        raise StoreUnavailableError("locked")

    monkeypatch.setattr(alerts, "clear", fail)
    set_clock(press, MIDNIGHT + timedelta(hours=9))

    assert upkeep(press, alerts=alerts).look()

    assert press.site.built_for() == "2026-11-22"


def run_once(press: Press, keeping: Upkeep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the upkeep run until its first turn is over."""
    stopped = threading.Event()
    monkeypatch.setattr(keeping, "keep_copy", stopped.set)
    keeping.run_until(stopped)


def test_units_are_reminded_at_each_look_and_a_failure_ends_nothing(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reminded: list[str] = []

    def remind() -> None:
        reminded.append("units")
        raise StoreUnavailableError("gone")

    keeping = upkeep(press, remind)
    run_once(press, keeping, monkeypatch)
    run_once(press, keeping, monkeypatch)

    assert reminded == ["units", "units"]
    assert {record.message for record in caplog.records} == {"store-unavailable"}


def test_a_part_of_the_upkeep_that_crashes_keeps_no_other_from_being_done(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    set_clock(press, MIDNIGHT + timedelta(hours=2))

    def remind() -> None:
        raise OverflowError("date value out of range")

    run_once(press, upkeep(press, remind), monkeypatch)

    assert press.site.built_for() == "2026-11-22"
    assert tidying.loose_objects(repository(press)) == 0
    assert [record.message for record in caplog.records] == ["upkeep-crashed"]


def test_nobody_is_reminded_by_a_clock_that_is_behind(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminded: list[str] = []
    set_clock(press, MIDNIGHT - timedelta(days=30))

    run_once(press, upkeep(press, lambda: reminded.append("units")), monkeypatch)

    assert reminded == []


def test_the_repository_is_tidied_once_in_a_night(press: Press) -> None:
    keeping = upkeep(press)
    loose = tidying.loose_objects(repository(press))
    tidied = [keeping.tidy()]
    for hours in (2, 3, 26, 33):
        press.clock.set(MIDNIGHT + timedelta(hours=hours))
        tidied.append(keeping.tidy())

    assert loose > 0
    assert tidied == [False, True, False, True, False]
    assert tidying.loose_objects(repository(press)) == 0
    assert copies.damage(repository(press)) == ""
    assert press.change_phone().number == 2


def test_a_repository_that_has_grown_much_is_tidied_by_day(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.local.editor._MOST_LOOSE", 10)

    assert upkeep(press).tidy()

    assert tidying.loose_objects(repository(press)) == 0


def test_a_tidying_that_fails_is_told_and_waits_for_the_next_night(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailableError("full", "git")

    keeping = upkeep(press)
    press.clock.set(MIDNIGHT + timedelta(hours=2))
    with monkeypatch.context() as patched:
        patched.setattr("functions.local.editor.tidy", fail)
        failed = keeping.tidy()
    press.clock.advance(timedelta(days=1))

    assert not failed
    assert keeping.tidy()
    assert [record.message for record in caplog.records] == ["pages-not-tidied"]


def publish_without_switching(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish a change while the link to the public site cannot be moved."""
    replace = os.replace

    def fail_for_site(source: Path, target: Path) -> None:
        if Path(target).name == "site":
            raise OSError(28, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail_for_site)
        with pytest.raises(StoreUnavailableError):
            press.change_phone()


def test_what_was_published_and_not_switched_to_is_mended_at_the_next_turn(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = upkeep(press)
    before = press.site.is_behind()
    publish_without_switching(press, monkeypatch)
    behind = press.site.is_behind(), press.site.live_version() == press.store.published()

    built = keeping.look()

    assert (before, behind) == (False, (True, False))
    assert built
    assert not press.site.is_behind()
    assert press.site.live_version() == press.store.published()


def test_what_somebody_else_mended_is_looked_after_no_more(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_without_switching(press, monkeypatch)
    Press(press.project, press.folder).site.publish(press.store.published(), lambda: None)

    built = upkeep(press).look()

    assert not built
    assert not press.site.is_behind()
