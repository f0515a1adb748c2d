"""Each malformed register: a message that names file, line, unit and remedy."""

import unicodedata

import pytest

from functions.core.units import UnitDataError, parse_units
from tests.core.units_csv import PROVINCE, csv_text, ended, row


def problems_of(text: str) -> list[str]:
    with pytest.raises(UnitDataError) as raised:
        parse_units(text)
    return list(raised.value.problems)


def only_problem_of(*rows: dict[str, str]) -> str:
    problems = problems_of(csv_text(*rows))
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize(
    ("cells", "wrong", "remedy"),
    [
        ({"kind": "quan"}, "kind 'quan' is unknown", "use one of phuong, xa, thi_tran"),
        ({"name": ""}, "name is empty", "write it as the statistics office does"),
        ({"short_name": ""}, "short_name is empty", "write it as"),
        ({"code": "2419"}, "code '2419' is not 5 digits", "keep leading zeros"),
        ({"code": "24118.0"}, "code '24118.0' is not 5 digits", "format it as text"),
        ({"valid_from": "1/7/2025"}, "valid_from '1/7/2025' is not a date", "2025-07-01"),
        ({"valid_from": "2025-02-30"}, "valid_from '2025-02-30' is not a date", "2025-07-01"),
        ({"valid_from": "20250701"}, "valid_from '20250701' is not a date", "2025-07-01"),
        ({"valid_to": "hôm nay"}, "valid_to 'hôm nay' is not a date", "2025-07-01"),
        ({"valid_to": "2025-07-01"}, "has ended and names no successors", "name who serves"),
        ({"successors": "xa-b"}, "has successors and no valid_to", "write the first day"),
        ({"parent": "tinh-phu-yen"}, "parent 'tinh-phu-yen' is no unit", "add its row"),
        ({"parent": ""}, "no province above it", "name the province"),
        ({"parent": "xa-a"}, "no province above it", "name the province"),
        ({"pilot_phase1": ""}, "pilot_phase1", "must be yes or no"),
        ({"oa_id": "4.1E+18"}, "oa_id must be digits only", "format the column as text"),
        ({"lat": "12.66"}, "lat and lon must both be decimal degrees", "or both be empty"),
        ({"lat": "12,66", "lon": "108,1"}, "must both be decimal degrees", "with a point"),
        ({"lat": "108.1", "lon": "12.66"}, "do not lie in Viet Nam", "were they swapped?"),
        ({"name": "Xã\x00A"}, "name holds an invisible sign", "type the cell again"),
        ({"name": "Xã\u200bA"}, "name holds an invisible sign", "type the cell again"),
    ],
)
def test_wrong_cell_is_told_with_line_and_remedy(
    cells: dict[str, str], wrong: str, remedy: str
) -> None:
    problem = only_problem_of(row("xa-b"), row("xa-a", **cells))

    assert problem.startswith("data/units.csv:4: xa-a: ")
    assert wrong in problem
    assert remedy in problem


@pytest.mark.parametrize(
    "unit_id", ["Xa-A", "xã-a", "xa_a", "xa--a", "-xa", "xa a", "../xa", "x" * 81]
)
def test_id_that_is_no_address_is_told(unit_id: str) -> None:
    problem = only_problem_of(row(unit_id))

    assert problem.startswith(f"data/units.csv:3: {unit_id}: unit_id is not an address")
    assert "use a-z, 0-9 and single hyphens, at most 80" in problem


def test_missing_id_is_told() -> None:
    assert "data/units.csv:3: no unit_id: unit_id is not an address" in only_problem_of(
        row("", short_name="A")
    )


def test_id_of_80_signs_is_taken() -> None:
    unit_id = "x" * 80

    assert parse_units(csv_text(row(unit_id))).get(unit_id).unit_id == unit_id


def test_unit_listed_twice_is_told_with_both_lines() -> None:
    problem = only_problem_of(row("xa-a"), row("xa-b"), row("xa-a"))

    assert problem.startswith("data/units.csv:5: xa-a: unit_id stands on line 3 already")
    assert "add the district to the id" in problem


def test_decomposed_text_is_told() -> None:
    name = unicodedata.normalize("NFD", "Xã Ea Knuếc")

    problem = only_problem_of(row("xa-a", name=name))

    assert problem.startswith("data/units.csv:3: xa-a: name is not NFC text; save the file")


def test_unit_that_ends_before_it_begins_is_told() -> None:
    problem = only_problem_of(
        row("xa-b"), ended("xa-a", "xa-b", on="2025-07-01", valid_from="2025-07-01")
    )

    assert "valid_to is not after valid_from; valid_to is the first day" in problem


