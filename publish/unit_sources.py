"""All that lies in `site/don-vi/`, read for the units of one day."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from functions.core.units import UnitRegister
from publish.errors import PublishError
from publish.inputs import shared_files
from publish.own_markdown import RenderedTexts
from publish.own_pages import OwnFolder, OwnPages, read_own_folder
from publish.unit_facts import FOLDER, UnitFacts, read_unit_facts, unit_file
from publish.unit_values import UnitValues


def read_units(
    root: Path,
    register: UnitRegister,
    procedures: Collection[str],
    on: date,
    wanted: Collection[str] | None = None,
) -> tuple[dict[str, UnitFacts], dict[str, OwnFolder]]:
    """Return what each unit of that day says about itself, and what it publishes.

    With `wanted` only units with these ids are read.
    A unit that has ended since needs no file: for the days it lived nothing is known of it.
    Raises PublishError with every problem of every unit.
    """
    problems = [*_unknown_folders(root, register)]
    facts: dict[str, UnitFacts] = {}
    own: dict[str, OwnFolder] = {}
    for unit in register.with_pages(on):
        unit_id = unit.unit_id
        if wanted is not None and unit_id not in wanted:
            continue
        try:
            if unit.valid_to is not None and not unit_file(root, unit_id).is_file():
                facts[unit_id] = UnitFacts(unit_id)
            else:
                facts[unit_id] = read_unit_facts(root, unit_id, procedures)
            own[unit_id] = read_own_folder(root, unit_id, on)
        except PublishError as exc:
            problems += exc.problems
    if problems:
        raise PublishError(problems)
    return facts, own


def own_pages(
    root: Path, out: Path, folders: Mapping[str, OwnFolder], values: UnitValues
) -> OwnPages:
    """Return what draws the units' own pages; rendered texts are kept in the build folder."""
    site = root / "site"
    published = {os.path.relpath(path, site) for path in shared_files(site) if path.endswith(".md")}
    texts = RenderedTexts(out / "own-texts.json")
    return OwnPages(folders, texts, published.__contains__, values.draw)


def _unknown_folders(root: Path, register: UnitRegister) -> Iterator[str]:
    known = {unit.unit_id for unit in register.all()}
    for folder in sorted((root / "site" / FOLDER).iterdir()):
        if folder.is_dir() and folder.name not in known and not folder.name.startswith("_"):
            yield (
                f"site/{FOLDER}/{folder.name}:1: no unit has this id; rename the folder, or add "
                "its row to data/units.csv"
            )
