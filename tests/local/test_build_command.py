"""`binhyen build` by hand, on a machine where nobody edits."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from functions.local.commands.building import build


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build folder, with a build that takes no time."""
    made = SimpleNamespace(pages=1, units=1, old_addresses=0)
    monkeypatch.setattr("publish.build.build_site", lambda *_, **__: made)
    monkeypatch.setenv("BINHYEN_BUILD_DIR", str(tmp_path))
    monkeypatch.delenv("BINHYEN_DATA_DIR", raising=False)
    return tmp_path


def built_before(out: Path, day: str) -> None:
    (out / "releases" / "1" / "site").mkdir(parents=True)
    (out / "releases" / "1" / "facts.json").write_text(json.dumps({"built_for": day}))
    (out / "site").symlink_to("releases/1/site")


def test_a_day_before_that_of_the_last_build_is_remarked_on(out: Path) -> None:
    built_before(out, "2026-11-22")

    run = CliRunner().invoke(build, ["--on", "2026-11-01"])

    assert run.exit_code == 0
    assert "the last build was as of 2026-11-22: is the clock right?" in run.output


@pytest.mark.parametrize("before", ["2026-11-22", "2026-11-21", ""])
def test_any_other_day_is_not(out: Path, before: str) -> None:
    if before:
        built_before(out, before)

    run = CliRunner().invoke(build, ["--on", "2026-11-22"])

    assert run.exit_code == 0
    assert "clock" not in run.output
