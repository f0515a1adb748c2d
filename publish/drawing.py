"""Drawing what changed: the shared pages by the generator, the values of units and old addresses.

Everything that can be wrong with content is found here, before a release is begun.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from functions.core.units import Unit
from publish.checks import value_problems
from publish.errors import PublishError
from publish.generator import Generator
from publish.inputs import digest
from publish.own_pages import DrawnPage, OwnFolder, OwnPages
from publish.page_checks import PROCEDURES
from publish.releases import Made
from publish.search_index import (
    Part,
    WordLists,
    load_word_lists,
    own_part,
    shared_part,
    units_part,
    write_parts,
)
from publish.shared import SAMPLE_OLD, SAMPLE_UNIT, SAMPLES, About, Shared
from publish.sources import Registry, home_lists, read_content
from publish.stamp import CutPage
from publish.unit_facts import FOLDER as UNIT_FOLDER
from publish.unit_facts import UnitFacts
from publish.unit_sources import own_pages, read_units
from publish.unit_values import FILING_KEYS, TIP_FORM
from publish.work_tree import own_shells, sample_pages, write_work_tree

_PROBLEMS_SHOWN = 20


def begin_shared(registry: Registry, out: Path, generator: Generator, upload_url: str) -> About:
    """Let the generator build the shared pages; return what is known before it has.

    Raises PublishError with what is wrong with the pages.
    """
    content = read_content(registry.root, registry.on)
    procedures = {
        slug: {key: page.meta.get(key) for key in FILING_KEYS}
        for slug, page in content.pages[PROCEDURES].items()
    }
    values = registry.values(procedures)
    old = [*registry.register.old_addresses(registry.on)]
    parts = {
        "shared": shared_part(content.pages, load_word_lists(registry.root)),
        "units": units_part(registry.register, registry.catalogue, registry.on),
    }
    search = {label: part.name for label, part in parts.items()}
    about = About(
        live=[unit.unit_id for unit in registry.register.with_pages(registry.on)],
        old=old,
        procedures=procedures,
        forwarding=values.forwarding(old),
        search=search,
        upload_url=upload_url,
    )
    home = {
        **home_lists(registry, content, values),
        "search": search,
        "upload_url": upload_url,
    }
    work = _empty_folder(out)
    configuration = write_work_tree(registry.root, work, content, registry.catalogue, home)
    write_parts(configuration.parent / "docs", parts.values())
    generator.build(configuration)
    return about


def _empty_folder(out: Path) -> Path:
    """Return a folder for one run: after a kill an earlier run may still be writing into its own.

    Those of earlier runs are removed.
    """
    for leftover in out.glob("work-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix="work-", dir=out))


@dataclass(frozen=True)
class DrawnUnit:
    """One unit's values, all checked."""

    values: Mapping[str, str]
    contact: Mapping[str, str | None]
    """What the functions say of the unit when the site's pages are not at hand."""
    search: Part
    """What only this unit's pages find."""
    own: Sequence[DrawnPage]


class Drawing:
    """The values of some units, all checked."""

    def __init__(
        self, registry: Registry, out: Path, about: About, wanted: Collection[str]
    ) -> None:
        """Draw the wanted units. Raises PublishError with every problem of theirs."""
        self.root = registry.root
        self.values = registry.values(about.procedures)
        live = registry.register.with_pages(registry.on)
        units = [unit for unit in live if unit.unit_id in wanted]
        facts, folders = read_units(
            registry.root, registry.register, set(about.procedures), registry.on, wanted
        )
        words = load_word_lists(registry.root)
        self.own: OwnPages = own_pages(registry.root, out, folders, self.values)
        self.units: dict[str, DrawnUnit] = {}
        problems: list[str] = []
        for unit in units:
            drawn = self._draw(unit, facts[unit.unit_id], folders[unit.unit_id], words)
            problems += _problems(unit.unit_id, drawn)
            self.units[unit.unit_id] = drawn
        if problems:
            raise PublishError(problems[:_PROBLEMS_SHOWN])
        if len(units) == len(live):  # else the texts of all other units would be forgotten
            self.own.save()

    def _draw(self, unit: Unit, facts: UnitFacts, folder: OwnFolder, words: WordLists) -> DrawnUnit:
        office = self.values.place(unit).office
        values = self.values.of_unit(
            unit, facts, self.own.body_of(facts), self.own.front_list(unit.unit_id)
        )
        search = own_part(unit, office, words, folder.pages)
        contact = {
            "name": unit.name,
            "office": office,
            "duty_phone": facts.duty_phone,
            "address": facts.address,
        }
        own = [*self.own.drawn(unit.unit_id)]
        return DrawnUnit({**values, "search_own": search.name}, contact, search, own)


