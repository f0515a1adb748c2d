"""Pages of facts beyond procedures and guides: warnings, and the pages beside the home page."""

from __future__ import annotations

from datetime import date

import pytest

from publish.errors import PublishError
from tests.publish.conftest import Project

WARNING = "site/canh-bao/dich-vu-lay-lai-tien.md"
HOTLINES = "site/duong-day-nong.md"


def problems_of(project: Project) -> str:
    with pytest.raises(PublishError) as caught:
        project.build()
    return "\n".join(caught.value.problems)


def test_warning_is_drawn_with_numbers_and_laws_from_the_registers(project: Project) -> None:
    project.build()

    html = project.page("canh-bao/dich-vu-lay-lai-tien")

    assert '<a href="tel:113">113</a> Cảnh sát 113.' in html
    assert "canh-sat-113" not in html
    assert "Bộ luật Hình sự" in html.split('id="can-cu"')[1]


def test_list_of_warnings_leads_to_each_of_them(project: Project) -> None:
    slugs = {path.stem for path in (project.root / "site/canh-bao").glob("*.md")} - {"index"}

    project.build()

    html = project.page("canh-bao")
    assert len(slugs) >= 6
    for slug in slugs:
        assert f'<a href="{slug}/">' in html


def test_page_without_a_law_has_no_empty_list_of_laws(project: Project) -> None:
    project.build()

    html = project.page("huong-dan-zalo")

    assert 'id="nguon"' in html
    assert 'id="can-cu"' not in html


def test_hotlines_come_from_the_register_with_their_day_and_their_mark(project: Project) -> None:
    project.edit("data/hotlines.yml", 'display: "113"', 'display: "1 1 3"')

    project.build()

    lines = project.page("duong-day-nong").split('id="cac-so"')[1].split("</ul>")[0].split("<li>")
    police = next(line for line in lines if "tel:113" in line)
    spam = next(line for line in lines if "tel:156" in line)
    assert ">1 1 3</a>" in police
    assert "Kiểm ngày 21/11/2026." in police
    assert "cần cán bộ kiểm tra" not in police
    assert "cần cán bộ kiểm tra" in spam


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (WARNING, "summary: ", "resume: ", "summary is missing"),
        (WARNING, "[canh-sat-113,", "[so-la,", "hotline 'so-la' is unknown"),
        (WARNING, "confidence: staff-check", "confidence: maybe", "confidence 'maybe' is unknown"),
        (WARNING, "id: dich-vu-lay-lai-tien", "id: deepfake", "id stands in"),
        (HOTLINES, "[canh-sat-113,", "[so-la,", "hotline 'so-la' is unknown"),
        (HOTLINES, "next_review_on: 2027-02-28", "", "next_review_on is missing"),
    ],
)
def test_mistake_in_such_a_page_is_told_with_its_file(
    project: Project, name: str, old: str, new: str, expected: str
) -> None:
    project.edit(name, old, new)

    problems = problems_of(project)

    assert expected in problems
    assert f"{name}:" in problems


def test_warning_past_its_review_says_so_by_itself(project: Project) -> None:
    project.build(on=date(2027, 3, 1))

    assert "quá hạn rà soát (28/02/2027)" in project.page("canh-bao/dich-vu-lay-lai-tien")
