"""What the editor's process does by itself: at its start, each night, and after failures."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.local.editing import Editing
from functions.local.editor import Upkeep
from tests.local.publishing import PAGE, Press

MIDNIGHT = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
"""When the 22nd begins in Viet Nam."""


@pytest.fixture
def press(printed: Press, tmp_path: Path) -> Press:
    press = Press.over(printed, tmp_path / "press")
    press.clock.set(MIDNIGHT - timedelta(hours=3))
    return press


def upkeep(press: Press) -> Upkeep:
    return Upkeep(Editing(press.editing, press.site, press.folder / "data" / "content.git"))


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
        (timedelta(days=-30), True),
    ],
)
def test_another_day_is_built_once_a_timer_had_its_time(
    press: Press, monkeypatch: pytest.MonkeyPatch, after: timedelta, is_built: bool
) -> None:
    built: list[str] = []
    monkeypatch.setattr(press.site, "publish", lambda version, _: built.append(version))
    press.clock.set(MIDNIGHT + after)

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
