"""What officers call a unit leads to that unit, or to nothing."""

from __future__ import annotations

from datetime import date

import pytest

from functions.core.unit_names import units_named
from functions.core.units import parse_units
from tests.core.units_csv import csv_text, ended, row

DAY = date(2026, 11, 20)
REGISTER = parse_units(
    csv_text(
        row("phuong-tan-an", kind="phuong", name="Phường Tân An", short_name="Tân An"),
        row("xa-tan-an", name="Xã Tân An", short_name="Tân An"),
        row("xa-ea-kly", name="Xã Ea Kly", short_name="Ea Kly"),
        row("doi-ma-tuy", kind="doi", name="Đội Cảnh sát ma túy", short_name="Ma túy"),
        ended("phuong-tan-loi", "phuong-tan-an", kind="phuong", name="Phường Tân Lợi"),
    )
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Phường Tân An", ["phuong-tan-an"]),
        ("phuong tan an", ["phuong-tan-an"]),
        ("  Công an phường Tân An ", ["phuong-tan-an"]),
        ("xa-tan-an", ["xa-tan-an"]),
        ("Tân An", ["phuong-tan-an", "xa-tan-an"]),
        ("EA KLY", ["xa-ea-kly"]),
        ("ma túy", ["doi-ma-tuy"]),
        ("tinh-dak-lak", ["tinh-dak-lak"]),
        ("Đắk Lắk", ["tinh-dak-lak"]),
        ("Phường Tân Lợi", []),
        ("Ea", []),
        ("Công an", []),
        ("", []),
        ("?!", []),
    ],
)
def test_whole_names_are_found_with_and_without_marks(typed: str, found: list[str]) -> None:
    assert [unit.unit_id for unit in units_named(typed, REGISTER, DAY)] == found
