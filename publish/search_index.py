"""The search index: what `functions/core/search.py` and the search box read.

Three kinds of parts, each a JSON file named by its own hash, so that a browser may keep it:
shared (procedures, guides, warnings, other pages, word lists), units (every unit by its names of
today and of old), and one own part per unit. A unit's pages use shared and own, all others shared
and units. A location without a slash in front lies below the unit's address, or below the root.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from functions.core.search import ASIDE
from functions.core.search_text import words_of
from functions.core.units import Unit, UnitRegister
from publish import fast_yaml
from publish.catalogue import office_name
from publish.documents import Document
from publish.errors import PublishError
from publish.own_pages import OwnPage
from publish.page_checks import GUIDES, PROCEDURES, TOP, WARNINGS

FOLDER = "search"
WORDS_FILE = "data/synonyms.yml"

UNIT_KIND, OTHER_KIND = "don-vi", "trang"
KINDS = {PROCEDURES: "thu-tuc", GUIDES: "huong-dan", WARNINGS: "canh-bao", TOP: OTHER_KIND}
"""By folder; the words for these codes are in templates/catalogue.yml."""

# What a page says in short lines; the Markdown body comes after them.
_TEXT_KEYS = ("who_can_apply", "summary", "do", "do_not", "common_mistakes", "conditions")
_LIST_KEYS = ("documents", "forms", "time_limit")
_LINK = re.compile(r"\]\([^)]*\)|\{[^}]*\}|<[^>]*>|https?://\S+")
_SENTENCE = re.compile(r"[.;:!?|\n]+")

# The names decide; more text made the index half as heavy again and no answer better.
_MOST_SENTENCES = 16

Row = list[Any]


@dataclass(frozen=True)
class WordLists:
    """`data/synonyms.yml`."""

    rules: Mapping[str, Any]
    names: Mapping[str, Sequence[str]]
    own_pages: Sequence[Mapping[str, Any]]
    pages: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """One file of the index."""

    name: str
    text: str

    @classmethod
    def of(cls, label: str, entries: Sequence[Row], words: Mapping[str, Any] | None = None) -> Part:
        """Make a file whose name changes with its content."""
        content = {"words": words, "entries": entries} if words else {"entries": entries}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
        return cls(f"{FOLDER}/{label}-{digest}.json", text)


def load_word_lists(root: Path) -> WordLists:
    """Read the word lists. Raises PublishError where they cannot be used."""
    try:
        lists = fast_yaml.load((root / WORDS_FILE).read_text(encoding="utf-8"))
        synonyms = [[said, row["mean"]] for row in lists["synonyms"] for said in row["say"]]
        rules = {
            "fillers": lists["fillers"],
            "small": lists["small"],
            "synonyms": synonyms,
            "foreign": lists["foreign"],
        }
        return WordLists(rules, lists["names"], lists["own_pages"], lists["pages"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as exc:
        raise PublishError([f"{WORDS_FILE}:1: cannot be read ({exc}); restore it"]) from exc


def shared_part(folders: Mapping[str, Mapping[str, Document]], words: WordLists) -> Part:
    """Return what every page's search reads."""
    entries = [
        _page_entry(folder, slug, page, words)
        for folder in KINDS
        for slug, page in folders.get(folder, {}).items()
    ]
    entries += [
        [OTHER_KIND, row["location"], row["title"], "", row["also_called"], "", ""]
        for row in words.pages
    ]
    return Part.of("shared", entries, words.rules)


def units_part(register: UnitRegister, catalogue: Mapping[str, Any], on: date) -> Part:
    """Return every live unit by its names of today and of old."""
    return Part.of(
        "units", [_unit_entry(unit, register, catalogue) for unit in register.with_pages(on)]
    )


def own_part(unit: Unit, office: str, words: WordLists, pages: Iterable[OwnPage]) -> Part:
    """Return what only one unit's pages find: its contact, its form, its own pages."""
    entries: list[Row] = [
        [
            UNIT_KIND,
            row["location"],
            row["title"].format(office=office),
            "",
            [name.format(office=office, name=unit.name) for name in row["also_called"]],
            "",
            "",
        ]
        for row in words.own_pages
    ]
    entries += [
        [OTHER_KIND, page.address, page.title, "", [], _plain(page.summary), _text(page.source)]
        for page in pages
        if not page.is_over
    ]
    return Part.of(unit.unit_id, entries)


def write_parts(folder: Path, parts: Iterable[Part]) -> None:
    """Write parts below a folder whose files are published as they are."""
    for part in parts:
        path = folder / part.name
        path.parent.mkdir(exist_ok=True)
        path.write_text(part.text, encoding="utf-8")


def _page_entry(folder: str, slug: str, page: Document, words: WordLists) -> Row:
    path = f"{folder}/{slug}" if folder else slug
    location = f"{path}/" if folder == PROCEDURES else f"/{path}/"
    return _entry(KINDS[folder], location, page, words.names.get(path, ()))


def _entry(kind: str, location: str, page: Document, more_names: Sequence[str] = ()) -> Row:
    meta = page.meta
    title, short = str(meta["title"]), str(meta.get("short_title") or "")
    names = [*(meta.get("also_called") or []), *more_names]
    names += [meta["code_dvc"]] if meta.get("code_dvc") else []
    others = {_plain(str(name)): str(name) for name in names}
    for same in (title, short):
        others.pop(_plain(same), None)
    lead = _plain(str(meta.get("description") or ""))
    return [kind, location, title, short, [*others.values()], lead, _text(page)]


def _unit_entry(unit: Unit, register: UnitRegister, catalogue: Mapping[str, Any]) -> Row:
    formers = [
        f"{former.name}{ASIDE}{former.district}" if former.district else former.name
        for former in register.former_units_of(unit.unit_id)
    ]
    return [
        UNIT_KIND,
        f"/{unit.unit_id}/",
        office_name(catalogue, unit),
        unit.name,
        formers,
        _plain(unit.district),
        "",
    ]


def _text(page: Document) -> str:
    """Return a page's first sentences without marks, each once, parted by slashes."""
    meta = page.meta
    lines: list[str] = [str(value) for value in (meta.get("short_answer") or {}).values()]
    for key in _TEXT_KEYS:
        value = meta.get(key) or []
        lines += [value] if isinstance(value, str) else [str(item) for item in value]
    for key in _LIST_KEYS:
        for row in meta.get(key) or []:
            lines += [str(row[name]) for name in ("name", "note", "code", "case") if row.get(name)]
    lines += _LINK.sub(" ", page.body).split("\n")
    sentences = (_plain(part) for line in lines for part in _SENTENCE.split(line))
    each_once = dict.fromkeys(sentence for sentence in sentences if sentence)
    return "/".join(islice(each_once, _MOST_SENTENCES))


def _plain(text: str) -> str:
    return " ".join(filter(None, map(_plain_word, text.split())))


@lru_cache(maxsize=1 << 14)
def _plain_word(word: str) -> str:
    return " ".join(part.plain for part in words_of(word))
