"""The law register over time: boxes on pages, and the list for staff."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner

from functions.local.commands import building
from publish.errors import PublishError
from publish.report import Finding, FindingKind, report, summary
from tests.publish.conftest import ROOT, SAMPLE, TODAY, Project

PAGE = "site/thu-tuc/cap-doi-lai.md"


def found(project: Project, kind: FindingKind, on: date) -> list[Finding]:
    return [finding for finding in report(project.root, on) if finding.kind is kind]


def line_of(project: Project, name: str, text: str) -> int:
    lines = (project.root / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_nothing_is_over_on_the_day_the_facts_were_checked(project: Project) -> None:
    kinds = {finding.kind for finding in report(project.root, TODAY)}

    assert kinds == {FindingKind.STAFF_CHECK, FindingKind.NO_PHONE, FindingKind.NOT_CHECKED}


def test_ended_fees_lapsed_laws_and_reviews_are_listed_from_their_day_on(project: Project) -> None:
    last_day, next_day = date(2026, 12, 31), date(2027, 1, 1)

    before = report(project.root, last_day)
    laws = found(project, FindingKind.LAW_LAPSED, next_day)
    fees = found(project, FindingKind.FEE_ENDED, next_day)
    reviews = found(project, FindingKind.REVIEW_PASSED, next_day)

    assert not {FindingKind.LAW_LAPSED, FindingKind.FEE_ENDED, FindingKind.REVIEW_PASSED} & {
        finding.kind for finding in before
    }
    assert laws[0].place == f"{PAGE}:{line_of(project, PAGE, 'tt-64-2025')}"
    assert {finding.since for finding in [*laws, *fees, *reviews]} == {next_day}
    assert {finding.place.split(":")[0] for finding in fees} == {PAGE}
    assert reviews[0].place == f"{PAGE}:{line_of(project, PAGE, 'next_review_on')}"


def test_law_replaced_by_another_is_told_with_its_heir(project: Project) -> None:
    project.edit(PAGE, "legal_basis: [", "legal_basis: [tt-53-2016, ")

    laws = found(project, FindingKind.LAW_LAPSED, date(2026, 7, 24))

    assert [(finding.since, "now tt-87-2026" in finding.text) for finding in laws] == [
        (date(2026, 7, 24), True)
    ]
    assert found(project, FindingKind.LAW_LAPSED, date(2026, 7, 23)) == []


def test_page_carries_the_box_of_a_lapsed_law_from_that_day_on(project: Project) -> None:
    project.edit(PAGE, "legal_basis: [", "legal_basis: [tt-53-2016, ")
    project.edit("data/units.csv", ",2025-07-01,,,tinh-dak-lak,Huyện B", ",,,,tinh-dak-lak,Huyện B")

    project.build(on=date(2026, 7, 23))
    before = project.page("xa-hai/thu-tuc/cap-doi-lai")
    project.build(on=date(2026, 7, 24))
    after = project.page("xa-hai/thu-tuc/cap-doi-lai")

    box = "Thông tư số 53/2016/TT-BCA đã hết hiệu lực sau ngày 23/07/2026"
    assert box not in before
    assert box in after.split('id="tra-loi-nhanh"')[0]


def test_basis_of_a_fee_that_has_lapsed_counts_too(project: Project) -> None:
    project.edit(PAGE, "basis: tt-64-2025", "basis: tt-53-2016")

    laws = found(project, FindingKind.LAW_LAPSED, TODAY)
    project.build()

    assert [finding.since for finding in laws] == [date(2026, 7, 24)]
    assert "53/2016/TT-BCA đã hết hiệu lực" in project.page("thu-tuc/cap-doi-lai")


def test_marks_for_staff_are_counted_in_front_matter_and_text(project: Project) -> None:
    name = "site/thu-tuc/giao-nop.md"
    place = f"{name}:{line_of(project, name, 'confidence')}"

    def marks() -> int:
        findings = found(project, FindingKind.STAFF_CHECK, TODAY)
        return next(finding.count for finding in findings if finding.place == place)

    before = marks()
    project.edit(name, "\n---\n\n", "\n---\n\nA (cần cán bộ kiểm tra). ")
    project.edit(name, "result: ", "result: A (cần cán bộ kiểm tra). ")

    assert before > 0
    assert marks() == before + 2


def test_unit_without_telephone_is_told_with_its_line(project: Project) -> None:
    name = "site/don-vi/xa-hai/index.md"

    phones = [str(finding) for finding in found(project, FindingKind.NO_PHONE, TODAY)]

    line = line_of(project, name, "duty_phone")
    assert f"{name}:{line}: no-phone: xa-hai has no telephone; write duty_phone" in phones


def test_unit_that_says_everything_is_not_listed(own_project: Project) -> None:
    assert SAMPLE.is_dir()
    units = [str(finding) for finding in report(own_project.root, TODAY)]

    assert not [line for line in units if "phuong-mot" in line]


def test_summary_counts_every_kind_also_those_that_are_none(project: Project) -> None:
    line = summary(report(project.root, TODAY))

    assert line.startswith("law-lapsed: 0, fee-ended: 0, review-passed: 0, staff-check: ")
    assert line.endswith("no-phone: 3, not-checked: 3")


def test_pages_that_cannot_be_read_are_told_instead(project: Project) -> None:
    project.edit(PAGE, "[luat", "[luat-khong-co, luat")

    with pytest.raises(PublishError, match="luat-khong-co"):
        report(project.root, TODAY)


@pytest.mark.parametrize("on", [date(2020, 6, 1), date(2024, 12, 1), date(2025, 7, 1)])
def test_real_content_can_be_reported_as_of_any_day(on: date) -> None:
    assert report(ROOT, on)


def test_command_builds_and_lists_on_stdout(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "PROJECT", project.root)
    monkeypatch.setattr(building, "BUILD", project.out)

    run = CliRunner().invoke(building.build, ["--report", "--on", "2027-01-01"])

    lines = run.stdout.splitlines()
    assert run.exit_code == 0
    assert lines == [str(finding) for finding in report(project.root, date(2027, 1, 1))]
    assert "law-lapsed: 1, fee-ended: 3, review-passed: 1" in run.stderr
    assert "quá hạn rà soát" in project.page("thu-tuc/cap-doi-lai")


def test_command_without_the_option_lists_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "PROJECT", project.root)
    monkeypatch.setattr(building, "BUILD", project.out)

    assert CliRunner().invoke(building.build, ["--on", "2027-01-01"]).stdout == ""
