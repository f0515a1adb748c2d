"""Building the whole site: read, generate once, stamp every unit, check, switch.

Nothing public changes before the last step, so a failing build leaves the last good site.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from functions.core.units import PROVINCE_KIND, Unit, UnitDataError, UnitRegister, parse_units
from publish.catalogue import load_catalogue
from publish.checks import foreign_in_css, page_problems
from publish.csp import script_hashes, style_hashes
from publish.errors import PublishError
from publish.generator import run_generator
from publish.laws import LawDataError, load_hotlines, load_laws
from publish.page_checks import FOLDERS, Registers
from publish.pages import read_pages, resolve_pages
from publish.releases import begin_release, exclusive, finish_release
from publish.stamp import CutPage
from publish.unit_facts import UnitFacts, read_unit_facts
from publish.unit_values import TIP_FORM, UnitValues
from publish.work_tree import SAMPLE_OLD, SAMPLE_UNIT, Content, sample_pages, write_work_tree

Progress = Callable[[str], None]

_UNITS_PER_LINE = 25
_PROBLEMS_SHOWN = 20


@dataclass(frozen=True)
class BuildReport:
    """What a build made."""

    site: Path
    """The public folder of this release; `<out>/site` leads to it."""
    facts: Path
    """What functions read: script hashes and each unit's phone and address."""
    units: int
    pages: int
    """HTML pages in the public folder."""
    old_addresses: int


@dataclass(frozen=True)
class _Sources:
    register: UnitRegister
    catalogue: Mapping[str, Any]
    content: Content
    facts: Mapping[str, UnitFacts]


def build_site(root: Path, out: Path, on: date, progress: Progress) -> BuildReport:
    """Build the site of the project at `root` as of the day `on` into the folder `out`.

    `<out>/site` is switched at the very end. Raises PublishError, whose problems name file, line
    and remedy; the site that was there stays.
    """
    root, out = root.resolve(), out.resolve()
    with exclusive(out):
        progress("reading units, laws and pages")
        sources = _read_sources(root, on)
        values = UnitValues(root, sources.register, sources.catalogue, on)
        live = sources.register.live(on)
        home = {"province": _province(live, values), "unit_groups": _groups(live, values, sources)}
        configuration = write_work_tree(
            root, out / "work", sources.content, sources.catalogue, home
        )
        progress("running the generator once")
        built = run_generator(configuration)
        release = begin_release(out)
        return _finish(out, release, built, _Stamper(sources, values, on, progress))


class _Stamper:
    """Writes the pages of every unit and every old address from the built samples."""

    def __init__(self, sources: _Sources, values: UnitValues, on: date, progress: Progress) -> None:
        self._sources = sources
        self._values = values
        self._on = on
        self.progress = progress
        self.live = sources.register.live(on)
        self.old = sources.register.old_addresses(on)

    def write(self, built: Path, site: Path) -> None:
        """Stamp everything below `site`."""
        samples = [(path, CutPage.of(page)) for path, page in sample_pages(built, SAMPLE_UNIT)]
        for count, unit in enumerate(self.live, start=1):
            values = self._values.of_unit(unit, self._sources.facts[unit.unit_id])
            for path, page in samples:
                _write(site / unit.unit_id / path, page.stamped(values))
            if count % _UNITS_PER_LINE == 0 or count == len(self.live):
                self.progress(f"stamped {count} of {len(self.live)} units")
        old_samples = [(path, CutPage.of(page)) for path, page in sample_pages(built, SAMPLE_OLD)]
        for address in self.old:
            for path, page in old_samples:
                target = TIP_FORM if path.startswith(TIP_FORM) else ""
                values = self._values.of_old_address(address, target)
                _write(site / address / path, page.stamped(values))
        self.progress(f"stamped {len(self.old)} old addresses")

    def contacts(self) -> dict[str, dict[str, str | None]]:
        """Return what the functions say of a unit when the site's pages are not at hand."""
        return {
            unit.unit_id: {
                "name": unit.name,
                "office": self._values.place(unit).office,
                "duty_phone": self._sources.facts[unit.unit_id].duty_phone,
                "address": self._sources.facts[unit.unit_id].address,
            }
            for unit in self.live
        }


def _read_sources(root: Path, on: date) -> _Sources:
    try:
        register = parse_units((root / "data" / "units.csv").read_text(encoding="utf-8"))
        registers = Registers(
            load_laws(root / "data" / "laws.yml"), load_hotlines(root / "data" / "hotlines.yml")
        )
    except (UnitDataError, LawDataError) as exc:
        raise PublishError(exc.problems) from exc
    catalogue = load_catalogue(root)
    pages = {folder: read_pages(root, folder) for folder in FOLDERS}
    resolved = resolve_pages(pages, registers, on)
    facts = {unit.unit_id: read_unit_facts(root, unit.unit_id) for unit in register.live(on)}
    return _Sources(register, catalogue, Content(pages, resolved), facts)


def _province(live: list[Unit], values: UnitValues) -> list[dict[str, str]]:
    provinces = [values.place(unit) for unit in live if unit.kind is PROVINCE_KIND]
    return [{"unit_id": place.unit_id, "office": place.office} for place in provinces]


def _groups(live: list[Unit], values: UnitValues, sources: _Sources) -> list[dict[str, Any]]:
    """Return the units of the home page by first letter, in alphabetical order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for unit in live:
        if unit.kind is PROVINCE_KIND:
            continue
        former = sources.register.former_units_of(unit.unit_id)
        entry = {
            "unit_id": unit.unit_id,
            "name": unit.name,
            "office": values.place(unit).office,
            "district": unit.district,
            "former": [other.name for other in former],
        }
        groups.setdefault(unit.short_name[0], []).append(entry)
    return [
        {"letter": letter, "anchor": f"chu-{ord(letter):x}", "units": units}
        for letter, units in groups.items()
    ]


def _finish(out: Path, release: Path, built: Path, stamper: _Stamper) -> BuildReport:
    site = release / "site"
    built.rename(site)
    stamper.write(site, site)
    for sample in (SAMPLE_UNIT, SAMPLE_OLD):
        shutil.rmtree(site / sample)
    stamper.progress("checking the finished pages")
    pages = _check(site, release / "facts.json", stamper)
    finished = finish_release(out, release)
    return BuildReport(
        site=finished / "site",
        facts=finished / "facts.json",
        units=len(stamper.live),
        pages=pages,
        old_addresses=len(stamper.old),
    )


def _check(site: Path, facts: Path, stamper: _Stamper) -> int:
    """Check every page, write the side file, and return how many pages there are."""
    problems: list[str] = []
    scripts: set[str] = set()
    styles: set[str] = set()
    pages = 0
    for name, text in _texts(site, "*.html"):
        pages += 1
        problems += page_problems(name, text, (SAMPLE_UNIT, SAMPLE_OLD))
        scripts |= script_hashes(text)
        styles |= style_hashes(text)
    for name, text in _texts(site, "*.css"):
        problems += [f"{name}: would load {address}" for address in foreign_in_css(text)]
    if problems:
        raise PublishError(problems[:_PROBLEMS_SHOWN])
    side_file = {
        "script_hashes": sorted(scripts),
        "style_hashes": sorted(styles),
        "units": stamper.contacts(),
    }
    facts.write_text(json.dumps(side_file, ensure_ascii=False, indent=1), encoding="utf-8")
    return pages


def _texts(site: Path, pattern: str) -> Iterator[tuple[str, str]]:
    for path in sorted(site.rglob(pattern)):
        yield path.relative_to(site).as_posix(), path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
