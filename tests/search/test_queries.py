"""The files of queries themselves: whole, disjoint, and about pages and units that exist."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
import yaml

from functions.core.units import Unit, UnitKind, UnitRegister, parse_units
from functions.core.vietnamese import slug_of
from tests.search import MEASURED, TUNED_ON, Query, load_queries

ROOT = Path(__file__).resolve().parents[2]
WRITTEN_ON = date(2026, 11, 21)

# At least so many of each kind in the measured file, so that no kind becomes an afterthought.
KINDS = {
    "plain": 60,
    "unmarked": 100,
    "wrong-marks": 15,
    "abbreviation": 35,
    "old-name": 50,
    "typo": 40,
    "question": 60,
}
FIELD_SETS = (
    {"q", "page", "kind"},
    {"q", "page", "also", "kind"},
    {"q", "unit", "kind"},
    {"q", "units", "kind"},
)
MOST_WORDS = 8

both_files = pytest.mark.parametrize("path", [MEASURED, TUNED_ON], ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def register() -> UnitRegister:
    return parse_units((ROOT / "data" / "units.csv").read_text(encoding="utf-8"))


def typed(queries: Iterable[Query]) -> list[str]:
    return [query.q for query in queries]


def without_marks(text: str) -> str:
    return slug_of(text).replace("-", " ")


@both_files
def test_every_entry_says_one_thing_to_find_and_its_kind(path: Path) -> None:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))

    odd = [
        entry
        for entry in entries
        if set(entry) not in FIELD_SETS
        or not isinstance(entry["q"], str)
        or entry["kind"] not in KINDS
        or not isinstance(entry.get("page", ""), str | None)
        or not isinstance(entry.get("unit", ""), str)
        or any(not isinstance(entry.get(many, []), list) for many in ("also", "units"))
    ]

    assert odd == []


@both_files
def test_queries_are_one_to_eight_tidy_words(path: Path) -> None:
    odd = [
        q
        for q in typed(load_queries(path))
        if not 1 <= len(q.split()) <= MOST_WORDS
        or q != " ".join(q.split())
        or q != unicodedata.normalize("NFC", q)
    ]

    assert odd == []


@both_files
def test_kinds_agree_with_the_marks_typed(path: Path) -> None:
    odd = [
        query
        for query in load_queries(path)
        if (query.kind == "unmarked" and not query.q.isascii())
        or (query.kind in {"plain", "wrong-marks"} and query.q.isascii())
    ]

    assert odd == []


@both_files
def test_most_queries_carry_no_marks(path: Path) -> None:
    queries = typed(load_queries(path))

    assert sum(q.isascii() for q in queries) > len(queries) / 2


@both_files
def test_nothing_is_asked_twice_in_one_file(path: Path) -> None:
    asked = Counter(q.casefold() for q in typed(load_queries(path)))

    assert [q for q, times in asked.items() if times > 1] == []


def test_no_wording_stands_in_both_files_even_without_its_marks() -> None:
    measured = {without_marks(q) for q in typed(load_queries(MEASURED))}
    tuned_on = {without_marks(q) for q in typed(load_queries(TUNED_ON))}

    assert measured & tuned_on == set()


@both_files
def test_every_page_named_is_in_site(path: Path) -> None:
    named = {page for query in load_queries(path) for page in query.pages}

    assert sorted(page for page in named if not (ROOT / "site" / f"{page}.md").is_file()) == []


@both_files
def test_other_right_pages_are_never_the_page_meant(path: Path) -> None:
    odd = [query for query in load_queries(path) if len(set(query.pages)) < len(query.pages)]

    assert odd == []


def test_every_procedure_and_guide_of_the_lists_is_asked_for_at_least_twice() -> None:
    asked = Counter(query.page for query in load_queries(MEASURED) if query.page)

    folders = Counter(page.partition("/")[0] for page in asked)

    assert [page for page, times in asked.items() if times < 2] == []
    assert folders["thu-tuc"] >= 55
    assert folders["phap-luat"] >= 24


def test_measured_file_is_large_enough_in_every_part() -> None:
    queries = load_queries(MEASURED)

    kinds = Counter(query.kind for query in queries)

    assert sum(bool(query.page) for query in queries) >= 220
    assert sum(query.finds_nothing for query in queries) >= 30
    assert sum(bool(query.live_units) for query in queries) >= 30
    assert {kind: kinds[kind] for kind, least in KINDS.items() if kinds[kind] < least} == {}


def test_tuning_file_has_the_same_mixture() -> None:
    queries = load_queries(TUNED_ON)

    assert sum(bool(query.page) for query in queries) >= 110
    assert sum(query.finds_nothing for query in queries) >= 15
    assert sum(bool(query.live_units) for query in queries) >= 15
    assert {query.kind for query in queries} == set(KINDS)


def test_both_places_of_the_tone_mark_occur() -> None:
    letters = "".join(unicodedata.normalize("NFC", q) for q in typed(load_queries(MEASURED)))

    assert any(old in letters for old in ("oà", "oá", "uý"))
    assert any(new in letters for new in ("òa", "óa", "úy"))


@both_files
def test_every_unit_named_is_live(path: Path, register: UnitRegister) -> None:
    named = {unit_id for query in load_queries(path) for unit_id in query.live_units}

    assert named <= {unit.unit_id for unit in register.communes(WRITTEN_ON)}


@both_files
def test_choice_offers_several_units(path: Path) -> None:
    odd = [query for query in load_queries(path) if query.units and len(set(query.units)) < 2]

    assert odd == []


@both_files
def test_unit_names_lead_where_the_register_says(path: Path, register: UnitRegister) -> None:
    """Typing errors and abbreviations are no names; their answers were checked by hand."""
    named = [
        query
        for query in load_queries(path)
        if query.live_units and query.kind not in {"typo", "abbreviation"}
    ]

    wrong = {
        query.q: sorted(expected)
        for query in named
        if (expected := serving(query.q, register)) != set(query.live_units)
    }

    assert wrong == {}


def serving(typed_name: str, register: UnitRegister) -> set[str]:
    """Return the live units behind every unit, of today or former, that bears the name typed."""
    words = without_marks(typed_name).removeprefix("cong an ").removesuffix(" o dau")
    return {
        receiver.unit_id
        for unit in register.all()
        if unit.kind is not UnitKind.TINH and words in names_of(unit)
        for receiver in register.receivers(unit.unit_id, WRITTEN_ON)
    }


def names_of(unit: Unit) -> set[str]:
    """Return a unit's name with and without the word for its kind, as typed without marks."""
    return {without_marks(unit.name), without_marks(unit.short_name)}
