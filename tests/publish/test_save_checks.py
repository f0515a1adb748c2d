"""Rules for whoever saves a page: fees with an end, marks that are taken away, days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from functions.core.editing.typed_values import TELEPHONE
from functions.installed import TEMPLATES
from functions.yaml_files import read_yaml
from tests.publish.saving import (
    GUIDE,
    NOTICE,
    PROCEDURE,
    TODAY,
    UNIT_PAGE,
    Saving,
    own_page,
)

ID_CARD = "site/thu-tuc/cap-doi-lai.md"
FREE = "site/thu-tuc/khieu-nai.md"
CONFIRMED = (
    ("checked_by_role:", "checked_by_role: Đội trưởng"),
    ("facts_checked_on: 2026-11-21", "facts_checked_on: 2026-11-22"),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Saving:
    return Saving(tmp_path_factory.mktemp("saving"))


@pytest.fixture
def saving(shared: Saving) -> Iterator[Saving]:
    yield shared
    shared.today = TODAY


def told(saving: Saving, path: str, *changes: tuple[str, str]) -> list[tuple[str, str]]:
    found = saving.problems({path: saving.changed(path, *changes)})
    return [(problem.code, problem.values.get("part", problem.key)) for problem in found]


@pytest.mark.parametrize(
    ("path", "changes", "code", "part"),
    [
        # A relief ends with its law.
        (PROCEDURE, [("    valid_until: 2027-02-28\n", "")], "fee-outlives-law", "valid_until"),
        (
            PROCEDURE,
            [("valid_until: 2027-02-28", "valid_until: 2027-06-30")],
            "fee-outlives-law",
            "valid_until",
        ),
        (
            ID_CARD,
            [("valid_until: 2026-12-31", "valid_until: 2025-06-30")],
            "ends-before-begin",
            "valid_until",
        ),
        (
            ID_CARD,
            [("valid_from: 2027-01-01", "valid_from: 2026-12-31")],
            "fees-at-once",
            "valid_from",
        ),
        (
            ID_CARD,
            [("    amount_vnd: 50000\n    basis: tt-73-2024\n", "    amount_vnd: 60000\n")],
            "fee-needs-basis",
            "basis",
        ),
        (FREE, [("amount_vnd: 0", "amount_vnd: 10000")], "fee-needs-basis", "basis"),
    ],
)
def test_fee_that_cannot_stand_so_is_told(
    saving: Saving, path: str, changes: list[tuple[str, str]], code: str, part: str
) -> None:
    assert told(saving, path, *changes) == [(code, part)]


def test_changed_fee_that_names_its_law_passes(saving: Saving) -> None:
    assert told(saving, ID_CARD, ("amount_vnd: 50000", "amount_vnd: 60000")) == []


def test_waiver_of_what_was_paid_names_its_law_and_new_free_service_need_not(
    saving: Saving,
) -> None:
    paid = "    amount_vnd: 50000\n    basis: tt-73-2024\n"
    more = "  - case: Việc mới\n    channel: any\n    amount_vnd: 0\nresult:"

    waived = told(saving, ID_CARD, (paid, "    amount_vnd: 0\n"))
    free = told(saving, ID_CARD, ("result:", more))

    assert waived == [("fee-needs-basis", "basis")]
    assert free == []


def test_ended_fee_is_mended_before_a_save_unless_another_follows_it(saving: Saving) -> None:
    saving.today = date(2027, 3, 1)

    followed = saving.problems({ID_CARD: saving.text(ID_CARD)})

    items = {(problem.code, problem.values.get("item", "")[:10]) for problem in followed}
    assert items == {("fee-ended", "Đổi, cấp l")}
    assert "28/02/2027" in saving.sentence(followed[0])


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        (PROCEDURE, ("confidence: staff-check", "confidence: high")),
        (PROCEDURE, ("    check: true\n", "")),
        (
            "site/phap-luat/giao-thong-nong-do-con.md",
            ('<span class="by-check">cần cán bộ kiểm tra</span>', ""),
        ),
    ],
)
def test_mark_is_taken_away_by_who_checked_and_on_that_day(
    saving: Saving, path: str, mark: tuple[str, str]
) -> None:
    role, day = CONFIRMED

    nobody = told(saving, path, mark)
    no_day = told(saving, path, mark, role)
    confirmed = told(saving, path, mark, role, day)

    assert nobody == [
        ("mark-needs-day", "facts_checked_on"),
        ("mark-needs-role", "checked_by_role"),
    ]
    assert no_day == [("mark-needs-day", "facts_checked_on")]
    assert confirmed == []


def test_mark_that_is_added_needs_nobody(saving: Saving) -> None:
    assert told(saving, FREE, ("amount_vnd: 0", "amount_vnd: 0\n    check: true")) == []


def test_new_page_that_calls_itself_certain_says_who_says_so(saving: Saving) -> None:
    changes = [
        ("id: xe-sang-ten", "id: trang-moi"),
        ("confidence: staff-check", "confidence: high"),
    ]
    path = "site/thu-tuc/trang-moi.md"
    certain = saving.changed(PROCEDURE, *changes)
    unsure = saving.changed(PROCEDURE, *changes[:1])

    assert saving.codes({path: certain}) == {"mark-needs-role"}
    assert saving.codes({path: unsure}) == set()


def test_version_that_was_public_before_is_brought_back_without_new_claims(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    saving = Saving(tmp_path_factory.mktemp("own"))
    certain = saving.changed(PROCEDURE, ("confidence: staff-check", "confidence: high"))
    marked = saving.text(PROCEDURE)
    saving.publish({PROCEDURE: certain})
    saving.publish({PROCEDURE: marked})

    again = written_codes(saving, certain)
    other = written_codes(saving, certain.replace("level: xa", "level: tinh"))
    saving.publish({PROCEDURE: None})
    after_it_was_gone = written_codes(saving, certain)

    assert again == set()
    assert other == {"mark-needs-role", "mark-needs-day"}
    assert after_it_was_gone == set()


def written_codes(saving: Saving, text: str) -> set[str]:
    version = saving.written({PROCEDURE: text})
    found = saving.checker.problems(version, [PROCEDURE], saving.store)
    return {problem.code for problem in found}


@pytest.mark.parametrize(
    ("path", "change", "code", "key"),
    [
        (
            GUIDE,
            ("facts_checked_on: 2026-11-21", "facts_checked_on: 2026-11-23"),
            "day-ahead",
            "facts_checked_on",
        ),
        (UNIT_PAGE, ("\nchecked_on:", "\nchecked_on: 2027-01-01"), "day-ahead", "checked_on"),
        (
            GUIDE,
            ("next_review_on: 2027-02-28", "next_review_on: 2026-11-21"),
            "review-not-after",
            "next_review_on",
        ),
    ],
)
def test_day_that_cannot_be_is_told(
    saving: Saving, path: str, change: tuple[str, str], code: str, key: str
) -> None:
    assert told(saving, path, change) == [(code, key)]


def test_wrong_clock_keeps_nobody_from_saving_what_stands_there(saving: Saving) -> None:
    saving.today = date(2020, 1, 1)

    assert told(saving, GUIDE, ("audience: ", "audience: Nhất là ")) == []


@pytest.mark.parametrize("day", ["9999-12-31", "2206-11-30", "0026-11-30", "1926-11-30"])
def test_day_of_a_year_that_nobody_meant_is_told_with_the_years_that_can_be(
    saving: Saving, day: str
) -> None:
    (found,) = saving.problems({NOTICE: own_page("Cắt điện.", posted_on=day)})

    assert (found.code, found.key) == ("day-implausible", "posted_on")
    assert "từ 1990 đến 2100" in saving.sentence(found)


@pytest.mark.parametrize(
    ("path", "change", "key", "part"),
    [
        (PROCEDURE, ("valid_from: 2026-01-01", "valid_from: 0202-01-01"), "fees", "valid_from"),
        (GUIDE, ("next_review_on: 2027", "next_review_on: 9027"), "next_review_on", ""),
        (
            UNIT_PAGE,
            ("procedures:", "procedures: {sang-ten: {paused_until: 2926-12-01}}"),
            "procedures",
            "paused_until",
        ),
        (
            UNIT_PAGE,
            (
                "\nchannels:",
                "\nchannels: [{kind: other, name: A, url: https://a.vn, checked_on: 0026-01-01}]",
            ),
            "channels",
            "checked_on",
        ),
    ],
)
def test_year_is_looked_at_wherever_a_day_stands(
    saving: Saving, path: str, change: tuple[str, str], key: str, part: str
) -> None:
    found = saving.problems({path: saving.changed(path, change)})

    told = [(problem.key, problem.values.get("part", "")) for problem in found]
    assert [problem.code for problem in found] == ["day-implausible"]
    assert told == [(key, part)]


PHONES = ["026238", "3811234", "12345", "02623 811 2345 67", "+8426", "262"]
PLACES = [
    ("duty_phone:", 'duty_phone: "{}"'),
    ("areas:", 'areas: [{{kind: thon, name: Thôn 3, phone: "{}"}}]'),
    ("procedures:", 'procedures: {{sang-ten: {{phone: "{}"}}}}'),
]


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("place", PLACES)
def test_telephone_of_a_unit_that_nobody_reaches_is_told(
    saving: Saving, place: tuple[str, str], phone: str
) -> None:
    key, written = place

    found = saving.problems({UNIT_PAGE: saving.changed(UNIT_PAGE, (key, written.format(phone)))})

    assert [(problem.code, problem.key) for problem in found] == [("telephone", key[:-1])]


@pytest.mark.parametrize("phone", ["0262 3811 234", "113", "114", "115", "111", "1022", "19000368"])
@pytest.mark.parametrize("place", PLACES)
def test_telephone_that_can_be_called_passes(
    saving: Saving, place: tuple[str, str], phone: str
) -> None:
    key, written = place

    assert told(saving, UNIT_PAGE, (key, written.format(phone))) == []


def test_telephone_that_was_cut_off_before_keeps_no_other_change_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    saving = Saving(tmp_path_factory.mktemp("cut-off"))
    saving.publish({UNIT_PAGE: saving.changed(UNIT_PAGE, ("duty_phone:", 'duty_phone: "026238"'))})

    hours = told(saving, UNIT_PAGE, ("hours:", "hours: Cả ngày"))
    phone = told(saving, UNIT_PAGE, ('"026238"', '"0262381"'))

    assert hours == []
    assert phone == [("telephone", "duty_phone")]


def test_fields_of_the_editor_and_the_checks_know_the_same_telephones() -> None:
    fields = read_yaml(TEMPLATES / "editor" / "fields.yml")["parts"]

    assert fields["phone"]["pattern"][0] == f"^{TELEPHONE}$"
