"""Editing over a real repository of a few pages, with stand-ins for all that is slow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from functions.core.editing.drafting import save
from functions.core.editing.publishing import publish
from functions.core.editing.services import EditingServices
from functions.core.editing.shipping import Shipped, take_shipped
from functions.core.models.content import Edit, Editor, EditorRole, PagePath, Saved, Version
from functions.core.units import UnitRegister
from functions.installed import load_units
from functions.stores.git import GitContentStore
from tests.fakes.clock import FrozenClock
from tests.fakes.content import ListedProblems, RecordingSite, SamePictures

UNIT, OTHER = "phuong-tan-an", "xa-ea-kly"
NOTICE = f"site/don-vi/{UNIT}/thong-bao/cat-dien.md"
OWN = f"site/don-vi/{UNIT}/index.md"
SHARED = "site/thu-tuc/dang-ky-tam-tru.md"
LINES = "một\nhai\nba\nbốn\nnăm\nsáu\nbảy\n"
PAGES = {NOTICE: LINES, OWN: "unit_id: phuong-tan-an\nhours:\n", SHARED: LINES}
PNG = b"\x89PNG\r\n\x1a\n"

EDITOR = Editor(UNIT, EditorRole.EDITOR, "lan-1")
COLLEAGUE = Editor(UNIT, EditorRole.EDITOR, "lan-2")
APPROVER = Editor(UNIT, EditorRole.APPROVER, "lan-3")
STRANGER = Editor(OTHER, EditorRole.APPROVER, "lan-4")
PROVINCE = Editor("tinh-dak-lak", EditorRole.PROVINCE_APPROVER, "lan-5")


@lru_cache(maxsize=1)
def units() -> UnitRegister:
    return load_units()


class EditingDesk:
    """Everything a test of drafts and publications looks at."""

    def __init__(self, folder: Path, pages: Mapping[str, str] | None = PAGES) -> None:
        """None: the folder holds a desk already."""
        self.folder = folder
        self.store = GitContentStore(folder / "content.git")
        self.checker = ListedProblems()
        self.site = RecordingSite()
        self.clock = FrozenClock()
        self.services = EditingServices(
            self.store, self.checker, self.site, SamePictures(), units(), self.clock
        )
        if pages is not None:
            self.ship(pages)

    def ship(self, pages: Mapping[str, str]) -> Shipped:
        """Let a release of the software bring these pages and no others."""
        brought = self.folder / "brought"
        for path in brought.rglob("*.md"):
            path.unlink()
        for name, text in pages.items():
            path = brought / name.removeprefix("site/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return take_shipped(brought, self.services)

    def page(self, path: str) -> PagePath:
        return self.services.page(path)

    def blob(self, path: str) -> str:
        """Return what a page is identified by as it is public now."""
        return self.store.blob_id(self.store.published(), path)

    def text(self, path: str, version: str = "") -> str | None:
        content = self.store.read(version or self.store.published(), path)
        return None if content is None else content.decode("utf-8")

    def draft_text(self, path: str) -> str | None:
        draft = self.store.draft(path)
        return None if draft is None else self.text(path, draft.version)

    def save(
        self,
        path: str,
        text: str | None,
        base: str | None = None,
        by: Editor = EDITOR,
        **pictures: bytes,
    ) -> Saved:
        """Save a page; pictures stand beside it, by their names without an ending."""
        folder = path.rpartition("/")[0]
        beside = {self.page(f"{folder}/{name}.png"): content for name, content in pictures.items()}
        return save(Edit(self.page(path), text, base, beside), by, self.services)

    def publish(self, path: str, by: Editor = APPROVER, seen: str | None = None) -> Version:
        return publish(self.page(path), by, self.services, seen)

    def change_public(self, path: str, text: str | None) -> Version:
        """Save and publish in one go."""
        self.save(path, text, by=APPROVER)
        return self.publish(path)


class Killed(BaseException):
    """Stands for the end of the process; nothing of ours catches it."""


class DyingSite(RecordingSite):
    """A publisher whose process ends before or after the new version is the published one."""

    def __init__(self, *, confirms: bool) -> None:
        super().__init__()
        self._confirms = confirms

    def publish(self, version: str, confirm: Callable[[], None]) -> None:
        if self._confirms:
            confirm()
        raise Killed
