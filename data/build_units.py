"""Make data/units.csv from data/sources/: `python data/build_units.py`, or `--check` in tests.

Columns: unit_id (an address that never changes), kind, name, short_name, code (text),
valid_from and valid_to (ISO dates; empty valid_from: since before 2020, or since nobody knows
when; valid_to is the first day the unit no longer exists), successors (ids joined by `;`), parent,
district (the former district, to show), pilot_phase1 (yes for the 38 units of the programme's
first phase), oa_id (the public OA id), lat, lon.

What people add later is kept when the script runs again: OA ids, further rows (a team, a new
ward), and the end and successors of a unit that the sources show as living.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a plain file, the script sees only its own folder

from functions.core.unit_rows import COLUMNS  # noqa: E402 - needs the path above
from functions.core.units import UnitDataError, parse_units  # noqa: E402 - needs the path above
from functions.core.vietnamese import slug_of  # noqa: E402 - needs the path above

SOURCES = ROOT / "data" / "sources"
UNITS = ROOT / "data" / "units.csv"

PROVINCE = "tinh-dak-lak"
FORMER_PROVINCE = "tinh-phu-yen"
REARRANGED_ON = "2025-07-01"  # NQ 1660/NQ-UBTVQH15
MERGED_2024_ON = "2024-11-01"  # NQ 1193/NQ-UBTVQH15
# Codes of 2020: who took over the units that NQ 1193 ended.
MERGED_2024 = {
    "24127": ["24145"],  # Thống Nhất into Tân Tiến
    "24133": ["24139"],  # Thắng Lợi into Thành Công
    "24325": ["24328", "24334"],  # Ea Blang into Ea Drông and Ea Siên
    "24460": ["24457"],  # Hòa Tân into Hòa Thành
}
# The commune ended the day it became a town (NQ 726/NQ-UBTVQH15); the code stayed.
TOWN_SINCE = {"24316": "2023-04-10"}
# Early in 2025 Thành Công bore the code that had been Thắng Lợi's.
RECODED = {"24133": "24139"}

# One spelling for one place, where the two lists or the two years differ.
SPELLING = {
    "'": "’",
    "M’ Doal": "M’Doal",
    "Tân Hoà": "Tân Hòa",
    "Thị Xã Buôn Hồ": "Thị xã Buôn Hồ",
    "Krông A Na": "Krông Ana",
    "Thị Trấn ": "Thị trấn ",
}
KIND_WORDS = ("Phường ", "Xã ", "Thị trấn ")
DISTRICT_WORDS = ("Thành phố ", "Thị xã ", "Huyện ")

Row = dict[str, str]


def main() -> int:
    """Write the register, or with --check tell by the exit code whether it is as written."""
    parser = argparse.ArgumentParser(description="Make data/units.csv from data/sources/.")
    parser.add_argument("--check", action="store_true", help="exit 1 when units.csv differs")
    arguments = parser.parse_args()
    present = UNITS.read_text(encoding="utf-8") if UNITS.exists() else ""
    try:
        text = build(present)
    except UnitDataError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - a command speaks to its operator
        return 2
    if arguments.check:
        if text != present:
            message = "data/units.csv differs from its sources; run: python data/build_units.py"
            print(message, file=sys.stderr)  # noqa: T201 - a command speaks to its operator
        return int(text != present)
    UNITS.write_text(text, encoding="utf-8", newline="\n")
    return 0


def build(present: str) -> str:
    """Return the text of units.csv, with what people added to the present one.

    A present file with a mistake is told, never overwritten: it may hold somebody's work.
    """
    if present:
        parse_units(present)
    today = _read(SOURCES / "dak-lak-wards.csv")
    of_2020 = _read(SOURCES / "dak-lak-wards-2020.csv")
    rows = [*_province_rows(), *map(_today_row, today), *_former_rows(today, of_2020)]
    rows += [_row(**row) for row in _bodies()]
    _keep_additions(rows, list(csv.DictReader(io.StringIO(present))))
    text = _csv_text(rows)
    parse_units(text)
    return text


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["code"])


def _bodies() -> list[Row]:
    """Return the specialised bodies that tips are given to; they have no number of the register."""
    with (SOURCES / "bodies.csv").open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["unit_id"])


def _province_rows() -> list[Row]:
    """Return Đắk Lắk, and Phú Yên, which became a part of it."""
    return [
        _row(unit_id=PROVINCE, kind="tinh", name="Tỉnh Đắk Lắk", short_name="Đắk Lắk", code="66"),
        _row(
            unit_id=FORMER_PROVINCE,
            kind="tinh",
            name="Tỉnh Phú Yên",
            short_name="Phú Yên",
            valid_to=REARRANGED_ON,
            successors=PROVINCE,
        ),
    ]


def _today_row(source: Row) -> Row:
    unchanged = source["rearranged_2025"] == "no"
    return _row(
        unit_id=source["slug"],
        kind=source["type"],
        name=_spelled(source["name"]),
        short_name=_spelled(source["short_name"]),
        code=source["code"],
        valid_from="" if unchanged else REARRANGED_ON,
        parent=PROVINCE,
        district=_spelled(source["former_district"]),
        lat=source["lat"],
        lon=source["lon"],
    )


def _former_rows(today: list[Row], of_2020: list[Row]) -> list[Row]:
    """Return the units of 2020 and of early 2025 that are no more, each once.

    A unit left as it was in 2025 has today's row. One that lived from 2020 into 2025 keeps its id
    of 2020, whatever changed in the spelling of its name.
    """
    unchanged = {row["code"] for row in today if row["rearranged_2025"] == "no"}
    of_2025 = [row for row in _early_2025(today) if row["code"] not in unchanged]
    last_names = {RECODED.get(row["code"], row["code"]): row["name"] for row in of_2025}
    slugs = {row["code"]: row["slug"] for row in today}
    taken = Counter(row["slug"] for row in today + of_2020)
    of_2020 = [row for row in of_2020 if row["code"] not in unchanged]
    ids = {row["code"]: _id_with_district(row, ambiguous=taken[row["slug"]] > 1) for row in of_2020}
    rows = [_row_of_2020(row, ids, slugs, last_names) for row in of_2020]
    carried_on = set(ids) - set(TOWN_SINCE) - set(MERGED_2024)
    newer = [row for row in of_2025 if RECODED.get(row["code"], row["code"]) not in carried_on]
    taken += Counter({row["slug"] for row in newer})
    return rows + [_row_of_2025(row, ambiguous=taken[row["slug"]] > 1) for row in newer]


def _early_2025(today: list[Row]) -> list[Row]:
    """Return the units of January to June 2025, as the list of today's units names them."""
    found: dict[str, Row] = {}
    for heir in today:
        for part in heir["former_units"].split(";"):
            code, name, district, _ = part.strip().split("|")
            unit = found.setdefault(
                code,
                {
                    "code": code,
                    "name": _spelled(name),
                    "slug": slug_of(_spelled(name)),
                    "district": _spelled(district),
                    "province": heir["former_province"],
                    "successors": "",
                },
            )
            unit["successors"] = ";".join(filter(None, (unit["successors"], heir["slug"])))
    return sorted(found.values(), key=lambda row: row["code"])


