"""Upgrading and downgrading by one command, with migrations that old code survives."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from functions.core.errors import StoreUnavailableError
from functions.core.receipts import find_tip
from functions.stores.git import GitContentStore
from functions.stores.sqlite.database import Database, newest_migration
from functions.stores.sqlite.snapshot import schema_version
from tests.faults.places import Place, carry_on
from tests.faults.sandbox import Sandbox
from tests.ports import free_port
from tests.system import PROJECT, get_json, post_json

ADDITIVE = """
ALTER TABLE tips ADD COLUMN reviewed_at INTEGER;
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '';
ALTER TABLE officers ADD COLUMN left_at INTEGER;
CREATE TABLE reviews (tip_id TEXT PRIMARY KEY REFERENCES tips (tip_id)) STRICT;
CREATE INDEX tips_reviewed ON tips (reviewed_at);
"""
"""What a later version may do: add tables, indexes, and columns that may be left out."""


class FakeSystemd:
    """Starts and ends the release's own `binhyen web`, as systemd would."""

    def __init__(self, base: Path) -> None:
        self.pid = base / "web.pid"
        self.program = base / "systemctl"
        self.program.write_text(
            f"""#!/usr/bin/env bash
echo "$@" >> {base}/systemctl.log
[ "$1" = restart ] || exit 0
[ ! -e {self.pid} ] || kill "$(cat {self.pid})" 2>/dev/null
[ ! -e {self.pid} ] || while kill -0 "$(cat {self.pid})" 2>/dev/null; do sleep 0.05; done
set -a; . {base}/settings; set +a
setsid {base}/current/.venv/bin/binhyen web < /dev/null > {base}/web.log 2>&1 9>&- &
echo $! > {self.pid}
"""
        )
        self.program.chmod(0o755)

    def stop(self) -> None:
        if self.pid.exists():
            os.kill(int(self.pid.read_text()), signal.SIGTERM)


