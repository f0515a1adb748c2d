from datetime import date
from pathlib import Path

import pytest

from publish.laws import (
    Confidence,
    LawDataError,
    LawStatus,
    load_hotlines,
    load_laws,
    status_on,
)

DATA = Path(__file__).resolve().parents[2] / "data"

LAW = """
  - id: tt-53-2016
    number: "53/2016/TT-BCA"
    title: "Thông tư số 53/2016/TT-BCA"
    issuer: "Bộ Công an"
    in_force_to: 2026-07-23
    amended_by: []
    replaced_by: tt-87-2026
    checked_on: 2026-11-21
    confidence: staff-check
"""
NEWER_LAW = """
  - id: tt-87-2026
    number: "87/2026/TT-BCA"
    title: "Thông tư số 87/2026/TT-BCA"
    in_force_from: 2026-07-24
    url: "https://vanban.bocongan.gov.vn/"
    checked_on: 2026-11-21
    confidence: high
"""
HOTLINE = """
  - id: ma-tuy-c04
    number: "0769040404"
    display: "0769.04.04.04"
    name: "Đường dây nóng về ma túy"
    purpose: "Tố giác tội phạm ma túy"
    checked_on: 2026-11-21
    confidence: high
"""


def law_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "laws.yml"
    path.write_text("laws:" + text, encoding="utf-8")
    return path


def hotline_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "hotlines.yml"
    path.write_text("hotlines:" + text, encoding="utf-8")
    return path


def problems_of_laws(path: Path) -> list[str]:
    with pytest.raises(LawDataError) as raised:
        load_laws(path)
    return list(raised.value.problems)


def test_law_is_read_with_its_dates_and_links(tmp_path: Path) -> None:
    laws = load_laws(law_file(tmp_path, LAW + NEWER_LAW))

    old, new = laws["tt-53-2016"], laws["tt-87-2026"]
    assert old.number == "53/2016/TT-BCA"
    assert old.in_force_from is None
    assert old.in_force_to == date(2026, 7, 23)
    assert old.replaced_by == "tt-87-2026"
    assert old.confidence is Confidence.STAFF_CHECK
    assert new.in_force_from == date(2026, 7, 24)
    assert new.issuer is None
    assert new.amended_by == ()


def test_law_is_in_force_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    laws = load_laws(law_file(tmp_path, LAW + NEWER_LAW))

    old = [status_on(laws["tt-53-2016"], date(2026, 7, day)) for day in (23, 24)]
    new = [status_on(laws["tt-87-2026"], date(2026, 7, day)) for day in (23, 24)]

    assert old == [LawStatus.IN_FORCE, LawStatus.LAPSED]
    assert new == [LawStatus.NOT_YET, LawStatus.IN_FORCE]


def test_replaced_law_without_a_last_day_lapses_when_that_was_noted(tmp_path: Path) -> None:
    text = LAW.replace("    in_force_to: 2026-07-23\n", "") + NEWER_LAW
    law = load_laws(law_file(tmp_path, text))["tt-53-2016"]

    assert status_on(law, date(2026, 11, 20)) is LawStatus.IN_FORCE
    assert status_on(law, date(2026, 11, 21)) is LawStatus.LAPSED


@pytest.mark.parametrize(
    ("found", "written", "wrong", "remedy"),
    [
        ("2026-07-24", '"24/7/2026"', "in_force_from '24/7/2026' is not a date", "2026-07-01"),
        ("2026-07-24", "2026-07-24 08:00:00", "is not a date", "without quotes"),
        ("confidence: high", "confidence: sure", "'sure' is unknown", "high or staff-check"),
        ("confidence: high", "confidence:", "confidence None is unknown", "use high"),
        ("checked_on: 2026-11-21", "checked_on:", "checked_on is missing", "looked it up"),
        ('"Thông tư số 87/2026/TT-BCA"', '""', "title must be text in quotes", "or null"),
        ('"Thông tư số 87/2026/TT-BCA"', "null", "title is missing", "write it"),
        ('"87/2026/TT-BCA"', "87", "number must be text in quotes", "or null"),
        ('"87/2026/TT-BCA"', '"Luâ\u0323t"', "number is not NFC text", "composed letters"),
        ("https://", "ftp://", "url must begin with https://", "or be null"),
        ("confidence: high", "confidence: high\n    sua_boi: x", "unknown key sua_boi", "use"),
        (
            "confidence: high",
            "confidence: high\n    amended_by: tt-1",
            "amended_by must be a list of ids",
            "as [luat-118-2025]",
        ),
        (
            "confidence: high",
            "confidence: high\n    amended_by: [tt-1-2030]",
            "names 'tt-1-2030', which is not in the register",
            "add it or correct the id",
        ),
        (
            "confidence: high",
            "confidence: high\n    replaced_by: tt-87-2026",
            "names itself",
            "name the law that amends or replaces it",
        ),
        (
            "confidence: high",
            "confidence: high\n    in_force_to: 2026-07-01",
            "in_force_to lies before in_force_from",
            "it is the last day in force",
        ),
    ],
)
def test_wrong_fact_is_told_with_file_line_id_and_remedy(
    tmp_path: Path, found: str, written: str, wrong: str, remedy: str
) -> None:
    path = law_file(tmp_path, NEWER_LAW.replace(found, written))

    problems = [problem for problem in problems_of_laws(path) if wrong in problem]

    assert len(problems) == 1
    assert problems[0].startswith(f"{path}:2: tt-87-2026: ")
    assert remedy in problems[0]


