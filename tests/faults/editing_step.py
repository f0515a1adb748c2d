"""One act of an editor in a process of its own, its gits run by a program of the test's.

`python -m tests.faults.editing_step GIT FOLDER start | save | publish`. Says "done", or "told"
where the store said that it failed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish
from functions.core.errors import StoreUnavailableError
from functions.core.models.content import Edit
from functions.stores.git import process
from tests.core.editing.world import APPROVER, EDITOR, NOTICE, PAGES, EditingDesk
from tests.fakes.content import RecordingSite

BEFORE, AFTER = PAGES[NOTICE], PAGES[NOTICE].replace("bốn", "BỐN")


class SiteInAFile(RecordingSite):
    """A public site that is a file with the name of its version, switched in one rename."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._file = folder / "live"

    def publish(self, version: str, confirm: Callable[[], None]) -> None:
        confirm()
        aside = self._file.with_suffix(".new")
        aside.write_text(version)
        aside.rename(self._file)

    def live_version(self) -> str:
        return self._file.read_text() if self._file.exists() else ""


def desk_in(folder: Path) -> EditingDesk:
    """Return the desk of a folder, which may be new."""
    is_new = not (folder / "content.git").exists()
    desk = EditingDesk(folder, pages=PAGES if is_new else None)
    site = SiteInAFile(folder)
    desk.site = site
    desk.services = type(desk.services)(
        desk.store, desk.checker, site, desk.services.pictures, desk.services.units, desk.clock
    )
    return desk


def act(folder: Path, name: str) -> None:
    desk = desk_in(folder)
    if name == "save":
        page = desk.page(NOTICE)
        save(Edit(page, AFTER, desk.blob(NOTICE)), EDITOR, desk.services)
    elif name == "publish":
        publish(desk.page(NOTICE), APPROVER, desk.services)


def main() -> None:
    git, folder, name = sys.argv[1:]
    process._GIT = git
    said = "told"
    with suppress(StoreUnavailableError):
        act(Path(folder), name)
        said = "done"
    print(said, flush=True)


if __name__ == "__main__":
    main()