class Machine:
    """A place for releases, with settings; the releases run the code that lies in them."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.systemd = FakeSystemd(base)
        (base / "settings").write_text(
            f"BINHYEN_DATA_DIR={base}/data\nBINHYEN_KEY_FILE={base}/key\n"
            f"BINHYEN_PUBLIC_URL={self.url}\nBINHYEN_PORT={self.port}\n"
            f"BINHYEN_BACKUP_TO={base}/kept\n"
        )

    def release(self, name: str) -> Path:
        """Make an unpacked release of today's code."""
        folder = self.base / "unpacked" / name
        for part in ("functions", "publish", "deploy"):
            shutil.copytree(
                PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        for part in ("templates", "data"):
            (folder / part).symlink_to(PROJECT / part)
        (folder / "build/site").mkdir(parents=True)
        (folder / "build/site/index.html").write_text("<!doctype html>")
        programs = folder / ".venv/bin"
        programs.mkdir(parents=True)
        python = PROJECT / ".venv/bin/python"
        run = f'cd "$(dirname "$0")/../.." && PYTHONPATH=$PWD exec {python} -m functions.local.cli'
        (programs / "binhyen").write_text(
            f'#!/bin/sh\n[ "$1" != build ] || {{ {self._builder(name)}; exit; }}\n{run} "$@"\n'
        )
        (programs / "binhyen").chmod(0o755)
        (programs / "python").symlink_to(python)
        return folder

    def _builder(self, name: str) -> str:
        """Return what stands for building: the real one takes long. See `builds` and `cannot`."""
        note = f'echo "{name} $*, current: $(basename "$(readlink {self.base}/current)")"'
        cannot = f'[ ! -e "{self.base}/cannot-{name}" ] || exit "$(cat {self.base}/cannot-{name})"'
        ahead = f'[ "$2" != --ahead ] || {{ {cannot}; }}'
        return f"{note} >> {self.base}/builds.log; {ahead}"

    def keep_pages(self) -> None:
        """Let there be a repository of the pages of staff."""
        GitContentStore(self.base / "data/content.git")

    def cannot_build_ahead(self, name: str, exit_code: int) -> None:
        (self.base / f"cannot-{name}").write_text(str(exit_code))

    @property
    def builds(self) -> list[str]:
        """What was built, and what ran meanwhile."""
        log = self.base / "builds.log"
        return log.read_text().splitlines() if log.exists() else []

    def upgrade(self, to: Path | str, patience: int = 40) -> subprocess.CompletedProcess[str]:
        env = {
            **{name: value for name, value in os.environ.items() if "BINHYEN" not in name},
            "BINHYEN_ROOT": str(self.base / "."),
            "BINHYEN_SETTINGS": str(self.base / "settings"),
            "BINHYEN_UNITS": str(self.base / "units"),
            "BINHYEN_SYSTEMCTL": str(self.systemd.program),
            "BINHYEN_ACCOUNT": "root",
            "BINHYEN_HEALTH_SECONDS": str(patience),
        }
        return subprocess.run(
            [PROJECT / "deploy/local/upgrade", str(to)], env=env, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip

    @property
    def current(self) -> str:
        """The name of the folder that runs, without the digest of its content."""
        return (self.base / "current").resolve().name.rpartition("-")[0]

    def taken_in(self, name: str) -> list[Path]:
        """The releases that were made of a folder of this name."""
        return sorted((self.base / "releases").glob(f"{name}-*"))

    def submit(self, text: str) -> str:
        body = {"category": "khac", "text": text}
        status, answer = post_json(f"{self.url}/api/units/phuong-tan-an/tips", body)
        assert status == 201
        return str(answer["receipt_code"])

    def knows(self, receipt_code: str) -> bool:
        status, _ = post_json(f"{self.url}/api/receipts", {"receipt_code": receipt_code})
        return status == 200


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.systemd.stop()


def test_one_command_goes_up_and_down_and_every_tip_stays(machine: Machine) -> None:
    old, new = machine.release("one"), machine.release("two")
    (new / "functions/stores/migrations/900_reviews.sql").write_text(ADDITIVE)

    first = machine.upgrade(old)
    before = machine.submit("trước khi nâng cấp")
    up = machine.upgrade(new)
    newer = machine.submit("trên bản mới")
    version = schema_version(machine.base / "data/binhyen.db")
    [unpacked] = machine.taken_in("one")
    down = machine.upgrade(unpacked)
    older = machine.submit("trên bản cũ, bảng mới")

    assert [run.returncode for run in (first, up, down)] == [0, 0, 0], up.stderr + down.stderr
    assert version == 900
    assert machine.current == "one"
    assert all(machine.knows(code) for code in (before, newer, older))
    # One backup before each change but the first, when there was nothing yet.
    assert len(list((machine.base / "kept/backups").iterdir())) == 2
    assert (machine.base / "units/binhyen-web.service").is_file()


def test_a_folder_that_was_changed_is_another_release(machine: Machine) -> None:
    folder = machine.release("one")
    machine.upgrade(folder)
    [old] = machine.taken_in("one")
    words = "the changed program"
    server = folder / "functions/local/server.py"
    server.write_text(f'{server.read_text()}\nprint("{words}", flush=True)\n')

    changed = machine.upgrade(folder)
    running = (machine.base / "current").resolve()
    again = machine.upgrade(folder)

    assert (changed.returncode, again.returncode) == (0, 0), changed.stderr + again.stderr
    assert running in machine.taken_in("one")
    assert running != old
    assert words in (machine.base / "web.log").read_text()
    assert words not in (old / "functions/local/server.py").read_text()
    assert f"{running.name} runs" in again.stderr
    # The same content again is the release that is there already; no draft is left.
    assert len(machine.taken_in("one")) == len(list((machine.base / "releases").iterdir())) == 2


def test_a_release_that_does_not_come_up_gives_way_to_the_one_before(machine: Machine) -> None:
    old, broken = machine.release("one"), machine.release("broken")
    (broken / "functions/local/server.py").write_text("raise SystemExit(1)\n")
    machine.upgrade(old)
    receipt = machine.submit("trước")

    run = machine.upgrade(broken, patience=20)

    assert run.returncode == 1
    assert "went back to one" in run.stderr
    assert machine.current == "one"
    assert get_json(f"{machine.url}/api/health") == {"status": "ok"}
    assert machine.knows(receipt)


def test_what_staff_published_is_built_into_the_release_before_it_runs(machine: Machine) -> None:
    old, new = machine.release("one"), machine.release("two")
    machine.upgrade(old)
    without_pages = machine.builds
    machine.keep_pages()

    run = machine.upgrade(new)

    assert run.returncode == 0, run.stderr
    assert without_pages == []
    [built] = machine.builds
    assert built.startswith("two build --ahead, current: one-")
    assert "try-restart binhyen-editor.service" in (machine.base / "systemctl.log").read_text()


def test_a_release_in_which_the_pages_cannot_be_built_changes_nothing(machine: Machine) -> None:
    old, new = machine.release("one"), machine.release("two")
    machine.upgrade(old)
    machine.keep_pages()
    machine.cannot_build_ahead("two", 1)

    run = machine.upgrade(new)

    assert run.returncode == 1
    assert "nothing was changed" in run.stderr
    assert machine.current == "one"


def test_a_release_from_before_the_editor_builds_its_own_pages(machine: Machine) -> None:
    machine.keep_pages()
    machine.cannot_build_ahead("one", 2)

    run = machine.upgrade(machine.release("one"))

    assert run.returncode == 0, run.stderr
    assert [line.partition(",")[0] for line in machine.builds] == ["one build --ahead", "one build"]


def test_nothing_is_changed_where_no_backup_can_be_taken(machine: Machine) -> None:
    old, new = machine.release("one"), machine.release("two")
    machine.upgrade(old)
    (machine.base / "kept").write_text("no folder")

    run = machine.upgrade(new)

    assert run.returncode == 1
    assert "nothing was changed" in run.stderr
    assert machine.current == "one"


def test_an_environment_is_made_anew_where_the_release_lies(machine: Machine) -> None:
    """A copied one would run the code of the folder it was made in."""
    checkout = machine.release("one")
    (checkout / ".venv").rename(checkout / "made")
    (checkout / ".venv").mkdir()
    (checkout / ".venv/pyvenv.cfg").write_text("home = elsewhere\n")
    (checkout / "Makefile").write_text(
        ".venv/runtime:\n\tmv made .venv\n\tmkdir -p build/site\n\ttouch build/site/index.html $@\n"
    )

    run = machine.upgrade(checkout)

    assert run.returncode == 0, run.stderr
    [unpacked] = machine.taken_in("one")
    assert not (unpacked / ".venv/pyvenv.cfg").exists()
    assert (unpacked / ".venv/runtime").exists()


@pytest.mark.parametrize("to", ["no-such-revision", "-x"])
def test_an_unknown_revision_is_told_and_nothing_made(machine: Machine, to: str) -> None:
    run = machine.upgrade(to)

    assert run.returncode == 1
    assert "no revision" in run.stderr
    assert list((machine.base / "releases").iterdir()) == []


def newer_tables(data_dir: Path, script: str) -> None:
    """Do what a later version's migration would do."""
    with closing(sqlite3.connect(data_dir / "binhyen.db")) as connection:
        connection.executescript(f"{script}; PRAGMA user_version = 900;")


def test_todays_code_takes_and_delivers_tips_on_tables_that_were_added_to(
    tmp_path: Path, zalo: Sandbox
) -> None:
    with zalo.unit() as unit_id:
        place = Place(tmp_path, zalo, unit_id)
        with place.services() as services:
            place.connect(services)
        newer_tables(place.data_dir, ADDITIVE)

        with place.services() as services:
            receipt = place.submit(services, text="Trên bảng mới.")
        zalo.control("expire", unit_id=unit_id)
        carry_on(place)

        with place.services() as services:
            assert find_tip(receipt, services.receipts).unit_id == unit_id
        assert len(place.posted()) == 1
    assert schema_version(place.data_dir / "binhyen.db") == 900


def test_code_older_than_what_the_tables_need_refuses_to_start(tmp_path: Path) -> None:
    Database(tmp_path).migrate()
    newer_tables(
        tmp_path,
        "CREATE TABLE schema_floor (number INTEGER NOT NULL) STRICT;"
        "INSERT INTO schema_floor VALUES (900);",
    )

    with pytest.raises(StoreUnavailableError, match="go back to the newer program"):
        Database(tmp_path).migrate()


def test_code_that_the_tables_still_know_starts(tmp_path: Path) -> None:
    Database(tmp_path).migrate()
    newer_tables(
        tmp_path,
        "CREATE TABLE schema_floor (number INTEGER NOT NULL) STRICT;"
        f"INSERT INTO schema_floor VALUES ({newest_migration()});",
    )

    Database(tmp_path).migrate()

    assert schema_version(tmp_path / "binhyen.db") == 900
