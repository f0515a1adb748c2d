"""Who brings a change to the public, in turns: the running editor, and a build by command."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.publish.changes import Change, changes_of_round
from bench.site.corpus import PROJECT as HERE
from bench.site.day import DAY
from bench.site.peers import one_page
from bench.site.timing import run
from functions.clock import SystemClock
from functions.core.editing.publishing import catch_up, publish_now
from functions.core.editing.services import EditingServices
from functions.core.editing.shipping import take_shipped
from functions.core.models.content import Edit, Editor, EditorRole
from functions.core.units import parse_units
from functions.local.site_lock import lock_of
from functions.local.site_publisher import LocalSitePublisher, Places
from functions.photos.pages import ChildPictureMaker
from functions.stores.git import GitContentStore
from publish.build import compress_site
from publish.content_check import PageChecker

Say = Callable[[str], None]
Round = dict[str, float]
"""Seconds by `publish <change>`, `build <change>` and `one_page`."""

APPROVER = Editor("tinh-dak-lak", EditorRole.PROVINCE_APPROVER)
_PARTS = ("mkdocs.yml", "data", "templates", "site")


class NotPublicError(Exception):
    """What was published is not what people would see."""


class Newsroom:
    """The editor's services as its process holds them: made once, used for every publication."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.out = folder / "build"
        self.store = GitContentStore(folder / "data" / "content.git")
        self._site = LocalSitePublisher(
            self.store,
            Places(project, self.out, lock_of(folder / "data")),
            lambda: DAY,
            is_waited_for=True,
        )
        units = parse_units((project / "data" / "units.csv").read_text("utf-8"))
        self.editing = EditingServices(
            self.store,
            PageChecker(project, lambda: DAY),
            self._site,
            ChildPictureMaker(),
            units,
            SystemClock(),
        )
        take_shipped(project / "site", self.editing)
        catch_up(self.editing)

    def publish(self, change: Change) -> float:
        """Publish a change at once, as a small form does; return how long that took."""
        before = self.store.read(self.store.published(), change.path) or b""
        edit = Edit(self.editing.page(change.path), change.text(before.decode("utf-8")))
        begun = time.perf_counter()
        version = publish_now(edit, APPROVER, self.editing).version
        seconds = time.perf_counter() - begun
        if self._site.live_version() != version:
            raise NotPublicError(change.name)
        # What is done in the background must not run into the turn of the other.
        compress_site(self.out)
        return seconds


class Files:
    """A project's files, built by command after each change, as without an editor."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.root, self.out = folder / "project", folder / "build"
        for part in _PARTS:
            source = project / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, _parent(self.root) / part)
        self.build()
        self.build()

    def build(self) -> float:
        command = [sys.executable, "-m", "bench.site.ours", str(self.root), str(self.out)]
        return run(command, self.root, os.environ | {"PYTHONPATH": str(HERE)}).wall


class Contest:
    """Both over the same pages."""

    def __init__(self, project: Path, folder: Path) -> None:
        self._newsroom = Newsroom(project, folder / "newsroom")
        self._files = Files(project, folder / "files")
        self._floor = one_page(folder / "one_page")
        register = parse_units((project / "data" / "units.csv").read_text("utf-8"))
        self._units = [unit.unit_id for unit in register.communes(DAY)]
        self._procedures = sorted(
            path.stem
            for path in (project / "site" / "thu-tuc").glob("*.md")
            if path.stem != "index"
        )
        self.rounds: list[Round] = []

    def run(self, rounds: int, say: Say) -> None:
        """Let both take turns; a round before the first counts for nothing."""
        self._play(0)
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            self.rounds.append(self._play(number))

    def _play(self, number: int) -> Round:
        unit = self._units[number % len(self._units)]
        procedure = self._procedures[number % len(self._procedures)]
        seconds = {"one_page": self._one_page()}
        for change in changes_of_round(number, unit, procedure):
            seconds[f"publish {change.name}"] = self._newsroom.publish(change)
            change.write(self._files.root)
            seconds[f"build {change.name}"] = self._files.build()
        return seconds

    def _one_page(self) -> float:
        self._floor.clear()
        return run(self._floor.command, self._floor.folder, self._floor.environment).wall


def _parent(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
