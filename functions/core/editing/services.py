"""What editing touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

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

_VIET_NAM = timedelta(hours=7)


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
        return (self.clock.now() + _VIET_NAM).date()

    def page(self, path: str) -> PagePath:
        """Return what a path is. Raises NotAllowedError, also for units without pages."""
        return page_path(path, {unit.unit_id for unit in self.units.with_pages(self.today())})
