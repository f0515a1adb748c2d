"""What editing touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from functions.core.editing.pages import page_path
from functions.core.models.content import PagePath
from functions.core.ports import Clock
from functions.core.ports.content import (
    ContentChecker,
    ContentStore,
    PictureMaker,
    SitePublisher,
)
from functions.core.units import UnitRegister
from functions.core.viet_nam import day_of


@dataclass(frozen=True)
class EditingServices:
    store: ContentStore
    checker: ContentChecker
    site: SitePublisher
    pictures: PictureMaker
    units: UnitRegister
    clock: Clock

    def today(self) -> date:
        """Return today in Viet Nam."""
        return day_of(self.clock.now())

    def page(self, path: str) -> PagePath:
        """Return what a path is. Raises NotAllowedError, also for units without pages."""
        return page_path(path, {unit.unit_id for unit in self.units.with_pages(self.today())})