def _row_of_2020(
    source: Row, ids: dict[str, str], slugs: dict[str, str], last_names: dict[str, str]
) -> Row:
    code, name = source["code"], _spelled(source["name"])
    last_name = last_names.get(code, name)
    ended_on = MERGED_2024_ON if code in MERGED_2024 else REARRANGED_ON
    if code in TOWN_SINCE:
        ended_on, last_name = TOWN_SINCE[code], name
        successors = [slug_of(last_names[code])]
    elif code in MERGED_2024:
        successors, last_name = [ids[heir] for heir in MERGED_2024[code]], name
    else:
        successors = [slugs[heir.strip()] for heir in source["current_codes"].split(";")]
    if slug_of(last_name) in {slug_of(name), *slugs.values()}:
        last_name = name  # it would give no address that the name of 2020 does not
    return _row(
        unit_id=ids[code],
        kind=source["type"].replace("-", "_"),
        name=last_name,
        short_name=_without(last_name, KIND_WORDS),
        code=code,
        valid_to=ended_on,
        successors=";".join(successors),
        parent=PROVINCE,
        district=_spelled(source["district"]),
        pilot_phase1=source["pilot_phase1"],
    )


def _row_of_2025(source: Row, *, ambiguous: bool) -> Row:
    """Return a unit of early 2025 that the list of 2020 does not hold: Phú Yên, and a new town."""
    is_here = source["province"] == "Đắk Lắk"
    return _row(
        unit_id=_id_with_district(source, ambiguous=ambiguous),
        kind=slug_of(_kind_word(source["name"])).replace("-", "_"),
        name=source["name"],
        short_name=_without(source["name"], KIND_WORDS),
        code=source["code"],
        valid_from=TOWN_SINCE.get(source["code"], "") if is_here else "",
        valid_to=REARRANGED_ON,
        successors=source["successors"],
        parent=PROVINCE if is_here else FORMER_PROVINCE,
        district=source["district"],
    )


def _id_with_district(source: Row, *, ambiguous: bool) -> str:
    """Return the address of a unit's name, with its district where others bear the name too."""
    short_district = _without(_spelled(source["district"]), DISTRICT_WORDS)
    return source["slug"] + (f"-{slug_of(short_district)}" if ambiguous else "")


def _kind_word(name: str) -> str:
    return next(word for word in KIND_WORDS if name.startswith(word))


def _keep_additions(rows: list[Row], present: list[Row]) -> None:
    """Carry over what the sources cannot know, so that running again loses nobody's work."""
    added = {row["unit_id"]: row for row in present}
    for row in rows:
        kept = added.pop(row["unit_id"], None)
        if kept is None:
            continue
        row["oa_id"] = kept["oa_id"]
        if not row["valid_to"]:
            row["valid_to"], row["successors"] = kept["valid_to"], kept["successors"]
    rows.extend(added.values())


def _row(**cells: str) -> Row:
    return dict.fromkeys(COLUMNS, "") | {"pilot_phase1": "no"} | cells


def _spelled(text: str) -> str:
    for found, wanted in SPELLING.items():
        text = text.replace(found, wanted)
    return text


def _without(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        if text.startswith(word):
            return text.removeprefix(word)
    raise ValueError(f"{text!r} begins with none of {words}")


def _csv_text(rows: list[Row]) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
