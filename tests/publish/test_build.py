"""Building a small project: values, mistakes and what stays when a build fails."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import jinja2
import pytest
import yaml

from publish import own_markdown, page_checks, unit_fact_checks
from publish.catalogue import load_catalogue
from publish.errors import PublishError
from tests.publish.conftest import ROOT, Project


def problems_of(project: Project) -> str:
    with pytest.raises(PublishError) as caught:
        project.build()
    return "\n".join(caught.value.problems)


def test_values_of_a_unit_are_escaped_wherever_they_stand(project: Project) -> None:
    facts = "site/don-vi/phuong-mot/index.md"
    project.edit(facts, "address:", """address: '1 <b>"A" & ''B''</b>'""")
    project.edit(facts, "duty_phone:", 'duty_phone: "0262 3 851 234"')
    project.edit("data/units.csv", "Huyện B,no", "Huyện <i>B&,no")

    project.build()

    html = project.page("phuong-mot")
    assert "1 &lt;b&gt;&#34;A&#34; &amp; &#39;B&#39;&lt;/b&gt;" in html
    assert '<a href="tel:02623851234">0262 3 851 234</a>' in html
    assert "<b>" not in html.split('id="lien-he"')[1]
    assert "<i>" not in project.page("xa-hai") + (project.out / "site/index.html").read_text()
    assert "https://zalo.me/1234567890" in html


def test_text_of_a_unit_stands_on_its_page_only(project: Project) -> None:
    path = project.root / "site/don-vi/xa-hai/index.md"
    text = "\n## Lịch trực\n\n| Ngày | Người |\n| --- | --- |\n| 1 | A |\n"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    project.build()

    assert "<h2>Lịch trực</h2>" in project.page("xa-hai")
    assert "<td>A</td>" in project.page("xa-hai")
    assert "Lịch trực" not in project.page("phuong-mot")


def test_failing_build_leaves_the_last_good_site(project: Project) -> None:
    project.build()
    before = (project.out / "site").resolve()
    project.edit("site/thu-tuc/thong-bao-luu-tru.md", "dang-ky-tam-tru.md", "khong-co.md")

    problems = problems_of(project)

    assert "thu-tuc/thong-bao-luu-tru.md" in problems
    assert "khong-co.md" in problems
    assert (project.out / "site").resolve() == before
    assert "Công an phường Một" in project.page("phuong-mot")


def test_build_after_a_failed_one_succeeds_and_two_releases_are_kept(project: Project) -> None:
    project.build()
    project.edit("templates/site/stamped/former.html", "{{ office }}", "{{ office }}\ue000")
    assert "broken token" in problems_of(project)
    project.edit("templates/site/stamped/former.html", "\ue000", "")

    project.build()
    report = project.build()

    releases = sorted(path.name for path in (project.out / "releases").iterdir())
    assert len(releases) == 2
    assert (project.out / "site").resolve() == report.site
    assert report.facts == report.site.parent / "facts.json"


def test_unknown_law_is_named_with_file_and_line(project: Project) -> None:
    name = "site/thu-tuc/dang-ky-tam-tru.md"
    project.edit(name, "[luat-cu-tru-2020,", "[luat-cu-tru-1999,")
    lines = (project.root / name).read_text(encoding="utf-8").splitlines()
    line = next(index for index, text in enumerate(lines, 1) if "luat-cu-tru-1999" in text)

    problems = problems_of(project)

    assert problems.startswith(f"{name}:{line}: law 'luat-cu-tru-1999' is unknown; add it to")
    assert not (project.out / "site").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("thu-tuc/sang-ten.md", "next_review_on: 2027-02-28", "", "next_review_on is missing"),
        ("thu-tuc/sang-ten.md", "field: xe", "field: tau", "field 'tau' is unknown"),
        ("thu-tuc/sang-ten.md", "- channel: post", "- channel: fax", "channel must be one of"),
        ("thu-tuc/sang-ten.md", "unit: working_day", "unit: week", "unit must be one of"),
        ("thu-tuc/sang-ten.md", "basis: tt-155-2025", "basis: tt-1", "law 'tt-1' is unknown"),
        ("thu-tuc/sang-ten.md", "amount_vnd: 0", "amount_vnd: free", "must be a whole number"),
        ("thu-tuc/sang-ten.md", "code_dvc:", 'code_dvc: "12"', "code_dvc must look like"),
        ("thu-tuc/sang-ten.md", "  bring:", "  take:", "short_answer needs bring"),
        ("thu-tuc/sang-ten.md", "id: xe-sang-ten", "id: can-cuoc-cap-doi-lai", "id stands in"),
        ("phap-luat/lua-dao-tren-mang.md", "vneid,", "so-la,", "hotline 'so-la' is unknown"),
        ("phap-luat/lua-dao-tren-mang.md", "1. Gọi", "<script>1", "would run in the reader's"),
        ("phap-luat/lua-dao-tren-mang.md", "1. Gọi", '<p onclick="x">', "would run in the"),
        ("phap-luat/lua-dao-tren-mang.md", "summary: ", "summary: a: ", "is not YAML"),
        ("don-vi/xa-hai/index.md", "duty_phone:", "duty_phone: 02623", "must be text in quotes"),
        ("don-vi/xa-hai/index.md", "duty_phone:", "duty_phone: gọi", "one telephone number"),
        ("don-vi/xa-hai/index.md", "address:", "adress:", "unknown key adress"),
        ("don-vi/xa-hai/index.md", "checked_on:", "checked_on: nay", "checked_on must be a date"),
        ("don-vi/xa-hai/index.md", "car_registration:", "car_registration: rồi", "true, false"),
        ("don-vi/xa-hai/index.md", "unit_id: xa-hai", "unit_id: xa-ba", "unit_id must be xa-hai"),
    ],
)
def test_mistake_in_content_is_told_with_file_line_and_remedy(
    project: Project, name: str, old: str, new: str, expected: str
) -> None:
    project.edit(f"site/{name}", old, new)

    problems = problems_of(project)

    assert expected in problems
    assert f"site/{name}:" in problems


def test_file_that_is_not_utf8_is_named_with_its_line(project: Project) -> None:
    path = project.root / "site/thu-tuc/sang-ten.md"
    path.write_bytes(path.read_bytes() + "Thủ đô Hà Nội: café".encode("utf-16-le"))

    assert "is not UTF-8; save the file as UTF-8" in problems_of(project)


def test_unit_without_its_file_is_named(project: Project) -> None:
    (project.root / "site/don-vi/xa-hai/index.md").unlink()

    assert "site/don-vi/xa-hai/index.md:1: the file is missing" in problems_of(project)


def test_broken_register_is_told_line_by_line(project: Project) -> None:
    project.edit("data/units.csv", "phuong-mot;xa-hai", "phuong-khong-co")

    problems = problems_of(project)

    assert "data/units.csv:6:" in problems
    assert "phuong-khong-co" in problems


def test_ended_fee_relief_and_passed_review_are_told_as_of_the_day(project: Project) -> None:
    project.build(on=date(2026, 11, 21))
    before = project.page("xa-hai/thu-tuc/cap-doi-lai")

    project.build(on=date(2027, 1, 1))
    after = project.page("xa-hai/thu-tuc/cap-doi-lai")

    assert "đã hết hạn" not in before.lower()
    assert "quá hạn rà soát" not in before
    assert after.count("Đã hết hạn.") == 3
    assert "Chưa áp dụng." not in after
    assert "có khoản đã hết hạn" in after.split('id="tra-loi-nhanh"')[0]
    assert "quá hạn rà soát (31/12/2026)" in after
    assert "Thông tư số 64/2025/TT-BTC đã hết hiệu lực sau ngày 31/12/2026" in after


def test_merged_unit_of_another_day_has_its_own_page(project: Project) -> None:
    for unit_id in ("xa-ba", "xa-bon", "xa-hai-huyen-a"):
        folder = project.root / "site/don-vi" / unit_id
        folder.mkdir()
        (folder / "index.md").write_text(f"---\nunit_id: {unit_id}\n---\n", encoding="utf-8")

    report = project.build(on=date(2025, 6, 30))

    assert report.old_addresses == 0
    assert "Công an xã Ba" in project.page("xa-ba")
    assert not (project.out / "site/phuong-mot").exists()


def test_progress_is_told_at_every_stage(project: Project) -> None:
    project.build()

    assert project.lines[0] == "reading units, laws and pages"
    assert "stamped 3 of 3 units" in project.lines
    assert "checking the pages it made" in project.lines
    assert project.lines[-2:] == ["switching to the new release", "compressing what changed"]


def test_folder_in_the_place_of_the_link_is_not_overwritten(project: Project) -> None:
    precious = project.out / "site" / "precious.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("kept", encoding="utf-8")

    assert "is no link; move it away" in problems_of(project)
    assert precious.read_text(encoding="utf-8") == "kept"


def test_page_that_would_load_from_elsewhere_stops_the_build(project: Project) -> None:
    project.edit("templates/site/unit.html", "<h1>", '<img src="//example.org/a.png" alt=""><h1>')

    assert "would load //example.org/a.png from elsewhere" in problems_of(project)


def test_a_units_own_text_knows_the_same_markdown_as_shared_pages() -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    shared = {
        extension if isinstance(extension, str) else next(iter(extension))
        for extension in settings["markdown_extensions"]
    }

    assert set(own_markdown.MARKDOWN_EXTENSIONS) == shared - {"toc"}


def test_labels_have_a_word_for_every_code_pages_may_use() -> None:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates" / "site"), autoescape=True
    )
    labels = templates.get_template("partials/labels.html").module

    assert set(labels.fields) == set(page_checks.FIELDS)
    assert set(labels.channels) == set(page_checks.CHANNELS)
    assert set(labels.time_units) == set(page_checks.TIME_UNITS)
    assert set(labels.handled_here) == set(page_checks.HANDLED_HERE)
    mark = load_catalogue(ROOT)["staff_check"]
    assert labels.marked(f"a ({mark})") == f"a {labels.check_mark()}"
    assert mark in labels.check_mark()
    parts = templates.get_template("stamped/parts.html").module
    assert set(parts.channel_kinds) == set(unit_fact_checks.CHANNEL_KINDS)
    assert set(parts.area_kinds) == set(unit_fact_checks.AREA_KINDS)


def test_tip_form_is_drawn_by_a_strict_environment_with_what_was_typed() -> None:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates" / "site"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    form = {
        "unit_id": "phuong-mot",
        "unit_name": "Công an phường Một",
        "action": "/api/units/phuong-mot/tips",
        "categories": {"khac": "Việc khác", "ma-tuy": "Ma túy"},
        "urgencies": {"now": "Đang xảy ra"},
        "values": {"category": "ma-tuy", "text": "</textarea><script>"},
        "errors": [{"field": "text", "message": "Hãy kể lại <việc>"}],
    }

    html = templates.get_template("partials/tip_form.html").render(form=form)

    assert 'action="/api/units/phuong-mot/tips"' in html
    assert '<option value="ma-tuy" selected>' in html
    assert "&lt;/textarea&gt;&lt;script&gt;" in html
    assert "Hãy kể lại &lt;việc&gt;" in html


def test_tip_form_page_of_a_unit_offers_every_category(project: Project) -> None:
    project.build()

    html = project.page("xa-hai/to-giac")

    assert 'action="/api/units/xa-hai/tips"' in html
    assert html.count("<option value=") == 15


@pytest.mark.parametrize("name", ["mkdocs.yml", "templates/catalogue.yml"])
def test_settings_of_the_site_hold_no_path_of_a_machine(name: str) -> None:
    assert str(Path.home()) not in (ROOT / name).read_text(encoding="utf-8")
