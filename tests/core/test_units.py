from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.errors import BinhyenError, NotFoundError
from functions.core.units import UnitDataError, UnitKind, UnitRegister, parse_units
from tests.core.units_csv import csv_text, ended, row

TODAY = date(2026, 11, 21)
LAST_DAY = date(2025, 6, 30)
FIRST_DAY = date(2025, 7, 1)


def ids(units: object) -> list[str]:
    return [unit.unit_id for unit in units]  # type: ignore[attr-defined]


def merged() -> UnitRegister:
    """Two communes of before July 2025 and the one that took them over."""
    return parse_units(
        csv_text(
            row("xa-ea-wy", name="Xã Ea Wy", short_name="Ea Wy", valid_from="2025-07-01"),
            ended("xa-ea-wy-ea-hleo", "xa-ea-wy", name="Xã Ea Wy", short_name="Ea Wy"),
            ended("xa-cu-mot", "xa-ea-wy", name="Xã Cư Mốt", short_name="Cư Mốt"),
        )
    )


def test_unit_ends_on_the_day_its_successor_begins() -> None:
    register = merged()

    assert register.is_live("xa-cu-mot", LAST_DAY)
    assert not register.is_live("xa-ea-wy", LAST_DAY)
    assert not register.is_live("xa-cu-mot", FIRST_DAY)
    assert register.is_live("xa-ea-wy", FIRST_DAY)


def test_live_unit_serves_itself() -> None:
    assert ids(merged().receivers("xa-ea-wy", TODAY)) == ["xa-ea-wy"]


def test_former_unit_is_served_by_its_successor() -> None:
    assert ids(merged().receivers("xa-cu-mot", TODAY)) == ["xa-ea-wy"]


def test_unit_served_itself_before_it_was_merged() -> None:
    assert ids(merged().receivers("xa-cu-mot", LAST_DAY)) == ["xa-cu-mot"]


def test_unknown_unit_is_not_found() -> None:
    register = merged()

    with pytest.raises(NotFoundError):
        register.get("xa-khong-co")
    with pytest.raises(NotFoundError):
        register.receivers("xa-khong-co", TODAY)
    with pytest.raises(NotFoundError):
        register.is_live("xa-khong-co", TODAY)
    with pytest.raises(NotFoundError):
        register.former_units_of("xa-khong-co")
    with pytest.raises(NotFoundError):
        register.former_namesakes("xa-khong-co", TODAY)
    with pytest.raises(NotFoundError):
        register.province_of("xa-khong-co")


def test_unit_that_does_not_exist_yet_has_nobody_to_serve_it() -> None:
    with pytest.raises(NotFoundError):
        merged().receivers("xa-ea-wy", LAST_DAY)


def test_split_unit_leads_to_a_choice_in_alphabetical_order() -> None:
    register = parse_units(
        csv_text(
            row("xa-ea-ktur", name="Xã Ea Ktur", short_name="Ea Ktur"),
            row("xa-dray-bhang", name="Xã Dray Bhăng", short_name="Dray Bhăng"),
            ended("xa-ea-bhok", "xa-ea-ktur;xa-dray-bhang", name="Xã Ea BHốk"),
        )
    )

    assert ids(register.receivers("xa-ea-bhok", TODAY)) == ["xa-dray-bhang", "xa-ea-ktur"]
    assert register.old_addresses(TODAY)["xa-ea-bhok"] == ("xa-dray-bhang", "xa-ea-ktur")


def test_successors_are_followed_over_later_mergers() -> None:
    register = parse_units(
        csv_text(
            ended("xa-a", "xa-b", on="2024-11-01"),
            ended("xa-b", "xa-c;xa-d", on="2025-07-01"),
            ended("xa-c", "xa-e", on="2026-01-01"),
            row("xa-d"),
            row("xa-e"),
        )
    )

    assert ids(register.receivers("xa-a", TODAY)) == ["xa-d", "xa-e"]
    assert ids(register.receivers("xa-a", date(2025, 8, 1))) == ["xa-c", "xa-d"]
    assert ids(register.receivers("xa-a", date(2025, 1, 1))) == ["xa-b"]
    assert ids(register.former_units_of("xa-e")) == ["xa-a", "xa-b", "xa-c"]
    assert ids(register.former_units_of("xa-a")) == []


