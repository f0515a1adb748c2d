"""An officer names the unit that a tip goes to; a name that several bear is never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from functions.core.casework import Act
from functions.core.models import Tip, Via
from functions.core.transfers import MOST_CHOICES, transfer_by_name
from functions.core.units import parse_units
from tests.core.units_csv import csv_text, ended, row
from tests.core.world import WARD, World

REGISTER = parse_units(
    csv_text(
        row(WARD, kind="phuong", name="Phường Tân An", short_name="Tân An"),
        row("xa-tan-an", name="Xã Tân An", short_name="Tân An"),
        row("xa-ea-kar", name="Xã Ea Kar", short_name="Ea Kar"),
        ended("xa-cu-ni", "xa-ea-kar", name="Xã Cư Ni", short_name="Cư Ni"),
        *(row(f"xa-hoa-{n}", name=f"Xã Hòa {n}", short_name="Hòa") for n in range(9)),
    )
)


def transfer(typed: str) -> tuple[Tip, tuple[str, dict[str, str]] | None]:
    """Return the tip afterwards, and what the officer is told."""
    world = World()
    tip = world.submit()
    act = Act(world.enroll("officer"), tip.card_code, "act", Via.GROUP)
    told = transfer_by_name(act, typed, replace(world.casework, units=REGISTER))
    return world.tips.get(tip.tip_id), told


@pytest.mark.parametrize("typed", ["xã tân an", "XA TAN AN", "xa-tan-an", "công an xã tân an"])
def test_whole_name_is_one_unit_even_where_two_share_the_short_one(typed: str) -> None:
    tip, told = transfer(typed)

    assert (tip.unit_id, told) == ("xa-tan-an", None)


def test_province_is_a_unit_like_any_other() -> None:
    assert transfer("Đắk Lắk")[0].unit_id == "tinh-dak-lak"


def test_name_that_several_bear_is_answered_with_the_choice() -> None:
    tip, told = transfer("Tân An")

    assert tip.unit_id == WARD
    assert told == (
        "unit_ambiguous",
        {"card_code": tip.card_code, "choices": "Phường Tân An; Xã Tân An"},
    )


def test_long_choice_is_cut() -> None:
    _, told = transfer("Hoà")

    assert told is not None
    assert len(told[1]["choices"].split("; ")) == MOST_CHOICES


@pytest.mark.parametrize(
    ("at", "unit_id"),
    [("2026-11-30T16:59:00+00:00", "xa-ea-na"), ("2026-11-30T17:00:00+00:00", WARD)],
)
def test_a_unit_ends_with_the_day_in_viet_nam(at: str, unit_id: str) -> None:
    register = parse_units(
        csv_text(row(WARD), row("xa-ea-kar"), ended("xa-ea-na", "xa-ea-kar", on="2026-12-01"))
    )
    world = World()
    tip = world.submit()
    act = Act(world.enroll("officer"), tip.card_code, "act", Via.GROUP)
    world.clock.set(datetime.fromisoformat(at))

    transfer_by_name(act, "ea-na", replace(world.casework, units=register))

    assert world.tips.get(tip.tip_id).unit_id == unit_id


@pytest.mark.parametrize("typed", ["!!!", "Cư Ni", "Ea", "x" * 500])
def test_name_of_no_unit_of_today_is_unknown(typed: str) -> None:
    tip, told = transfer(typed)

    assert tip.unit_id == WARD
    assert told == ("unit_unknown", {"name": typed[:100]})