class Stamper:
    """Makes files of what was drawn and the built samples, cut at their tokens."""

    def __init__(self, drawing: Drawing, shared: Shared) -> None:
        self._drawing = drawing
        self._of_unit = SampleSet(shared.html, SAMPLE_UNIT)
        self._of_old_address = SampleSet(shared.html, SAMPLE_OLD)
        self._own_shells = own_shells(shared.html)
        self.units = drawing.units

    def of_unit(self, unit_id: str) -> Iterator[Made]:
        """Yield the files of one of the drawn units."""
        drawn = self.units[unit_id]
        values = {key: value.encode("utf-8") for key, value in drawn.values.items()}
        yield from self._of_unit.files(unit_id, values)
        article, listing = self._own_shells
        for page in drawn.own:
            own = {key: value.encode("utf-8") for key, value in page.values.items()}
            shell = listing if page.is_listing else article
            yield _made(f"{unit_id}/{page.path}", shell.encoded({**values, **own}))
        yield _made(drawn.search.name, drawn.search.text.encode("utf-8"))
        for picture in self._drawing.own.pictures(unit_id):
            file = self._drawing.root / "site" / UNIT_FOLDER / unit_id / picture
            yield _made(f"{unit_id}/{picture}", file.read_bytes())

    def of_old_addresses(self, addresses: Iterable[str]) -> Iterator[Made]:
        """Yield the files of old addresses."""
        for address in addresses:
            for path, page in self._of_old_address.pages.items():
                target = TIP_FORM if path.startswith(TIP_FORM) else ""
                values = self._drawing.values.of_old_address(address, target)
                yield _made(f"{address}/{path}", page.stamped(values).encode("utf-8"))


class SampleSet:
    """The pages of one sample."""

    def __init__(self, html: Path, sample: str) -> None:
        self.pages = {path: CutPage.of(page) for path, page in sample_pages(html, sample)}
        self._digests = {
            path: digest(piece.encode("utf-8") for piece in page.pieces)
            for path, page in self.pages.items()
        }

    def files(self, address: str, values: Mapping[str, bytes]) -> Iterator[Made]:
        """Yield all pages of an address."""
        digests = {key: digest([value]).encode() for key, value in values.items()}
        for path, page in self.pages.items():
            made_from = [self._digests[path].encode(), *(digests[key] for key in page.keys)]
            yield Made(f"{address}/{path}", digest(made_from), partial(page.encoded, values))


def _problems(unit_id: str, drawn: DrawnUnit) -> Iterator[str]:
    # Many procedures are filed alike, so their values are the same.
    for value, key in {value: key for key, value in drawn.values.items()}.items():
        if "<" in value or not value.isprintable():
            yield from value_problems(f"{unit_id}: {key}", value, SAMPLES)
    for page in drawn.own:
        yield from value_problems(f"{unit_id}/{page.path}", page.body, SAMPLES)


def _made(path: str, content: bytes) -> Made:
    """Return a file that is known by its content."""
    return Made(path, digest([content]), partial(_same, content))


def _same(content: bytes) -> bytes:
    return content
