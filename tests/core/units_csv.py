"""Small registers as CSV text, for tests."""

from __future__ import annotations

import csv
import io

from functions.core.unit_rows import COLUMNS

PROVINCE = {
    "unit_id": "tinh-dak-lak",
    "kind": "tinh",
    "name": "Tỉnh Đắk Lắk",
    "short_name": "Đắk Lắk",
    "code": "66",
}


def row(unit_id: str, **cells: str) -> dict[str, str]:
    """Return a commune under the province; `cells` says what is different."""
    short_name = unit_id.partition("-")[2] or unit_id
    usual = {
        "unit_id": unit_id,
        "kind": "xa",
        "name": f"Xã {short_name}",
        "short_name": short_name,
        "parent": "tinh-dak-lak",
        "pilot_phase1": "no",
    }
    return usual | cells


def ended(unit_id: str, successors: str, on: str = "2025-07-01", **cells: str) -> dict[str, str]:
    """Return a former commune."""
    return row(unit_id, valid_to=on, successors=successors, **cells)


def csv_text(*rows: dict[str, str]) -> str:
    """Return a register of the province (on line 2) and these rows (from line 3 on)."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(PROVINCE | {"pilot_phase1": "no"})
    writer.writerows(rows)
    return file.getvalue()
