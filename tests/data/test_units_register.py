"""What data/units.csv must say, compared with the sources and with facts looked up by hand."""

import csv
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from functions.core.units import Unit, UnitKind, UnitRegister, parse_units
from functions.core.vietnamese import slug_of

DATA = Path(__file__).resolve().parents[2] / "data"
TODAY = date(2026, 11, 21)
UNCHANGED = {"xa-ea-hleo", "xa-ea-trang", "xa-ia-lop", "xa-ia-rve", "xa-krong-no", "xa-vu-bon"}


def live_slugs(register: UnitRegister) -> list[str]:
    return [unit.unit_id for unit in register.live(TODAY)]


def source(name: str) -> list[dict[str, str]]:
    with (DATA / "sources" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def register() -> UnitRegister:
    return parse_units((DATA / "units.csv").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def former(register: UnitRegister) -> list[Unit]:
    """The units of 2020 that are no more: those of the old Đắk Lắk whose beginning is open."""
    return [
        unit
        for unit in register.all()
        if unit.has_ended(TODAY) and unit.parent == "tinh-dak-lak" and unit.valid_from is None
    ]


def early_2025() -> dict[tuple[str, str], tuple[set[str], str]]:
    """Return (code, name) → (heirs, former province) as the source tells them."""
    found: dict[tuple[str, str], tuple[set[str], str]] = {}
    for heir in source("dak-lak-wards.csv"):
        for part in heir["former_units"].split("; "):
            code, name, _, _ = part.split("|")
            heirs, _ = found.setdefault((code, name), (set(), heir["former_province"]))
            heirs.add(heir["slug"])
    return found


def test_pages_are_for_88_communes_14_wards_and_the_province(register: UnitRegister) -> None:
    kinds = Counter(unit.kind for unit in register.with_pages(TODAY))

    assert kinds == {UnitKind.XA: 88, UnitKind.PHUONG: 14, UnitKind.TINH: 1}
    assert register.get("tinh-dak-lak").code == "66"


def test_todays_units_have_id_code_and_name_of_the_source(register: UnitRegister) -> None:
    expected = {
        (row["slug"], row["code"], row["type"], row["name"], row["short_name"])
        for row in source("dak-lak-wards.csv")
    }

    actual = {
        (unit.unit_id, unit.code, unit.kind.value, unit.name, unit.short_name)
        for unit in register.communes(TODAY)
    }

    assert len(expected) == 102
    assert actual == expected


def test_todays_ids_are_the_address_of_their_name(register: UnitRegister) -> None:
    assert all(unit.unit_id == unit.plain_slug for unit in register.with_pages(TODAY))


def test_bodies_live_below_the_province_and_have_no_pages(register: UnitRegister) -> None:
    with_pages = set(register.with_pages(TODAY))

    bodies = [unit for unit in register.live(TODAY) if unit not in with_pages]

    assert {unit.unit_id for unit in bodies} == {row["unit_id"] for row in source("bodies.csv")}
    assert {unit.kind for unit in bodies} == {UnitKind.DOI, UnitKind.UBND}
    assert {register.province_of(unit.unit_id).unit_id for unit in bodies} == {"tinh-dak-lak"}


def test_all_184_units_of_2020_are_covered(former: list[Unit]) -> None:
    kinds = Counter(unit.kind for unit in former)

    assert kinds == {UnitKind.XA: 152 - 6, UnitKind.PHUONG: 20, UnitKind.THI_TRAN: 12}
    assert len(former) + len(UNCHANGED) == 184
    of_2020 = {row["code"] for row in source("dak-lak-wards-2020.csv")}
    unchanged = {row["code"] for row in source("dak-lak-wards.csv") if row["slug"] in UNCHANGED}
    assert {unit.code for unit in former} == of_2020 - unchanged


def test_six_unchanged_communes_have_one_row_and_an_open_beginning(register: UnitRegister) -> None:
    open_since_2020 = {unit.unit_id for unit in register.communes(TODAY) if unit.valid_from is None}

    assert open_since_2020 == UNCHANGED
    assert not any(register.former_units_of(unit_id) for unit_id in UNCHANGED)


def test_units_formed_in_2025_began_that_july(register: UnitRegister) -> None:
    formed = [unit for unit in register.communes(TODAY) if unit.unit_id not in UNCHANGED]

    assert {unit.valid_from for unit in formed} == {date(2025, 7, 1)}


def test_renamed_commune_has_a_row_of_its_own(register: UnitRegister) -> None:
    assert register.get("xa-krong-na").successors == ("xa-buon-don",)
    assert [unit.unit_id for unit in register.former_units_of("xa-buon-don")] == ["xa-krong-na"]


def test_38_units_of_the_pilot_lie_in_two_districts(former: list[Unit]) -> None:
    pilot = Counter(unit.district for unit in former if unit.pilot_phase1)

    assert pilot == {"Thành phố Buôn Ma Thuột": 21, "Huyện Cư M’gar": 17}


def test_pilot_units_make_up_exactly_todays_twelve(
    register: UnitRegister, former: list[Unit]
) -> None:
    heirs = Counter(
        heir.unit_id
        for unit in former
        if unit.pilot_phase1
        for heir in register.receivers(unit.unit_id, TODAY)
    )

    assert heirs == {
        "phuong-buon-ma-thuot": 8,
        "phuong-tan-lap": 3,
        "phuong-tan-an": 3,
        "phuong-thanh-nhat": 2,
        "phuong-ea-kao": 2,
        "xa-hoa-phu": 3,
        "xa-quang-phu": 4,
        "xa-cu-mgar": 3,
        "xa-ea-mdroh": 3,
        "xa-ea-tul": 3,
        "xa-ea-kiet": 2,
        "xa-cuor-dang": 2,
    }
    assert not any(unit.pilot_phase1 for unit in register.live(TODAY))


def test_units_ended_in_2023_and_2024_ended_then(former: list[Unit]) -> None:
    earlier = {unit.unit_id: unit.valid_to for unit in former if unit.valid_to != date(2025, 7, 1)}

    assert earlier == {
        "xa-pong-drang-krong-buk": date(2023, 4, 10),
        "phuong-thong-nhat-buon-ma-thuot": date(2024, 11, 1),
        "phuong-thang-loi": date(2024, 11, 1),
        "xa-ea-blang": date(2024, 11, 1),
        "xa-hoa-tan": date(2024, 11, 1),
    }


def test_heirs_are_those_of_the_source(register: UnitRegister, former: list[Unit]) -> None:
    slugs = {row["code"]: row["slug"] for row in source("dak-lak-wards.csv")}
    expected = {
        (row["code"], frozenset(slugs[code] for code in row["current_codes"].split("; ")))
        for row in source("dak-lak-wards-2020.csv")
        if slugs.get(row["code"]) not in UNCHANGED
    }

    heirs = {
        (unit.code, frozenset(heir.unit_id for heir in register.receivers(unit.unit_id, TODAY)))
        for unit in former
    }

    assert heirs == expected


def test_all_286_units_of_early_2025_lead_to_the_heirs_of_the_source(
    register: UnitRegister,
) -> None:
    expected = early_2025()
    live = set(live_slugs(register))
    old = register.old_addresses(TODAY)

    assert Counter(province for _, province in expected.values()) == {
        "Đắk Lắk": 180,
        "Phú Yên": 106,
    }
    for (_, name), (heirs, _) in expected.items():
        slug = slug_of(name.replace("M’ Doal", "M’Doal"))
        assert slug in live or heirs <= set(old[slug]), name


def test_units_of_early_2025_lived_then_and_none_is_doubled(register: UnitRegister) -> None:
    then = register.communes(date(2025, 3, 1))

    provinces = Counter(register.province_of(unit.unit_id).unit_id for unit in then)

    assert provinces == {"tinh-dak-lak": 180, "tinh-phu-yen": 106}
    assert len({(unit.name, unit.district) for unit in then}) == 286


def test_units_merged_in_2024_were_served_by_their_heirs_of_then(register: UnitRegister) -> None:
    day = date(2025, 3, 1)

    heirs = {
        unit_id: [unit.unit_id for unit in register.receivers(unit_id, day)]
        for unit_id in ("phuong-thang-loi", "xa-ea-blang", "xa-hoa-tan", "xa-pong-drang-krong-buk")
    }

    assert heirs == {
        "phuong-thang-loi": ["phuong-thanh-cong"],
        "xa-ea-blang": ["xa-ea-drong-buon-ho", "xa-ea-sien"],
        "xa-hoa-tan": ["xa-hoa-thanh"],
        "xa-pong-drang-krong-buk": ["thi-tran-pong-drang"],
    }


@pytest.mark.parametrize(
    "address", ["xa-ea-hding", "xa-ea-hdinh", "xa-cu-kroa", "xa-cu-k-roa", "xa-cu-ewi"]
)
def test_both_spellings_of_a_name_are_addresses(register: UnitRegister, address: str) -> None:
    assert len(register.old_addresses(TODAY)[address]) == 1


@pytest.mark.parametrize(
    ("old", "heir"),
    [
        ("phuong-tu-an", "phuong-buon-ma-thuot"),
        ("phuong-tan-hoa", "phuong-tan-lap"),
        ("phuong-khanh-xuan", "phuong-thanh-nhat"),
        ("xa-binh-thuan", "phuong-cu-bao"),
        ("thi-tran-ea-drang", "xa-ea-drang"),
        ("xa-cu-jang", "xa-cu-yang"),
        ("xa-ea-m-doal", "xa-ea-rieng"),
        ("xa-ea-mdoal", "xa-ea-rieng"),
        ("thi-tran-lien-son", "xa-lien-son-lak"),
        ("xa-cu-e-wi", "xa-ea-ning"),
        ("xa-yang-reh", "xa-hoa-son"),
        ("thi-tran-pong-drang", "xa-pong-drang"),
        ("phuong-1", "phuong-tuy-hoa"),
        ("thi-tran-la-hai", "xa-dong-xuan"),
        ("xa-hoa-phu-tay-hoa", "xa-son-thanh"),
        ("tinh-phu-yen", "tinh-dak-lak"),
    ],
)
def test_old_address_looked_up_by_hand_lands_on_its_heir(
    register: UnitRegister, old: str, heir: str
) -> None:
    assert register.old_addresses(TODAY)[old] == (heir,)


def test_every_id_ever_leads_to_a_live_unit(register: UnitRegister) -> None:
    for unit in register.all():
        heirs = register.receivers(unit.unit_id, TODAY)

        assert heirs
        assert all(heir.is_live(TODAY) for heir in heirs)


def test_every_slug_of_2020_is_a_live_units_or_an_old_address(register: UnitRegister) -> None:
    live = {unit.unit_id for unit in register.live(TODAY)}
    old = set(register.old_addresses(TODAY))

    slugs = {row["slug"] for row in source("dak-lak-wards-2020.csv")}

    assert slugs <= live | old
    assert not live & old


def test_only_a_split_unit_and_a_name_of_two_lead_to_a_choice(register: UnitRegister) -> None:
    choices = {old: heirs for old, heirs in register.old_addresses(TODAY).items() if len(heirs) > 1}

    assert choices == {
        # split in 2025
        "phuong-9": ("phuong-binh-kien", "phuong-tuy-hoa"),
        "phuong-hoa-hiep-bac": ("phuong-hoa-hiep", "phuong-phu-yen"),
        "xa-ea-bar-song-hinh": ("xa-ea-ba", "xa-ea-ly"),
        "xa-ea-bhok": ("xa-dray-bhang", "xa-ea-ktur"),
        "xa-ea-bia": ("xa-duc-binh", "xa-song-hinh"),
        "xa-hoa-an-phu-hoa": ("xa-phu-hoa-1", "phuong-tuy-hoa"),
        "xa-hoa-binh-1": ("phuong-phu-yen", "xa-tay-hoa"),
        "xa-hoa-tri": ("xa-phu-hoa-2", "phuong-tuy-hoa"),
        # borne by two
        "phuong-thong-nhat": ("phuong-buon-ho", "phuong-buon-ma-thuot"),
        "xa-ea-bar": ("xa-ea-ba", "xa-ea-ly", "xa-ea-nuol"),
        "xa-hoa-an": ("xa-krong-pac", "xa-phu-hoa-1", "phuong-tuy-hoa"),
        "xa-hoa-dong": ("xa-ea-knuec", "xa-hoa-thinh"),
        "xa-hoa-phong": ("xa-cu-pui", "xa-tay-hoa"),
        "xa-hoa-thang": ("xa-phu-hoa-1", "phuong-tan-lap"),
        "xa-hoa-thanh": ("xa-dang-kang", "phuong-phu-yen"),
    }


def test_namesakes_carry_their_district_in_the_id(register: UnitRegister) -> None:
    addresses = register.old_addresses(TODAY)

    assert addresses["phuong-thong-nhat-buon-ma-thuot"] == ("phuong-buon-ma-thuot",)
    assert addresses["phuong-thong-nhat-buon-ho"] == ("phuong-buon-ho",)
    assert addresses["xa-ea-drong-cu-mgar"] == ("xa-cuor-dang",)
    assert addresses["xa-ea-drong-buon-ho"] == ("xa-ea-drong",)
    assert addresses["phuong-tan-an-buon-ma-thuot"] == ("phuong-tan-an",)


def test_live_pages_offer_the_namesakes_that_went_elsewhere(register: UnitRegister) -> None:
    offered = {
        unit.unit_id: [namesake.unit_id for namesake in namesakes]
        for unit in register.live(TODAY)
        if (namesakes := register.former_namesakes(unit.unit_id, TODAY))
    }

    assert offered == {
        "xa-ea-drong": ["xa-ea-drong-cu-mgar"],
        "xa-hoa-phu": ["xa-hoa-phu-tay-hoa"],
        "xa-hoa-xuan": ["xa-hoa-xuan-buon-ma-thuot"],
        "xa-krong-buk": ["xa-krong-buk-krong-pac"],
    }


def test_code_used_again_names_another_unit_at_another_time(register: UnitRegister) -> None:
    bearers = {unit.unit_id: unit for unit in register.all() if unit.code == "24133"}

    assert set(bearers) == {"phuong-thang-loi", "phuong-buon-ma-thuot"}
    assert bearers["phuong-thang-loi"].valid_to == date(2024, 11, 1)
    assert bearers["phuong-buon-ma-thuot"].valid_from == date(2025, 7, 1)


def test_names_are_composed_and_carry_the_typographic_apostrophe(register: UnitRegister) -> None:
    text = (DATA / "units.csv").read_text(encoding="utf-8")

    assert unicodedata.is_normalized("NFC", text)
    assert "'" not in text
    assert "\r" not in text
    assert register.get("xa-cu-mgar").name == "Xã Cư M’gar"


def test_every_live_unit_belongs_to_the_province(register: UnitRegister) -> None:
    live = {register.province_of(unit.unit_id).unit_id for unit in register.live(TODAY)}
    ever = {register.province_of(unit.unit_id).unit_id for unit in register.all()}

    assert live == {"tinh-dak-lak"}
    assert ever == {"tinh-dak-lak", "tinh-phu-yen"}


def test_todays_units_have_a_position_and_former_ones_a_district(
    register: UnitRegister, former: list[Unit]
) -> None:
    assert all(unit.latitude and unit.longitude for unit in register.communes(TODAY))
    assert len({unit.district for unit in former}) == 15
