"""Reading `units.csv`: every cell checked, every problem told with its line and a remedy."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from functions.core.unit import COMMUNE_KINDS, PROVINCE_KIND, Unit, UnitKind

COLUMNS = (
    "unit_id",
    "kind",
    "name",
    "short_name",
    "code",
    "valid_from",
    "valid_to",
    "successors",
    "parent",
    "district",
    "pilot_phase1",
    "oa_id",
    "lat",
    "lon",
)
MAX_ID_LENGTH = 80

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEGREES = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DIGITS = re.compile(r"[0-9]+")
_CODE_LENGTH = {UnitKind.HUYEN: 3, PROVINCE_KIND: 2} | dict.fromkeys(COMMUNE_KINDS, 5)

# Viet Nam with its islands: catches latitude and longitude written in each other's place.
_LATITUDES = (8.0, 24.0)
_LONGITUDES = (102.0, 118.0)

Report = Callable[[str], None]


@dataclass
class Rows:
    """What was read: the units with their lines, and what is wrong with the text."""

    units: list[tuple[int, Unit]] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def report(self, line: int, text: str) -> None:
        """Note a problem of one line."""
        self.problems.append((line, text))


def read_rows(csv_text: str) -> Rows:
    """Read all rows; a row with a problem gives no unit, and reading goes on behind it."""
    rows = Rows()
    numbered = _split(csv_text.removeprefix("\ufeff"), rows)
    if rows.problems:
        return rows
    if len(numbered) < 2:
        rows.report(1, "there is no unit in the file; run data/build_units.py")
        return rows
    header_line, header = numbered[0]
    if sorted(header) != sorted(COLUMNS):
        expected = ",".join(COLUMNS)
        rows.report(header_line, f"the header must name these columns, by commas: {expected}")
        return rows
    for line, cells in numbered[1:]:
        _read_row(rows, line, header, cells)
    return rows


def _split(csv_text: str, rows: Rows) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with the line it begins on."""
    reader = csv.reader(io.StringIO(csv_text, newline=""), strict=True)
    numbered: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                numbered.append((begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as exc:
        rows.report(begins, f"is not CSV ({exc}); look for a quote that is not closed")
    return numbered


def _read_row(rows: Rows, line: int, header: list[str], cells: list[str]) -> None:
    if len(cells) != len(header):
        rows.report(
            line,
            f"has {len(cells)} cells, not {len(header)}; put quotes round a cell with a comma",
        )
        return
    row = dict(zip(header, cells, strict=True))
    unit_id = row["unit_id"]
    before = len(rows.problems)

    def report(text: str) -> None:
        rows.report(line, f"{unit_id or 'no unit_id'}: {text}")

    _check_id(rows, unit_id, line, report)
    _check_text(row, report)
    unit = _unit_of(row, report)
    if unit is not None and len(rows.problems) == before:
        rows.units.append((line, unit))


def _check_id(rows: Rows, unit_id: str, line: int, report: Report) -> None:
    if not _ID.fullmatch(unit_id) or len(unit_id) > MAX_ID_LENGTH:
        report(
            f"unit_id is not an address; use a-z, 0-9 and single hyphens, at most {MAX_ID_LENGTH}"
        )
        return
    if unit_id in rows.ids:
        report(
            f"unit_id stands on line {rows.ids[unit_id]} already; "
            "add the district to the id of the newer unit, or delete the row that is twice"
        )
        return
    rows.ids[unit_id] = line


def _check_text(row: dict[str, str], report: Report) -> None:
    for column, cell in row.items():
        if not unicodedata.is_normalized("NFC", cell):
            report(f"{column} is not NFC text; save the file as UTF-8 with composed letters")
        # The first question is quick, and for nearly every cell the only one.
        if not cell.isprintable() and _holds_invisible_sign(cell):
            report(f"{column} holds an invisible sign; type the cell again")
    for column in ("name", "short_name"):
        if not row[column]:
            report(f"{column} is empty; write it as the statistics office does")


def _holds_invisible_sign(cell: str) -> bool:
    return any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in cell)


def _unit_of(row: dict[str, str], report: Report) -> Unit | None:
    kind = _kind(row["kind"], report)
    valid_from = _date(row, "valid_from", report)
    valid_to = _date(row, "valid_to", report)
    successors = _successors(row, valid_to, report)
    latitude, longitude = _position(row, report)
    if valid_from and valid_to and valid_to <= valid_from:
        report("valid_to is not after valid_from; valid_to is the first day it no longer exists")
    if row["pilot_phase1"] not in {"yes", "no"}:
        report("pilot_phase1 must be yes or no")
    if row["oa_id"] and not _DIGITS.fullmatch(row["oa_id"]):
        report("oa_id must be digits only; format the column as text")
    if kind is None:
        return None
    _check_code(kind, row["code"], report)
    return Unit(
        unit_id=row["unit_id"],
        kind=kind,
        name=row["name"],
        short_name=row["short_name"],
        code=row["code"],
        valid_from=valid_from,
        valid_to=valid_to,
        successors=successors,
        parent=row["parent"],
        district=row["district"],
        pilot_phase1=row["pilot_phase1"] == "yes",
        oa_id=row["oa_id"],
        latitude=latitude,
        longitude=longitude,
    )


def _kind(text: str, report: Report) -> UnitKind | None:
    try:
        return UnitKind(text)
    except ValueError:
        report(f"kind {text!r} is unknown; use one of {', '.join(UnitKind)}")
        return None


def _check_code(kind: UnitKind, code: str, report: Report) -> None:
    length = _CODE_LENGTH.get(kind, len(code))
    if code and not (_DIGITS.fullmatch(code) and len(code) == length):
        report(f"code {code!r} is not {length} digits; keep leading zeros, format it as text")


def _date(row: dict[str, str], column: str, report: Report) -> date | None:
    text = row[column]
    if not text:
        return None
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # the 31st of a short month: told below like any other bad date
    report(f"{column} {text!r} is not a date; write it as 2025-07-01")
    return None


def _successors(row: dict[str, str], valid_to: date | None, report: Report) -> tuple[str, ...]:
    successors = tuple(part.strip() for part in row["successors"].split(";") if part.strip())
    if len(set(successors)) != len(successors):
        report("successors names a unit twice; name each once")
    if successors and not row["valid_to"]:
        report("has successors and no valid_to; write the first day it no longer exists")
    if valid_to and not successors:
        report("has ended and names no successors; name who serves its people now")
    return successors


def _position(row: dict[str, str], report: Report) -> tuple[float | None, float | None]:
    texts = (row["lat"], row["lon"])
    if texts == ("", ""):
        return None, None
    if not all(_DEGREES.fullmatch(text) for text in texts):
        report("lat and lon must both be decimal degrees with a point, or both be empty")
        return None, None
    latitude, longitude = float(texts[0]), float(texts[1])
    inside = (
        _LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]
    )
    if not inside:
        report("lat and lon do not lie in Viet Nam; were they swapped?")
    return latitude, longitude
