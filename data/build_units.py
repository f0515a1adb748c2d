"""Make data/units.csv from data/sources/: `python data/build_units.py`, or `--check` in tests.

Columns: unit_id (an address that never changes), kind, name, short_name, code (text),
valid_from and valid_to (ISO dates; empty valid_from: since before 2020; valid_to is the first day
the unit no longer exists), successors (ids joined by `;`), parent, district (the former district,
to show), pilot_phase1 (yes for the 38 units of the programme's first phase), oa_id (the public
OA id), lat, lon.

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
REARRANGED_ON = "2025-07-01"  # NQ 1660/NQ-UBTVQH15
MERGED_2024_ON = "2024-11-01"  # NQ 1193/NQ-UBTVQH15
TOWN_SINCE = {"24316": "2023-04-10"}  # Pơng Drang, NQ 726/NQ-UBTVQH15: the commune ended then

# One spelling for one place, where the two lists or the two years differ.
SPELLING = {
    "'": "’",
    "M’ Doal": "M’Doal",
    "Tân Hoà": "Tân Hòa",
    "Thị Xã Buôn Hồ": "Thị xã Buôn Hồ",
    "Krông A Na": "Krông Ana",
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
    rows = [_province_row(), *map(_today_row, today), *_former_rows(today, of_2020)]
    _keep_additions(rows, list(csv.DictReader(io.StringIO(present))))
    text = _csv_text(rows)
    parse_units(text)
    return text


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["code"])


def _province_row() -> Row:
    return _row(unit_id=PROVINCE, kind="tinh", name="Tỉnh Đắk Lắk", short_name="Đắk Lắk", code="66")


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
    """Return the units of 2020 that are no more; those left as they were have today's row."""
    ids_by_code = {row["code"]: row["slug"] for row in today}
    unchanged = {row["code"] for row in today if row["rearranged_2025"] == "no"}
    taken = Counter(row["slug"] for row in today + of_2020)
    former = [row for row in of_2020 if row["code"] not in unchanged]
    return [_former_row(row, ids_by_code, ambiguous=taken[row["slug"]] > 1) for row in former]


def _former_row(source: Row, ids_by_code: dict[str, str], *, ambiguous: bool) -> Row:
    name, district = _spelled(source["name"]), _spelled(source["district"])
    short_district = _without(district, DISTRICT_WORDS)
    ended_on = MERGED_2024_ON if source["ended_2024"] == "yes" else REARRANGED_ON
    successors = [ids_by_code[code.strip()] for code in source["current_codes"].split(";")]
    return _row(
        unit_id=source["slug"] + (f"-{slug_of(short_district)}" if ambiguous else ""),
        kind=source["type"].replace("-", "_"),
        name=name,
        short_name=_without(name, KIND_WORDS),
        code=source["code"],
        valid_to=TOWN_SINCE.get(source["code"], ended_on),
        successors=";".join(successors),
        parent=PROVINCE,
        district=district,
        pilot_phase1=source["pilot_phase1"],
    )


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