def test_unit_both_split_and_joined_again_leads_to_one() -> None:
    register = parse_units(
        csv_text(
            ended("xa-a", "xa-b;xa-c", on="2024-11-01"),
            ended("xa-b", "xa-d"),
            ended("xa-c", "xa-d"),
            row("xa-d"),
        )
    )

    assert ids(register.receivers("xa-a", TODAY)) == ["xa-d"]
    assert ids(register.former_units_of("xa-d")) == ["xa-a", "xa-b", "xa-c"]


def test_unit_is_unserved_between_its_end_and_a_successor_that_came_later() -> None:
    register = parse_units(
        csv_text(
            ended("xa-a", "xa-b", on="2024-11-01"),
            row("xa-b", valid_from="2025-07-01"),
        )
    )

    with pytest.raises(NotFoundError):
        register.receivers("xa-a", date(2025, 1, 1))
    assert register.old_addresses(date(2025, 1, 1)) == {}
    assert ids(register.receivers("xa-a", TODAY)) == ["xa-b"]


def test_name_of_two_former_units_leads_to_a_choice() -> None:
    register = parse_units(
        csv_text(
            row("xa-x"),
            row("xa-y"),
            ended("xa-hoa-an", "xa-x", name="Xã Hòa An"),
            ended("xa-hoa-an-phu-hoa", "xa-y", name="Xã Hoà An"),
        )
    )

    addresses = register.old_addresses(TODAY)

    assert addresses == {"xa-hoa-an": ("xa-x", "xa-y"), "xa-hoa-an-phu-hoa": ("xa-y",)}


def test_address_of_a_live_unit_is_no_old_address() -> None:
    addresses = merged().old_addresses(TODAY)

    assert addresses == {"xa-cu-mot": ("xa-ea-wy",), "xa-ea-wy-ea-hleo": ("xa-ea-wy",)}


def test_there_are_no_old_addresses_before_the_merger() -> None:
    assert merged().old_addresses(LAST_DAY) == {}


def test_live_unit_names_a_former_namesake_that_went_elsewhere() -> None:
    register = parse_units(
        csv_text(
            row("xa-hoa-xuan", name="Xã Hòa Xuân", valid_from="2025-07-01"),
            row("xa-hoa-phu", name="Xã Hòa Phú"),
            ended("xa-hoa-xuan-buon-ma-thuot", "xa-hoa-phu", name="Xã Hòa Xuân"),
            ended("xa-hoa-xuan-dong-hoa", "xa-hoa-xuan", name="Xã Hòa Xuân"),
        )
    )

    assert ids(register.former_namesakes("xa-hoa-xuan", TODAY)) == ["xa-hoa-xuan-buon-ma-thuot"]
    assert register.former_namesakes("xa-hoa-phu", TODAY) == ()
    assert register.former_namesakes("xa-hoa-xuan", LAST_DAY) == ()


def test_former_namesake_nobody_serves_yet_is_not_offered() -> None:
    register = parse_units(
        csv_text(
            row("xa-a", name="Xã A"),
            row("xa-b", valid_from="2025-07-01"),
            ended("xa-a-cu", "xa-b", on="2024-11-01", name="Xã A"),
        )
    )

    assert register.former_namesakes("xa-a", date(2025, 1, 1)) == ()
    assert ids(register.former_namesakes("xa-a", TODAY)) == ["xa-a-cu"]


EARLY_2025 = ended(
    "phuong-2-tuy-hoa",
    "phuong-tuy-hoa",
    kind="phuong",
    name="Phường 2",
    short_name="2",
    code="22018",
    valid_from="2024-11-01",
    district="Thành phố Tuy Hòa",
)
HUYEN = ended(
    "huyen-cu-mgar", "xa-cu-mgar", kind="huyen", name="Huyện Cư M’gar", code="648", on="2025-03-01"
)
DOI = row(
    "doi-canh-sat-giao-thong-so-1",
    kind="doi",
    name="Đội Cảnh sát giao thông số 1",
    short_name="Cảnh sát giao thông số 1",
    parent="phuong-tuy-hoa",
    oa_id="2500000000000000001",
)
UBND = row(
    "ubnd-xa-cu-mgar", kind="ubnd", name="UBND xã Cư M’gar", parent="xa-cu-mgar", code="24280"
)


