"""A small project whose pages are kept, published and built as on a real machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from functions.core.editing.publishing import publish_now
from functions.core.editing.services import EditingServices
from functions.core.editing.shipping import take_shipped
from functions.core.models.content import Edit, Editor, EditorRole, Version
from functions.core.units import parse_units
from functions.local.site_publisher import LocalSitePublisher, Places, PublicPlace
from functions.stores.git import GitContentStore
from tests.fakes.clock import FrozenClock
from tests.fakes.content import ListedProblems, SamePictures
from tests.publish.conftest import TODAY, make_small_project
from tests.system import link_file

UNIT = "xa-hai"
PAGE = f"site/don-vi/{UNIT}/index.md"
PROCEDURE = "site/thu-tuc/sang-ten.md"
PHONE = "0262 3 851 234"
PUBLISHER = Editor("tinh-dak-lak", EditorRole.PROVINCE_APPROVER)
GENERATOR_RUNS = "running the generator once"
SAME_PAGES = "the same pages are public already"


@dataclass
class Press:
    """What publishes, over folders of its own; several may share a project."""

    project: Path
    folder: Path
    on: date = TODAY
    elsewhere: PublicPlace | None = None
    named: date | None = None
    """The day that a person named, apart from what the clock says."""
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.out = self.folder / "build"
        self.clock = FrozenClock()
        self.store = GitContentStore(self.folder / "data" / "content.git")
        places = Places(self.project, self.out, self.folder / "data" / "publish.lock")
        self.site = LocalSitePublisher(
            self.store,
            places,
            lambda: self.on,
            on=self.named,
            elsewhere=self.elsewhere,
            say=self.lines.append,
        )
        units = parse_units((self.project / "data" / "units.csv").read_text("utf-8"))
        self.checker = ListedProblems()
        self.editing = EditingServices(
            self.store, self.checker, self.site, SamePictures(), units, self.clock
        )

    @classmethod
    def over(cls, printed: Press, folder: Path) -> Press:
        """Return one over a copy of what another has kept and built.

        Built files are the same on the disk: a build takes names away and makes new files.
        """
        shutil.copytree(printed.folder / "data", folder / "data")
        own = shutil.ignore_patterns(".lock", "generator.log", "work-*", "content")
        shutil.copytree(
            printed.out, folder / "build", symlinks=True, ignore=own, copy_function=link_file
        )
        return cls(printed.project, folder)

    def ship(self) -> None:
        take_shipped(self.project / "site", self.editing)

    def edit(self, path: str, change: Callable[[str], str]) -> Version:
        """Publish a change of one page at once."""
        return self.edit_file(path, change(self.text(path)))

    def edit_file(self, path: str, text: str | None) -> Version:
        """Publish a page as it is to be from now on; None takes it away."""
        page = self.editing.page(path)
        return publish_now(Edit(page, text), PUBLISHER, self.editing)

    def change_phone(self, phone: str = PHONE) -> Version:
        return self.edit(PAGE, lambda text: text.replace("duty_phone:", f'duty_phone: "{phone}"'))

    def text(self, path: str) -> str:
        content = self.store.read(self.store.published(), path)
        assert content is not None
        return content.decode("utf-8")

    def page(self, address: str) -> str:
        """Return the public page at an address."""
        return (self.out / "site" / address / "index.html").read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """Return all that the public release holds, but for the copies made after the switch."""
        release = self.site.release()
        found = [path for path in release.rglob("*") if path.is_file() and ".gz" not in path.name]
        return {
            path.relative_to(release).as_posix(): path.read_bytes()
            for path in found
            if path.name != "compressed"
        }


def first_print(folder: Path) -> Press:
    """Make a small project, and publish its pages for the first time."""
    project = folder / "project"
    project.mkdir(parents=True)
    make_small_project(project)
    press = Press(project, folder / "press")
    press.ship()
    press.site.publish(press.store.published(), lambda: None)
    return press
