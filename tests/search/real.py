"""The index of the real pages and units, made as a build makes it but without the generator."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from functions.core.search import Index
from functions.core.units import parse_units
from publish.catalogue import load_catalogue
from publish.page_checks import FOLDERS
from publish.pages import read_pages
from publish.search_index import load_word_lists, shared_part, units_part

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 21)


@cache
def real_parts() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parts that the province's home searches."""
    pages = {folder: read_pages(ROOT, folder) for folder in FOLDERS}
    register = parse_units((ROOT / "data" / "units.csv").read_text(encoding="utf-8"))
    shared = shared_part(pages, load_word_lists(ROOT))
    units = units_part(register, load_catalogue(ROOT), TODAY)
    return json.loads(shared.text), json.loads(units.text)


@cache
def real_index() -> Index:
    return Index(real_parts())