def test_law_entered_twice_is_told(tmp_path: Path) -> None:
    path = law_file(tmp_path, NEWER_LAW + NEWER_LAW)

    (problem,) = problems_of_laws(path)

    assert problem.startswith(f"{path}:10: tt-87-2026: id stands further up already")


@pytest.mark.parametrize("entry", ["\n  - Luật Cư trú\n", "\n  - title: x\n", "\n  - id: TT_87\n"])
def test_entry_without_a_usable_id_is_told(tmp_path: Path, entry: str) -> None:
    (problem,) = problems_of_laws(law_file(tmp_path, entry))

    assert "id must be an address; use a-z, 0-9 and single hyphens" in problem


def test_key_written_twice_is_told_with_its_line(tmp_path: Path) -> None:
    path = law_file(tmp_path, NEWER_LAW + "    confidence: high\n")

    (problem,) = problems_of_laws(path)

    assert problem == f"{path}:9: is not YAML ('confidence' is written twice); correct that line"


def test_text_that_is_not_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    path = law_file(tmp_path, NEWER_LAW + '    note: "not closed\n')

    (problem,) = problems_of_laws(path)

    assert problem.startswith(f"{path}:")
    assert "is not YAML" in problem


def test_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "laws.yml"
    path.write_bytes("laws:\n  - id: x\n    title: Luật cũ é\n".encode("cp1258", "replace"))

    (problem,) = problems_of_laws(path)

    assert problem == f"{path}:3: is not UTF-8; save the file as UTF-8"


def test_code_hidden_in_yaml_is_refused(tmp_path: Path) -> None:
    path = law_file(tmp_path, '\n  - id: !!python/object/apply:os.system ["true"]\n')

    (problem,) = problems_of_laws(path)

    assert "is not YAML" in problem


@pytest.mark.parametrize("text", ["", "laws: []", "luat:\n  - id: x\n", "- id: x\n"])
def test_file_without_the_list_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "laws.yml"
    path.write_text(text, encoding="utf-8")

    assert problems_of_laws(path) == [f"{path}:1: must begin with 'laws:' and hold a list below it"]


def test_missing_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "laws.yml"

    assert problems_of_laws(path) == [f"{path}: the file is missing; restore it"]


def test_hotline_is_read(tmp_path: Path) -> None:
    hotline = load_hotlines(hotline_file(tmp_path, HOTLINE))["ma-tuy-c04"]

    assert hotline.number == "0769040404"
    assert hotline.display == "0769.04.04.04"
    assert hotline.url is None
    assert hotline.confidence is Confidence.HIGH


@pytest.mark.parametrize("number", ["0769.04.04.04", "+84769040404", "11", "113 "])
def test_number_a_phone_cannot_dial_is_told(tmp_path: Path, number: str) -> None:
    path = hotline_file(tmp_path, HOTLINE.replace('"0769040404"', f'"{number}"'))

    with pytest.raises(LawDataError) as raised:
        load_hotlines(path)

    (problem,) = raised.value.problems
    assert problem.startswith(f"{path}:2: ma-tuy-c04: number {number!r} must be 3 to 12 digits")
    assert "dots belong into display" in problem


def test_registers_of_the_project_are_sound() -> None:
    laws = load_laws(DATA / "laws.yml")
    hotlines = load_hotlines(DATA / "hotlines.yml")

    assert {"luat-cu-tru-2020", "nd-154-2024", "tt-116-2026"} <= laws.keys()
    assert {"113", "114", "115", "111"} <= {hotline.number for hotline in hotlines.values()}


def test_two_circulars_of_one_number_are_kept_apart() -> None:
    laws = load_laws(DATA / "laws.yml")

    assert laws["tt-117-2026-bca"].number == "117/2026/TT-BCA"
    assert laws["tt-117-2026-btc"].number == "117/2026/TT-BTC"


@pytest.mark.parametrize(
    ("law_id", "day", "status"),
    [
        ("tt-116-2026", date(2026, 6, 30), LawStatus.NOT_YET),
        ("tt-116-2026", date(2026, 7, 1), LawStatus.IN_FORCE),
        ("nq-66-22-2026", date(2027, 2, 28), LawStatus.IN_FORCE),
        ("nq-66-22-2026", date(2027, 3, 1), LawStatus.LAPSED),
        ("tt-64-2025", date(2027, 1, 1), LawStatus.LAPSED),
        ("tt-60-2023", date(2026, 1, 1), LawStatus.LAPSED),
        ("luat-cu-tru-2020", date(2026, 11, 21), LawStatus.IN_FORCE),
    ],
)
def test_laws_of_the_project_are_in_force_when_the_facts_say_so(
    law_id: str, day: date, status: LawStatus
) -> None:
    laws = load_laws(DATA / "laws.yml")

    assert status_on(laws[law_id], day) is status


def test_replacement_begins_the_day_after_the_last_day_of_what_it_replaces() -> None:
    laws = load_laws(DATA / "laws.yml")

    for law in laws.values():
        if law.replaced_by and law.in_force_to:
            follower = laws[law.replaced_by]
            assert follower.in_force_from is not None
            assert (follower.in_force_from - law.in_force_to).days == 1
