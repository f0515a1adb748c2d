"""Everything a build reads but the units' own folders: registers, catalogue, pages of facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from functions.core.units import PROVINCE_KIND, UnitDataError, UnitRegister, parse_units
from publish.catalogue import load_catalogue
from publish.errors import PublishError
from publish.laws import LawDataError, load_hotlines, load_laws
from publish.letters import grouped, procedure_letters
from publish.page_checks import FOLDERS, PROCEDURES, Registers
from publish.pages import check_other_files, read_pages, resolve_pages
from publish.unit_values import UnitValues
from publish.work_tree import Content


@dataclass(frozen=True)
class Registry:
    """What the pages of every unit are drawn from, as of one day."""

    root: Path
    compiled: Path
    """Where compiled templates are kept between builds."""
    on: date
    register: UnitRegister
    catalogue: Mapping[str, Any]

    def values(self, procedures: Mapping[str, Mapping[str, Any]]) -> UnitValues:
        """Return what draws the units' values; `procedures` as `Shared` keeps them."""
        return UnitValues(
            self.root, self.register, self.catalogue, self.on, procedures, self.compiled
        )


def read_registry(root: Path, out: Path, on: date) -> Registry:
    """Read the registers. Raises PublishError with every problem."""
    try:
        register = parse_units((root / "data" / "units.csv").read_text(encoding="utf-8"))
    except UnitDataError as exc:
        raise PublishError(exc.problems) from exc
    compiled = out / "templates"
    compiled.mkdir(exist_ok=True)
    return Registry(root, compiled, on, register, load_catalogue(root))


def read_content(root: Path, on: date) -> Content:
    """Read the shared pages of facts. Raises PublishError with every problem."""
    try:
        registers = Registers(
            load_laws(root / "data" / "laws.yml"), load_hotlines(root / "data" / "hotlines.yml")
        )
    except LawDataError as exc:
        raise PublishError(exc.problems) from exc
    pages = {folder: read_pages(root, folder) for folder in FOLDERS}
    check_other_files(root, {page.name for group in pages.values() for page in group.values()})
    return Content(pages, resolve_pages(pages, registers, on))


def home_lists(registry: Registry, content: Content, values: UnitValues) -> Mapping[str, Any]:
    """Return the lists that the home page and others draw: units and procedures from A to Z."""
    live = registry.register.with_pages(registry.on)
    provinces = [values.place(unit) for unit in live if unit.kind is PROVINCE_KIND]
    units = [
        (
            unit.short_name,
            {
                "unit_id": unit.unit_id,
                "name": unit.name,
                "office": values.place(unit).office,
                "district": unit.district,
                "former": [other.name for other in registry.register.former_units_of(unit.unit_id)],
            },
        )
        for unit in live
        if unit.kind is not PROVINCE_KIND
    ]
    return {
        "province": [{"unit_id": place.unit_id, "office": place.office} for place in provinces],
        "unit_groups": grouped(units),
        "procedure_letters": procedure_letters(content.pages[PROCEDURES]),
    }