def every_kind() -> UnitRegister:
    """One unit of each kind the schema must hold."""
    return parse_units(
        csv_text(
            row("phuong-tuy-hoa", kind="phuong", name="Phường Tuy Hòa", code="22015"),
            row("xa-cu-mgar", name="Xã Cư M’gar", short_name="Cư M’gar", code="24280"),
            ended("thi-tran-ea-pok", "xa-cu-mgar", kind="thi_tran", name="Thị trấn Ea Pốk"),
            EARLY_2025,
            HUYEN,
            DOI,
            UBND,
        )
    )


def test_schema_holds_early_2025_units_districts_teams_and_committees() -> None:
    register = every_kind()

    assert {unit.kind for unit in register.all()} == set(UnitKind)
    assert ids(register.receivers("phuong-2-tuy-hoa", TODAY)) == ["phuong-tuy-hoa"]
    assert ids(register.receivers("huyen-cu-mgar", TODAY)) == ["xa-cu-mgar"]
    assert register.get("doi-canh-sat-giao-thong-so-1").oa_id == "2500000000000000001"
    assert register.is_live("ubnd-xa-cu-mgar", TODAY)


def test_communes_leave_out_province_teams_and_committees() -> None:
    register = every_kind()

    assert ids(register.communes(TODAY)) == ["xa-cu-mgar", "phuong-tuy-hoa"]
    assert len(register.live(TODAY)) == 5


def test_province_is_found_over_any_number_of_parents() -> None:
    register = every_kind()

    assert register.province_of("doi-canh-sat-giao-thong-so-1").unit_id == "tinh-dak-lak"
    assert register.province_of("tinh-dak-lak").unit_id == "tinh-dak-lak"


def test_one_code_may_serve_two_units_one_after_the_other() -> None:
    register = parse_units(
        csv_text(
            ended("phuong-8", "phuong-tuy-hoa", on="2024-11-01", code="22018"),
            EARLY_2025,
            row("phuong-tuy-hoa"),
        )
    )

    assert [unit.unit_id for unit in register.all() if unit.code == "22018"] == [
        "phuong-8",
        "phuong-2-tuy-hoa",
    ]


def test_file_as_a_spreadsheet_saves_it_is_read() -> None:
    text = "\ufeff" + csv_text(row("xa-a"), row("xa-b")).replace("\n", "\r\n") + ",,,\r\n"

    assert ids(parse_units(text).all()) == ["tinh-dak-lak", "xa-a", "xa-b"]


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(2, 60), st.data())
def test_chain_of_any_length_ends_at_the_living_unit(length: int, data: st.DataObject) -> None:
    days = sorted(
        data.draw(st.sets(st.dates(date(1976, 1, 1), TODAY), min_size=length, max_size=length))
    )
    rows = [ended(f"xa-{n}", f"xa-{n + 1}", on=day.isoformat()) for n, day in enumerate(days)]
    register = parse_units(csv_text(*rows, row(f"xa-{length}")))

    assert ids(register.receivers("xa-0", TODAY)) == [f"xa-{length}"]
    assert len(register.former_units_of(f"xa-{length}")) == length


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(1, 30), st.randoms(use_true_random=False))
def test_circle_of_any_length_is_refused_by_naming_each_of_its_lines(
    length: int, random: object
) -> None:
    rows = [ended(f"xa-{n}", f"xa-{(n + 1) % length}") for n in range(length)]
    rows.append(ended("xa-ngoai", "xa-0"))
    random.shuffle(rows)  # type: ignore[attr-defined]

    with pytest.raises(UnitDataError) as raised:
        parse_units(csv_text(*rows))

    circles = {problem for problem in raised.value.problems if "lead back to itself" in problem}
    named = {problem.split(":")[2].strip() for problem in circles}
    assert named == {f"xa-{n}" for n in range(length)}


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_problems(text: str) -> None:
    header = csv_text().splitlines()[0]

    for candidate in (text, f"{header}\n{text}"):
        assert units_or_problems(candidate)


def units_or_problems(text: str) -> tuple[object, ...]:
    try:
        return parse_units(text).all()
    except UnitDataError as error:
        return error.problems


def test_error_belongs_to_the_tree_of_the_domain() -> None:
    assert issubclass(UnitDataError, BinhyenError)