def test_unknown_successor_is_told() -> None:
    problem = only_problem_of(ended("xa-a", "xa-b"))

    assert problem.startswith("data/units.csv:3: xa-a: successor 'xa-b' is no unit")
    assert "correct it or add its row" in problem


def test_unit_merged_twice_into_one_is_told() -> None:
    problem = only_problem_of(row("xa-b"), ended("xa-a", "xa-b;xa-b"))

    assert "successors names a unit twice; name each once" in problem


def test_unit_that_is_its_own_successor_is_told() -> None:
    problem = only_problem_of(ended("xa-a", "xa-a"))

    assert problem.startswith("data/units.csv:3: xa-a: its successors lead back to itself")
    assert "empty valid_to and successors of the unit that lives on" in problem


def test_successor_that_had_ended_before_is_told() -> None:
    problem = only_problem_of(
        row("xa-c"),
        ended("xa-b", "xa-c", on="2024-11-01"),
        ended("xa-a", "xa-b", on="2025-07-01"),
    )

    assert problem.startswith("data/units.csv:5: xa-a: successor xa-b had ended by 2024-11-01")
    assert "name the unit that lived on" in problem


def test_parents_in_a_circle_are_told() -> None:
    problems = problems_of(csv_text(row("xa-a", parent="xa-b"), row("xa-b", parent="xa-a")))

    assert [problem[:24] for problem in problems] == [
        "data/units.csv:3: xa-a: ",
        "data/units.csv:4: xa-b: ",
    ]
    assert all("no province above it" in problem for problem in problems)


def test_two_units_with_one_code_at_one_time_are_told() -> None:
    problem = only_problem_of(
        row("xa-b"),
        ended("xa-a", "xa-b", on="2025-07-01", code="24133"),
        row("xa-c", valid_from="2025-06-30", code="24133"),
    )

    assert problem.startswith("data/units.csv:5: xa-c: code 24133 is borne by xa-a at the same")
    assert "correct the code or the dates" in problem


def test_row_with_a_stray_comma_is_told() -> None:
    text = csv_text(row("xa-a")) + "xa-b,xa,Xã B, huyện C,B,,,,,tinh-dak-lak,,no,,,\n"

    problems = problems_of(text)

    assert problems == [
        "data/units.csv:4: has 15 cells, not 14; put quotes round a cell with a comma"
    ]


def test_quote_that_is_not_closed_is_told_with_the_line_it_opens_on() -> None:
    text = csv_text(row("xa-a")) + 'xa-b,xa,"Xã B\nxa-c,xa,Xã C\n'

    problems = problems_of(text)

    assert len(problems) == 1
    assert problems[0].startswith("data/units.csv:4: is not CSV")
    assert "look for a quote that is not closed" in problems[0]


def test_lines_are_counted_through_cells_of_several_lines() -> None:
    text = csv_text(row("xa-a", district="Huyện A\nHuyện B"), row("xa-b", kind="quan"))

    problems = problems_of(text)

    assert [problem.split(" ")[0] for problem in problems] == [
        "data/units.csv:3:",
        "data/units.csv:5:",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "unit_id,kind\n"])
def test_empty_file_is_told(text: str) -> None:
    assert problems_of(text) == [
        "data/units.csv:1: there is no unit in the file; run data/build_units.py"
    ]


@pytest.mark.parametrize(
    "header",
    ["unit_id;kind;name", "unit_id,kind,name", ",".join([*PROVINCE, "extra"])],
)
def test_wrong_header_is_told(header: str) -> None:
    problems = problems_of(f"{header}\nxa-a;xa;Xã A\n")

    assert len(problems) == 1
    assert problems[0].startswith("data/units.csv:1: the header must name these columns")
    assert "unit_id,kind,name,short_name,code" in problems[0]


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    problems = problems_of(
        csv_text(
            ended("xa-a", "xa-khong-co"),
            row("xa-b", kind="quan", valid_from="2025"),
            row("xa-c", code="1"),
        )
    )

    assert [problem.split(":")[1] for problem in problems] == ["3", "4", "4", "5"]


def test_broken_row_is_not_told_again_where_others_name_it() -> None:
    problem = only_problem_of(
        row("xa-b", kind="quan"), ended("xa-a", "xa-b"), row("xa-c", parent="xa-b")
    )

    assert problem.startswith("data/units.csv:3: xa-b: kind")


def test_source_of_the_caller_is_named() -> None:
    with pytest.raises(UnitDataError, match=r"^/tmp/units\.csv:1: "):
        parse_units("", source="/tmp/units.csv")
